"""The whole nation before and after: what may differ is listed, everything else must be as it was."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from local.nationbuilder.schema import Row, schema
from local.nationbuilder.store import Nation

FOLLOWS: Final[Mapping[str, frozenset[str]]] = {
    "signups": frozenset(
        [
            "updated_at",
            "is_donor",
            "donations_count",
            "donations_amount",
            "donations_amount_in_cents",
            "donations_amount_this_cycle_in_cents",
            "donations_count_this_cycle",
            "support_level_changed_at",
            "first_prospect_at",
            "donations_to_raise_amount",
            "first_donated_at",
            "last_donated_at",
            "closed_invoices_count",
            "last_contacted_at",
            "last_contacted_by_id",
            "contact_status",
            "note_updated_at",
            "email",
            "full_name",
            "is_volunteer",
            "first_volunteer_at",
            "last_invoice_at",
            "primary_address",
            "is_supporter",
            "first_supporter_at",
            "donations_pledged_amount",
            "outstanding_invoices_count",
        ]
    ),
    "signup_tags": frozenset(["taggings_count", "updated_at"]),
    "lists": frozenset(["signups_count", "updated_at"]),
    "events": frozenset(["attending_count", "updated_at"]),
    "pages": frozenset(["updated_at"]),
    "automations": frozenset(
        ["updated_at", "active_enrollments_count", "total_enrollments_count", "removed_enrollments_count"]
    ),
    "paths": frozenset(["updated_at"]),
    "path_journeys": frozenset(["updated_at", "last_moved_at", "ended_at"]),
    "donations": frozenset(["updated_at"]),
    "pledges": frozenset(["updated_at"]),
    "contacts": frozenset(["updated_at"]),
    "memberships": frozenset(["updated_at"]),
    "event_rsvps": frozenset(["updated_at"]),
}
"""Attributes that NationBuilder derives: they may follow in a changed record and in those that it belongs
to."""
FILLED: Final[Mapping[str, frozenset[str]]] = {
    "automation_enrollments": frozenset(["next_execution"]),
    "contacts": frozenset(["author_id"]),
    "donations": frozenset(
        ["amount", "email", "first_name", "last_name", "payment_type_id", "status", "succeeded_at"]
    ),
    "event_rsvps": frozenset(["author_id", "email", "first_name", "last_name", "page_id"]),
    "events": frozenset(["accept_rsvps", "attending_count", "page_id", "time_zone"]),
    "lists": frozenset(["author_id", "signups_count", "slug"]),
    "memberships": frozenset(
        ["grace_period_num_time_periods", "grace_period_time_period_type", "started_at", "status"]
    ),
    "pages": frozenset(
        [
            "author_id",
            "effective_permission_level",
            "page_type_name",
            "permission_level",
            "site_id",
            "slug",
            "status",
            "title",
            "url_path",
        ]
    ),
    "path_histories": frozenset(
        ["category", "path_journey_id", "path_step_id", "point_person_id", "recruiter_id"]
    ),
    "path_journeys": frozenset(["current_step_id", "journey_status", "last_moved_at", "point_person_id"]),
    "signup_taggings": frozenset(),
    "signup_tags": frozenset(["taggings_count"]),
    "signups": frozenset(["author_id", "email1", "first_supporter_at", "full_name"]),
    "survey_question_responses": frozenset(["author_id", "question_format", "survey_question_id"]),
}
"""What NationBuilder fills in in a new record, or a tool has to choose. A time among it is that of the
making."""
_ALWAYS: Final = frozenset(["id", "created_at", "updated_at"])
_LATER: Final = frozenset(["next_execution"])
_BELONGS: Final = {
    "signup_id": "signups",
    "first_signup_id": "signups",
    "second_signup_id": "signups",
    "tag_id": "signup_tags",
    "list_id": "lists",
    "event_id": "events",
    "page_id": "pages",
    "path_id": "paths",
    "pledge_id": "pledges",
    "automation_id": "automations",
    "path_journey_id": "path_journeys",
    "voter_id": "voters",
}
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


def newly_tagged(nation: Nation, tag: str, *people: str) -> tuple[Wanted, ...]:
    """A tag that is the next to be made, on these people."""
    made = str(nation["signup_tags"].next_id)
    return (
        New("signup_tags", {"name": tag}),
        *(New("signup_taggings", {"signup_id": each, "tag_id": made}) for each in people),
    )


def problems(before: Nation, after: Nation, wanted: Iterable[Wanted], said: str = "") -> Iterator[str]:
    """What differs and should not, and what should differ and does not. Words that the person said may stand
    anywhere in a new record.

    `after` began as a copy of `before`. Rows are replaced when they change and never changed in place, so
    what is the same row is unchanged.
    """
    listed = list(wanted)
    named = {each.kind for each in listed if not isinstance(each, Members)}
    kinds = [kind for kind in before.tables if kind in named or before[kind].rows != after[kind].rows]
    belongs = _belongs(before, after, listed)
    along = _gone_along(kinds, before, after, listed)
    lost = {(each.kind, each.record) for each in listed if isinstance(each, Gone)}
    for kind in kinds:
        new = [each for each in listed if isinstance(each, New) and each.kind == kind]
        yield from _new(kind, before, after, new, said.casefold())
        gone = {each.record for each in listed if isinstance(each, Gone) and each.kind == kind}
        set_to = {each.record: each for each in listed if isinstance(each, Set) and each.kind == kind}
        for record, row in before[kind].rows.items():
            now = after[kind].rows.get(record)
            if now is None:
                if record not in gone and (kind, record) not in along:
                    yield f"{kind} {record} is gone"
            elif record in gone:
                yield f"{kind} {record} is still there"
            elif record in set_to:
                yield from _set(kind, row, now, set_to[record].values)
            elif now is not row:
                may = FOLLOWS.get(kind, _OWN) if (kind, record) in belongs else frozenset[str]()
                may |= {
                    column
                    for owner, column in _pointing(kind)
                    if now.get(column) is None and (owner, row.get(column)) in lost | along
                }
                yield from _unlisted(kind, row, now, may)
    yield from _members(before, after, listed)


def _new(kind: str, before: Nation, after: Nation, wanted: list[New], said: str) -> Iterator[str]:
    made = [row for record, row in after[kind].rows.items() if record not in before[kind].rows]
    for each in wanted:
        fitting = [
            row for row in made if all(_same(row.get(name), value) for name, value in each.values.items())
        ]
        if len(fitting) != each.count:
            yield f"{len(fitting)} new {kind} with {dict(each.values)} instead of {each.count}"
        for row in fitting:
            if unsaid := sorted(_unsaid(kind, row, each.values, said)):
                yield f"{kind} {row['id']} has a {', '.join(unsaid)} that nobody said"
        made = [row for row in made if row not in fitting]
    if made:
        yield f"{len(made)} new {kind} that nobody asked for"


def _unsaid(kind: str, row: Row, values: Mapping[str, Any], said: str) -> Iterator[str]:
    """What a new record says beyond what was listed and what is filled in."""
    attributes = schema().resources[kind].attributes
    for name, value in row.items():
        if name in values or name in _ALWAYS:
            continue
        default = attributes[name].default if name in attributes else None
        if name not in FILLED.get(kind, _ALWAYS):
            if value and value != default and not (isinstance(value, str) and value.casefold() in said):
                yield name
        elif (
            isinstance(value, datetime)
            and isinstance(made := row.get("created_at"), datetime)
            and name not in _LATER
            and value.date() != made.date()
        ):
            yield name


def _set(kind: str, row: Row, now: Row, values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if not _same(now.get(name), value):
            yield f"{kind} {row['id']}: {name} is {now.get(name)!r} instead of {value!r}"
    yield from _unlisted(kind, row, now, FOLLOWS.get(kind, _OWN) | set(values))


def _unlisted(kind: str, row: Row, now: Row, may: Iterable[str]) -> Iterator[str]:
    changed = sorted(name for name in now.keys() | row.keys() if row.get(name) != now.get(name))
    if unlisted := [name for name in changed if name not in may]:
        yield f"{kind} {row['id']} has another {', '.join(unlisted)}"


def _members(before: Nation, after: Nation, listed: list[Wanted]) -> Iterator[str]:
    wanted = {each.record: each.people for each in listed if isinstance(each, Members)}
    gone = {each.record for each in listed if isinstance(each, Gone) and each.kind == "lists"}
    people_gone = {each.record for each in listed if isinstance(each, Gone) and each.kind == "signups"}
    for record in before.list_members.keys() | after.list_members.keys() | wanted.keys():
        should = wanted.get(record, frozenset(before.list_members.get(record, ()))) - people_gone
        found = after.list_members.get(record, {}).keys()
        if record not in gone and found != should:
            yield f"{len(found)} people are on list {record} instead of {len(should)}, or others"


def _belongs(before: Nation, after: Nation, listed: list[Wanted]) -> set[tuple[str, str]]:
    """Records that a listed one belongs to."""
    rows: list[Row] = []
    found: set[tuple[str, str]] = set()
    for each in listed:
        match each:
            case New(kind=kind):
                rows += [row for record, row in after[kind].rows.items() if record not in before[kind].rows]
            case Set(kind=kind, record=record) | Gone(kind=kind, record=record):
                rows += [found_row for side in (before, after) if (found_row := side[kind].rows.get(record))]
            case Members(record=record, people=people):
                found.add(("lists", record))
                found |= {("signups", person) for person in people}
    gone = {each.record for each in listed if isinstance(each, Gone) and each.kind == "signups"}
    rows += [
        row
        for kind, table in before.tables.items()
        if "signup_id" in table.indexes
        for person in gone
        for row in before[kind].where("signup_id", person)
    ]
    for row in rows:
        found |= {
            (kind, str(row[column])) for column, kind in _BELONGS.items() if row.get(column) is not None
        }
    if gone:
        found |= {("lists", record) for record, people in before.list_members.items() if gone & people.keys()}
    return found


@cache
def _pointing(kind: str) -> frozenset[tuple[str, str]]:
    """What the records of a kind point at, and with which attribute: null once that is gone."""
    return frozenset(
        (owner, column)
        for owner, pointing in schema().references.items()
        for child, column in pointing
        if child == kind
    )


def _gone_along(
    kinds: Iterable[str], before: Nation, after: Nation, listed: list[Wanted]
) -> set[tuple[str, str]]:
    """Records that went because what they belonged to went."""
    lost = [
        (kind, record, row)
        for kind in kinds
        for record, row in before[kind].rows.items()
        if record not in after[kind].rows
    ]
    gone = {(each.kind, each.record) for each in listed if isinstance(each, Gone)}
    along: set[tuple[str, str]] = set()
    while more := {
        (kind, record)
        for kind, record, row in lost
        if (kind, record) not in along
        and any((owner, row.get(column)) in gone | along for column, owner in _BELONGS.items())
    }:
        along |= more
    return along


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) and isinstance(found, datetime):
        return found.isoformat().startswith(wanted)
    return bool(found == wanted)
