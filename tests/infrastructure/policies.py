"""Reading IAM policies out of templates."""

import json
import re
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


def queues(found: list[Statement], action: str) -> set[str]:
    """Constructs of the data stack whose queues one action of SQS is allowed on, such as `SlackQueue`."""
    allowed = [each for each in found if action in actions([each], "sqs")]
    named = [json.dumps(resource) for each in allowed for resource in listed(each["Resource"])]
    return {re.sub(r".*?Store([A-Za-z]+Queue).*", r"\1", each) for each in named}


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
    """The name in `Nat-prod-Data:ExportsOutputFnGetAttStoreUsers0A0EEA89ArnF00D`."""
    exported = resource.get("Fn::ImportValue", "") if isinstance(resource, dict) else ""
    found = re.search(r":ExportsOutputFnGetAttStore(\w+?)[0-9A-F]{8}Arn", exported)
    return found[1] if found else None
