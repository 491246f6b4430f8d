"""What became of a change, operation by operation, and how it is told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from nat.changes.journal import EntryState, JournalEntry
from nat.changes.plan import Subject
from nat.errors import NatError
from nat.live_links import guarded

REASONS_TOLD: Final = 10
"""Records whose reason stands in the answer; all are in the report."""

Outcome = Literal["done", "partly", "failed"]

_NOT_DONE: Final = {
    EntryState.FAILED: "failed",
    EntryState.UNKNOWN: "could not be confirmed",
    EntryState.CONFLICT: "left alone, changed since",
    EntryState.SKIPPED: "not tried",
    None: "not tried",
}


@dataclass(frozen=True)
class Result:
    """What became of one record. `state` is `None` when its turn did not come."""

    key: str
    subject: Subject
    state: EntryState | None
    why: str = ""
    already: bool = False
    undoable: bool = False
    retryable: bool = False


@dataclass(frozen=True)
class ChangeReport:
    """A whole run over a change. `halted` is the failure that ended it early."""

    results: tuple[Result, ...]
    stopped: bool = False
    halted: NatError | None = None

    @property
    def total(self) -> int:
        """Operations that were asked for."""
        return len(self.results)

    @property
    def counts(self) -> Mapping[str, int]:
        """Operations by state; what was not tried counts as `skipped`."""
        return Counter((each.state or EntryState.SKIPPED).value for each in self.results)

    @property
    def done(self) -> int:
        """Operations that are as they should be."""
        return sum(each.state is EntryState.DONE for each in self.results)

    @property
    def outcome(self) -> Outcome:
        """All, some or none of it."""
        if self.done == self.total:
            return "done"
        return "partly" if self.done else "failed"

    @property
    def undoable(self) -> tuple[str, ...]:
        """Keys of what can be taken back."""
        return tuple(each.key for each in self.results if each.undoable)

    @property
    def retryable(self) -> tuple[str, ...]:
        """Keys of what may be tried again: failed, not tried, or unknown and provable by looking."""
        return tuple(each.key for each in self.results if each.retryable)

    def as_data(self) -> dict[str, object]:
        """For the model: counts and our own words, and nothing that records say."""
        data: dict[str, object] = {
            "state": self.outcome,
            "operations": self.total,
            "counts": dict(self.counts),
            "undoable": len(self.undoable),
        }
        reasons = [
            {"record": _record(each.subject), "state": _NOT_DONE[each.state], "why": each.why}
            for each in self.results
            if each.state is not EntryState.DONE
        ]
        if reasons:
            data["not_done"] = reasons[:REASONS_TOLD]
        if self.stopped:
            data["stopped"] = "The person stopped it."
        return data

    def in_figures(self) -> str:
        """For the model of later turns: how many operations are in which state."""
        counts = ", ".join(f"{count} {state}" for state, count in sorted(self.counts.items()))
        return f"{counts} of {self.total}" if counts else "nothing was left to do"

    def in_words(self, done: str = "Done") -> str:
        """For people, in Markdown: how many, and of what was not done which and why."""
        if not self.results:
            return "There was nothing to do."
        already = sum(each.already for each in self.results)
        lines = [f"{done}: {self.done} of {self.total}."]
        if already:
            lines[0] += f" {already} of them {'was' if already == 1 else 'were'} so already."
        if self.stopped:
            lines[0] += " You stopped it; the rest was left as it was."
        elif self.halted is not None:
            lines[0] += f" {self.halted.message}"
        told = [
            each for each in self.results if each.state not in (EntryState.DONE, None, EntryState.SKIPPED)
        ]
        for each in told[:REASONS_TOLD]:
            why = f": {guarded(each.why)}" if each.why else ""
            lines.append(f"- {_plain(each.subject.name)}, {_NOT_DONE[each.state]}{why}")
        if len(told) > REASONS_TOLD:
            lines.append(f"- and {len(told) - REASONS_TOLD} more")
        return "\n".join(lines)


def result_of(
    key: str, subject: Subject, entry: JournalEntry | None, *, undoable: bool, provable: bool
) -> Result:
    """One record's result from its journal entry."""
    if entry is None:
        return Result(key, subject, None, retryable=True)
    state = EntryState.UNKNOWN if entry.state is EntryState.INTENT else entry.state
    again = state in (EntryState.FAILED, EntryState.SKIPPED) or (
        state is EntryState.UNKNOWN and (provable or entry.token is not None)
    )
    return Result(
        key,
        subject,
        state,
        entry.why,
        entry.already,
        undoable=undoable and state is EntryState.DONE and not entry.already,
        retryable=again,
    )


def _record(subject: Subject) -> str:
    return f"{subject.type} {subject.id}" if subject.id else subject.type


def _plain(name: str) -> str:
    """A name as text in Markdown: it comes from a record, so it gets no say in the formatting."""
    line = " ".join(guarded(name).split())[:80]
    return "".join(f"\\{each}" if each in "\\`*_[]<>#|!~" else each for each in line)
