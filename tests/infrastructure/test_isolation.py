"""One nation at a time, decided as IAM decides: the worker's own role reaches no nation, and the nation role
only the one that its session is tagged with. The embedded AWS compares no policy variables."""

import pytest

from nat.ids import NationSlug
from nat.names import SEALED_FOR, Secret
from tests.infrastructure.evaluation import Context, allows
from tests.infrastructure.policies import Statement, statements
from tests.infrastructure.synthesis import synthesise

ACME: Context = {"aws:PrincipalTag/nation": "acme"}
UNTAGGED: Context = {}
SECRETS = "arn:aws:secretsmanager:us-east-1:333333333333:secret:"


def nation_role() -> list[Statement]:
    """Production's, with tables and the key as names instead of imports."""
    return _named(statements(synthesise("prod").part("Agent"), "NationRole"))


def worker() -> list[Statement]:
    """The worker's own rights."""
    return _named(statements(synthesise("prod").part("Agent"), "AgentTaskTaskRole"))


def _named(found: list[Statement]) -> list[Statement]:
    def name(resource: object) -> object:
        if isinstance(resource, dict) and "Fn::ImportValue" in resource:
            return resource["Fn::ImportValue"].partition("FnGetAttStore")[2][:-19].rstrip("0123456789ABCDEF")
        return resource

    return [
        {
            **each,
            "Resource": [
                name(resource)
                for resource in (
                    each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
                )
            ],
        }
        for each in found
    ]


def tables_reached(role: list[Statement], context: Context, action: str = "dynamodb:GetItem") -> set[str]:
    """Tables of which a role may touch rows whose leading key is in the context."""
    names = {str(resource) for each in role for resource in each["Resource"] if isinstance(resource, str)}
    return {name for name in names if ":" not in name and allows(role, action, name, context)}


@pytest.mark.parametrize("keys", [["acme"], ["acme#01J"], ["acme", "acme#01J"]])
def test_a_tagged_session_reaches_its_nations_rows(keys: list[str]) -> None:
    assert tables_reached(nation_role(), {**ACME, "dynamodb:LeadingKeys": keys})


@pytest.mark.parametrize("keys", [["harbor"], ["acme", "harbor"], ["acmes#1"], ["acme2"], [""]])
def test_it_reaches_no_other_nations_rows(keys: list[str]) -> None:
    assert tables_reached(nation_role(), {**ACME, "dynamodb:LeadingKeys": keys}) == set()


def test_it_reaches_no_rows_without_naming_them() -> None:
    assert tables_reached(nation_role(), ACME) == set()


@pytest.mark.parametrize("context", [UNTAGGED, {"aws:PrincipalTag/other": "acme"}])
def test_a_session_without_the_tag_reaches_nothing(context: Context) -> None:
    role = nation_role()

    assert tables_reached(role, {**context, "dynamodb:LeadingKeys": ["acme"]}) == set()
    assert not allows(
        role,
        "secretsmanager:GetSecretValue",
        f"{SECRETS}{Secret.nation_tokens(NationSlug('acme'))}-AbCdEf",
        context,
    )


@pytest.mark.parametrize(("slug", "allowed"), [("acme", True), ("harbor", False), ("acme/x", False)])
@pytest.mark.parametrize("action", ["GetSecretValue", "PutSecretValue"])
def test_a_tagged_session_reaches_its_nations_secrets_only(slug: str, allowed: bool, action: str) -> None:
    secret = f"{SECRETS}{Secret.nation_tokens(NationSlug(slug))}-AbCdEf"

    assert allows(nation_role(), f"secretsmanager:{action}", secret, ACME) is allowed


@pytest.mark.parametrize(("slug", "allowed"), [("acme", True), ("harbor", False)])
def test_sealed_tokens_open_for_their_own_nation_only(slug: str, allowed: bool) -> None:
    context = {**ACME, f"kms:EncryptionContext:{SEALED_FOR}": Secret.nation_tokens(NationSlug(slug))}

    assert any(allows(nation_role(), "kms:Decrypt", key, context) for key in ("Key",)) is allowed


@pytest.mark.parametrize("keys", [["acme"], ["acme#01J"]])
def test_the_workers_own_role_reaches_no_nations_rows_and_secrets(keys: list[str]) -> None:
    role = worker()

    assert tables_reached(role, {"dynamodb:LeadingKeys": keys}) <= {"Sockets", "Users", "Once", "Memberships"}
    for name in (
        Secret.nation_tokens(NationSlug("acme")),
        Secret.nation_model_key(NationSlug("acme")),
        Secret.nation_app(NationSlug("acme")),
    ):
        assert not allows(role, "secretsmanager:GetSecretValue", f"{SECRETS}{name}-AbCdEf", {})


def test_the_workers_own_role_unseals_nothing() -> None:
    """It may use the key through tables and secrets, and not by itself."""
    role = worker()
    context = {f"kms:EncryptionContext:{SEALED_FOR}": Secret.nation_tokens(NationSlug("acme"))}

    assert not allows(role, "kms:Decrypt", "Key", context)
    assert allows(role, "kms:Decrypt", "Key", {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"})


@pytest.mark.parametrize(
    ("tags", "allowed"),
    [
        ({"nation": "acme"}, True),
        ({}, False),
        ({"nation": ""}, False),
        ({"other": "acme"}, False),
        ({"nation": "acme", "role": "admin"}, False),
    ],
)
def test_who_assumes_the_nation_role_says_for_which_nation(tags: dict[str, str], allowed: bool) -> None:
    resources = synthesise("prod").part("Agent")["Resources"]
    role = next(
        each
        for name, each in resources.items()
        if name.startswith("NationRole") and each["Type"] == "AWS::IAM::Role"
    )
    trust = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    context: dict[str, str | list[str]] = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
    if tags:
        context["aws:TagKeys"] = list(tags)

    for action in ("sts:AssumeRole", "sts:TagSession"):
        assert allows(trust, action, "", context) is allowed
