"""Signing in at the hosted login: authorization code with PKCE, and refreshing.

The browser comes back to a redirect URI on this machine (RFC 8252, section 7.3), where one request is
awaited. Without a browser here, the person opens the URL elsewhere and pastes the address that the browser
ends up at.
"""

import base64
import hashlib
import secrets
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from nat.cli.profile import Profile, SignInSession
from nat.cli.terminal import CommandFailed

TIMEOUT: Final = 15
WAIT_SECONDS: Final = 300
"""How long a person may take to sign in."""
_PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
    "<body style='font:16px system-ui;margin:20vh auto;max-width:28em;text-align:center'>"
    "<h1>{title}</h1><p>{text}</p></body></html>"
)


@dataclass(frozen=True)
class Attempt:
    """One attempt to sign in: what must come back, and what proves that we asked."""

    state: str
    verifier: str

    @classmethod
    def begin(cls) -> "Attempt":
        """Fresh secrets (RFC 7636: a verifier of 43 to 128 characters)."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    def url(self, profile: Profile) -> str:
        """Where the person signs in."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": profile.client_id,
            "redirect_uri": profile.redirect_uri,
            "scope": " ".join(profile.scopes),
            "state": self.state,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return f"{profile.authorize_url}?{urlencode(query)}"

    def code_in(self, address: str) -> str:
        """The code in the address that the browser was sent back to. Raises `CommandFailed`."""
        query = parse_qs(urlsplit(address.strip()).query)
        if query.get("error"):
            raise CommandFailed("The sign-in was cancelled or refused.")
        if query.get("state") != [self.state] or not query.get("code"):
            raise CommandFailed("This is not the address of this sign-in. Please try again.")
        return query["code"][0]


def sign_in(
    profile: Profile,
    *,
    browser: bool = True,
    show: Callable[[str], None],
    paste: Callable[[], str],
    open_browser: Callable[[str], bool] = webbrowser.open,
) -> SignInSession:
    """Let a person sign in and give the session. `show` prints a URL to open, `paste` asks for an address.

    Raises `CommandFailed`.
    """
    attempt = Attempt.begin()
    url = attempt.url(profile)
    listener = _listen(profile.redirect_uri) if browser else None
    if listener is None:
        show(url)
        code = attempt.code_in(paste())
    else:
        with listener:
            show(url)
            open_browser(url)
            code = _wait(listener, attempt)
    return _exchange(
        profile,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": profile.redirect_uri,
            "code_verifier": attempt.verifier,
        },
    )


def refresh(profile: Profile, session: SignInSession) -> SignInSession:
    """A session with a new access token. Raises `CommandFailed` when the person has to sign in again."""
    if not session.refresh_token:
        raise SessionEnded
    form = {"grant_type": "refresh_token", "refresh_token": session.refresh_token}
    return _exchange(profile, form, session)


class SessionEnded(CommandFailed):
    """The refresh token is no longer accepted."""

    def __init__(self) -> None:
        super().__init__("Your session has ended. Run `nat chat` without --message to sign in again.")


class _Listener(HTTPServer):
    """Waits for the one request that carries the code."""

    address: str | None = None
    path = "/"


def _listen(redirect_uri: str) -> _Listener | None:
    """A listener at the redirect URI; `None` if it does not point to this machine or its port is taken."""
    parts = urlsplit(redirect_uri)
    if parts.hostname not in {"localhost", "127.0.0.1", "::1"} or parts.scheme != "http":
        return None

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the query holds the code."""

        def do_GET(self) -> None:
            if urlsplit(self.path).path != (parts.path or "/"):
                self.send_error(404)
                return
            failed = "error=" in self.path
            body = _PAGE.format(
                title="Not signed in" if failed else "You are signed in",
                text="Please try again."
                if failed
                else "You can close this page and go back to the terminal.",
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)
            if isinstance(self.server, _Listener):
                self.server.address = self.path

    try:
        # The loopback address only, whatever name the redirect URI uses for it.
        return _Listener(("127.0.0.1", parts.port or 80), Handler)
    except OSError:
        return None


def _wait(listener: _Listener, attempt: Attempt) -> str:
    until = time.monotonic() + WAIT_SECONDS
    listener.timeout = 1
    while time.monotonic() < until:
        listener.handle_request()
        if listener.address is not None:
            return attempt.code_in(listener.address)
    raise CommandFailed("Nobody signed in within five minutes. Please try again.")


def _exchange(profile: Profile, form: dict[str, str], previous: SignInSession | None = None) -> SignInSession:
    try:
        answer = requests.post(
            profile.token_url, data={**form, "client_id": profile.client_id}, timeout=TIMEOUT
        )
        value: object = answer.json()
    except requests.JSONDecodeError:
        raise CommandFailed(f"The sign-in service at {profile.token_url} does not answer properly.") from None
    except requests.RequestException:
        raise CommandFailed(f"The sign-in service at {profile.token_url} cannot be reached.") from None
    if answer.status_code in {400, 401} and previous is not None:
        raise SessionEnded
    if answer.status_code != 200 or not isinstance(value, dict) or "access_token" not in value:
        raise CommandFailed("The sign-in service refused the sign-in. Please try again.")
    return SignInSession.from_token_answer(value, datetime.now(UTC), previous)
