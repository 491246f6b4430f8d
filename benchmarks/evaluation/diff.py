"""The whole nation before and after: what may differ is listed, everything else must be as it was."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation

FOLLOWS: Final[Mapping[str, frozenset[str]]] = {
    "signups": frozenset(
        [
            "updated_at", "is_donor", "donations_count", "donations_amount", "donations_amount_in_cents",
            "donations_to_raise_amount", "first_donated_at", "last_donated_at", "closed_invoices_count",
            "last_contacted_at", "last_contacted_by_id", "contact_status", "note_updated_at", "email", "full_name",
            "is_volunteer", "first_volunteer_at", "last_invoice_at", "primary_address", "is_supporter",
            "first_supporter_at", "donations_pledged_amount", "outstanding_invoices_count",
        ]
    ),
    "signup_tags": frozenset(["taggings_count", "updated_at"]),
    "lists": frozenset(["signups_count", "updated_at"]),
    "events": frozenset(["attending_count", "updated_at"]),
    "pages": frozenset(["updated_at"]),
    "automations": frozenset(["updated_at", "active_enrollments_count", "enrollments_count"]),
    "paths": frozenset(["updated_at"]),
    "path_journeys": frozenset(["updated_at", "last_moved_at"]),
    "donations": frozenset(["updated_at"]),
    "pledges": frozenset(["updated_at"]),
    "contacts": frozenset(["updated_at"]),
    "memberships": frozenset(["updated_at"]),
    "event_rsvps": frozenset(["updated_at"]),
}  # fmt: skip
"""Attributes that NationBuilder derives: they may follow in a changed record and in those that it belongs to."""
_BELONGS: Final = {
    "signup_id": "signups", "first_signup_id": "signups", "second_signup_id": "signups", "tag_id": "signup_tags",
    "list_id": "lists", "event_id": "events", "page_id": "pages", "path_id": "paths", "pledge_id": "pledges",
    "automation_id": "automations", "path_journey_id": "path_journeys",
}  # fmt: skip
_OWN: Final = frozenset(["updated_at"])


@dataclass(frozen=True)
class New:
    """So many new records of a kind with these values."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    count: int = 1


@dataclass(frozen=True)
class Set:
    """A record that has these values now, and no others but those that follow from a change."""

    kind: str
    record: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Gone:
    """A record that is no longer there; with it may go what belonged to it."""

    kind: str
    record: str


@dataclass(frozen=True)
class Members:
    """Exactly these people are on a list."""

    record: str
    people: frozenset[str]


Wanted = New | Set | Gone | Members


@dataclass(frozen=True)
class Snapshot:
    """A nation at one moment. Rows are replaced when they change, never changed in place."""

    rows: Mapping[str, Mapping[str, Row]]
    members: Mapping[str, frozenset[str]]
    effects: int

    @classmethod
    def of(cls, nation: Nation) -> "Snapshot":
        """The nation as it is now."""
        return cls(
            {kind: dict(table.rows) for kind, table in nation.tables.items()},
            {each: frozenset(found) for each, found in nation.list_members.items()},
            len(nation.effects),
        )


def problems(before: Snapshot, after: Snapshot, wanted: Iterable[Wanted]) -> Iterator[str]:
    """What differs and should not, and what should differ and does not."""
    listed = list(wanted)
    belongs = _belongs(before, after, listed)
    for kind in before.rows:
        yield from _new(kind, before, after, [each for each in listed if isinstance(each, New) and each.kind == kind])
        gone = {each.record for each in listed if isinstance(each, Gone) and each.kind == kind}
        set_to = {each.record: each for each in listed if isinstance(each, Set) and each.kind == kind}
        for record, row in before.rows[kind].items():
            now = after.rows[kind].get(record)
            if now is None:
                if record not in gone and not _went_along(row, listed):
                    yield f"{kind} {record} is gone"
            elif record in gone:
                yield f"{kind} {record} is still there"
            elif record in set_to:
                yield from _set(kind, row, now, set_to[record].values)
            elif now is not row:
                may = FOLLOWS.get(kind, _OWN) if (kind, record) in belongs else frozenset[str]()
                yield from _unlisted(kind, row, now, may)
    yield from _members(before, after, listed)


def _new(kind: str, before: Snapshot, after: Snapshot, wanted: list[New]) -> Iterator[str]:
    made = [row for record, row in after.rows[kind].items() if record not in before.rows[kind]]
    for each in wanted:
        fitting = [row for row in made if all(_same(row.get(name), value) for name, value in each.values.items())]
        if len(fitting) != each.count:
            yield f"{len(fitting)} new {kind} with {dict(each.values)} instead of {each.count}"
        made = [row for row in made if row not in fitting]
    if made:
        yield f"{len(made)} new {kind} that nobody asked for"


def _set(kind: str, row: Row, now: Row, values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if not _same(now.get(name), value):
            yield f"{kind} {row['id']}: {name} is {now.get(name)!r} instead of {value!r}"
    yield from _unlisted(kind, row, now, FOLLOWS.get(kind, _OWN) | set(values))


def _unlisted(kind: str, row: Row, now: Row, may: Iterable[str]) -> Iterator[str]:
    changed = sorted(name for name in now.keys() | row.keys() if row.get(name) != now.get(name))
    if unlisted := [name for name in changed if name not in may]:
        yield f"{kind} {row['id']} has another {', '.join(unlisted)}"


def _members(before: Snapshot, after: Snapshot, listed: list[Wanted]) -> Iterator[str]:
    wanted = {each.record: each.people for each in listed if isinstance(each, Members)}
    gone = {each.record for each in listed if isinstance(each, Gone) and each.kind == "lists"}
    people_gone = {each.record for each in listed if isinstance(each, Gone) and each.kind == "signups"}
    for record in before.members.keys() | after.members.keys() | wanted.keys():
        should = wanted.get(record, before.members.get(record, frozenset())) - people_gone
        found = after.members.get(record, frozenset())
        if record not in gone and found != should:
            yield f"{len(found)} people are on list {record} instead of {len(should)}, or others"


def _belongs(before: Snapshot, after: Snapshot, listed: list[Wanted]) -> set[tuple[str, str]]:
    """Records that a listed one belongs to."""
    rows: list[Row] = []
    found: set[tuple[str, str]] = set()
    for each in listed:
        match each:
            case New(kind=kind):
                rows += [row for record, row in after.rows[kind].items() if record not in before.rows[kind]]
            case Set(kind=kind, record=record) | Gone(kind=kind, record=record):
                rows += [found_row for side in (before, after) if (found_row := side.rows[kind].get(record))]
            case Members(record=record, people=people):
                found.add(("lists", record))
                found |= {("signups", person) for person in people}
    gone = {each.record for each in listed if isinstance(each, Gone) and each.kind == "signups"}
    rows += [row for kind in before.rows for row in before.rows[kind].values() if row.get("signup_id") in gone]
    for row in rows:
        found |= {(kind, str(row[column])) for column, kind in _BELONGS.items() if row.get(column) is not None}
    if gone:
        found |= {("lists", record) for record, people in before.members.items() if people & gone}
    return found


def _went_along(row: Row, listed: list[Wanted]) -> bool:
    return any(
        isinstance(each, Gone) and _BELONGS.get(column) == each.kind and row.get(column) == each.record
        for each in listed
        for column in _BELONGS
    )


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) and isinstance(found, datetime):
        return found.isoformat().startswith(wanted)
    return bool(found == wanted)
