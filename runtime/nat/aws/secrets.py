"""Secrets that may not be there.

Our policies name secrets as `<name>-??????`: Secrets Manager adds a hyphen and six characters when it makes
one. A secret that was never made has no such name, so IAM matches nothing and answers `AccessDenied` where
one would expect `ResourceNotFound`. What the two look like is known here and nowhere else; a role that lacks
a right looks the same, which is why a refusal is logged.
"""

import logging
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MISSING: Final = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
"""No such secret, or one that is scheduled for deletion (Secrets Manager API reference, GetSecretValue)."""
REFUSED: Final = "AccessDeniedException"

_log = logging.getLogger(__name__)


def is_absent(error: ClientError) -> bool:
    """Whether an error says that the secret is not there, under policies that name it by its suffix."""
    code = error.response["Error"]["Code"]
    if code == REFUSED:  # or the role is wrong, and then this line is what tells it
        _log.warning("secret absent or refused", extra={"operation": error.operation_name})
    return code == REFUSED or code in MISSING


def read_secret(client: "SecretsManagerClient", name: str) -> str | None:
    """The text of a secret; `None` if there is none. Raises what boto3 raises."""
    try:
        return client.get_secret_value(SecretId=name).get("SecretString", "")
    except ClientError as error:
        if is_absent(error):
            return None
        raise


def remove_secret(client: "SecretsManagerClient", name: str) -> None:
    """Delete a secret at once, without a window for recovery: one that waits for its deletion could not be
    made anew meanwhile. Nothing happens if there is none. Raises what boto3 raises."""
    try:
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    except ClientError as error:
        if not is_absent(error):
            raise


def destroy_secret(client: "SecretsManagerClient", name: str) -> bool:
    """The same, and whether there was one: deleting by force does not tell. Raises what boto3 raises, also a
    refusal to delete what is there."""
    try:
        client.describe_secret(SecretId=name)
    except ClientError as error:
        if is_absent(error):
            return False
        raise
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    return True
