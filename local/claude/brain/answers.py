"""Answers that many intents share: a count, or a list as a table with its total."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.claude.brain.markdown import SHOWN, Record, completeness, paragraphs, plural, table
from local.claude.brain.plan import Ask
from local.claude.brain.result import Result

Cell = Callable[[Record], Any]


def rows(ask: Ask, result: Result) -> Sequence[Record]:
    """The records that are shown."""
    return result.items[: max(SHOWN, ask.limit)]


def listing(
    ask: Ask,
    result: Result,
    nouns: tuple[str, str],
    columns: Mapping[str, Cell],
    *,
    about: str = "",
    extra: str = "",
) -> str:
    """`**12 events** coming up.` and a table; says plainly when there is nothing or more."""
    count = result.count if result.count is not None else len(result.items)
    about = f" {about}" if about else ""
    if not result.items and not count:
        return f"There are no {nouns[1]}{about}."
    shown = rows(ask, result)
    exact = "" if result.complete or result.total is not None else "at least "
    head = f"{exact}**{plural(count, *nouns)}**{about}."
    head = head[0].upper() + head[1:]
    body = table({name: [cell(record) for record in shown] for name, cell in columns.items()})
    return paragraphs(head, extra, body, completeness(result, len(shown)))


def counted(result: Result, nouns: tuple[str, str], about: str = "") -> str:
    """`**214 people** are tagged volunteer.`"""
    about = f" {about}" if about else ""
    count = result.count
    if count is None:
        return f"NationBuilder did not say how many {nouns[1]}{about}."
    partial = "" if result.complete or result.total is not None else "at least "
    text = f"{partial}**{plural(count, *nouns)}**{about}."
    return text[0].upper() + text[1:]
