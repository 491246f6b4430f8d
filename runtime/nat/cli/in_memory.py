"""The agent's ports in this process: steps, changes, journals and proposals that last as long as it does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from nat.agent.ports import Block, Planned, ProposalStatus, Step
from nat.agent.tool import Tool
from nat.changes.card import card
from nat.changes.journal import EntryState, Journal, JournalEntry, Proposal
from nat.changes.plan import Change
from nat.errors import ApprovalClosed, ApprovalExpired, NotFound
from nat.names import DECIDE_MINUTES


class MemorySteps:
    """Steps of a turn that nobody will go on with."""

    def __init__(self) -> None:
        self._steps: dict[int, Step] = {}

    def load(self) -> Sequence[Step]:
        """The steps so far."""
        return [self._steps[index] for index in sorted(self._steps)]

    def save_message(self, step: Step) -> None:
        """Keep a message."""
        self._steps[step.index] = step

    def save_results(self, index: int, results: Sequence[Block]) -> None:
        """Keep results."""
        self._steps[index] = replace(self._steps[index], results=tuple(results))


@dataclass
class MemoryJournal:
    """What became of the operations of one change."""

    run: str
    clock: Callable[[], datetime]
    entries: dict[str, JournalEntry] = field(default_factory=dict)

    def load(self) -> Mapping[str, JournalEntry]:
        """All entries."""
        return dict(self.entries)

    def intend(self, keys: Sequence[str]) -> None:
        """Note what may happen now."""
        for key in keys:
            self.entries[key] = JournalEntry(key, EntryState.INTENT, self.run, at=self.clock())

    def settle(self, entries: Sequence[JournalEntry]) -> None:
        """Note what became of it."""
        for entry in entries:
            self.entries[entry.key] = replace(entry, run=self.run, at=self.clock())


@dataclass
class Kept:
    """One frozen change with its journals, and what became of its proposal, if it is one."""

    reference: str
    change: Change
    tool: Tool
    proposal: Proposal | None = None
    state: str = "pending"
    journal: MemoryJournal | None = None
    undo_journal: MemoryJournal | None = None

    @property
    def card(self) -> Mapping[str, Any]:
        """What was shown of it. Empty for a change that nobody was asked about."""
        return {} if self.proposal is None else self.proposal.card


class MemoryActions:
    """Changes and proposals of one conversation."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._kept: dict[str, Kept] = {}
        self._turn = 0

    def begin_turn(self) -> tuple[ProposalStatus, ...]:
        """Start a turn: calls get new references. What became of proposals of earlier turns."""
        self._turn += 1
        return tuple(
            ProposalStatus(kept.proposal.approval, kept.tool.name, kept.state)
            for kept in self._kept.values()
            if kept.proposal is not None
        )

    def planned(self, step: int, call: str) -> Planned | None:
        """What was frozen for a call."""
        kept = self._kept.get(self.reference(step, call))
        return None if kept is None else Planned(kept.change, kept.proposal)

    def freeze(self, step: int, call: str, change: Change, tool: Tool) -> Change:
        """Keep a change that is committed at once."""
        reference = self.reference(step, call)
        self._kept[reference] = Kept(reference, change, tool, state="done")
        return change

    def journal(self, step: int, call: str) -> Journal:
        """The journal of a kept change."""
        return self.journal_of(self.change(self.reference(step, call)))

    def propose(self, step: int, call: str, change: Change, tool: Tool) -> Proposal:
        """Keep a change that waits; earlier turns' proposals that wait are superseded."""
        earlier = [
            kept
            for kept in self._kept.values()
            if kept.state == "pending" and not kept.reference.startswith(f"{self._turn}#")
        ]
        for kept in earlier:
            kept.state = "superseded"
        reference = self.reference(step, call)
        proposal = Proposal(
            f"P{len(self._kept) + 1}",
            card(change, tool),
            self._clock() + timedelta(minutes=DECIDE_MINUTES),
            tuple(kept.proposal.approval for kept in earlier if kept.proposal is not None),
        )
        self._kept[reference] = Kept(reference, change, tool, proposal)
        return proposal

    def reference(self, step: int, call: str) -> str:
        """How a call of this turn is named."""
        return f"{self._turn}#{step:03d}#{call}"

    def change(self, reference: str) -> Kept:
        """A kept change. Raises `NotFound`."""
        try:
            return self._kept[reference]
        except KeyError:
            raise NotFound("There is no such change in this conversation.") from None

    def proposed(self, approval: str) -> Kept:
        """The change of a proposal. Raises `NotFound`."""
        for kept in self._kept.values():
            if kept.proposal is not None and kept.proposal.approval == approval:
                return kept
        raise NotFound("There is no such proposal in this conversation.")

    def waiting(self, approval: str) -> Kept:
        """The same, if it still waits. Raises `NotFound`, `ApprovalExpired`, `ApprovalClosed`."""
        kept = self.proposed(approval)
        if kept.state == "pending" and kept.proposal is not None:
            if kept.proposal.expires_at > self._clock():
                return kept
            kept.state = "expired"
        if kept.state == "expired":
            raise ApprovalExpired
        raise ApprovalClosed(f"This was decided before: it is {kept.state}.")

    def journal_of(self, kept: Kept) -> MemoryJournal:
        """The journal of a change, for the turn that runs."""
        kept.journal = MemoryJournal(str(self._turn), self._clock, _entries(kept.journal))
        return kept.journal

    def undo_journal_of(self, kept: Kept) -> MemoryJournal:
        """The journal of taking it back."""
        kept.undo_journal = MemoryJournal(str(self._turn), self._clock, _entries(kept.undo_journal))
        return kept.undo_journal


def _entries(journal: MemoryJournal | None) -> dict[str, JournalEntry]:
    return {} if journal is None else journal.entries
