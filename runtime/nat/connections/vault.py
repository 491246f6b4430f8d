"""The token vault: NationBuilder's token pair of each nation, behind one interface with two adapters.

`SecretsManagerVault` keeps each pair as the secret `nat/nation/<slug>/nb-tokens`. Secrets are addressed by
name: `…/nb-tokens` ends in a hyphen and six characters, which a partial ARN mistakes for Secrets Manager's
random suffix. `DynamoVault` keeps it sealed in the table Connections, which costs next to nothing where a
secret costs $0.40 a month. `NAT_TOKEN_STORE` chooses (`token_vault`).
"""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from nat.aws.isolation import NationNotEntered, entered_nation
from nat.aws.secrets import is_absent, read_secret, remove_secret
from nat.aws.store import Store
from nat.aws.writes import Delete, Put
from nat.connections.seal import Seal, SealBroken
from nat.connections.tokens import NbTokens as NbTokens
from nat.connections.tokens import PairUnreadable, from_json, to_json
from nat.errors import Reconnect
from nat.ids import NationSlug
from nat.names import Secret, Table
from nat.settings import SettingMissing

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT: Final = timedelta(minutes=5)
"""How long a token pair stays in memory at most."""
TOKENS_ITEM: Final = "tokens"
"""Sort key of a nation's sealed pair in Connections."""
PROOF_STAGE: Final = "NAT_WRITABLE"
"""Label of the secret's version that proves it writable. A version with a label of its own leaves AWSCURRENT
where it is (Secrets Manager API reference, PutSecretValue, VersionStages)."""

_log = logging.getLogger(__name__)


class TokenVault(Protocol):
    """Where token pairs lie. Every call is made within `nation(nation_slug)`.

    The memory of a vault lies outside of IAM, so a pair is handed out only in the context of its own nation:
    all raise `NationNotEntered` elsewhere, and what boto3 raises.
    """

    def get_nb_tokens_by_nation(self, nation_slug: NationSlug) -> NbTokens:
        """The pair of one nation. Raises `Reconnect` when it has none."""
        ...

    def store_nb_tokens(self, tokens: NbTokens, *, write_id: str | None = None) -> None:
        """Store a new pair in place of the old one. With the same `write_id` (32 to 64 characters) and pair
        it happens once, however often and late it is repeated."""
        ...

    def prove_writable(self, nation_slug: NationSlug) -> None:
        """Write, without effect on the pair, what `store_nb_tokens` would need; raises what that would."""
        ...

    def remove(self, nation_slug: NationSlug) -> None:
        """Delete the pair for good; nothing happens if there is none."""
        ...

    def forget(self, nation_slug: NationSlug) -> None:
        """Read the pair anew at the next call."""
        ...


