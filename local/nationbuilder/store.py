"""Records of one nation in memory: tables with an index on every foreign key, and transactions that undo."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

from local.nationbuilder.schema import PAYMENT_TYPES, Resource, Row, schema
from local.nationbuilder.values import in_zone

Undo = tuple["Table", str, Row | None]


class Table:
    """Rows of one type by id, in order of creation. Rows handed out are replaced, never changed in place."""

    def __init__(self, resource: Resource, columns: Iterable[str]) -> None:
        self.resource = resource
        self.rows: dict[str, Row] = {}
        self.indexes: dict[str, dict[str, dict[str, None]]] = {column: {} for column in columns}
        self._own: dict[str, set[str]] = {column: set() for column in self.indexes}
        self.next_id = 1
        self.journal: list[Undo] | None = None

    def get(self, record_id: str | None) -> Row | None:
        """The record, if there is one."""
        return None if record_id is None else self.rows.get(record_id)

    def ids(self, column: str, value: str) -> Iterable[str]:
        """Ids of the rows whose indexed column holds the value."""
        return self.indexes[column].get(value, ())

    def where(self, column: str, value: str) -> list[Row]:
        """Rows whose indexed column holds the value."""
        return [self.rows[each] for each in self.indexes[column].get(value, ())]

    def insert(self, values: Mapping[str, Any], record_id: str | None = None) -> Row:
        """A new row: defaults, then `values`. Ids count up."""
        if record_id is None:
            record_id = str(self.next_id)
        self.next_id = max(self.next_id, int(record_id) + 1)
        row: Row = {"id": record_id, **self.resource.defaults, **values}
        self._put(record_id, row, None)
        return row

    def update(self, record_id: str, changes: Mapping[str, Any]) -> Row:
        """Replace some values of a row. Raises `KeyError` for an unknown id."""
        before = self.rows[record_id]
        if all(key in before and before[key] == value for key, value in changes.items()):
            return before
        row = {**before, **changes}
        self._put(record_id, row, before)
        return row

    def delete(self, record_id: str) -> Row:
        """Remove a row. Raises `KeyError` for an unknown id."""
        row = self.rows[record_id]
        self._put(record_id, None, row)
        return row

    def _put(self, record_id: str, row: Row | None, before: Row | None) -> None:
        if self.journal is not None:
            self.journal.append((self, record_id, before))
        for column in self.indexes:
            old = before.get(column) if before else None
            new = row.get(column) if row else None
            if old == new:
                continue
            if old is not None:
                self._entry(column, old).pop(record_id, None)
            if new is not None:
                self._entry(column, new)[record_id] = None
        if row is None:
            del self.rows[record_id]
        else:
            self.rows[record_id] = row

    def _entry(self, column: str, value: str) -> dict[str, None]:
        """An index's entry to write to: copies of a table share entries until one of them writes."""
        index = self.indexes[column]
        if value not in self._own[column]:
            index[value] = dict(index.get(value, ()))
            self._own[column].add(value)
        return index[value]

    def undo(self, record_id: str, before: Row | None) -> None:
        """Put a row back as it was."""
        self._put(record_id, before, self.rows.get(record_id))

    def copy(self) -> "Table":
        """A table of its own with the same rows."""
        twin = Table(self.resource, self.indexes)
        twin.rows = dict(self.rows)
        twin.indexes = {column: dict(index) for column, index in self.indexes.items()}
        twin.next_id = self.next_id
        for own in self._own.values():
            own.clear()
        return twin


@dataclass(frozen=True)
class Effect:
    """Something that reaches people: a receipt, an autoresponse, an enrolment, a notice to followers."""

    at: datetime
    kind: str
    type: str
    record_id: str
    signup_id: str | None
    detail: str = ""


@dataclass
class Job:
    """A list action under way. `changes` is applied when the time comes."""

    token: str
    due: datetime
    action: str
    list_id: str
    argument: Any
    finished: datetime | None = None
    message: str | None = None


@dataclass
class User:
    """A control-panel user: what their permission set hides, and whether they still have access."""

    signup_id: str
    permission_set: str = "admin"
    lost_access: bool = False


@dataclass
class Nation:
    """One nation: its records, members of lists, control-panel users, jobs and effects.

    `lock` guards everything; `version` counts changes, so that a snapshot knows whether it is needed.
    """

    slug: str
    name: str
    time_zone: str
    tables: dict[str, Table] = field(default_factory=dict)
    list_members: dict[str, dict[str, None]] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    version: int = 0
    lock: RLock = field(default_factory=RLock, repr=False)

    def __post_init__(self) -> None:
        if not self.tables:
            self.tables = empty_tables()
        self.zone = ZoneInfo(self.time_zone)

    def __getitem__(self, kind: str) -> Table:
        """The table of a type. Raises `KeyError`."""
        return self.tables[kind]

    def local(self, moment: datetime) -> datetime:
        """A moment as this nation's API prints it."""
        return in_zone(moment, self.zone)

    def effect(
        self, now: datetime, kind: str, record: tuple[str, str], signup: str | None, detail: str = ""
    ) -> None:
        """Note a message that would have gone out; `record` is type and id."""
        self.effects.append(Effect(self.local(now), kind, record[0], record[1], signup, detail))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: an exception puts every row, list and effect back."""
        journal: list[Undo] = []
        members = {list_id: dict(ids) for list_id, ids in self.list_members.items()}
        effects, jobs = len(self.effects), dict(self.jobs)
        next_ids = {kind: table.next_id for kind, table in self.tables.items()}
        for table in self.tables.values():
            table.journal = journal
        try:
            yield
        except BaseException:
            for table in self.tables.values():
                table.journal = None
            for table, record_id, before in reversed(journal):
                table.undo(record_id, before)
            for kind, next_id in next_ids.items():
                self.tables[kind].next_id = next_id
            self.list_members, self.jobs = members, jobs
            del self.effects[effects:]
            raise
        finally:
            for table in self.tables.values():
                table.journal = None
        self.version += 1

    def copy(self) -> "Nation":
        """An independent nation with the same content. Rows are shared: they are never changed in place."""
        return Nation(
            self.slug,
            self.name,
            self.time_zone,
            {kind: table.copy() for kind, table in self.tables.items()},
            {list_id: dict(ids) for list_id, ids in self.list_members.items()},
            {key: User(**vars(user)) for key, user in self.users.items()},
            {token: Job(**vars(job)) for token, job in self.jobs.items()},
            list(self.effects),
        )


def empty_tables() -> dict[str, Table]:
    """A table for every type, indexed by each column that joins to another record."""
    known = schema()
    columns: dict[str, set[str]] = {kind: set() for kind in known.resources}
    for references in known.references.values():
        for kind, column in references:
            columns[kind].add(column)
    return {kind: Table(each, sorted(columns[kind])) for kind, each in known.resources.items()}


PAYMENT_TYPE_NAMES: tuple[str, ...] = (
    "Cash",
    "Credit Card",
    "Check",
    "Money Order",
    "EFT",
    "In-Kind",
    "Wire Transfer",
    "Other",
    "Square",
    "ActBlue",
    "Google Pay",
    "Apple Pay",
)
"""Names of the V1 era (API facts, §8); ids count from 1."""


def new_nation(slug: str, name: str, time_zone: str) -> Nation:
    """An empty nation that knows the payment types."""
    nation = Nation(slug, name, time_zone)
    for each in PAYMENT_TYPE_NAMES:
        nation[PAYMENT_TYPES].insert({"name": each})
    return nation
