"""The key that encrypts what nations entrust to Nat."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

KEY_USE: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What DynamoDB and Secrets Manager ask of the key on behalf of a caller
(docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html), without wildcards."""


class DataKey(kms.Key):
    """Customer-managed key of tables and secrets, rotated every year. $1 a month and $0.03 per 10,000 requests."""

    def __init__(self, scope: Construct, construct_id: str, *, keeps_data: bool) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Nat: encrypts tables and secrets",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
        )

    def grant_use(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to read and write what this key encrypts."""
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=list(KEY_USE), resource_arns=[self.key_arn]
        )
