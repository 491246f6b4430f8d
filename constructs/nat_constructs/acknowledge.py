"""Findings of cdk-nag that are meant to stay, said where they arise and why."""

from aws_cdk import Acknowledgment, Stack, Token, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reason: str, *rules: str) -> None:
    """Accept findings on one construct (and what is inside it). A rule is cdk-nag's id, such as
    `AwsSolutions-ECS4`, with the finding in brackets where the rule reports several.
    """
    for rule in rules:
        Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def account_of(stack: Stack) -> str:
    """The account as cdk-nag writes it in a finding."""
    return "<AWS::AccountId>" if Token.is_unresolved(stack.account) else stack.account
