"""Accounts of the user pool."""

from typing import TYPE_CHECKING

from nat.ids import UserId

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class Accounts:
    """The people of one user pool."""

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str) -> None:
        self._client = client
        self._pool_id = pool_id

    def delete(self, user_id: UserId) -> int:
        """Delete a person's account; gives 0 if there is none. Tokens that were issued end within the hour,
        and name somebody who belongs to no nation.

        The name of an account that came from an identity provider is not its `sub`, so it is looked up
        (Cognito API reference, ListUsers).
        """
        if '"' in user_id or "\\" in user_id:
            return 0
        found = self._client.list_users(UserPoolId=self._pool_id, Filter=f'sub = "{user_id}"')["Users"]
        for each in found:
            self._client.admin_delete_user(UserPoolId=self._pool_id, Username=each["Username"])
        return len(found)
