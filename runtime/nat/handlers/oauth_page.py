"""The page that people see when the way through NationBuilder ended without effect.

Made here, without the web app: whoever comes back may not be signed in, and what a forged link says must not
reach a page that is. It runs no script, loads nothing, and holds neither code nor state.
"""

import base64
import hashlib
import html
from typing import Final

from nat.handlers.request import HttpAnswer

STYLE: Final = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}"
    "body{display:grid;place-items:center;min-height:100vh;margin:0;padding:1rem;box-sizing:border-box}"
    "main{max-width:32rem}"
    "h1{font-size:1.35rem;line-height:1.3;margin:0 0 .75rem}"
    "p{margin:0 0 1rem}"
    ".brand{font-weight:600;opacity:.75}"
    "a{color:LinkText}"
    "a:focus-visible{outline:3px solid Highlight;outline-offset:3px}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def failure_page(*, brand: str, heading: str, message: str, back: str, status: int) -> HttpAnswer:
    """A page in the brand's name with a way back to its web app at `back`."""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{html.escape(heading)} – {html.escape(brand)}</title><style>{STYLE}</style></head>"
        f'<body><main><p class="brand">{html.escape(brand)}</p>'
        f"<h1>{html.escape(heading)}</h1><p>{html.escape(message)}</p>"
        f'<p><a href="{html.escape(back)}">Back to {html.escape(brand)}</a></p></main></body></html>'
    )
    return HttpAnswer(text, status, HEADERS)
