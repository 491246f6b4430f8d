"""Entries of the audit log as files: CSV for spreadsheets, JSON for programs."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from nat.audit.entry import AuditEntry, canonical
from nat.audit.log import Audit, Filter
from nat.ids import NationSlug
from nat.spreadsheets import csv_text

COLUMNS: Final = (
    "number",
    "at",
    "kind",
    "by",
    "about",
    "summary",
    "surface",
    "details",
    "previous",
    "hash",
)
MOST_ENTRIES: Final = 5_000
MOST_BYTES: Final = 2_500_000
"""Of one file before it is quoted: an answer of a Lambda function holds 6 MB, and JSON within JSON grows."""

Format = Literal["csv", "json"]


@dataclass(frozen=True)
class Exported:
    """One file. `next` continues after it, `None` says that the file is complete."""

    text: str
    entries: int
    next: str | None


def export(
    audit: Audit, nation_slug: NationSlug, wanted: Filter, format_: Format, *, after: str | None = None
) -> Exported:
    """The newest entries that pass, as many as one file holds. Raises `BadRequest` for a bad `after`."""
    page = audit.page(nation_slug, wanted, limit=MOST_ENTRIES, after=after, read_at_most=4 * MOST_ENTRIES)
    kept, following = _fitting(page.entries), page.next
    if len(kept) < len(page.entries):
        following = str(kept[-1].number)
    text = _as_csv(kept) if format_ == "csv" else _as_json(nation_slug, kept, following)
    return Exported(text, len(kept), following)


def _fitting(entries: tuple[AuditEntry, ...]) -> tuple[AuditEntry, ...]:
    size = 0
    for place, entry in enumerate(entries):
        size += len(canonical(entry.as_body()).encode())
        if size > MOST_BYTES and place:
            return entries[:place]
    return entries


def _as_csv(entries: Iterable[AuditEntry]) -> str:
    bodies = ({**entry.as_body(), "details": canonical(entry.details)} for entry in entries)
    return csv_text(COLUMNS, ([body[name] for name in COLUMNS] for body in bodies))


def _as_json(nation_slug: NationSlug, entries: Iterable[AuditEntry], following: str | None) -> str:
    return json.dumps(
        {
            "nation_slug": nation_slug,
            "complete": following is None,
            "next": following,
            "entries": [each.as_body() for each in entries],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
