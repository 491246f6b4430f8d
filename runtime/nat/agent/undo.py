"""Taking back what a change did: from its journal, newest first, and only where nobody changed it since."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from nat.agent.change import CREATED_ID, RECREATED_ID, Change, Operation, answered
from nat.agent.commit import STEADY, Pace, carry_out
from nat.agent.ports import Emit, Entry, EntryState, Journal
from nat.agent.references import filled, filled_probe, lacks, names_of
from nat.agent.report import Report
from nat.agent.states import probe_of_result
from nat.agent.work import Work, chosen

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

KEPT: Final = timedelta(days=30)
"""How long a change can be taken back."""


def undo(
    change: Change,
    entries: Mapping[str, Entry],
    *,
    nation: "NationBuilder",
    journal: Journal,
    emit: Emit,
    stopped: Callable[[], bool],
    now: datetime,
    keys: Collection[str] | None = None,
    at_once: int = 1,
    pace: Pace = STEADY,
) -> Report:
    """Take back what `entries`, the change's journal, say was done; or of it the operations with these keys.

    `journal` is that of taking back: what stands there as done is not taken back twice. A record that is no
    longer as the change left it is reported and left. Raises as `commit` does.
    """
    works = chosen(undoing(change, entries, now), keys)
    return carry_out(
        works,
        label=f"Undo: {change.summary}",
        nation=nation,
        journal=journal,
        emit=emit,
        stopped=stopped,
        at_once=at_once,
        pace=pace,
    )


def undoing(change: Change, entries: Mapping[str, Entry], now: datetime) -> list[Work]:
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


def _undoing(operation: Operation, entries: Mapping[str, Entry], now: datetime) -> Work | None:
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
    return Work(
        operation.key,
        operation.subject,
        requests,
        before=left,
        after=operation.before if operation.undone is None else operation.undone,
        probe=probe and filled_probe(probe, names),
        awaits=operation.awaits,
    )
