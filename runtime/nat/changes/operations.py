"""The operations of a change as work to do, and how far they are by the journal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from nat import errors
from nat.changes.journal import JournalEntry
from nat.changes.plan import Change, PlannedRequest, Probe, Subject
from nat.changes.record_state import State
from nat.changes.references import (
    Names,
    answers_needed,
    filled,
    filled_probe,
    needs_created_id,
)
from nat.changes.report import ChangeReport, Result, result_of
from nat.wording import Worded


@dataclass(frozen=True)
class OperationWork:
    """One operation to carry out: a change's, or what takes one back."""

    key: str
    subject: Subject
    requests: tuple[PlannedRequest, ...]
    before: State
    after: State
    probe: Probe | None
    awaits: bool = False
    undoable: bool = False
    undo_by_id: bool = False
    """Taking it back takes the id of what it created."""
    needs: tuple[str, ...] = ()
    """Works that must be done first: their ids stand in this one."""
    waits: tuple[str, ...] = ()
    """Works that it comes after, and never beside."""
    expects: int | None = None
    """The status that the undo is for."""
    learns: tuple[str, ...] = ()
    """Attributes that NationBuilder decides and taking it back needs."""

    def with_ids(self, names: Names) -> "OperationWork":
        """The same with the ids in place that are known by now."""
        if not names:
            return self
        return replace(
            self,
            requests=tuple(filled(each, names) for each in self.requests),
            probe=self.probe and filled_probe(self.probe, names),
        )

    @property
    def provable(self) -> bool:
        """Looking tells whether it was done. What a POST creates gets a new id, so only an index shows it."""
        if self.probe is None:
            return False
        return self.probe.index or all(request.method != "POST" for request in self.requests)


def survey(
    change: Change, entries: Mapping[str, JournalEntry], keys: Collection[str] | None = None
) -> ChangeReport:
    """How far a change is by its journal, or the operations of it with these keys. Raises `BadRequest`."""
    return ChangeReport(results_of(chosen(works_of(change), keys), entries))


def works_of(change: Change) -> list[OperationWork]:
    """The operations of a change."""
    return [
        OperationWork(
            each.key,
            each.subject,
            (each.request,),
            each.before,
            each.after,
            each.probe,
            each.awaits,
            bool(each.undo),
            any(needs_created_id(request) for request in each.undo),
            each.needs,
            each.needs,
            each.expects,
            answers_needed(each.undo),
        )
        for each in change.operations
    ]


def results_of(works: Sequence[OperationWork], entries: Mapping[str, JournalEntry]) -> tuple[Result, ...]:
    """What became of each operation."""
    return tuple(
        result_of(
            work.key,
            work.subject,
            entry := entries.get(work.key),
            undoable=work.undoable and not (work.undo_by_id and entry and entry.created_id is None),
            provable=work.provable,
        )
        for work in works
    )


def chosen(works: Sequence[OperationWork], keys: Collection[str] | None) -> list[OperationWork]:
    """The operations with these keys, and those that they need, in their order. Raises `BadRequest` for keys
    that do not exist."""
    known = {each.key for each in works}
    if len(known) != len(works):
        raise ValueError("Two operations of a change have the same key.")
    if keys is None:
        return list(works)
    wanted = set(keys)
    if not wanted <= known:
        raise errors.BadRequest(Worded("refused.no_such_record"))
    for each in reversed(works):  # what is needed comes first
        if each.key in wanted:
            wanted.update(each.needs)
    return [each for each in works if each.key in wanted]
