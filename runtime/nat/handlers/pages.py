"""Pages that the API itself shows, without the web app: whoever sees one may not be signed in. They run no
script and load nothing."""

import base64
import hashlib
import html
from typing import Final

from nat.handlers.request import HttpAnswer

_STYLE: Final = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}"
    "body{display:grid;place-items:center;min-height:100vh;margin:0;padding:1rem;box-sizing:border-box}"
    "main{max-width:32rem}"
    "h1{font-size:1.35rem;line-height:1.3;margin:0 0 .75rem}"
    "p{margin:0 0 1rem}"
    ".brand{font-weight:600;opacity:.75}"
    "a{color:LinkText}"
    "a:focus-visible{outline:3px solid Highlight;outline-offset:3px}"
    "button{font:inherit;padding:.5rem 1.25rem}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def page(title: str, main: str, *, status: int = 200, form: bool = False) -> HttpAnswer:
    """A page of this content, which is HTML; `title` is text. `form`: it may send one to its own address."""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{main}</main></body></html>"
    )
    target = "'self'" if form else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action {target}; "
        "frame-ancestors 'none'"
    )
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
    return HttpAnswer(text, status, headers)
