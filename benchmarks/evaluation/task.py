"""One task: what a person says, what they decide when asked, and what must be true afterwards."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation
from nat.roles import Role

Words = str | Callable[[Nation], str]
"""What a person says; a function where it names records of the seeded nation."""

Rows = dict[str, dict[str, Row]]


@dataclass
class Seen:
    """What came of a task.

    `answers` are the texts by turn; `cards` the proposals, in order; `tools` the calls by name;
    `unasked` are the records that changed before anybody had said yes.
    """

    nation: Nation
    before: Rows
    after: Rows = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    cards: list[Mapping[str, Any]] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    unasked: int = 0
    members_before: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def answer(self) -> str:
        """Everything that was said, as one text."""
        return "\n".join(self.answers)

    def new(self, kind: str) -> list[Row]:
        """Records that were not there before."""
        return [row for each, row in self.after[kind].items() if each not in self.before[kind]]

    def gone(self, kind: str) -> list[Row]:
        """Records that are no longer there."""
        return [row for each, row in self.before[kind].items() if each not in self.after[kind]]

    def changed(self, kind: str) -> list[tuple[Row, Row]]:
        """Records that are another now: before and after."""
        return [
            (row, self.after[kind][each])
            for each, row in self.before[kind].items()
            if each in self.after[kind] and self.after[kind][each] is not row
        ]

    @property
    def touched(self) -> set[str]:
        """Kinds of records that differ."""
        kinds = {
            kind
            for kind in self.before
            if self.before[kind].keys() != self.after[kind].keys() or self.changed(kind)
        }
        members = {each: frozenset(found) for each, found in self.nation.list_members.items()}
        return kinds | ({"list members"} if members != self.members_before else set())


Check = Callable[[Seen], Iterator[str]]
"""Gives what is wrong, in words; nothing if the task was done."""


@dataclass(frozen=True)
class Task:
    """A task of one group. `decides` is what the person answers to every proposal."""

    name: str
    says: tuple[Words, ...]
    checks: tuple[Check, ...]
    decides: Literal["yes", "no", "nothing"] = "yes"
    role: Role = Role.OWNER
    nation: str = "demo"
    opened: Callable[[Nation], tuple[str, str]] | None = None
    """The page that is open: its kind and the record's id."""


def task(name: str, *says: Words, checks: tuple[Check, ...], **more: Any) -> Task:
    """A task in one line. Raises `ValueError` without a check: a task that cannot fail measures nothing."""
    if not checks:
        raise ValueError(f"The task {name} checks nothing.")
    return Task(name, says, checks, **more)
