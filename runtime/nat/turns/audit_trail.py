"""What a turn writes into the nation's audit log: decisions, changes before they begin, what became of them.

A change has its entry before its first request is sent, so none is made that the log does not know; if the
log cannot be written, the change is not begun. What became of it is an entry of its own, which the successor
of a dead worker adds. Entries are per action, never per record, and each is added once however often a turn
is run.
"""

import hashlib
import logging
from datetime import timedelta
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from nat.agent.ports import Planned
from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals
from nat.approvals.journal import StoredJournal, TurnChanges
from nat.approvals.stored_changes import ChangeRef
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.store import Store
from nat.changes.operations import survey
from nat.changes.plan import Change
from nat.changes.policy import Gated
from nat.changes.report import ChangeReport
from nat.conversations.turns import Turn
from nat.errors import Internal, TurnLost

RECORDS_NAMED: Final = 50
"""Records of a change whose type and id stand in its entry."""

_log = logging.getLogger(__name__)


class TurnAuditLog:
    """The audit log as one turn writes it."""

    def __init__(self, audit: Audit, turn: Turn) -> None:
        self._audit = audit
        self._turn = turn

    def approved(self, approval: Approval) -> None:
        """A person said yes, or had what was not done tried again."""
        turn = self._turn
        self._audit.append(
            turn.nation_slug,
            AuditKind.APPROVAL,
            by=turn.user_id,
            about=approval.tool.name,
            summary=turn.question,
            details={
                "decision": "approved",
                "approval": approval.id,
                "action": str(approval.ref),
                "asked_by": approval.user_id,
                "fingerprint": approval.fingerprint,
                **self._where(),
            },
            surface=turn.surface,
            once=f"{turn.turn_id}#approved",
        )

    def begins(
        self, change: Change, ref: ChangeRef, *, undo: bool = False, chosen: int | None = None
    ) -> None:
        """A change is about to be carried out, or taken back. `chosen` is how many records, if not all."""
        turn = self._turn
        details: dict[str, object] = {
            "action": str(ref),
            "operations": len(change.operations),
            "chosen": chosen,
            "fingerprint": change.fingerprint,
            "arguments": dict(change.arguments),
            "records": [
                f"{each.subject.type} {each.subject.id}"
                for each in change.operations[:RECORDS_NAMED]
                if each.subject.id
            ],
            "role": turn.role.value,
            "question_sha256": hashlib.sha256(turn.question.encode()).hexdigest(),
            **self._where(),
        }
        self._audit.append(
            turn.nation_slug,
            AuditKind.TOOL_UNDO if undo else AuditKind.TOOL_WRITE,
            by=turn.user_id,
            about=change.tool,
            summary=change.summary,
            details=details,
            surface=turn.surface,
            once=f"{turn.turn_id}#{ref}#begins",
        )

    def ends(self, change: Change, ref: ChangeRef, report: ChangeReport) -> None:
        """What became of it. The change is made and known by then: if the log does not take the entry, the
        turn goes on, and the journal still says what was done."""
        turn = self._turn
        try:
            self._audit.append(
                turn.nation_slug,
                AuditKind.TOOL_OUTCOME,
                by=turn.user_id,
                about=change.tool,
                summary=f"{report.done} of {report.total} done",
                details={
                    "action": str(ref),
                    "counts": dict(report.counts),
                    "stopped": report.stopped,
                    "halted": None if report.halted is None else report.halted.code,
                    **self._where(),
                },
                surface=turn.surface,
                once=f"{turn.turn_id}#{ref}#ends",
            )
        except (BotoCoreError, ClientError, Internal) as error:
            _log.error(
                "outcome not in the audit log",
                extra={"nation": turn.nation_slug, "turn": turn.turn_id, "reason": type(error).__name__},
            )

    def _where(self) -> dict[str, str]:
        return {"conversation": self._turn.conversation_id, "turn": self._turn.turn_id}


class AuditedChanges(TurnChanges):
    """The agent's port `Actions` for one attempt of one turn, with an entry for each change that it commits.

    Use it as a context: leaving it adds what became of the changes.
    """

    def __init__(
        self,
        store: Store,
        turn: Turn,
        approvals: Approvals,
        *,
        to_decide: timedelta,
        ledger: TurnAuditLog,
    ) -> None:
        super().__init__(store, turn, approvals, to_decide=to_decide)
        self._ledger = ledger
        self._changes: dict[str, Change] = {}
        self._begun: dict[str, StoredJournal] = {}

    def __enter__(self) -> "AuditedChanges":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Add the outcomes, unless the turn is another worker's to go on with: then that one does."""
        if isinstance(error, TurnLost) or not (error is None or isinstance(error, Exception)):
            return
        for text, journal in self._begun.items():
            change = self._changes[text]
            self._ledger.ends(change, ChangeRef.parse(text), survey(change, journal.load()))

    def planned(self, step: int, call: str) -> Planned | None:
        """What an earlier attempt of this turn made of the call."""
        planned = super().planned(step, call)
        if planned is not None:
            self._changes[self.reference(step, call)] = planned.change
        return planned

    def freeze(self, step: int, call: str, change: Change, tool: Gated) -> Change:
        """Store a change that is committed at once. Raises `TurnLost`."""
        frozen = super().freeze(step, call, change, tool)
        self._changes[self.reference(step, call)] = frozen
        return frozen

    def journal(self, step: int, call: str) -> StoredJournal:
        """The journal of a frozen change that is about to be committed: from here on the log knows it."""
        text = self.reference(step, call)
        journal = super().journal(step, call)
        self._ledger.begins(self._changes[text], ChangeRef.parse(text))
        self._begun[text] = journal
        return journal
