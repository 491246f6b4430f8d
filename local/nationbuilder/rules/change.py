"""A write under way, as the rules of its type see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from local.nationbuilder.bodies import blank, must_exist, taken
from local.nationbuilder.errors import Problem, problem
from local.nationbuilder.schema import Resource, Row
from local.nationbuilder.store import Nation


class Writes(Protocol):
    """What rules may do to other records."""

    def create(self, kind: str, values: Mapping[str, Any], *, by: str | None = None) -> Row:
        """Make a record, with the rules of its type."""
        ...

    def update(self, kind: str, record_id: str, values: Mapping[str, Any]) -> Row:
        """Change a record, with the rules of its type."""
        ...

    def delete(self, kind: str, record_id: str) -> None:
        """Delete a record with what depends on it."""
        ...


@dataclass
class Change:
    """One record about to be written.

    `values` are what will be stored: rules add derived ones. `switches` are write-only values, such as
    `send_donor_receipt`. `by` is the type whose sidepost makes this record. `author_id` owns the token.
    """

    nation: Nation
    writes: Writes
    resource: Resource
    now: datetime
    author_id: str | None
    before: Row | None
    values: dict[str, Any]
    switches: dict[str, Any] = field(default_factory=dict)
    by: str | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def creating(self) -> bool:
        """Whether the record is new."""
        return self.before is None

    def get(self, name: str) -> Any:
        """The value as it will be."""
        if name in self.values:
            return self.values[name]
        return self.before.get(name) if self.before is not None else self.resource.defaults.get(name)

    def changes(self, name: str) -> bool:
        """Whether the value will differ from what is stored."""
        return name in self.values and (self.before is None or self.before.get(name) != self.values[name])

    def set_default(self, name: str, value: Any) -> None:
        """Give a new record a value where none was sent."""
        if self.creating and self.values.get(name) is None:
            self.values[name] = value

    def require(self, *names: str) -> None:
        """Note `can't be blank` for each that would be empty."""
        for name in names:
            value = self.get(name)
            if (value is None or value == "") and (self.creating or name in self.values):
                self.problems.append(blank(name))

    def require_unique(
        self, *names: str, pointer: str, ignoring: Callable[[Row], bool] | None = None
    ) -> None:
        """Note `taken` if another record has the same values. Text is compared without case."""
        wanted = [_folded(self.get(name)) for name in names]
        if None in wanted or not (self.creating or any(self.changes(name) for name in names)):
            return
        table = self.nation[self.resource.type]
        rows = table.where(names[0], self.get(names[0])) if names[0] in table.indexes else table.rows.values()
        for row in rows:
            if self.before is not None and row["id"] == self.before["id"]:
                continue
            if [_folded(row[name]) for name in names] == wanted and not (ignoring and ignoring(row)):
                self.problems.append(taken(pointer))
                return

    def require_one_of(self, name: str, allowed: tuple[Any, ...]) -> None:
        """Note a value outside of what is allowed."""
        if name in self.values and self.values[name] is not None and self.values[name] not in allowed:
            self.problems.append(problem(name, "is not included in the list", "inclusion"))

    def missing(self, name: str) -> None:
        """Note that a reference leads nowhere."""
        self.problems.append(must_exist(name))

    def effect(self, kind: str, row: Row, signup_id: str | None, detail: str = "") -> None:
        """Note a message that goes out with this write."""
        self.nation.effect(self.now, kind, (self.resource.type, row["id"]), signup_id, detail)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _nothing(*_: Any) -> None:
    return None


@dataclass(frozen=True)
class Rules:
    """What is particular to one type.

    `required`: attributes that may not be empty. `prepare` checks and derives before the record is stored,
    `saved` follows up, `removed` follows up a deletion. `deletes` lists what goes with the record, as
    (type, column); whatever else points at it loses the reference.
    """

    required: tuple[str, ...] = ()
    prepare: Callable[[Change], None] = _nothing
    saved: Callable[[Change, Row], None] = _nothing
    removed: Callable[[Nation, Row], None] = _nothing
    deletes: tuple[tuple[str, str], ...] = ()


def slug_of(text: str) -> str:
    """A slug from a name: lower case, words joined by underscores."""
    return (
        "_".join("".join(each if each.isalnum() else " " for each in text.lower()).split())[:60] or "untitled"
    )
