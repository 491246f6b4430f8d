"""An answer, which is Markdown, as an email: paragraphs and tables, and nothing that a mail program loads.

Only what agents write is understood: paragraphs, headings, lists, tables with pipes, emphasis and links. The
rest stands there as it was written.
"""

import re
from typing import Final

from nat.automations.messages import RunMessage
from nat.channels.brands import Brand
from nat.channels.email import LONGEST_SUBJECT
from nat.channels.mail_page import Button, MailContent, MailTable, fits

LONGEST: Final = 12_000
"""Characters of an answer that stand in an email; the rest is in the conversation."""
CUT: Final = "The answer goes on in the conversation."
_RULE: Final = re.compile(r"^\|?[\s:|-]+\|?$")
_LINK: Final = re.compile(r"\[([^\]]*)\]\((\S+?)\)")
_EMPHASIS: Final = re.compile(r"(\*\*|__|`)(.+?)\1")
_LIST: Final = re.compile(r"^\s*[-*+]\s+")
_HEADING: Final = re.compile(r"^#{1,6}\s+")
_NUMBER: Final = re.compile(r"^[$€£]?[\d.,]+\s?%?$")


def mail_of(message: RunMessage, brand: Brand, reason: str) -> MailContent:
    """The email of a message, for somebody who gets it for a reason: with as much of the answer as mail
    programs show."""
    longest = LONGEST
    while not fits(mail := _mail_of(message, brand, reason, longest), brand) and longest:
        longest //= 2
    return mail


def _mail_of(message: RunMessage, brand: Brand, reason: str, longest: int) -> MailContent:
    answer = message.answer
    paragraphs, tables = _read(answer[:longest])
    if len(answer) > longest:
        paragraphs.append(CUT)
    return MailContent(
        message.title[:LONGEST_SUBJECT],
        (*paragraphs, *message.facts),
        Button(message.label, f"{brand.app_url}{message.page}"),
        tables=tuple(tables),
        reason=reason,
    )


def _read(text: str) -> tuple[list[str], list[MailTable]]:
    paragraphs: list[str] = []
    tables: list[MailTable] = []
    block: list[str] = []

    def end() -> None:
        if block:
            paragraphs.append(_plain(" ".join(block)))
            block.clear()

    lines = iter([*text.splitlines(), ""])
    rows: list[list[str]] = []
    for line in lines:
        bare = line.strip()
        if bare.startswith("|") and bare.count("|") > 1:
            end()
            if not _RULE.match(bare):
                rows.append([_plain(each.strip()) for each in bare.strip("|").split("|")])
            continue
        if rows:
            tables.append(_table(rows))
            rows = []
        if not bare:
            end()
        elif _HEADING.match(bare) or _LIST.match(line):
            end()
            paragraphs.append(_plain(_LIST.sub("• ", _HEADING.sub("", bare))))
        else:
            block.append(bare)
    end()
    return paragraphs, tables


def _table(rows: list[list[str]]) -> MailTable:
    columns, *body = rows
    width = len(columns)
    even = [tuple((row + [""] * width)[:width]) for row in body]
    numbers = frozenset(
        at for at in range(width) if even and all(_NUMBER.match(row[at]) for row in even if row[at])
    )
    return MailTable(tuple(columns), tuple(even), numbers)


def _plain(text: str) -> str:
    return _EMPHASIS.sub(r"\2", _LINK.sub(_shown, text))


def _shown(link: re.Match[str]) -> str:
    label, address = link.groups()
    return address if label in ("", address) else f"{label} ({address})"
