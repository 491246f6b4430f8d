"""Access tokens, refresh tokens and authorization codes, with their lives (API facts, §3)."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import Final

import jwt

from local.loopback import Clock
from local.nationbuilder.errors import token_expired, token_upgrade_required, unauthorized
from local.nationbuilder.settings import ON_FIRST_USE, Settings

_V1_TOKEN: Final = re.compile(r"^[0-9a-f]{64}$")
"""V1 tokens are 64 hexadecimal digits, V2 tokens are JWTs."""


@dataclass
class Token:
    """A pair. `refresh_token` is None for a token of the developer page, which cannot be refreshed.

    `previous` is the refresh token that dies when this access token is first used, if it is not dead yet.
    """

    access_token: str
    refresh_token: str | None
    nation: str
    user_id: str
    client_id: str
    created_at: datetime
    expires_at: datetime
    revoked: bool = False
    spent: bool = False
    previous: str | None = None


@dataclass
class Code:
    """An authorization code, good for one exchange."""

    code: str
    nation: str
    user_id: str
    client_id: str
    redirect_uri: str
    challenge: str | None
    expires_at: datetime
    used: bool = False


def fingerprint(secret: str) -> str:
    """Names a token without telling it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:12]


class Tokens:
    """Every token and code of the process."""

    def __init__(self, clock: Clock, settings: Settings, secret: str | None = None) -> None:
        self._clock = clock
        self._settings = settings
        self.secret = secret or secrets.token_hex(32)
        self._lock = RLock()
        self.by_access: dict[str, Token] = {}
        self.by_refresh: dict[str, Token] = {}
        self.codes: dict[str, Code] = {}
        self.version = 0

    def issue(
        self,
        nation: str,
        user_id: str,
        client_id: str = "developer",
        *,
        seconds: float | None = None,
        refreshable: bool = True,
    ) -> Token:
        """A new pair. `seconds`: life of the access token, negative for one that has expired."""
        now = self._clock.now()
        life = self._settings.token_seconds if seconds is None else seconds
        claims = {"iss": nation, "sub": user_id, "iat": int(now.timestamp()), "jti": secrets.token_hex(8)}
        claims["exp"] = int((now + timedelta(seconds=life)).timestamp())
        token = Token(
            jwt.encode(claims, self.secret, algorithm="HS256"),
            secrets.token_urlsafe(32) if refreshable else None,
            nation,
            user_id,
            client_id,
            now,
            now + timedelta(seconds=life),
        )
        with self._lock:
            self.add(token)
        return token

    def add(self, token: Token) -> None:
        """Make a token known."""
        self.by_access[token.access_token] = token
        if token.refresh_token is not None:
            self.by_refresh[token.refresh_token] = token
        self.version += 1

    def authorize(self, code: Code) -> None:
        """Make an authorization code known."""
        with self._lock:
            self.codes[code.code] = code
            self.version += 1

    def use(self, access_token: str | None, nation: str) -> Token:
        """Whose token it is. Raises `Flat` 401: missing, unknown, another nation's, revoked, expired, V1."""
        if not access_token:
            raise unauthorized()
        token = self.by_access.get(access_token)
        if token is None:
            raise token_upgrade_required() if _V1_TOKEN.match(access_token) else unauthorized()
        if token.nation != nation or token.revoked:
            raise unauthorized()
        if token.expires_at <= self._clock.now():
            raise token_expired()
        if token.previous is not None:
            with self._lock:
                self._spend(token.previous)
                token.previous = None
        return token

    def exchange(
        self, code: str, nation: str, client_id: str, redirect_uri: str, verified: bool
    ) -> Token | None:
        """A pair for a code, or None where it is unknown, used, too old or not this client's.

        `verified` says whether the PKCE verifier fits, for a code that has a challenge.
        """
        with self._lock:
            found = self.codes.get(code)
            if found is None or found.used or found.nation != nation or found.client_id != client_id:
                return None
            if found.redirect_uri != redirect_uri or found.expires_at <= self._clock.now():
                return None
            if found.challenge is not None and not verified:
                return None
            found.used = True
            return self.issue(nation, found.user_id, client_id)

    def refresh(self, refresh_token: str, nation: str, client_id: str) -> Token | None:
        """A new pair for a refresh token, which is good once, or None."""
        with self._lock:
            old = self.by_refresh.get(refresh_token)
            if old is None or old.spent or old.nation != nation or old.client_id != client_id:
                return None
            new = self.issue(nation, old.user_id, client_id)
            if self._settings.refresh_revocation == ON_FIRST_USE:
                new.previous = refresh_token
            else:
                self._spend(refresh_token)
            return new

    def _spend(self, refresh_token: str) -> None:
        old = self.by_refresh.get(refresh_token)
        if old is not None:
            old.spent = True
            old.revoked = old.revoked or self._settings.refresh_revokes_access
            self.version += 1

    def revoke(self, token: str) -> bool:
        """End one pair, named by either of its tokens."""
        with self._lock:
            found = self.by_access.get(token) or self.by_refresh.get(token)
            if found is not None:
                found.revoked = found.spent = True
                self.version += 1
            return found is not None

    def revoke_all(self, nation: str, user_id: str | None = None) -> int:
        """End every pair of a nation, or of one of its users. Gives how many."""
        with self._lock:
            ended = 0
            for token in self.by_access.values():
                if token.nation == nation and user_id in (None, token.user_id) and not token.revoked:
                    token.revoked = token.spent = True
                    ended += 1
            self.version += 1
            return ended
