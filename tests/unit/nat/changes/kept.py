"""Journal and proposals in memory: a fake of our own protocols, with a boundary where a worker may die."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from nat.agent.ports import Planned
from nat.agent.tool import Tool
from nat.changes.card import card
from nat.changes.journal import EntryState, Journal, JournalEntry, Proposal
from nat.changes.plan import Change

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def survive(_: str) -> None:
    """No worker dies here."""


@dataclass
class KeptJournal:
    """Entries in memory. `boundary` is called before and after each access and may end the worker."""

    run: str = "turn-1"
    entries: dict[str, JournalEntry] = field(default_factory=dict)
    boundary: Callable[[str], None] = survive
    intended: list[str] = field(default_factory=list)

    def load(self) -> Mapping[str, JournalEntry]:
        self.boundary("load")
        return dict(self.entries)

    def intend(self, keys: Sequence[str]) -> None:
        self.boundary("before intend")
        self.intended.extend(keys)
        for key in keys:
            self.entries[key] = JournalEntry(key, EntryState.INTENT, self.run, at=NOW)
        self.boundary("after intend")

    def settle(self, entries: Sequence[JournalEntry]) -> None:
        self.boundary("before settle")
        for entry in entries:
            self.entries[entry.key] = replace(entry, at=NOW)
        self.boundary("after settle")

    def again(self, run: str) -> "KeptJournal":
        """The same journal in a later turn."""
        return KeptJournal(run, self.entries)

    def state(self, key: str) -> EntryState:
        """What it says of one operation."""
        return self.entries[key].state


@dataclass
class KeptChanges:
    """What a turn's writing calls need, in memory."""

    journals: dict[tuple[int, str], KeptJournal] = field(default_factory=dict)
    plans: dict[tuple[int, str], Planned] = field(default_factory=dict)
    proposed: list[Proposal] = field(default_factory=list)

    def planned(self, step: int, call: str) -> Planned | None:
        return self.plans.get((step, call))

    def freeze(self, step: int, call: str, change: Change, tool: Tool) -> Change:
        self.plans[step, call] = Planned(change)
        return change

    def journal(self, step: int, call: str) -> Journal:
        return self.journals.setdefault((step, call), KeptJournal())

    def propose(self, step: int, call: str, change: Change, tool: Tool) -> Proposal:
        proposal = Proposal(f"P{len(self.proposed) + 1}", card(change, tool), NOW + timedelta(minutes=15))
        self.plans[step, call] = Planned(change, proposal)
        self.proposed.append(proposal)
        return proposal

    def reference(self, step: int, call: str) -> str:
        return f"turn-1#{step:03d}#{call}"
