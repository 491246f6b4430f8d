"""Who may delete what: the function that carries deletions out, and no other."""

from nat.names import Secret
from tests.infrastructure.policies import Statement, listed, statements, tables
from tests.infrastructure.synthesis import synthesise

ARN = "arn:aws:secretsmanager:us-east-1:333333333333:secret:"
WORKER, ROUTES = "PrivacyWorkerRole", "PrivacyRoutesRole"


def own(role: str) -> list[Statement]:
    """Statements of a function's role."""
    return statements(synthesise("prod").part("Api"), role)


def allowed(role: str) -> set[str]:
    """Every action that a role may do."""
    return {action for statement in own(role) for action in listed(statement["Action"])}


def test_the_worker_deletes_every_secret_of_a_nation() -> None:
    found = {
        resource
        for statement in own(WORKER)
        if "secretsmanager:DeleteSecret" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }

    patterns = (Secret.NATION_PATTERN, Secret.NATION_KEY_PATTERN, Secret.NATION_APP_PATTERN)
    assert found == {f"{ARN}{pattern}" for pattern in patterns}


def test_the_worker_takes_a_nations_log_away_and_reads_usage_through() -> None:
    assert "Audit" in tables(own(WORKER), "DeleteItem")
    assert tables(own(WORKER), "Scan") == {"Usage"}


def test_who_begins_a_deletion_may_delete_nothing_of_nations_and_people() -> None:
    assert tables(own(ROUTES), "DeleteItem") <= {"Once"}
    # What CloudFront shows is the one secret that it reads.
    assert {
        each
        for each in allowed(ROUTES)
        if each.startswith(("secretsmanager:", "cognito-idp:")) or each == "s3:DeleteObject"
    } == {"secretsmanager:GetSecretValue"}


def test_nobody_but_the_worker_deletes_people_from_the_user_pool() -> None:
    assert "cognito-idp:AdminDeleteUser" in allowed(WORKER)
    assert "cognito-idp:AdminDeleteUser" not in allowed("RequestsFunctionRole")
