"""CSV that is safe to open in a spreadsheet.

A cell that begins with `=`, `+`, `-` or `@` is a formula to Excel, LibreOffice and Google Sheets, and what
stands in a record may be written by anybody (OWASP, CSV injection). So such a cell begins with an apostrophe,
which makes it text. A plain number keeps its sign. Where a locale separates cells by semicolons or tabs, a
spreadsheet cuts a cell of ours there, so what follows one of them is treated as the beginning of a cell too.

Files begin with a byte order mark: without it Excel reads UTF-8 as something else.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

_FORMULA: Final = frozenset("=+-@＝＋－＠\t\r\n|%")
"""What makes a cell a formula or lets one begin, with the full-width forms that some spreadsheets take, and
`|` and `%` of DDE commands."""
_BEGINS_ANEW: Final = re.compile(r"([;\t\r\n][ \xa0\u200b\ufeff]*)(?=[=+\-@＝＋－＠|%])")
"""Where a cell begins anew to who separates by something else than commas."""
_AS_TEXT: Final = r"\1'"
_BOM: Final = "\ufeff"
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)


def cell(value: object) -> str:
    """One value as text that no spreadsheet runs: `None` is empty, true and false are words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).replace("\x00", "")
    begins = text.lstrip(" \xa0\u200b\ufeff")[:1]
    if (text[:1] in _FORMULA or begins in _FORMULA) and text and not _NUMBER.fullmatch(text):
        return f"'{text[:1]}{_BEGINS_ANEW.sub(_AS_TEXT, text[1:])}"
    return _BEGINS_ANEW.sub(_AS_TEXT, text)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and rows as CSV (RFC 4180: commas, quotes where needed, CRLF), with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([cell(each) for each in columns])
    writer.writerows([cell(each) for each in row] for row in rows)
    return _BOM + text.getvalue()
