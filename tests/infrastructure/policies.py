"""Reading IAM policies out of templates."""

from typing import Any

from tests.infrastructure.synthesis import Template

Statement = dict[str, Any]


def listed(value: Any) -> list[Any]:
    """IAM writes one item without its list."""
    return value if isinstance(value, list) else [value]


def statements(template: Template, role: str) -> list[Statement]:
    """Statements of all policies of the one role whose logical id begins with `role`."""
    return [
        statement
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Policy"
        and any(each.get("Ref", "").startswith(role) for each in resource["Properties"]["Roles"])
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
    ]


def actions(found: list[Statement], service: str) -> set[str]:
    """Actions of one service, without the service's name."""
    return {
        action.removeprefix(f"{service}:")
        for statement in found
        for action in listed(statement["Action"])
        if action.startswith(f"{service}:")
    }


def tables(found: list[Statement], action: str) -> set[str]:
    """Names of the tables on which an action of DynamoDB is allowed."""
    return {
        table
        for statement in found
        if f"dynamodb:{action}" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        for table in [_table(resource)]
        if table
    }


def _table(resource: Any) -> str | None:
    """`PublishOutputFnGetAttUsers0A0EEA89ArnF00` names the table Users, in a stack that refers to another."""
    reference = (
        resource.get("Fn::GetStackOutput", {}).get("OutputName", "") if isinstance(resource, dict) else ""
    )
    name: str = reference.removeprefix("PublishOutputFnGetAtt")
    return name.split("Arn")[0][:-8] if name != reference else None
