"""Markdown for a terminal, in which no link leads anywhere but where it seems to.

Links to a nation's control panel, and to this machine, are clickable under their label. Any other link
shows its address beside the label, because an answer may quote what outsiders wrote. Images become their
description.
"""

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import ClassVar, Final
from urllib.parse import urlsplit

from markdown_it.token import Token
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.text import Text

from nat.cli.terminal import clean

_PANEL: Final = ".nationbuilder.com"
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<[^<>]*>")
_FIGURE: Final = re.compile(
    r"[^\w\s]{0,2}(?:[^\W\d_]{1,3}[^\w\s]{0,2})?\s?"
    r"[.,]?\d+(?:[.,'’\u066b\u066c-]\d+|\s\d{3}(?!\d))*"
    r"\s?(?:[^\W\d_]{1,3}|[^\w\s]{1,2})?[^\w\s]{0,2}"
)
"""A number or an amount with its sign, currency and separators: `-$1,234.50`, `US$5`, `1 234,50 €`."""
_WORD: Final = 12
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def safe_markdown(text: str) -> Markdown:
    """Markdown ready to print."""
    markdown = _Markdown(text, hyperlinks=True)
    markdown.parsed = [made for token in markdown.parsed for made in _readable(token)]
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


def _readable(token: Token) -> Iterable[Token]:
    """A token with what the terminal can show of it. HTML becomes its text, `<br>` a line break, and entities
    are no way round `clean`: they are characters by now."""
    if token.type == "html_block":
        inline = Token("inline", "", 0, children=[_text(_MARKUP.sub(" ", clean(token.content)).strip())])
        return (Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1))
    for child in token.children or ():
        child.content = clean(child.content)
        if child.type == "html_inline":
            child.type = "hardbreak" if _BREAK.fullmatch(child.content) else "text"
            child.content = ""
    token.content = clean(token.content)
    return (token,)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


class _Table(TableElement):
    """A table whose numbers are never cut: columns that do not fit are left out, and named below."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        header = self.header.row.cells if self.header is not None and self.header.row is not None else []
        rows = [row.cells for row in self.body.rows] if self.body is not None else []
        widths = [
            max(_least(row[place].content.plain) for row in (header, *rows) if place < len(row))
            for place in range(len(header))
        ]
        fitting = max(1, sum(total <= options.max_width for total in accumulate(each + 2 for each in widths)))
        table = Table(box=box.SIMPLE, pad_edge=False, style="markdown.table.border", collapse_padding=True)
        for place, cell in enumerate(header[:fitting]):
            heading = cell.content.copy()
            heading.stylize("markdown.table.header")
            table.add_column(heading, min_width=min(widths[place], options.max_width), overflow="fold")
        for row in rows:
            table.add_row(*(_whole(cell.content, options.max_width) for cell in row[:fitting]))
        yield table
        left_out = ", ".join(cell.content.plain for cell in header[fitting:])
        if left_out:
            yield Text(f"Too narrow for: {left_out}. Make the window wider.", style="dim")


class _Markdown(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "table_open": _Table}


def _least(text: str) -> int:
    """Columns that a cell needs: the longest number whole, words from `_WORD` on may be broken."""
    parts = [text] if _FIGURE.fullmatch(text) else text.split()
    return max(
        (cell_len(part) if _FIGURE.fullmatch(part) else min(cell_len(part), _WORD) for part in parts),
        default=1,
    )


def _whole(content: Text, width: int) -> Text:
    """A cell that is one amount stays on one line, whatever spaces stand in it, where a line can hold it."""
    if _FIGURE.fullmatch(content.plain) and content.cell_len + 2 <= width:
        content.no_wrap = True
    return content


def _show_addresses(tokens: Iterable[Token]) -> None:
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


def _become_text(token: Token, text: str) -> None:
    token.type, token.tag, token.nesting, token.content, token.children = "text", "", 0, text, None
