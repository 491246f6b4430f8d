"""How a change stands: what became of each record, and what can still be taken back until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nat.approvals.journal import read_journal
from nat.approvals.stored_changes import StoredChange
from nat.aws.store import Store
from nat.changes.journal import EntryState, JournalEntry
from nat.changes.operations import results_of, works_of
from nat.changes.report import Result
from nat.changes.undo import KEPT, undoing


@dataclass(frozen=True)
class ChangeStatus:
    """A change by its journals. `results` are all its records, in order; the `state` of one is `None` while
    nobody has tried it. `undone` are the entries of taking back by key; `undoable` says of what can be taken
    back now until when it can."""

    results: tuple[Result, ...]
    undone: Mapping[str, JournalEntry]
    undoable: Mapping[str, datetime]


def status_of(store: Store, action: StoredChange, now: datetime) -> ChangeStatus:
    """How a change stands, strongly consistent."""
    entries = read_journal(store, action.conversation, action.ref)
    undone = read_journal(store, action.conversation, action.ref, "undo")
    return ChangeStatus(
        results_of(works_of(action.change), entries), undone, _undoable(action, entries, undone, now)
    )


def _undoable(
    action: StoredChange,
    entries: Mapping[str, JournalEntry],
    undone: Mapping[str, JournalEntry],
    now: datetime,
) -> dict[str, datetime]:
    """Keys of what was done, can be taken back through V2 and was not yet, with the last moment for it."""
    return {
        work.key: (entries[work.key].at or now) + KEPT
        for work in undoing(action.change, entries, now)
        if work.key not in undone or undone[work.key].state is not EntryState.DONE
    }
