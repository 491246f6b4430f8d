"""The worker's side of a decision: carries out an approved change, or takes one back.

Membership, role and policy are read anew, at the start and before each batch of requests: who lost them
after the click changes nothing more. What runs are the frozen requests, through the journal; the model is not
asked.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nat.approvals.approvals import Approvals
from nat.approvals.journal import StoredJournal
from nat.approvals.stored_changes import ChangeRef, ChangeRows, StoredChange
from nat.audit.log import Audit
from nat.aws.store import Store
from nat.changes.executor import STEADY, ProgressPace, commit, requests_at_once
from nat.changes.journal import Emit
from nat.changes.policy import check_rights
from nat.changes.report import ChangeReport
from nat.changes.undo import undo
from nat.contract.events import ApprovalUpdated, Link, Notice, TurnFinished, TurnStopped
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn, TurnKind
from nat.errors import ApprovalChanged, NotFound, Reconnect, TokenRejected
from nat.ids import ApprovalId
from nat.nations.record import Nation
from nat.nations.web_pages import reconnect_page
from nat.people.memberships import theirs
from nat.turns.audit_trail import TurnAuditLog
from nat.turns.commit_progress import reached
from nat.turns.rights import PresentRights
from nat.turns.settle import Ending
from nat.wording import Worded

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

Connect = Callable[[Turn], AbstractContextManager["NationBuilder"]]
"""The V2 client of the turn's nation. Raises `Reconnect` when the nation has no tokens."""


@dataclass(frozen=True)
class TurnHands:
    """What carrying out needs of the turn that runs."""

    connect: Connect
    emit: Emit
    stopped: Callable[[], bool]


