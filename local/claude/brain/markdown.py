"""Figures and records as Markdown."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from local.claude.brain.result import Result

Record = Mapping[str, Any]
NAME_FIELDS: Final = ("name", "full_name", "title", "subject", "label", "question", "prompt", "email", "slug")
SPECIAL: Final = re.compile(r"([\\|*_`\[\]<>])")
SHOWN: Final = 20
"""Rows of a table, unless more is asked for."""


def money(cents: Any) -> str:
    """`$1,234.50`."""
    if not isinstance(cents, int):
        return "—"
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def plural(count: int | None, one: str, many: str | None = None) -> str:
    """`1 donation`, `1,234 donations`."""
    if count is None:
        return f"some {many or one + 's'}"
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def field(record: Record, *names: str) -> Any:
    """The first of these fields that has a value; dots go into nested records."""
    for name in names:
        value: Any = record
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value not in (None, "", [], {}):
            return value
    return None


def name_of(record: Any) -> str:
    """A display name."""
    if isinstance(record, str):
        return record
    if not isinstance(record, Mapping):
        return "—"
    value = field(record, *NAME_FIELDS)
    if value is None:
        value = " ".join(str(record[part]) for part in ("first_name", "last_name") if record.get(part))
    return str(value or f"#{record.get('id', '?')}")


def linked(record: Any) -> str:
    """A display name, as a link to the control panel when the record has one."""
    text = clean(name_of(record))
    url = record.get("panel_url") if isinstance(record, Mapping) else None
    return f"[{text}]({url})" if url else text


def clean(value: Any, longest: int = 120) -> str:
    """Any value as inert text of one line: what records contain must not become markup."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return clean(name_of(value), longest)
    if isinstance(value, list):
        return clean(
            ", ".join(name_of(each) if isinstance(each, Mapping) else str(each) for each in value), longest
        )
    text = " ".join(str(value).split())
    text = text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
    return SPECIAL.sub(r"\\\1", text)


def date(value: Any) -> str:
    """A time or date as `21 Nov 2026`, or with the hour where there is one to tell."""
    if not isinstance(value, str):
        return "—"
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return clean(value)
    text = f"{moment.day} {moment:%b %Y}"
    return text if len(value) <= 10 or (moment.hour, moment.minute) == (0, 0) else f"{text}, {moment:%H:%M}"


def label(key: str) -> str:
    """The name of a field for people: `amount_cents` → `Amount`."""
    return key.removesuffix("_cents").removesuffix("_in").replace("_", " ").capitalize()


def cell(key: str, value: Any) -> str:
    """The value of a field for a table: money, times and records inside it as people read them."""
    if value in (None, "", [], {}):
        return "—"
    if key.endswith("cents"):
        return money(value)
    if key.endswith(("_at", "_on", "_date")):
        return date(value)
    if isinstance(value, Mapping):
        inner = {name: each for name, each in value.items() if each not in (None, "", [], {})}
        return (
            linked(value) if "name" in inner else ", ".join(f"{name} {clean(inner[name])}" for name in inner)
        )
    if isinstance(value, list) and isinstance(value[0], Mapping):
        return ", ".join(_counted(each) for each in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else clean(value)


def _counted(record: Record) -> str:
    """A record inside a cell, with its own choices and how many people stand behind it."""
    inner = ", ".join(_counted(each) for each in field(record, "choices", "tallies") or ())
    count = field(record, "people", "count", "responses")
    text = clean(name_of(record)) + (f": {inner}" if inner else "")
    return f"{text} ({count:,})" if isinstance(count, int) else text


def table(columns: Mapping[str, Sequence[Any]]) -> str:
    """A Markdown table from columns of finished cells; columns without any value are left out."""
    kept = {head: cells for head, cells in columns.items() if any(cell not in ("", "—") for cell in cells)}
    if not kept:
        return ""
    heads = list(kept)
    rows = zip(*kept.values(), strict=True)
    lines = [
        "| " + " | ".join(heads) + " |",
        "|" + "|".join(" --- " for _ in heads) + "|",
        *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows),
    ]
    return "\n".join(lines)


def completeness(result: Result, shown: int | None = None) -> str:
    """What is said when not everything is on the table; empty if it is."""
    listed = shown if shown is not None else len(result.items)
    total = result.total
    if total is not None and total > listed:
        return f"Showing {listed:,} of {total:,}. Say “show more” for a longer list."
    if not result.complete:
        return f"This is not everything: I have seen {listed:,} and there are more."
    return ""


def paragraphs(*parts: str) -> str:
    """Non-empty parts, a blank line apart."""
    return "\n\n".join(part for part in parts if part)
