"""`POST /oauth/token` of a nation: one request, never repeated, and what its answer proves.

Only a JSON answer of the endpoint itself proves anything. A time-out, a dropped connection, a page of HTML
(Cloudflare challenges this path too, API facts §2) or a 5xx leave open whether the refresh token was spent.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from nat.connections.apps import App
from nat.connections.tokens import NbTokens
from nat.ids import NationSlug
from nat.names import SLUG_PATTERN

if TYPE_CHECKING:
    import requests

    from nat.nationbuilder.transport import Sessions

LIFE: Final = timedelta(hours=24)
"""Life of an access token whose answer does not tell it (API facts §3)."""
TIMEOUT: Final = (3.05, 15.0)
"""Seconds to connect and to wait for the answer: together well below the lease of the refresh."""


class TokenAnswer(Exception):
    """An answer that holds no token pair."""


class GrantRefused(TokenAnswer):
    """`invalid_grant`: code or refresh token are spent, revoked, ended or not this app's (RFC 6749, §5.2)."""


class RequestRefused(TokenAnswer):
    """Any other refusal by the endpoint: nothing was spent. `code` is the OAuth error, or the status."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AnswerUnclear(TokenAnswer):
    """Nothing proves what became of the request."""


class TokenEndpoint:
    """The token endpoint of every nation. `base_url` has a `{slug}` place."""

    def __init__(
        self,
        base_url: str,
        sessions: "Sessions",
        now: Callable[[], datetime],
        *,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self._base_url = base_url
        self._sessions = sessions
        self._now = now
        self._timeout = timeout

    def refresh(self, tokens: NbTokens, app: App) -> NbTokens:
        """The pair that replaces `tokens`, whose refresh token is spent by this.

        Raises `GrantRefused`, `RequestRefused`, `AnswerUnclear`.
        """
        asked = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        return self.ask(tokens.nation_slug, asked, app, refresh_token=tokens.refresh_token)

    def exchange(
        self, nation_slug: NationSlug, code: str, redirect_uri: str, verifier: str, app: App
    ) -> NbTokens:
        """The first pair, for an authorization code and its PKCE verifier. Raises as `refresh` does."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        return self.ask(nation_slug, asked, app)

    def revoke(self, tokens: NbTokens, app: App) -> bool:
        """End a pair at NationBuilder, as well as can be: the path is Doorkeeper's and not documented (API
        facts §3). True if NationBuilder says so of either token."""
        url = f"{self._host(tokens.nation_slug)}/oauth/revoke"
        body = {"client_id": app.client_id, "client_secret": app.client_secret}
        import requests

        ended = False
        for token in filter(None, (tokens.access_token, tokens.refresh_token)):
            try:
                response = self._sessions().post(
                    url, json={**body, "token": token}, timeout=self._timeout, allow_redirects=False
                )
            except requests.RequestException:
                return ended
            ended = ended or response.status_code == 200
        return ended

    def _host(self, nation_slug: NationSlug) -> str:
        if not re.fullmatch(SLUG_PATTERN, nation_slug):
            raise ValueError("This is not the slug of a nation.")
        return self._base_url.replace("{slug}", nation_slug).rstrip("/")

    def ask(
        self, nation_slug: NationSlug, asked: Mapping[str, str], app: App, *, refresh_token: str = ""
    ) -> NbTokens:
        """One request. `refresh_token` is kept where the answer names none (RFC 6749, §6)."""
        import requests

        url = f"{self._host(nation_slug)}/oauth/token"
        at = self._now()
        body = {**asked, "client_id": app.client_id, "client_secret": app.client_secret}
        try:
            response = self._sessions().post(
                url,
                json=body,
                headers={"Accept": "application/json"},
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException:
            raise AnswerUnclear from None
        answer = _object(response)
        if response.status_code == 200:
            return _pair(answer, nation_slug, refresh_token, at)
        if not 400 <= response.status_code < 500:
            raise AnswerUnclear
        code = answer.get("error")
        if code == "invalid_grant":
            raise GrantRefused
        raise RequestRefused(code if isinstance(code, str) else str(response.status_code))


def _object(response: "requests.Response") -> Mapping[str, object]:
    try:
        found = json.loads(response.content)
    except ValueError:
        raise AnswerUnclear from None
    if not isinstance(found, dict):
        raise AnswerUnclear
    return found


def _pair(
    answer: Mapping[str, object], nation_slug: NationSlug, refresh_token: str, at: datetime
) -> NbTokens:
    access = answer.get("access_token")
    refresh = answer.get("refresh_token") or refresh_token
    life = answer.get("expires_in")
    if not isinstance(access, str) or not access or not isinstance(refresh, str):
        raise AnswerUnclear
    seconds = timedelta(seconds=life) if isinstance(life, int) and life > 0 else LIFE
    # From before the request: rather too early than too late.
    return NbTokens(access, refresh, at + seconds, nation_slug, at)
