"""Secrets of the service itself: vendors' keys, one per vendor."""

from typing import Final

from aws_cdk import RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from nat.names import Secret

from .acknowledge import acknowledge
from .data_key import DataKey

UNSET: Final = "unset"
"""What a secret holds until an operator has put the vendor's key there."""

SECRETS: Final = {
    "Anthropic": Secret.ANTHROPIC,
    "Stripe": Secret.STRIPE,
    "Slack": Secret.SLACK,
    "NationBuilderApp": Secret.NATIONBUILDER_APP,
}


class PlatformSecrets(Construct):
    """One secret per vendor, $0.40 a month each. The names are fixed by the contract, so an account and
    region holds one environment. Values come from an operator, never from a template."""

    def __init__(self, scope: Construct, construct_id: str, *, key: DataKey, keeps_data: bool) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        for name, path in SECRETS.items():
            secret = secretsmanager.Secret(
                self,
                name,
                secret_name=path,
                description=f"Nat: {name}",
                encryption_key=key,
                secret_string_value=SecretValue.unsafe_plain_text(UNSET),
                removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
            )
            acknowledge(
                secret,
                "The vendor issues the key: an operator replaces it there and here, by the runbook.",
                "AwsSolutions-SMG4",
            )

    def grant_read(self, name: str, grantee: iam.IGrantable) -> None:
        """Allow to read one secret, by the name in `nat.names.Secret` and never by a partial ARN."""
        stack = Stack.of(self)
        arn = f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:{name}-??????"
        iam.Grant.add_to_principal(
            grantee=grantee, actions=["secretsmanager:GetSecretValue"], resource_arns=[arn]
        )
        self._key.grant_use(grantee, write=False)
