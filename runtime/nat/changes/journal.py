"""What carrying out a change needs from outside: its journal, as a protocol and plain values, and who hears
of its progress. The journal on DynamoDB is `nat.approvals.journal`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nat.contract.events import Event

Emit = Callable[["Event"], None]


class EntryState(StrEnum):
    """What the journal knows of one operation of a change."""

    INTENT = "intent"
    """It may be under way, or have been when a worker died."""
    DONE = "done"
    FAILED = "failed"
    """NationBuilder did not do it."""
    UNKNOWN = "unknown"
    """It was sent, and nothing proves what became of it. Never repeated unseen."""
    CONFLICT = "conflict"
    """The record is no longer what it was when the change was planned: left alone."""
    SKIPPED = "skipped"
    """Its turn did not come: the person stopped, or an earlier failure ended the work."""


@dataclass(frozen=True)
class JournalEntry:
    """One operation in the journal.

    `run` is the turn that wrote the entry. `already`: it was so before, so there is nothing of ours to take
    back. `token` is that of an asynchronous process. `found` holds attributes that V2 stored in another form
    than they were sent in, or that it decided on and an undo needs. `why` is for people, `code` is that of
    the error.
    """

    key: str
    state: EntryState
    run: str = ""
    created_id: str | None = None
    already: bool = False
    token: str | None = None
    found: Mapping[str, object] | None = None
    code: str | None = None
    why: str = ""
    at: datetime | None = None
    """When it was stored; `None` before."""


class Journal(Protocol):
    """The journal of one change, or of taking one back. It outlives turns: who retries finds what is done.

    Every write is fenced: it raises `TurnLost` when another worker has taken the turn, and `NatError` of no
    other kind.
    """

    @property
    def run(self) -> str:
        """The turn that writes now."""
        ...

    def load(self) -> Mapping[str, JournalEntry]:
        """All entries by operation key, strongly consistent."""
        ...

    def intend(self, keys: Sequence[str]) -> None:
        """Store, before anything is sent, that these operations may happen now."""
        ...

    def settle(self, entries: Sequence[JournalEntry]) -> None:
        """Store what became of operations."""
        ...


@dataclass(frozen=True)
class Proposal:
    """A change that waits for a person: `approval` is its id. `superseded` are earlier ones it replaces."""

    approval: str
    card: Mapping[str, object]
    expires_at: datetime
    superseded: tuple[str, ...] = ()
