"""The key that encrypts what nations entrust to Nat."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

KEY_READ: Final = ("kms:Decrypt", "kms:DescribeKey")
KEY_USE: Final = (
    *KEY_READ,
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What DynamoDB and Secrets Manager ask of the key on behalf of a caller
(docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html), without wildcards."""


class DataKey(kms.Key):
    """Customer-managed key of tables and secrets, rotated every year. $1 a month and $0.03 per 10,000
    requests."""

    def __init__(self, scope: Construct, construct_id: str, *, keeps_data: bool) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Nat: encrypts tables and secrets",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
        )

    def grant_use(self, grantee: iam.IGrantable, *, write: bool) -> iam.Grant:
        """Allow to read, and with `write` to store, what this key encrypts."""
        actions = KEY_USE if write else KEY_READ
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=list(actions), resource_arns=[self.key_arn]
        )
