"""Taking back what a change did: from its journal, newest first, and only where nobody changed it since."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from nat.agent.change import CREATED_ID, Change, Operation, Request
from nat.agent.commit import STEADY, Pace, carry_out
from nat.agent.ports import Emit, Entry, EntryState, Journal
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
    return [
        work
        for operation in reversed(change.operations)
        if (entry := entries.get(operation.key)) is not None
        and (work := _undoing(operation, entry, now)) is not None
    ]


def _undoing(operation: Operation, entry: Entry, now: datetime) -> Work | None:
    if entry.state is not EntryState.DONE or entry.already or not operation.undo:
        return None
    if entry.at is not None and now - entry.at > KEPT:
        return None
    requests = tuple(_with_created(request, entry.created_id) for request in operation.undo)
    if any(request is None for request in requests):
        return None
    left = operation.after
    if left is not None and entry.found:
        left = {**left, **entry.found}
    return Work(
        operation.key,
        operation.subject,
        tuple(request for request in requests if request is not None),
        before=left,
        after=operation.before,
        probe=probe_of_result(operation, entry.created_id),
        awaits=operation.awaits,
    )


def _with_created(request: Request, created_id: str | None) -> Request | None:
    """The request with the id of the created record in it; `None` if it needs one that nobody knows."""
    body: Mapping[str, Any] | None = request.body
    text = json.dumps([request.path, body])
    if CREATED_ID not in text:
        return request
    if created_id is None:
        return None
    path, body = json.loads(text.replace(CREATED_ID, created_id))
    return Request(request.method, path, body)
