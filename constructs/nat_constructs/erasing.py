"""Who may delete a nation whole: rights that nobody else has."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam

from nat.names import Secret

from .acknowledge import acknowledge_resource
from .table import NatTable

SECRETS: Final = ("secretsmanager:DescribeSecret", "secretsmanager:DeleteSecret")
LOG: Final = ("dynamodb:BatchWriteItem", "dynamodb:DeleteItem")
PEOPLE: Final = ("cognito-idp:AdminDeleteUser", "cognito-idp:ListUsers")


def grant_secrets_removal(role: iam.Role) -> None:
    """Allow to delete every secret of every nation, and to read none."""
    stack = Stack.of(role)
    for pattern in (Secret.NATION_PATTERN, Secret.NATION_KEY_PATTERN, Secret.NATION_APP_PATTERN):
        arn = f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:{pattern}"
        iam.Grant.add_to_principal(grantee=role, actions=list(SECRETS), resource_arns=[arn])
        acknowledge_resource(role, "Secrets of every nation: each may be deleted.", arn)


def grant_log_removal(role: iam.Role, audit: NatTable) -> None:
    """Allow to take the log of a nation away with the nation."""
    iam.Grant.add_to_principal(grantee=role, actions=list(LOG), resource_arns=[audit.table_arn])


def grant_reading_through(role: iam.Role, table: NatTable) -> None:
    """Allow to read a table from end to end, for what no key names: where a person has been."""
    iam.Grant.add_to_principal(grantee=role, actions=["dynamodb:Scan"], resource_arns=[table.table_arn])


def grant_account_removal(role: iam.Role, pool: cognito.IUserPool) -> None:
    """Allow to delete people from the user pool."""
    iam.Grant.add_to_principal(grantee=role, actions=list(PEOPLE), resource_arns=[pool.user_pool_arn])
