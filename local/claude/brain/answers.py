"""Answers from any result: a number, a table of records with their total, one record, the figures of a sum.

Columns and labels come from the records themselves, so that a new tool's result is told, too.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from local.claude.brain.markdown import (
    SHOWN,
    Record,
    cell,
    completeness,
    field,
    label,
    linked,
    money,
    paragraphs,
    plural,
    table,
)
from local.claude.brain.plan import Ask
from local.claude.brain.result import Result

ABOUT: Final = ("donor", "person", "signup")
"""Fields that say whom a record is about."""
HIDDEN: Final = {"id", "name", "full_name", "panel_url", "type", "links"}
ENVELOPE: Final = {"items", "query", "read_at", "count", "total", "returned", "complete", "note"}
"""Fields of a result that are no figures about its records."""
MOST_COLUMNS: Final = 8


def counted(result: Result, nouns: tuple[str, str], about: str = "") -> str:
    """`**214 people** tagged “volunteer”.`"""
    about = f" {about}" if about else ""
    if result.count is None:
        return f"NationBuilder did not say how many {nouns[1]}{about}."
    return f"{_at_least(result)}**{plural(result.count, *nouns)}**{about}."


def listing(ask: Ask, result: Result, nouns: tuple[str, str], about: str = "") -> str:
    """`**12 events** coming up.` and a table; says plainly when there is nothing or more."""
    count = result.count if result.count is not None else len(result.items)
    if not result.items and not count:
        return f"There are no {nouns[1]}{f' {about}' if about else ''}."
    shown = result.items[: max(SHOWN, ask.limit)]
    head = f"{_at_least(result)}**{plural(count, *nouns)}**{f' {about}' if about else ''}."
    return paragraphs(head, _figures(result), records_table(shown), completeness(result, len(shown)))


def card(record: Record) -> str:
    """One record as a heading line and a table of its fields."""
    people = record.get("people")
    size = f": **{plural(people, 'person', 'people')}**" if isinstance(people, int) else ""
    fields = {label(key): cell(key, value) for key, value in record.items() if _shown(key, value)}
    return paragraphs(
        f"**{linked(record)}** (id {cell('id', record.get('id', '?'))}){size}",
        table({"Field": list(fields), "Value": list(fields.values())}),
    )


def records_table(records: Sequence[Record]) -> str:
    """A table with whom or what each record is about, and what else the records say."""
    keys = list(dict.fromkeys(key for each in records for key, value in each.items() if _shown(key, value)))
    whom = next((name for name in ABOUT if name in keys), None)
    rest = [key for key in keys if key != whom][:MOST_COLUMNS]
    columns = {"Name": [linked(each.get(whom) or "—" if whom else each) for each in records]}
    return table(columns | {label(key): [cell(key, each.get(key)) for each in records] for key in rest})


def _at_least(result: Result) -> str:
    return "" if result.complete or result.total is not None else "At least "


def _shown(key: str, value: Any) -> bool:
    return key not in HIDDEN and not key.endswith("_id") and value not in (None, "", [], {})


def _figures(result: Result) -> str:
    """What a result says in numbers beside its records, and the sum of amounts where all are there."""
    told = {
        key: value
        for key, value in result.data.items()
        if key not in ENVELOPE and isinstance(value, int) and not isinstance(value, bool)
    }
    amounts = [field(each, "amount_cents") for each in result.items]
    if not told and result.complete and amounts and all(isinstance(each, int) for each in amounts):
        told = {"total_cents": sum(amounts)}
    return _sentence(told.items())


def _sentence(figures: Iterable[tuple[str, Any]]) -> str:
    return "; ".join(f"{label(key)}: **{cell(key, value)}**" for key, value in figures)


def donation_figures(result: Result) -> str:
    """`**$505.00** from **25 donations** by **22 donors**`; empty if the result has no sum."""
    total, count, donors = (result.number(name) for name in ("total_cents", "count", "donors"))
    if total is None:
        return ""
    return f"**{money(total)}** from **{plural(count, 'donation')}**" + (
        f" by **{plural(donors, 'donor')}**" if donors is not None else ""
    )
