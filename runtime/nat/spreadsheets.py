"""CSV that is safe to open in a spreadsheet.

A cell that begins with `=`, `+`, `-` or `@` is a formula to Excel, LibreOffice and Google Sheets, and what
stands in a record may be written by anybody (OWASP, CSV injection). So such a cell begins with an apostrophe,
which makes it text. A number or an amount keeps its sign. Where a locale separates cells by semicolons or
tabs, a spreadsheet cuts a cell of ours there, so what follows one of them is treated as the beginning of a
cell too.

Files begin with a byte order mark: without it Excel reads UTF-8 as something else.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

_FORMULA: Final = r"[=+\-@＝＋－＠|%]"
"""What makes a cell a formula, with the full-width forms that some spreadsheets take, and `|` and `%` of DDE
commands."""
_UNSEEN: Final = r"\s\x01-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""What some programs leave out before they look whether a cell is a formula."""
_BEGINS: Final = re.compile(rf"[{_UNSEEN}]*{_FORMULA}|[\t\r\n]")
_BEFORE: Final = re.compile(rf"(?<![{_UNSEEN}\"';])[{_UNSEEN}\"';]++(?={_FORMULA})")
"""What stands before a formula within a cell. Quotes are passed over: a reader goes on behind an empty pair
of them."""
_SEPARATORS: Final = frozenset(";\t\r\n")
"""Where a cell begins anew to who separates by something else than commas."""
_BOM: Final = "\ufeff"
_NUMBER: Final = re.compile(r"[+-]?[$€£¥]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?%?", re.ASCII)


def cell(value: object) -> str:
    """One value as text that no spreadsheet runs: `None` is empty, true and false are words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).replace("\x00", "")
    if _NUMBER.fullmatch(text):
        return text
    inert = _BEFORE.sub(_as_text, text)
    return f"'{inert}" if _BEGINS.match(text) else inert


def _as_text(before: re.Match[str]) -> str:
    return before[0] if _SEPARATORS.isdisjoint(before[0]) else f"{before[0]}'"


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and rows as CSV (RFC 4180: commas, quotes where needed, CRLF), with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([cell(each) for each in columns])
    writer.writerows([cell(each) for each in row] for row in rows)
    return _BOM + text.getvalue()
