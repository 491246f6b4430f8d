"""A proposal in a terminal: what would be done, to whom, and what every record is before and after.

Everything on it comes from the frozen change. Names and texts are those of records, so nothing of them is
markup and no control character gets through.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from nat.cli.terminal import clean

_UNDO: Final = {
    "all": "All of it can be undone.",
    "some": "Only a part of it can be undone.",
    "none": "This cannot be undone.",
}


def as_panel(card: Mapping[str, Any]) -> Panel:
    """The card as a box with a table of records."""
    parts: list[RenderableType] = [Text(line) for line in _head(card)]
    records = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for _ in range(3):
        records.add_column(overflow="fold")
    for record in card["sample"]:
        changes = list(_changes(record)) or [""]
        for number, change in enumerate(changes):
            records.add_row(Text("•" if number == 0 else ""), Text(_name(record, first=number == 0)), change)
    if card["sample"]:
        parts.append(records)
    parts.extend(Text(line, style=style) for line, style in _foot(card))
    return Panel(Group(*parts), title=Text("Nat proposes"), title_align="left", expand=False)


def as_lines(card: Mapping[str, Any]) -> Iterator[str]:
    """The card as plain lines, for a pipe."""
    yield from _head(card)
    for record in card["sample"]:
        told = "; ".join(_changes(record))
        yield f"- {_name(record)}" + (f": {told}" if told else "")
    yield from (line for line, _ in _foot(card))


def waits_until(expires_at: str) -> str:
    """The time of day here, as a person reads it. Raises `ValueError`."""
    return datetime.fromisoformat(expires_at).astimezone().strftime("%H:%M")


def _head(card: Mapping[str, Any]) -> Iterator[str]:
    yield clean(str(card["summary"]))
    if card["filter"]:
        yield f"Who: {clean(str(card['filter']))}"
    people, count = card["people"], card["count"]
    said = f"{people:,} {'person' if people == 1 else 'people'}"
    yield said if count == people else f"{said}, {count:,} {'change' if count == 1 else 'changes'}"


def _foot(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if card["more"]:
        yield f"… and {card['more']:,} more", "dim"
    if card["touched"]:
        yield "Among them: " + ", ".join(_name(each) for each in card["touched"]), ""
    skipped = card["skipped"]
    if skipped["count"]:
        yield f"Left out: {skipped['count']:,}", ""
        for reason in skipped["reasons"]:
            yield f"  {reason['count']:,} × {clean(str(reason['why']))}", "dim"
    for warning in card["warnings"]:
        yield f"! {clean(str(warning))}", "yellow"
    if card["sends"]:
        yield "! This can send a message to people.", "yellow"
    yield _UNDO[card["undo"]], "" if card["undo"] == "all" else "yellow"


def _name(record: Mapping[str, Any], *, first: bool = True) -> str:
    if not first:
        return ""
    return " ".join(clean(str(record["name"])).split()) or f"{record['type']} {record['id'] or ''}".strip()


def _changes(record: Mapping[str, Any]) -> Iterator[str]:
    before, after = record["before"], record["after"]
    if after is None:
        yield "removed"
        return
    for name, value in after.items():
        label = clean(str(name)).replace("_", " ")
        if before is None:
            yield f"{label}: {_value(value)}"
        elif before.get(name) != value:
            yield f"{label}: {_value(before.get(name))} → {_value(value)}"


def _value(value: Any) -> str:
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(clean(str(value)).split())


def numbered(card: Mapping[str, Any]) -> Iterator[str]:
    """The records on the card with a number each, to choose from."""
    yield from (f"{number}. {_name(record)}" for number, record in enumerate(card["sample"], 1))
    if card["more"]:
        yield f"The other {card['more']:,} cannot be chosen one by one here."


def label(field: Mapping[str, Any]) -> str:
    """An editable value as it is asked for: its name, what it is now, and what it may be."""
    choices = [str(each) for each in field.get("choices") or ()]
    now = _value(field.get("value"))
    said = f"{field['name'].replace('_', ' ')} (now {now}" + (f"; {', '.join(choices)}" if choices else "")
    return clean(f"{said}; Enter keeps it)")
