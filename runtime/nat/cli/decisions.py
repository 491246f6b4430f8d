"""What a person can decide in a chat, and what there is to decide about by the events so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nat.contract.events import ApprovalRequested, ApprovalUpdated, Event, ToolFinished

PENDING = "pending"
AGAIN = frozenset({"partly", "failed"})
"""States of a proposal in which what was not done may be tried again."""
DONE = frozenset({"done", "partly"})


@dataclass(frozen=True)
class PendingProposal:
    """A proposal that waits for a person."""

    approval: str
    card: Mapping[str, Any]
    expires_at: str

    @property
    def fingerprint(self) -> str:
        """What a yes is bound to."""
        return str(self.card["fingerprint"])


@dataclass(frozen=True)
class Approve:
    """Yes to a proposal, or with `keys` to those records of it."""

    waiting: PendingProposal
    keys: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Reject:
    """No to a proposal."""

    waiting: PendingProposal


@dataclass(frozen=True)
class Edit:
    """Other values for a proposal: what comes of it is a proposal of its own. Names are the card's."""

    waiting: PendingProposal
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Retry:
    """What of a change was not done, once more: an approved proposal's, or the one that `tool.finished`
    named."""

    approval: str | None = None
    change: str | None = None


@dataclass(frozen=True)
class Undo:
    """Take a change back: an approved proposal's, or the one that `tool.finished` named."""

    approval: str | None = None
    change: str | None = None


Decision = Approve | Edit | Reject | Retry | Undo


@dataclass
class Agenda:
    """Follows the events of a conversation. `new` are proposals that nobody was asked about yet."""

    waiting: dict[str, PendingProposal] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    undo: Undo | None = None
    """The latest change that can be taken back."""
    retry: Retry | None = None

    def take(self, event: Event) -> None:
        """Note what an event says."""
        match event:
            case ApprovalRequested(approval=approval, card=card, expires_at=expires_at):
                if approval not in self.waiting:
                    self.new.append(approval)
                self.waiting[approval] = PendingProposal(approval, card, expires_at)
            case ApprovalUpdated(approval=approval, state=state) if state != PENDING:
                waiting = self.waiting.pop(approval, None)
                self.new = [each for each in self.new if each != approval]
                self.retry = Retry(approval=approval) if state in AGAIN else None
                if state in DONE and (waiting is None or waiting.card["undo"] != "none"):
                    self.undo = Undo(approval=approval)
            case ToolFinished(change=change, retry=retry) if change is not None or retry is not None:
                self.undo = self.undo if change is None else Undo(change=change)
                self.retry = None if retry is None else Retry(change=retry)

    def fresh(self) -> list[PendingProposal]:
        """Proposals to ask about now; each is given once."""
        given = [self.waiting[each] for each in self.new if each in self.waiting]
        self.new.clear()
        return given
