"""Who may delete a nation whole: rights that nobody else has."""

from typing import Final

from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam

from nat.names import Table

from .data_store import DataStore

LOG: Final = ("dynamodb:BatchWriteItem", "dynamodb:DeleteItem")
PEOPLE: Final = ("cognito-idp:AdminDeleteUser", "cognito-idp:ListUsers")


def grant_erasing(role: iam.Role, *, store: DataStore, pool: cognito.IUserPool) -> None:
    """Allow to take a nation's log away with the nation, to read usage from end to end (no key names where a
    person has been), to delete the nation's secrets, and to delete people from the user pool."""
    for actions, resource in (
        (LOG, store.tables[Table.AUDIT].table_arn),
        (("dynamodb:Scan",), store.tables[Table.USAGE].table_arn),
        (PEOPLE, pool.user_pool_arn),
    ):
        iam.Grant.add_to_principal(grantee=role, actions=list(actions), resource_arns=[resource])
    store.nation_secrets.grant_removal(role)
