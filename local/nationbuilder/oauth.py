"""OAuth 2: the consent page, codes, token exchange and rotation (API facts, §3).

Error bodies follow RFC 6749 §5.2, which Doorkeeper, the library NationBuilder's answers look like, also does.
"""

import base64
import hashlib
import html
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.loopback import Clock, Request, Response, html_response, json_response
from local.nationbuilder.settings import Settings
from local.nationbuilder.store import Nation
from local.nationbuilder.tokens import Code, Token, Tokens

CALLBACK_PATH: Final = "/oauth/callback"


@dataclass(frozen=True)
class App:
    """A registered app. `redirect_uris` must match exactly.

    The one exception is ours: `loopback` lets any loopback address with the path `/oauth/callback` pass, so
    that Nat on one machine works on whatever port it was given.
    """

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...] = ()
    loopback: bool = False
    name: str = "Nat"

    def allows(self, redirect_uri: str) -> bool:
        """Whether the consent page may send people there."""
        if redirect_uri in self.redirect_uris:
            return True
        parts = urlsplit(redirect_uri)
        return self.loopback and parts.path == CALLBACK_PATH and _is_loopback(parts.hostname or "")


DEFAULT_APP: Final = App("nat-local", "nat-local-secret", loopback=True)


@dataclass
class OAuth:
    """The two endpoints, and `/oauth/revoke` as Doorkeeper has it by default."""

    clock: Clock
    settings: Settings
    tokens: Tokens
    apps: dict[str, App] = field(default_factory=lambda: {DEFAULT_APP.client_id: DEFAULT_APP})

    def answer(self, nation: Nation, request: Request) -> Response:
        """Whatever `/oauth/…` says; 404 for other paths."""
        match request.method, request.path:
            case "GET", "/oauth/authorize":
                return self._authorize(nation, dict(parse_qsl(request.query)))
            case "POST", "/oauth/token":
                return self._token(nation, _body(request))
            case "POST", "/oauth/revoke":
                self.tokens.revoke(_body(request).get("token", ""))
                return json_response(200, {})
            case _:
                return html_response(404, _page("Not found", "<p>There is nothing here.</p>"))

    def _authorize(self, nation: Nation, asked: dict[str, str]) -> Response:
        app = self.apps.get(asked.get("client_id", ""))
        redirect_uri = asked.get("redirect_uri", "")
        if app is None or not app.allows(redirect_uri):
            text = "<p>The client is not known, or the redirect URI is not the registered one.</p>"
            return html_response(400, _page("This app cannot be connected", text))
        if asked.get("response_type") != "code":
            return _redirect(redirect_uri, {"error": "unsupported_response_type"}, asked)
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            return _redirect(redirect_uri, {"error": "invalid_request"}, asked)
        decision = asked.get("decision")
        if decision == "deny":
            return _redirect(redirect_uri, {"error": "access_denied"}, asked)
        user_id = asked.get("user") or next(iter(nation.users), "1")
        if decision != "allow" or nation["signups"].get(user_id) is None:
            return html_response(200, _consent(nation, app, asked))
        code = Code(
            secrets.token_urlsafe(32),
            nation.slug,
            user_id,
            app.client_id,
            redirect_uri,
            asked.get("code_challenge") or None,
            self.clock.now() + timedelta(seconds=self.settings.code_seconds),
        )
        self.tokens.authorize(code)
        return _redirect(redirect_uri, {"code": code.code}, asked)

    def _token(self, nation: Nation, asked: dict[str, str]) -> Response:
        app = self.apps.get(asked.get("client_id", ""))
        if app is None or not secrets.compare_digest(app.client_secret, asked.get("client_secret", "")):
            return _error(401, "invalid_client", "Client authentication failed.")
        match asked.get("grant_type"):
            case "authorization_code":
                token = self.tokens.exchange(
                    asked.get("code", ""),
                    nation.slug,
                    app.client_id,
                    asked.get("redirect_uri", ""),
                    self._verified(asked),
                )
            case "refresh_token":
                token = self.tokens.refresh(asked.get("refresh_token", ""), nation.slug, app.client_id)
            case None:
                return _error(400, "invalid_request", "The request is missing grant_type.")
            case _:
                return _error(400, "unsupported_grant_type", "The grant type is not supported.")
        if token is None:
            return _error(
                400, "invalid_grant", "The grant is invalid, expired, revoked or not this client's."
            )
        return json_response(200, token_answer(token))

    def _verified(self, asked: dict[str, str]) -> bool:
        code = self.tokens.codes.get(asked.get("code", ""))
        if code is None or code.challenge is None:
            return True
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=") == code.challenge


def token_answer(token: Token) -> dict[str, Any]:
    """What `/oauth/token` says. A token that cannot be refreshed has no `refresh_token`."""
    refresh = {} if token.refresh_token is None else {"refresh_token": token.refresh_token}
    return {
        "access_token": token.access_token,
        **refresh,
        "token_type": "Bearer",
        "expires_in": round((token.expires_at - token.created_at).total_seconds()),
        "scope": "default",
        "created_at": int(token.created_at.timestamp()),
    }


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _body(request: Request) -> dict[str, str]:
    """The parameters of a token request, from JSON or a form."""
    text = request.body.decode("utf-8", "replace")
    if "json" in request.headers.get("content-type", ""):
        try:
            found = json.loads(text or "{}")
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
    return dict(parse_qsl(text))


def _error(status: int, code: str, description: str) -> Response:
    return json_response(status, {"error": code, "error_description": description})


def _redirect(redirect_uri: str, values: dict[str, str], asked: dict[str, str]) -> Response:
    if "state" in asked:
        values["state"] = asked["state"]
    glue = "&" if urlsplit(redirect_uri).query else "?"
    return Response(302, headers={"Location": f"{redirect_uri}{glue}{urlencode(values)}"})


def _consent(nation: Nation, app: App, asked: dict[str, str]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in asked.items()
        if name not in ("decision", "user")
    )
    people = "".join(
        f'<option value="{user_id}">{html.escape(nation["signups"].rows[user_id]["full_name"] or user_id)} '
        f"({html.escape(user.permission_set)})</option>"
        for user_id, user in nation.users.items()
        if user_id in nation["signups"].rows
    )
    return _page(
        f"Connect {html.escape(app.name)} to {html.escape(nation.name)}",
        f"<p>{html.escape(app.name)} asks to read and change data of this nation in your name.</p>"
        f'<form method="get" action="">{hidden}'
        f'<label>Signed in as <select name="user">{people}</select></label>'
        '<p><button name="decision" value="allow">Allow</button> '
        '<button name="decision" value="deny">Deny</button></p></form>',
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>'
        "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:10vh auto;padding:0 1rem}"
        "button,select{font:inherit;padding:.4rem 1rem}</style></head>"
        f"<body><h1>{title}</h1>{body}<p><small>NationBuilder stand-in</small></p></body></html>"
    )
