"""The cookie that binds the way through a vendor's consent to the browser that began it.

The web app calls the API under its own host name, and the vendor sends people back to that name, so the
cookie belongs to one host: `__Host-` keeps other hosts of the domain from setting it. A web app without TLS
is one on somebody's own machine; browsers take no `__Host-` cookie there.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from nat.connections.oauth_state import LIFETIME

PLAIN: Final = "nat-connecting"
SECURE: Final = f"__Host-{PLAIN}"


def set_cookie(web_app: str, secret: str) -> str:
    """The header `set-cookie` for the browser that begins at a web app. Lax: it has to come along when
    the vendor sends the person back."""
    kept = f"Path=/; Max-Age={int(LIFETIME.total_seconds())}; HttpOnly; SameSite=Lax"
    if _is_secure(web_app):
        return f"{SECURE}={secret}; {kept}; Secure"
    return f"{PLAIN}={secret}; {kept}"


def secret_of(cookies: Mapping[str, str], web_apps: Iterable[str]) -> str | None:
    """The secret that a browser brings. The plain cookie counts only where a web app is served without TLS:
    elsewhere a neighbouring host could have set it."""
    if SECURE in cookies:
        return cookies[SECURE]
    if all(_is_secure(each) for each in web_apps):
        return None
    return cookies.get(PLAIN)


def _is_secure(web_app: str) -> bool:
    return web_app.startswith("https://")
