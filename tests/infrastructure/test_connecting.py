"""What the functions on the way to NationBuilder may touch: one stores tokens, the other takes them away."""

import json
from typing import Any

import pytest

from nat.names import Secret, Table, Variable
from tests.infrastructure.policies import Statement, actions, listed, statements, tables
from tests.infrastructure.synthesis import PLATFORMS, Assembly, synthesise, with_examples

ARN = "arn:aws:secretsmanager:us-east-1:333333333333:secret:"
APPS = {
    f"{ARN}{Secret.NATIONBUILDER_APP}-??????",
    f"{ARN}{Secret.CUSTOMER_APP_PATTERN}",
    f"{ARN}{Secret.NATION_APP_PATTERN}",
}
STATE_KEY = f"{ARN}{Secret.OAUTH_STATE}-??????"
ORIGIN_KEY = f"{ARN}{Secret.origin_key('us-east-1')}-??????"
TOKENS = f"{ARN}{Secret.NATION_PATTERN}"


def own(role: str) -> list[Statement]:
    """Statements of a function's role."""
    return statements(synthesise("prod").part("Api"), role)


def secrets(role: str, action: str) -> set[str]:
    """Secrets on which a role may do something."""
    return {
        resource
        for statement in own(role)
        if f"secretsmanager:{action}" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def told(name: str, environment: str = "prod", customer: str = "nat") -> dict[str, Any]:
    """Variables of a function."""
    return variables_of(synthesise(environment, customer), name)


def variables_of(assembly: Assembly, name: str) -> dict[str, Any]:
    """The same of an assembly."""
    found = assembly.part("Api")["Resources"]
    variables: dict[str, Any] = next(
        value["Properties"]["Environment"]["Variables"]
        for key, value in found.items()
        if key.startswith(name) and value["Type"] == "AWS::Lambda::Function"
    )
    return variables


def test_the_callback_stores_tokens_and_reads_none() -> None:
    role = "ConnectionsCallbackRole"

    assert secrets(role, "GetSecretValue") == {*APPS, STATE_KEY, ORIGIN_KEY}
    assert secrets(role, "PutSecretValue") == {TOKENS}
    assert secrets(role, "CreateSecret") == {TOKENS, f"{ARN}{Secret.NEW_NATION_PATTERN}"}
    assert secrets(role, "DeleteSecret") == set()


def test_who_begins_and_disconnects_stores_no_token() -> None:
    role = "ConnectionsRoutesRole"

    assert secrets(role, "GetSecretValue") == {*APPS, STATE_KEY, ORIGIN_KEY, TOKENS}
    assert secrets(role, "DeleteSecret") == {TOKENS}
    assert secrets(role, "CreateSecret") == secrets(role, "PutSecretValue") == set()


def test_they_reach_the_tables_that_they_use() -> None:
    callback = {"Nations", "Connections", "Once", "Audit", "Memberships", "Users", "Sockets"}

    assert tables(own("ConnectionsCallbackRole"), "PutItem") == callback
    assert tables(own("ConnectionsRoutesRole"), "PutItem") == {"Nations", "Connections", "Once", "Audit"}
    assert tables(own("ConnectionsRoutesRole"), "GetItem") == tables(
        own("ConnectionsRoutesRole"), "PutItem"
    ) | {"Memberships"}


@pytest.mark.parametrize("role", ["ConnectionsCallbackRole", "ConnectionsRoutesRole"])
def test_neither_changes_the_audit_log_queues_turns_or_scans(role: str) -> None:
    assert "Audit" not in tables(own(role), "UpdateItem") | tables(own(role), "DeleteItem")
    assert actions(own(role), "sqs") == set()
    assert "Scan" not in actions(own(role), "dynamodb")


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
@pytest.mark.parametrize("name", ["ConnectionsCallback", "ConnectionsRoutes"])
def test_they_know_where_the_brands_web_apps_are(name: str, environment: str, customer: str) -> None:
    variables = told(name, environment, customer)

    brands = json.loads(variables[Variable.BRANDS])
    assert all(each["apps"] for each in brands)
    assert (
        variables[Variable.NATIONBUILDER_URL].endswith("{slug}.nationbuilder.com") or environment == "local"
    )
    assert Table.ONCE.variable in variables


def test_a_shared_brand_is_known_by_its_customer() -> None:
    variables = variables_of(with_examples("prod"), "ConnectionsCallback")
    brands = {each["name"]: each["customer"] for each in json.loads(variables[Variable.BRANDS])}

    assert next(iter(brands.values())) is None
    assert "civic-desk" in brands.values()
