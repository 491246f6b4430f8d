"""The key that encrypts what nations entrust to Nat."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from nat.names import SEALED_FOR

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

SERVICES: Final = ("dynamodb.*", "s3.*", "secretsmanager.*")
"""Services that use the key in the name of who calls them."""
SEAL: Final = ("kms:Decrypt", "kms:Encrypt")


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
        """Allow to read, and with `write` to store, what this key encrypts for tables, secrets and files; not
        to use the key by oneself."""
        actions = KEY_USE if write else KEY_READ
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=list(actions),
            resource_arns=[self.key_arn],
            conditions={"StringLike": {"kms:ViaService": list(SERVICES)}},
        )

    def grant_seal(self, grantee: iam.IGrantable, path: str) -> iam.Grant:
        """Allow to seal and unseal what is kept for a path, which the encryption context names."""
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=list(SEAL),
            resource_arns=[self.key_arn],
            conditions={"StringLike": {f"kms:EncryptionContext:{SEALED_FOR}": path}},
        )
