"""Markdown as Slack shows it: text that mentions nobody, and tables within Block Kit's limits.

The limits are those of docs.slack.dev (Block Kit, blocks) and of what people met: a message of more than some
13,000 characters is refused whatever its blocks say.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

Block = dict[str, Any]

LONGEST_SECTION: Final = 2_900
"""Characters of a section's text; 3,000 are allowed."""
LONGEST_MESSAGE: Final = 11_000
MOST_BLOCKS: Final = 40
"""Of an answer; 50 are allowed, and buttons follow."""
TABLE_ROWS: Final = 100
TABLE_COLUMNS: Final = 20
TABLE_CHARACTERS: Final = 9_000
"""Over all cells of the table; 10,000 are allowed."""
EMPTY: Final = "–"
"""Slack refuses a cell without a text."""
_LINK: Final = re.compile(r"\[([^\]\n]+)\]\((https?://[^\s()<>|]+)\)")
_BOLD: Final = re.compile(r"\*\*(\S(?:[^\n]*?\S)?)\*\*")
_HEADING: Final = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_RULE: Final = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


def escaped(text: str) -> str:
    """Text of records or people in which Slack sees no mention, channel, broadcast or link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(markdown: str) -> str:
    """Markdown in Slack's own markup. Links are kept as they stand, for ours were checked before."""
    text = escaped(markdown)
    text = _LINK.sub(lambda found: f"<{found[2]}|{found[1].replace('|', '/')}>", text)
    text = _HEADING.sub(lambda found: f"*{found[1].replace('*', '')}*", text)
    text = _BOLD.sub(r"*\1*", text)
    return re.sub(r"^(\s*)[-*] +", r"\1• ", text, flags=re.MULTILINE)


def fallback(markdown: str, more: str | None = None) -> str:
    """The whole as one text, for notifications and where blocks are refused."""
    text = mrkdwn(markdown)
    if len(text) <= LONGEST_MESSAGE:
        return text
    return f"{_cut(text, LONGEST_MESSAGE)}\n{_more(more)}"


def blocks(markdown: str, more: str | None = None) -> list[Block]:
    """The blocks of an answer. What is beyond the limits is behind a link to `more`."""
    made: list[Block] = []
    left, has_table, whole = LONGEST_MESSAGE, False, True
    for part in _parts(markdown):
        if isinstance(part, str):
            for piece in _pieces(mrkdwn(part)):
                if len(made) >= MOST_BLOCKS or left < len(piece):
                    whole = False
                    break
                made.append(section(piece))
                left -= len(piece)
            continue
        rows = _fitting(part, min(left, TABLE_CHARACTERS))
        whole &= len(rows) == len(part)
        if has_table or len(made) >= MOST_BLOCKS:  # Slack takes one table in a message
            whole = False
        elif len(rows) > 1:
            made.append(_table(rows))
            left -= sum(len(cell) for row in rows for cell in row)
            has_table = True
    if not whole:
        made.append(section(_more(more)))
    return made


def cut_tables(markdown: str) -> list[list[list[str]]]:
    """The tables, with their heads, that `blocks` does not show whole: long and wide ones, and all but the
    first."""
    tables = [part for part in _parts(markdown) if not isinstance(part, str) and len(part) > 1]
    return [
        rows
        for at, rows in enumerate(tables)
        if at or len(rows[0]) > TABLE_COLUMNS or len(_fitting(rows, TABLE_CHARACTERS)) < len(rows)
    ]


def section(text: str) -> Block:
    """A paragraph in Slack's own markup."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text or EMPTY}}


def saying(text: str) -> Block:
    """A dialog that says something, in Slack's own markup, and is closed by who has read it."""
    return {
        "type": "modal",
        "callback_id": "nat_said",
        "title": {"type": "plain_text", "text": "Choose or edit"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [section(text)],
    }


def _parts(markdown: str) -> Iterator[str | list[list[str]]]:
    """Text and tables, in order."""
    lines, text = markdown.split("\n"), list[str]()
    at = 0
    while at < len(lines):
        is_table = "|" in lines[at] and at + 1 < len(lines) and "|" in lines[at + 1]
        if is_table and _RULE.match(lines[at + 1]):
            if "\n".join(text).strip():
                yield "\n".join(text).strip()
            text = []
            rows = [_cells(lines[at])]
            at += 2
            while at < len(lines) and "|" in lines[at]:
                rows.append(_cells(lines[at]))
                at += 1
            yield rows
        else:
            text.append(lines[at])
            at += 1
    if "\n".join(text).strip():
        yield "\n".join(text).strip()


def _cells(line: str) -> list[str]:
    inner = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    return [_plain(each.strip().replace("\\|", "|")) for each in inner]


def _plain(text: str) -> str:
    """A cell is plain text: nothing in it is markup."""
    return _BOLD.sub(r"\1", _LINK.sub(r"\1", text)) or EMPTY


def _fitting(rows: Sequence[list[str]], characters: int) -> list[list[str]]:
    columns = min(TABLE_COLUMNS, len(rows[0]))
    found: list[list[str]] = []
    for row in rows[:TABLE_ROWS]:
        padded = [*row[:columns], *[EMPTY] * (columns - len(row))]
        characters -= sum(len(each) for each in padded)
        if characters < 0:
            break
        found.append(padded)
    return found


def _table(rows: Sequence[list[str]]) -> Block:
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
    }


def _pieces(text: str) -> Iterator[str]:
    while text:
        piece = _cut(text, LONGEST_SECTION)
        yield piece
        text = text[len(piece) :].lstrip("\n")


def _cut(text: str, most: int) -> str:
    """The beginning, to the end of a line or word, and never inside `&…;` or `<…>`."""
    if len(text) <= most:
        return text
    at = max(text.rfind("\n", 0, most), 0) or max(text.rfind(" ", 0, most), 0) or most
    opened = text.rfind("<", 0, at)
    if opened > text.rfind(">", 0, at) and opened > 0:
        at = opened
    entity = text.rfind("&", max(at - 5, 0), at)
    if entity > 0 and ";" not in text[entity:at]:
        at = entity
    return text[:at]


def _more(more: str | None) -> str:
    return f"There is more. <{more}|Open the whole answer>" if more else "There is more in the web app."
