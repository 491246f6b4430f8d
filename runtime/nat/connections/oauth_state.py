"""`state`: what a person takes along to NationBuilder's consent page and brings back.

It names person, nation and purpose, and is signed, so a made-up one is refused without asking a table. What
must not leave us – the PKCE verifier and the hash of the browser's cookie – waits in Once under the state's
id. Bringing it back deletes that row under a condition: of any number of callbacks with one state, one goes
on.

The cookie binds the way back to the browser in which a signed-in person began. Without it somebody could
begin, and have another person, who may use the nation's control panel, go the rest of the way by a link: that
person's consent would then serve the first one.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from boto3.dynamodb.conditions import Attr

from nat.aws.isolation import checked_slug
from nat.aws.store import Store
from nat.aws.writes import Delete, Put
from nat.errors import OtherBrowser, StateExpired, StateInvalid
from nat.ids import NationSlug, UserId
from nat.names import TTL_ATTRIBUTE, Secret, Table

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

LIFETIME: Final = timedelta(minutes=10)
"""As long as NationBuilder's code is good (API facts §3)."""
KEY_KEPT: Final = timedelta(minutes=5)
"""How long the key stays in memory: a new one is used everywhere after this time."""
SHORTEST_KEY: Final = 32
LONGEST: Final = 2_000
"""Characters of a `state` at most; ours have some 250."""
_BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_SEPARATION: Final = b"nat nationbuilder oauth state 1\n"
"""What the key signs begins with this: a signature of it is good for nothing else."""


class Purpose(StrEnum):
    """What a person goes to NationBuilder for."""

    CONNECT = "connect"
    """To let Nat work in the nation: its tokens are kept."""
    JOIN = "join"
    """To prove that they belong to the nation: nothing is kept but the membership."""
    SLACK = "slack"
    """Not there but to Slack's consent, to add the app to a workspace (`nat.slack.installing`)."""


@dataclass(frozen=True)
class OAuthState:
    """What the signature covers. `expires_at` is to the second."""

    id: str
    nation_slug: NationSlug
    user_id: UserId
    purpose: Purpose
    expires_at: datetime


@dataclass(frozen=True)
class Begun:
    """One way to NationBuilder, as it was begun. `app` names the app (`nat.connections.apps`), `web_app` the
    web app that the person came from, `verifier` is PKCE's."""

    state: OAuthState
    app: str
    web_app: str
    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """The verifier's S256 challenge (RFC 7636, §4.2)."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())


@dataclass(frozen=True)
class Departure:
    """Where the browser goes now, and the secret that it has to bring back in a cookie."""

    url: str
    browser: str = field(repr=False)
    lifetime: timedelta = LIFETIME


class StateKey:
    """The key that signs states, from the platform's secret."""

    def __init__(self, secrets_manager: "SecretsManagerClient", now: Callable[[], datetime]) -> None:
        self._client = secrets_manager
        self._now = now
        self._lock = threading.Lock()
        self._kept: tuple[datetime, bytes] | None = None

    def __call__(self) -> bytes:
        """The key. Raises `ValueError` for one that is too short to sign with, and what boto3 raises."""
        with self._lock:
            if self._kept is None or self._kept[0] <= self._now():
                text = self._client.get_secret_value(SecretId=Secret.OAUTH_STATE)["SecretString"]
                if len(text) < SHORTEST_KEY:
                    raise ValueError("The key that signs states is too short.")
                self._kept = (self._now() + KEY_KEPT, text.encode())
            return self._kept[1]


class OAuthStates:
    """The states on their way. `key` gives what signs them."""

    def __init__(self, store: Store, key: Callable[[], bytes]) -> None:
        self._store = store
        self._key = key

    def begin(
        self,
        nation_slug: NationSlug,
        user_id: UserId,
        purpose: Purpose,
        *,
        app: str,
        web_app: str,
        now: datetime,
        browser: str | None = None,
    ) -> tuple[Begun, str, str]:
        """A new way. Gives it, its `state`, and the secret for the browser's cookie: the one that it has
        already, so that a second way does not spoil the first, or a new one.

        Raises `ValueError` for a bad slug.
        """
        expires_at = (now + LIFETIME).replace(microsecond=0)
        state = OAuthState(
            secrets.token_urlsafe(24), NationSlug(checked_slug(nation_slug)), user_id, purpose, expires_at
        )
        begun = Begun(state, app, web_app, secrets.token_urlsafe(48))
        if browser is None or not _BROWSER.fullmatch(browser):
            browser = secrets.token_urlsafe(32)
        self._store.write(
            Put(
                Table.ONCE,
                {
                    "key": _row(state),
                    "user_id": user_id,
                    "nation_slug": nation_slug,
                    "purpose": purpose.value,
                    "app": app,
                    "web_app": web_app,
                    "verifier": begun.verifier,
                    "browser": _hash(browser),
                    TTL_ATTRIBUTE: int(expires_at.timestamp()) + 1,
                },
            )
        )
        return begun, self._sign(state), browser

    def read(self, text: str, now: datetime) -> OAuthState:
        """The state behind its text. Raises `StateInvalid` for one that we did not sign, `StateExpired`."""
        payload, _, signature = text.partition(".")
        if len(text) > LONGEST or not hmac.compare_digest(
            self._signature(payload).encode(), signature.encode(errors="replace")
        ):
            raise StateInvalid
        value = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expires_at = datetime.fromtimestamp(value["e"], now.tzinfo)
        state = OAuthState(
            value["i"], NationSlug(checked_slug(value["n"])), value["u"], Purpose(value["p"]), expires_at
        )
        if expires_at <= now:
            raise StateExpired
        return state

    def finish(self, state: OAuthState, browser: str | None) -> Begun:
        """Use a state up. Raises `StateInvalid` if it was used, `OtherBrowser`, and then it stays unused: who
        only got hold of the link cannot spoil it for the person who began."""
        key = {"key": _row(state)}
        row = self._store.get(Table.ONCE, key)
        if row is None:
            raise StateInvalid
        if browser is None or not hmac.compare_digest(_hash(browser), row["browser"]):
            raise OtherBrowser
        if (row["user_id"], row["nation_slug"], row["purpose"]) != (
            state.user_id,
            state.nation_slug,
            state.purpose,
        ):
            raise StateInvalid
        if not self._store.claim(Delete(Table.ONCE, key, when=Attr("key").exists())):
            raise StateInvalid
        return Begun(state, row["app"], row["web_app"], row["verifier"])

    def _sign(self, state: OAuthState) -> str:
        value: dict[str, object] = {
            "i": state.id,
            "u": state.user_id,
            "n": state.nation_slug,
            "p": state.purpose.value,
            "e": int(state.expires_at.timestamp()),
        }
        payload = _text(json.dumps(value, separators=(",", ":")).encode())
        return f"{payload}.{self._signature(payload)}"

    def _signature(self, payload: str) -> str:
        signed = _SEPARATION + payload.encode(errors="replace")
        return _text(hmac.new(self._key(), signed, hashlib.sha256).digest())


def _row(state: OAuthState) -> str:
    return f"oauth#{_hash(state.id)}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
