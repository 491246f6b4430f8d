"""What a call of a changing tool is to plan and to change, and whom it may be tried on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation

Arguments = Callable[[Nation], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A call. `operations`, `skipped` and `people` are counts; `changes` the kinds of records that differ
    afterwards; `restores` whether it can be taken back, and `leaves` what differs even then: V2 voids a new
    journey and cancels a new membership instead of deleting them. `sends` are the messages that go out."""

    tool: str
    arguments: Arguments
    operations: int
    people: int
    changes: set[str] = field(default_factory=set)
    skipped: int = 0
    restores: bool = True
    leaves: set[str] = field(default_factory=set)
    sends: tuple[str, ...] = ()
    name: str = ""

    def __str__(self) -> str:
        return f"{self.tool} {self.name}".strip()


def rows(nation: Nation, kind: str) -> dict[str, Row]:
    """Records by id."""
    return dict(nation.tables[kind].rows)


def people(nation: Nation, count: int) -> list[str]:
    """Ids of people with names and email addresses, who are not users."""
    return [
        each
        for each, row in rows(nation, "signups").items()
        if each not in nation.users and row["first_name"] and row["email"] and len(row["first_name"]) < 50
    ][:count]
