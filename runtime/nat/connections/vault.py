"""The token vault: NationBuilder's token pair of each nation, in Secrets Manager under the nation's own name.

Secrets are addressed by name. `…/nb-tokens` ends in a hyphen and six characters, which a partial ARN mistakes
for Secrets Manager's random suffix.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from botocore.exceptions import ClientError

from nat.errors import Reconnect
from nat.isolation import NationNotEntered, entered_nation
from nat.items import moment, timestamp
from nat.names import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT: Final = timedelta(minutes=5)
"""How long a token pair stays in memory at most."""
_ABSENT: Final = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
"""No such secret, or one that is scheduled for deletion (Secrets Manager API reference, GetSecretValue)."""
_REFUSED: Final = "AccessDeniedException"
"""What a secret that was never made answers with: the role's `…-??????` matches only secrets that exist,
because Secrets Manager adds the six characters when it makes one."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NbTokens:
    """One nation's pair. The refresh token is good for one use."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    nation_slug: str
    updated_at: datetime


class TokenVault(Protocol):
    """Where token pairs lie. Both calls are made within `nation(nation_slug)`."""

    def get_nb_tokens_by_nation(self, nation_slug: str) -> NbTokens:
        """The pair of one nation. Raises `Reconnect` when it has none."""
        ...

    def store_nb_tokens(self, tokens: NbTokens) -> None:
        """Store a new pair in place of the old one."""
        ...

    def forget(self, nation_slug: str) -> None:
        """Read the pair anew at the next call."""
        ...


class SecretsManagerVault:
    """The vault on Secrets Manager, with a short memory within one nation.

    The memory lies outside of IAM, so a pair is handed out only in the context of its own nation.
    """

    def __init__(
        self, client: "SecretsManagerClient", now: Callable[[], datetime], *, key_arn: str | None = None
    ) -> None:
        """`key_arn` encrypts secrets that are created here; only the process that connects nations does."""
        self._client = client
        self._now = now
        self._key_arn = key_arn
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, NbTokens]] = {}

    def get_nb_tokens_by_nation(self, nation_slug: str) -> NbTokens:
        """The pair of one nation. Raises `Reconnect` when it has none, `NationNotEntered` outside of it."""
        _require_entered(nation_slug)
        now = self._now()
        with self._lock:
            kept = self._kept.get(nation_slug)
        if kept is not None and kept[0] > now:
            return kept[1]
        tokens = self._read(nation_slug)
        with self._lock:
            self._kept = {slug: each for slug, each in self._kept.items() if each[0] > now}
            self._kept[nation_slug] = (min(now + KEPT, max(now, tokens.expires_at)), tokens)
        return tokens

    def store_nb_tokens(self, tokens: NbTokens) -> None:
        """Store a new pair in place of the old one. Raises `NationNotEntered` outside of its nation."""
        _require_entered(tokens.nation_slug)
        name = Secret.nation_tokens(tokens.nation_slug)
        value = json.dumps(
            {
                "access_token": tokens.access_token,
                "refresh_token": tokens.refresh_token,
                "expires_at": timestamp(tokens.expires_at),
                "nation_slug": tokens.nation_slug,
                "updated_at": timestamp(tokens.updated_at),
            }
        )
        try:
            self._client.put_secret_value(SecretId=name, SecretString=value)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            if self._key_arn is None:
                self._client.create_secret(Name=name, SecretString=value)
            else:
                self._client.create_secret(Name=name, SecretString=value, KmsKeyId=self._key_arn)
        self.forget(tokens.nation_slug)

    def forget(self, nation_slug: str) -> None:
        """Read the pair anew at the next call."""
        with self._lock:
            self._kept.pop(nation_slug, None)

    def _read(self, nation_slug: str) -> NbTokens:
        try:
            found = self._client.get_secret_value(SecretId=Secret.nation_tokens(nation_slug))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == _REFUSED:  # or the role is wrong, and then this line is what tells it
                _log.error("token secret absent or refused", extra={"nation": nation_slug})
            if code in _ABSENT or code == _REFUSED:
                raise Reconnect from None
            raise
        try:
            value = json.loads(found["SecretString"])
            tokens = NbTokens(
                access_token=value["access_token"],
                refresh_token=value["refresh_token"],
                expires_at=moment(value["expires_at"]),
                nation_slug=value["nation_slug"],
                updated_at=moment(value["updated_at"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            # Without the exception's text: it may quote the secret.
            _log.error("token secret unreadable", extra={"nation": nation_slug})
            raise Reconnect from None
        if tokens.nation_slug != nation_slug:
            _log.error("token secret of another nation", extra={"nation": nation_slug})
            raise Reconnect
        return tokens


def renewed_access_token(vault: TokenVault, nation_slug: str, refused: str) -> str:
    """The access token to go on with after NationBuilder has refused one.

    The pair may have been refreshed since it was remembered: it is read anew. Raises `Reconnect` if the vault
    still holds the refused token.
    """
    vault.forget(nation_slug)
    token = vault.get_nb_tokens_by_nation(nation_slug).access_token
    if token == refused:
        raise Reconnect
    return token


def _require_entered(nation_slug: str) -> None:
    if entered_nation() != nation_slug:
        raise NationNotEntered("These tokens belong to another nation than the one that was entered.")