class Commits:
    """Carries out decisions. `store` must be nation-scoped (`nat.aws.isolation`)."""

    def __init__(
        self,
        store: Store,
        approvals: Approvals,
        rights: PresentRights,
        *,
        app_url: str,
        pace: ProgressPace = STEADY,
    ) -> None:
        self._store = store
        self._approvals = approvals
        self._rights = rights
        self._app_url = app_url
        self._pace = pace
        self._actions = ChangeRows(store)
        self._audit = Audit(store)

    def run(self, turn: Turn, nation: Nation, hands: TurnHands) -> Ending:
        """Carry out a turn of kind `commit` or `undo`, going on from its journal.

        Raises `NotAMember` and `RoleInsufficient` when the person may not (any more), `ApprovalClosed` when
        the approval is not this turn's, `Reconnect`, and `TurnLost`.
        """
        if turn.target is None:
            raise NotFound("This decision is about nothing.")
        if turn.kind is TurnKind.UNDO:
            return self._undo(turn, nation, hands, ChangeRef.parse(turn.target))
        if ChangeRef.is_one(turn.target):
            return self._retry(turn, nation, hands, ChangeRef.parse(turn.target))
        return self._commit(turn, nation, hands, ApprovalId(turn.target))

    def _commit(self, turn: Turn, nation: Nation, hands: TurnHands, approval_id: ApprovalId) -> Ending:
        approval = self._approvals.get(turn.nation_slug, turn.conversation_id, approval_id)
        action = self._permitted(turn, approval.ref)
        if action.change.fingerprint != approval.fingerprint:
            raise ApprovalChanged
        self._approvals.begin(approval, turn)
        TurnAuditLog(self._audit, turn).approved(approval)
        hands.emit(ApprovalUpdated(approval.id, ApprovalState.COMMITTING.value, turn.user_id))
        keys = self._actions.choice(turn.conversation, turn.turn_id)
        report = self._carry_out(turn, action, hands, keys)
        state, counts = reached(self._store, turn, ApprovalId(approval.id))
        hands.emit(ApprovalUpdated(approval.id, state.value, turn.user_id))
        self._tell_cut_off(nation, report, hands.emit)
        told = (
            f"(The person approved proposal {approval.id} by {action.tool.name}. "
            f"What became of it: {report.in_figures()}.)"
        )
        return _ending(report, "Done", told, _links(action), state, counts)

    def _retry(self, turn: Turn, nation: Nation, hands: TurnHands, ref: ChangeRef) -> Ending:
        """Go on with a change that ran without an approval."""
        action = self._permitted(turn, ref)
        report = self._carry_out(turn, action, hands, self._actions.choice(turn.conversation, turn.turn_id))
        self._tell_cut_off(nation, report, hands.emit)
        told = (
            f"(The person had {action.tool.name} try again what it had not done. "
            f"What became of it: {report.in_figures()}.)"
        )
        return _ending(report, "Done", told, _links(action))

    def _carry_out(
        self, turn: Turn, action: StoredChange, hands: TurnHands, keys: tuple[str, ...] | None
    ) -> ChangeReport:
        ledger = TurnAuditLog(self._audit, turn)
        with hands.connect(turn) as client:
            ledger.begins(action.change, action.ref, chosen=None if keys is None else len(keys))
            report = commit(
                action.change,
                v2=client,
                journal=StoredJournal(self._store, turn, action.ref),
                emit=hands.emit,
                stopped=hands.stopped,
                check=self._rights.check(turn, action.tool),
                keys=keys,
                at_once=requests_at_once(action.tool.effect),
                pace=self._pace,
            )
        ledger.ends(action.change, action.ref, report)
        return report

    def _undo(self, turn: Turn, nation: Nation, hands: TurnHands, ref: ChangeRef) -> Ending:
        action = self._permitted(turn, ref)
        entries = StoredJournal(self._store, turn, ref).load()
        keys = self._actions.choice(turn.conversation, turn.turn_id)
        ledger = TurnAuditLog(self._audit, turn)
        with hands.connect(turn) as client:
            ledger.begins(action.change, ref, undo=True, chosen=None if keys is None else len(keys))
            report = undo(
                action.change,
                entries,
                v2=client,
                journal=StoredJournal(self._store, turn, ref, "undo"),
                emit=hands.emit,
                stopped=hands.stopped,
                now=turn.admitted_at,
                check=self._rights.check(turn, action.tool),
                keys=keys,
                at_once=requests_at_once(action.tool.effect),
                pace=self._pace,
            )
        ledger.ends(action.change, ref, report)
        self._tell_cut_off(nation, report, hands.emit)
        told = (
            f"(The person took back what {action.tool.name} had done. "
            f"What became of it: {report.in_figures()}.)"
        )
        return _ending(report, "Taken back", told, _links(action))

    def _permitted(self, turn: Turn, ref: ChangeRef) -> StoredChange:
        """The change, if the person may still let it happen."""
        rights = self._rights.of(turn)
        action = self._actions.get(turn.conversation, ref)
        if not theirs(action.user_id, turn.user_id, rights.role):
            raise NotFound("There is no such change in this conversation.")
        check_rights(rights, action.tool)
        return action

    def _tell_cut_off(self, nation: Nation, report: ChangeReport, emit: Emit) -> None:
        if isinstance(report.halted, TokenRejected | Reconnect):
            emit(Notice.of("reconnect", Worded("notice.reconnect"), reconnect_page(nation, self._app_url)))


def _ending(
    report: ChangeReport,
    done: str,
    told: str,
    links: tuple[Link, ...],
    approval: ApprovalState | None = None,
    counts: dict[str, int] | None = None,
) -> Ending:
    """What a person reads, and what the model of later turns is told: figures, and no text of records."""
    text = report.in_words(done)
    return Ending(
        TurnStopped(text) if report.stopped else TurnFinished(text, links),
        text=text,
        links=links,
        messages=(
            {"role": "user", "content": told},
            {"role": "assistant", "content": [{"type": "text", "text": f"{done}: {report.in_figures()}."}]},
        ),
        approval=approval,
        counts=counts or {},
    )


def _links(action: StoredChange) -> tuple[Link, ...]:
    """The records of a change, as far as three of them say where it happened."""
    subjects = {each.subject.url: each.subject for each in action.change.operations if each.subject.url}
    return tuple(Link(subject.name, url) for url, subject in list(subjects.items())[:3])