class _Memory:
    """Pairs for at most five minutes, and no longer than they are good."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, NbTokens]] = {}

    def get(self, nation_slug: NationSlug, read: Callable[[NationSlug], NbTokens]) -> NbTokens:
        _require_entered(nation_slug)
        now = self._now()
        with self._lock:
            kept = self._kept.get(nation_slug)
        if kept is not None and kept[0] > now:
            return kept[1]
        tokens = read(nation_slug)
        with self._lock:
            self._kept = {slug: each for slug, each in self._kept.items() if each[0] > now}
            self._kept[nation_slug] = (min(now + KEPT, max(now, tokens.expires_at)), tokens)
        return tokens

    def forget(self, nation_slug: NationSlug) -> None:
        with self._lock:
            self._kept.pop(nation_slug, None)


class SecretsManagerVault:
    """The vault on Secrets Manager: one secret per nation."""

    def __init__(
        self, client: "SecretsManagerClient", now: Callable[[], datetime], *, key_arn: str | None = None
    ) -> None:
        """`key_arn` encrypts secrets that are created here; only the process that connects nations does."""
        self._client = client
        self._key_arn = key_arn
        self._memory = _Memory(now)

    def get_nb_tokens_by_nation(self, nation_slug: NationSlug) -> NbTokens:
        """The pair of one nation. Raises `Reconnect` when it has none, `NationNotEntered` outside of it."""
        return self._memory.get(nation_slug, self._read)

    def store_nb_tokens(self, tokens: NbTokens, *, write_id: str | None = None) -> None:
        """Store a new pair in place of the old one. Raises `NationNotEntered` outside of its nation."""
        _require_entered(tokens.nation_slug)
        name, value = Secret.nation_tokens(tokens.nation_slug), to_json(tokens)
        request = write_id or str(uuid.uuid4())
        try:
            self._client.put_secret_value(SecretId=name, SecretString=value, ClientRequestToken=request)
        except ClientError as error:
            if not is_absent(error):
                raise
            key: Any = {} if self._key_arn is None else {"KmsKeyId": self._key_arn}
            self._client.create_secret(Name=name, SecretString=value, ClientRequestToken=request, **key)
        self.forget(tokens.nation_slug)

    def prove_writable(self, nation_slug: NationSlug) -> None:
        """Store a version of the secret that nobody reads."""
        _require_entered(nation_slug)
        self._client.put_secret_value(
            SecretId=Secret.nation_tokens(nation_slug), SecretString="{}", VersionStages=[PROOF_STAGE]
        )

    def remove(self, nation_slug: NationSlug) -> None:
        """Delete the secret. Raises `NationNotEntered` outside of its nation."""
        _require_entered(nation_slug)
        remove_secret(self._client, Secret.nation_tokens(nation_slug))
        self.forget(nation_slug)

    def forget(self, nation_slug: NationSlug) -> None:
        """Read the pair anew at the next call."""
        self._memory.forget(nation_slug)

    def _read(self, nation_slug: NationSlug) -> NbTokens:
        text = read_secret(self._client, Secret.nation_tokens(nation_slug))
        if text is None:
            raise Reconnect
        return _parsed(text, nation_slug)


class DynamoVault:
    """The vault on DynamoDB and KMS: one sealed row per nation."""

    def __init__(self, store: Store, seal: Seal) -> None:
        self._store = store
        self._seal = seal
        self._memory = _Memory(store.clock)

    def get_nb_tokens_by_nation(self, nation_slug: NationSlug) -> NbTokens:
        """The pair of one nation. Raises `Reconnect` when it has none, `NationNotEntered` outside of it."""
        return self._memory.get(nation_slug, self._read)

    def store_nb_tokens(self, tokens: NbTokens, *, write_id: str | None = None) -> None:
        """Store a new pair in place of the old one. Raises `NationNotEntered` outside of its nation."""
        _require_entered(tokens.nation_slug)
        item = {
            **_key(tokens.nation_slug),
            "sealed": self._seal.close(tokens.nation_slug, to_json(tokens)),
            "updated_at": tokens.updated_at,
            "write_id": write_id,
        }
        # They grow with each pair of a nation: a write that is repeated late is none.
        stored = Attr("write_id")
        newest = None if write_id is None else stored.not_exists() | stored.lte(write_id)
        if not self._store.write(Put(Table.CONNECTIONS, item, when=newest)):
            _log.warning("an older pair was not stored", extra={"nation": tokens.nation_slug})
        self.forget(tokens.nation_slug)

    def prove_writable(self, nation_slug: NationSlug) -> None:
        """Seal something. That the table takes writes is proven by the row of the refresh itself."""
        _require_entered(nation_slug)
        self._seal.close(nation_slug, "{}")

    def remove(self, nation_slug: NationSlug) -> None:
        """Delete the row. Raises `NationNotEntered` outside of its nation."""
        _require_entered(nation_slug)
        self._store.write(Delete(Table.CONNECTIONS, _key(nation_slug)))
        self.forget(nation_slug)

    def forget(self, nation_slug: NationSlug) -> None:
        """Read the pair anew at the next call."""
        self._memory.forget(nation_slug)

    def _read(self, nation_slug: NationSlug) -> NbTokens:
        row = self._store.get(Table.CONNECTIONS, _key(nation_slug))
        if row is None:
            raise Reconnect
        try:
            text = self._seal.open(nation_slug, row.get("sealed") or ())
        except SealBroken:
            _log.error("sealed tokens do not open", extra={"nation": nation_slug})
            raise Reconnect from None
        return _parsed(text, nation_slug)


def token_vault(
    kind: str,
    *,
    secrets: "SecretsManagerClient",
    store: Store,
    seal: Seal,
    key_arn: str | None = None,
) -> TokenVault:
    """The vault that `NAT_TOKEN_STORE` names. Raises `SettingMissing` for another name."""
    if kind == "secretsmanager":
        return SecretsManagerVault(secrets, store.clock, key_arn=key_arn)
    if kind == "dynamodb":
        return DynamoVault(store, seal)
    raise SettingMissing(f"NAT_TOKEN_STORE is {kind}; it can be secretsmanager or dynamodb.")


def move_tokens(nation_slug: NationSlug, source: TokenVault, target: TokenVault | None) -> bool:
    """Copy a nation's pair from one vault to the other; False if it has none. The source keeps its copy.
    Without a target it only looks.

    Must be done while nothing refreshes, that is with the old store's workers and jobs stopped: a pair is
    refreshed by the store that is configured, and the other's copy is then spent.
    """
    source.forget(nation_slug)
    try:
        tokens = source.get_nb_tokens_by_nation(nation_slug)
    except Reconnect:
        return False
    if target is not None:
        target.store_nb_tokens(tokens)
    return True


def store_nb_tokens(tokens: NbTokens, vault: TokenVault) -> None:
    """Store a nation's pair. Who connects a nation uses `Refresher.connect`, which also tells the record."""
    vault.store_nb_tokens(tokens)


def get_nb_tokens_by_nation(nation_slug: NationSlug, vault: TokenVault) -> NbTokens:
    """The pair of one nation. Raises `Reconnect` when it has none, `NationNotEntered` outside of it."""
    return vault.get_nb_tokens_by_nation(nation_slug)


def _key(nation_slug: NationSlug) -> dict[str, str]:
    return {"nation_slug": nation_slug, "item": TOKENS_ITEM}


def _parsed(text: str, nation_slug: NationSlug) -> NbTokens:
    try:
        return from_json(text, nation_slug)
    except PairUnreadable:
        _log.error("stored tokens unreadable", extra={"nation": nation_slug})
        raise Reconnect from None


def _require_entered(nation_slug: NationSlug) -> None:
    if entered_nation() != nation_slug:
        raise NationNotEntered("These tokens belong to another nation than the one that was entered.")
