"""What the ways through a vendor's consent and back have in common: a cookie, the way on, and a page for who
did not succeed.

The cookie binds the way to the browser that began it. The web app calls the API under its own host name, and
the vendor sends people back to that name, so the cookie belongs to one host: `__Host-` keeps other hosts of
the domain from setting it. A web app without TLS is one on somebody's own machine; browsers take no `__Host-`
cookie there.
"""

import html
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

from nat.connections.oauth_state import LIFETIME
from nat.handlers.pages import page
from nat.handlers.request import HttpAnswer

OURS: Final = "Something went wrong on our side, so this was not completed. Go back and try again."
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


def onward(web_app: str, path: str, parameters: Mapping[str, str]) -> HttpAnswer:
    """The way on into a web app."""
    location = f"{web_app}{path}?{urlencode(parameters)}"
    return HttpAnswer(
        "", 302, {"location": location, "referrer-policy": "no-referrer", "content-type": "text/plain"}
    )


def failure_page(*, brand: str, heading: str, message: str, back: str, status: int) -> HttpAnswer:
    """A page in the brand's name with a way back to its web app at `back`. It holds no code and no state."""
    name = html.escape(brand)
    main = (
        f'<p class="brand">{name}</p><h1>{html.escape(heading)}</h1><p>{html.escape(message)}</p>'
        f'<p><a href="{html.escape(back)}">Back to {name}</a></p>'
    )
    return page(f"{heading} – {brand}", main, status=status)


def _is_secure(web_app: str) -> bool:
    return web_app.startswith("https://")
