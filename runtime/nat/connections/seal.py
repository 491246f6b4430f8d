"""Sealing a nation's tokens with the data key, so that a row of DynamoDB alone tells nothing.

KMS binds what is sealed to its encryption context, `{"path": "nat/nation/<slug>/nb-tokens"}`: it does not
open for another nation, and IAM can allow one nation's paths only. The tokens of a Slack workspace are sealed
in the same way, under a path of their own.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.ids import NationSlug
from nat.names import SEALED_FOR, Secret

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

PIECE: Final = 4096
"""The most bytes that one call of KMS encrypts (KMS API reference, Encrypt)."""
_BROKEN: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class SealBroken(Exception):
    """What should be opened was not sealed for this nation, or was altered."""


class Seal:
    """Seals and opens with one key. $0.03 per 10,000 calls."""

    def __init__(
        self, client: "KMSClient", key_arn: str, path: Callable[[Any], str] = Secret.nation_tokens
    ) -> None:
        """`path` gives the path of what is sealed for whom: a nation by its slug, or a workspace."""
        self._path = path
        self._client = client
        self._key_arn = key_arn

    def close(self, nation_slug: NationSlug, text: str) -> list[bytes]:
        """The text, sealed for one nation; a pair takes one piece. Raises what boto3 raises."""
        plain = text.encode()
        return [
            self._client.encrypt(
                KeyId=self._key_arn,
                Plaintext=plain[start : start + PIECE],
                EncryptionContext={SEALED_FOR: self._path(nation_slug)},
            )["CiphertextBlob"]
            for start in range(0, len(plain), PIECE)
        ]

    def open(self, nation_slug: NationSlug, pieces: Iterable[bytes]) -> str:
        """The text again. Raises `SealBroken`, and what boto3 raises."""
        try:
            return b"".join(
                self._client.decrypt(
                    KeyId=self._key_arn,
                    CiphertextBlob=bytes(each),
                    EncryptionContext={SEALED_FOR: self._path(nation_slug)},
                )["Plaintext"]
                for each in pieces
            ).decode()
        except ClientError as error:
            if error.response["Error"]["Code"] in _BROKEN:
                raise SealBroken from None
            raise
        except UnicodeDecodeError:
            raise SealBroken from None
