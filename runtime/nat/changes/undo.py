"""Taking back what a change did: from its journal, newest first, and only where nobody changed it since."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from nat.changes.executor import STEADY, Check, ProgressPace, carry_out, no_check
from nat.changes.journal import Emit, EntryState, Journal, JournalEntry
from nat.changes.operations import OperationWork, chosen
from nat.changes.plan import CREATED_ID, RECREATED_ID, Change, Operation, answered
from nat.changes.record_state import probe_of_result
from nat.changes.references import filled, filled_probe, lacks, names_of
from nat.changes.report import ChangeReport
from nat.wording import Worded

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

KEPT: Final = timedelta(days=30)
"""How long a change can be taken back."""


def undo(
    change: Change,
    entries: Mapping[str, JournalEntry],
    *,
    v2: "NationBuilder",
    journal: Journal,
    emit: Emit,
    stopped: Callable[[], bool],
    now: datetime,
    check: Check = no_check,
    keys: Collection[str] | None = None,
    at_once: int = 1,
    pace: ProgressPace = STEADY,
) -> ChangeReport:
    """Take back what `entries`, the change's journal, say was done; or of it the operations with these keys.

    `journal` is that of taking back: what stands there as done is not taken back twice. A record that is no
    longer as the change left it is reported and left. Raises as `commit` does.
    """
    works = chosen(undoing(change, entries, now), keys)
    return carry_out(
        works,
        label=Worded("change.undo", change=change.worded(change.summary)),
        v2=v2,
        journal=journal,
        emit=emit,
        stopped=stopped,
        check=check,
        at_once=at_once,
        pace=pace,
    )


def undoing(change: Change, entries: Mapping[str, JournalEntry], now: datetime) -> list[OperationWork]:
    """What there is to take back, newest first: done by us within `KEPT`, and possible through V2."""
    dependents: dict[str, list[str]] = {}
    for operation in change.operations:
        for key in operation.needs:
            dependents.setdefault(key, []).append(operation.key)
    return [
        replace(work, waits=tuple(dependents.get(work.key, ())))
        for operation in reversed(change.operations)
        if (work := _undoing(operation, entries, now)) is not None
    ]


def _undoing(
    operation: Operation, entries: Mapping[str, JournalEntry], now: datetime
) -> OperationWork | None:
    entry = entries.get(operation.key)
    if entry is None or entry.state is not EntryState.DONE or entry.already or not operation.undo:
        return None
    if entry.at is not None and now - entry.at > KEPT:
        return None
    names = names_of({key: entries[key] for key in operation.needs if key in entries})
    if entry.created_id is not None:
        names[CREATED_ID] = entry.created_id
    found = entry.found or {}
    names |= {answered(name): str(value) for name, value in found.items()}
    requests = tuple(filled(request, names) for request in operation.undo)
    if any(lacks(request, but=RECREATED_ID) for request in requests):
        return None
    left = operation.after
    if left is not None:
        left = {**left, **{name: value for name, value in found.items() if name in left}}
    probe = probe_of_result(operation, entry.created_id)
    return OperationWork(
        operation.key,
        operation.subject,
        requests,
        before=left,
        after=operation.before if operation.undone is None else operation.undone,
        probe=probe and filled_probe(probe, names),
        awaits=operation.awaits,
    )
