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


STATE_KEY_CHARACTERS: Final = 64


class PlatformSecrets(Construct):
    """One secret per vendor, and the key that signs `state` on the way to NationBuilder; $0.40 a month each.
    The names are fixed by the contract, so an account and region holds one environment. Vendors' values come
    from an operator, the key is made by Secrets Manager; none is in a template."""

    def __init__(self, scope: Construct, construct_id: str, *, key: DataKey, keeps_data: bool) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        # Their names are fixed: a first attempt that failed must not leave them behind.
        removal_policy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if keeps_data else RemovalPolicy.DESTROY
        for name, path in SECRETS.items():
            secret = secretsmanager.Secret(
                self,
                name,
                secret_name=path,
                description=f"Nat: {name}",
                encryption_key=key,
                secret_string_value=SecretValue.unsafe_plain_text(UNSET),
                removal_policy=removal_policy,
            )
            acknowledge(
                secret,
                "The vendor issues the key: an operator replaces it there and here, by the runbook.",
                "AwsSolutions-SMG4",
            )

        state_key = secretsmanager.Secret(
            self,
            "OauthState",
            secret_name=Secret.OAUTH_STATE,
            description="Nat: signs state on the way to NationBuilder",
            encryption_key=key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=STATE_KEY_CHARACTERS, exclude_punctuation=True
            ),
            removal_policy=removal_policy,
        )
        acknowledge(
            state_key,
            "What it signs is good for ten minutes and worth nothing without the browser's cookie.",
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
