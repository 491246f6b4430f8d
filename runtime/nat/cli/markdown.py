"""Markdown for a terminal, in which no link leads anywhere but where it seems to.

Links to a nation's control panel, and to this machine, are clickable under their label. Any other link
shows its address beside the label, because an answer may quote what outsiders wrote. Images become their
description.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from rich.markdown import Markdown

if TYPE_CHECKING:
    from markdown_it.token import Token

_PANEL: Final = ".nationbuilder.com"
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def safe_markdown(text: str) -> Markdown:
    """Markdown ready to print."""
    markdown = Markdown(text, hyperlinks=True)
    for token in markdown.parsed:
        _show_addresses(token.children or ())
    return markdown


def is_known(url: str) -> bool:
    """Whether a link may hide its address: a nation's host by https, or this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (parts.scheme == "https" and host.endswith(_PANEL)) or (
        parts.scheme in {"http", "https"} and host in _HERE
    )


def _show_addresses(tokens: Iterable["Token"]) -> None:
    hidden: list[str] = []
    for token in tokens:
        if token.type == "image":
            _become_text(token, f"(image: {token.content})")
        elif token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            hidden.append("" if is_known(address) else address)
            if hidden[-1]:
                _become_text(token, "")
        elif token.type == "link_close" and hidden:
            address = hidden.pop()
            if address:
                _become_text(token, f" ({address})")


def _become_text(token: "Token", text: str) -> None:
    token.type, token.tag, token.nesting, token.content, token.children = "text", "", 0, text, None
