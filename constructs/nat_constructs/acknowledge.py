"""Findings of cdk-nag that are meant to stay, said where they arise and why."""

import json

from aws_cdk import Acknowledgment, Stack, Token, Validations
from constructs import IConstruct

RULES = "AwsSolutions"


def acknowledge(construct: IConstruct, reason: str, *rules: str) -> None:
    """Accept findings on one construct and on what is inside it. A rule is cdk-nag's id, such as
    `AwsSolutions-ECS4`, with the finding in brackets where the rule reports several.
    """
    for rule in rules:
        Validations.of(construct).acknowledge(Acknowledgment(id=f"{RULES}::{rule}", reason=reason))


def acknowledge_resource(construct: IConstruct, reason: str, resource: str) -> None:
    """Accept a policy's resource that has to hold a wildcard; `resource` is the ARN as the policy has it."""
    acknowledge(construct, reason, f"AwsSolutions-IAM5[Resource::{_shown(Stack.of(construct), resource)}]")


def _shown(stack: Stack, value: str) -> str:
    """A value as cdk-nag writes it: references and policy variables as `<Name>` or `<Name.Attribute>`,
    imports by the name of the export."""
    resolved = stack.resolve(value) if Token.is_unresolved(value) else value
    if isinstance(resolved, str):
        return resolved
    if "Fn::Join" in resolved:
        separator, parts = resolved["Fn::Join"]
        return str(separator).join(_part(part) for part in parts)
    return _part(resolved)


def _part(value: object) -> str:
    if isinstance(value, str):
        return value.replace("${", "<").replace("}", ">")
    if isinstance(value, dict) and set(value) == {"Ref"}:
        return f"<{value['Ref']}>"
    if isinstance(value, dict) and set(value) == {"Fn::ImportValue"}:
        return str(value["Fn::ImportValue"])
    if isinstance(value, dict) and set(value) == {"Fn::GetAtt"}:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    return json.dumps(value, separators=(",", ":"))
