"""How a change stands: what became of each record, and what can still be taken back until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from nat.actions.journal import read_journal
from nat.actions.rows import Action
from nat.agent.ports import Entry, EntryState
from nat.agent.report import Result
from nat.agent.undo import KEPT, undoing
from nat.agent.work import results_of, works_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class ChangeStanding:
    """A change by its journals. `results` are all its records, in order; the `state` of one is `None` while
    nobody has tried it. `undone` are the entries of taking back by key; `undoable` says of what can be taken
    back now until when it can."""

    results: tuple[Result, ...]
    undone: Mapping[str, Entry]
    undoable: Mapping[str, datetime]


def standing_of(client: "DynamoDBClient", table: str, action: Action, now: datetime) -> ChangeStanding:
    """How a change stands, strongly consistent. `table` is Actions."""
    entries = read_journal(client, table, action.conversation, action.ref)
    undone = read_journal(client, table, action.conversation, action.ref, "undo")
    return ChangeStanding(
        results_of(works_of(action.change), entries), undone, _undoable(action, entries, undone, now)
    )


def _undoable(
    action: Action, entries: Mapping[str, Entry], undone: Mapping[str, Entry], now: datetime
) -> dict[str, datetime]:
    """Keys of what was done, can be taken back through V2 and was not yet, with the last moment for it."""
    return {
        work.key: (entries[work.key].at or now) + KEPT
        for work in undoing(action.change, entries, now)
        if work.key not in undone or undone[work.key].state is not EntryState.DONE
    }
