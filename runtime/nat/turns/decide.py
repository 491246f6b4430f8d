"""What a person decides about changes: approve, reject, edit, try again, take back.

A yes, an edit, another try and an undo are turns of their own, free and without cooldown: they use the lock,
the queue, the events, the stop and the history that a question uses. The decision's ULID, made by the client,
is the turn's id and the idempotency key. The transaction that admits it is every turn's
(`nat.turns.admission`) and

    choice     which records the person chose, or the values they changed
    approval   pending, in time, and with the fingerprint that the person saw (not for an undo); an edit
               leaves it waiting until the new proposal takes its place

So of two clicks, or of two people on two surfaces, one gets through, and what was refused left no trace. Who
may decide is checked here by the present role, and again when a worker commits.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NoReturn

from nat.approvals.approval import Approval, still_waiting
from nat.approvals.approvals import Approvals
from nat.approvals.change_status import status_of
from nat.approvals.journal import read_journal
from nat.approvals.stored_changes import ChangeRef, ChangeRows
from nat.aws.store import Cancelled
from nat.aws.writes import Entry
from nat.changes.editing import edited
from nat.changes.operations import survey
from nat.changes.policy import Gated, Rights, check_rights, policy_of
from nat.contract.events import Envelope, TurnAccepted
from nat.contract.messages import ApprovalState
from nat.conversations.turns import (
    Turn,
    TurnKind,
    conversation_key,
    touch_meta,
)
from nat.errors import (
    ApprovalClosed,
    BadRequest,
    ConversationBusy,
    Forbidden,
    Internal,
    NotFound,
)
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId, UserId
from nat.names import RETENTION_DAYS
from nat.nations.record import Nation
from nat.people.memberships import Membership, theirs
from nat.roles import Role
from nat.turns.admission import (
    Admission,
    Admitted,
    Observer,
    Part,
    Surface,
    again,
    check_ids,
    entries_of,
    failed_of,
    known_turn,
    send_on,
)
from nat.wording import Worded


@dataclass(frozen=True)
class Decision:
    """A decision of a person whose session was verified. `decision_id` is a ULID that the client made."""

    nation_slug: NationSlug
    user_id: UserId
    conversation_id: ConversationId
    decision_id: TurnId
    surface: Surface


@dataclass(frozen=True)
class _Asking:
    """The person as they are now, in the nation as it is now."""

    membership: Membership
    nation: Nation

    @property
    def role(self) -> Role:
        """Their role."""
        return self.membership.role


class Decisions:
    """Takes decisions. Works with what admission works with, and the approvals.

    Every method raises `BadRequest` (ids, records), `NotAMember`, `RoleInsufficient`, `NationUnknown`,
    `SubscriptionInactive`, `NotFound` for what is not there or not this person's, and `Forbidden` for an id
    that is another turn's. Whoever decides has the conversation, or is an admin of the nation.
    """

    def __init__(self, admission: Admission, approvals: Approvals) -> None:
        self._admission = admission
        self._approvals = approvals
        self._actions = ChangeRows(admission.store)

    def approve(
        self,
        decision: Decision,
        approval_id: ApprovalId,
        *,
        fingerprint: str,
        keys: Collection[str] | None = None,
        before_queueing: Observer | None = None,
    ) -> Admitted:
        """Say yes to a proposal, or to the records of it with these keys.

        Raises `ApprovalClosed`, `ApprovalExpired`, `ApprovalSuperseded`, `ApprovalChanged`, and
        `ConversationBusy` while another turn of the conversation runs.
        """
        asking, known = self._begin(decision, TurnKind.COMMIT, approval_id)
        if known is not None:
            return again(known, self._admission, before_queueing)
        approval = self._approval(decision, asking, approval_id)
        chosen = self._chosen(approval, keys)
        turn = self._turn(
            decision, asking, TurnKind.COMMIT, approval.id, f"Approved: {approval.card['summary']}"
        )
        return self._admit(
            turn,
            self._actions.put_choice(turn, chosen, turn.admitted_at),
            before_queueing,
            self._approvals.deciding(
                approval,
                ApprovalState.APPROVED,
                fingerprint=fingerprint,
                by=decision.user_id,
                decision=decision.decision_id,
                surface=decision.surface.value,
                now=turn.admitted_at,
            ),
            lambda: self._approvals.why_closed(
                approval, fingerprint=fingerprint, decision=decision.decision_id
            ),
        )

    def reject(self, decision: Decision, approval_id: ApprovalId, *, fingerprint: str) -> Approval:
        """Say no to a proposal. Nothing runs, so it takes no role. Raises what `approve` raises, but neither
        `RoleInsufficient` nor `ConversationBusy`."""
        check_ids(decision.decision_id, decision.conversation_id)
        asking = self._asking(decision)
        approval = self._approvals.get(decision.nation_slug, decision.conversation_id, approval_id)
        self._check_sees(decision, asking, approval.user_id)
        return self._approvals.reject(
            approval,
            fingerprint=fingerprint,
            by=decision.user_id,
            decision=decision.decision_id,
            surface=decision.surface.value,
        )

    def edit(
        self,
        decision: Decision,
        approval_id: ApprovalId,
        *,
        fingerprint: str,
        values: Mapping[str, object],
        before_queueing: Observer | None = None,
    ) -> Admitted:
        """Have a proposal planned anew with values of its card changed. The new one takes its place; it waits
        on if the new values lead to nothing. Raises what `approve` raises, and `BadRequest` for values that
        the card does not list as editable."""
        asking, known = self._begin(decision, TurnKind.EDIT, approval_id)
        if known is not None:
            return again(known, self._admission, before_queueing)
        approval = self._approval(decision, asking, approval_id)
        edited({}, approval.card.get("editable", ()), values)
        turn = self._turn(decision, asking, TurnKind.EDIT, approval.id, f"Edited: {approval.card['summary']}")
        return self._admit(
            turn,
            self._actions.put_values(turn, values, turn.admitted_at),
            before_queueing,
            still_waiting(approval, fingerprint=fingerprint, now=turn.admitted_at),
            lambda: self._approvals.why_closed(
                approval, fingerprint=fingerprint, decision=decision.decision_id
            ),
        )

    def retry(
        self, decision: Decision, approval_id: ApprovalId, *, before_queueing: Observer | None = None
    ) -> Admitted:
        """Try again what of a change was not done, and nothing else: of an approved one, named by its
        approval, or of any, named as `undo` names it, also one that ran without an approval.

        Raises `ApprovalClosed` when there is nothing to try again, and `ConversationBusy`.
        """
        if ChangeRef.is_one(approval_id):
            return self._retry_action(decision, approval_id, before_queueing)
        asking, known = self._begin(decision, TurnKind.COMMIT, approval_id)
        if known is not None:
            return again(known, self._admission, before_queueing)
        approval = self._approval(decision, asking, approval_id)
        keys = self._retryable(approval)
        if not keys:
            raise ApprovalClosed(Worded("refused.nothing_to_retry"))
        turn = self._turn(
            decision, asking, TurnKind.COMMIT, approval.id, f"Try again: {approval.card['summary']}"
        )
        return self._admit(
            turn,
            self._actions.put_choice(turn, keys, turn.admitted_at),
            before_queueing,
            self._approvals.retrying(
                approval,
                by=decision.user_id,
                decision=decision.decision_id,
                surface=decision.surface.value,
                now=turn.admitted_at,
            ),
            lambda: self._approvals.why_closed(
                approval, fingerprint=approval.fingerprint, decision=decision.decision_id
            ),
        )

    def undo(
        self,
        decision: Decision,
        action: str,
        *,
        keys: Collection[str] | None = None,
        before_queueing: Observer | None = None,
    ) -> Admitted:
        """Take back what a change did, or what it did to the records with these keys. `action` is what
        `tool.finished` or the approval names. Raises `NotFound` when nothing can be taken back (any more),
        and `ConversationBusy`."""
        asking, known = self._begin(decision, TurnKind.UNDO, action)
        if known is not None:
            return again(known, self._admission, before_queueing)
        ref = ChangeRef.parse(action)
        conversation = conversation_key(decision.nation_slug, decision.conversation_id)
        found = self._actions.get(conversation, ref)
        self._check_may(decision, asking, found.user_id, found.tool)
        now = self._admission.clock()
        possible = set(status_of(self._admission.store, found, now).undoable)
        if keys is not None and not set(keys) <= possible:
            raise BadRequest(Worded("refused.not_undoable"))
        if not possible or (keys is not None and not keys):
            raise NotFound("There is nothing left here that can be taken back.")
        turn = self._turn(decision, asking, TurnKind.UNDO, str(ref), f"Undo: {found.change.summary}")
        chosen = None if keys is None else tuple(dict.fromkeys(keys))
        choice = self._actions.put_choice(turn, chosen, turn.admitted_at)
        return self._admit(turn, choice, before_queueing)

    def _retry_action(self, decision: Decision, reference: str, before_queueing: Observer | None) -> Admitted:
        check_ids(decision.decision_id, decision.conversation_id)
        self._asking(decision)
        ref = ChangeRef.parse(reference)
        conversation = conversation_key(decision.nation_slug, decision.conversation_id)
        action = self._actions.get(conversation, ref)
        if action.approval is not None:
            return self.retry(decision, ApprovalId(action.approval), before_queueing=before_queueing)
        asking, known = self._begin(decision, TurnKind.COMMIT, str(ref))
        if known is not None:
            return again(known, self._admission, before_queueing)
        self._check_may(decision, asking, action.user_id, action.tool)
        entries = read_journal(self._admission.store, conversation, action.ref)
        keys = survey(action.change, entries).retryable
        if not keys:
            raise ApprovalClosed(Worded("refused.nothing_to_retry"))
        turn = self._turn(decision, asking, TurnKind.COMMIT, str(ref), f"Try again: {action.change.summary}")
        return self._admit(
            turn,
            self._actions.put_choice(turn, keys, turn.admitted_at),
            before_queueing,
            self._actions.retrying(action, decision.decision_id),
            _tried_by_another,
        )

    def _begin(self, decision: Decision, kind: TurnKind, target: str) -> tuple[_Asking, Turn | None]:
        """The person, and the turn of this decision if it was admitted before."""
        check_ids(decision.decision_id, decision.conversation_id)
        asking = self._asking(decision)
        known = known_turn(
            self._admission,
            decision.nation_slug,
            decision.conversation_id,
            decision.decision_id,
            decision.user_id,
        )
        if known is not None and (known.kind is not kind or known.target != target):
            raise Forbidden(Worded("refused.other_decision"))
        return asking, known

    def _asking(self, decision: Decision) -> _Asking:
        membership = self._admission.memberships.require(decision.nation_slug, decision.user_id)
        nation = self._admission.pool.nation(decision.nation_slug)
        self._admission.check.verify_record(nation)
        return _Asking(membership, nation)

    def _approval(self, decision: Decision, asking: _Asking, approval_id: ApprovalId) -> Approval:
        approval = self._approvals.get(decision.nation_slug, decision.conversation_id, approval_id)
        self._check_may(decision, asking, approval.user_id, approval.tool)
        return approval

    def _check_may(self, decision: Decision, asking: _Asking, owner: str, tool: Gated) -> None:
        self._check_sees(decision, asking, owner)
        check_may(tool, asking.role, asking.nation)

    def _check_sees(self, decision: Decision, asking: _Asking, owner: str) -> None:
        if not theirs(owner, decision.user_id, asking.role):
            raise NotFound("There is no such proposal in this conversation.")

    def _chosen(self, approval: Approval, keys: Collection[str] | None) -> tuple[str, ...] | None:
        if keys is None:
            return None
        known = {each.key for each in self._approvals.change(approval).operations}
        if not keys or not set(keys) <= known:
            raise BadRequest(Worded("refused.choose"))
        return tuple(dict.fromkeys(keys))

    def _retryable(self, approval: Approval) -> tuple[str, ...]:
        if not approval.state.retryable or approval.decision is None:
            return ()
        change = self._approvals.change(approval)
        entries = read_journal(self._admission.store, approval.conversation, approval.ref)
        return survey(
            change, entries, self._actions.choice(approval.conversation, TurnId(approval.decision))
        ).retryable

    def _turn(self, decision: Decision, asking: _Asking, kind: TurnKind, target: str, question: str) -> Turn:
        return Turn(
            nation_slug=decision.nation_slug,
            conversation_id=decision.conversation_id,
            turn_id=decision.decision_id,
            user_id=decision.user_id,
            question=question,
            role=asking.role,
            surface=decision.surface.value,
            time_zone=asking.nation.time_zone,
            admitted_at=self._admission.clock(),
            retention_days=min(asking.nation.retention_days or RETENTION_DAYS, RETENTION_DAYS),
            kind=kind,
            target=target,
            withheld=asking.membership.withheld,
        )

    def _admit(
        self,
        turn: Turn,
        choice: Entry,
        before_queueing: Observer | None,
        approval: Entry | None = None,
        why_closed: Callable[[], Approval] | None = None,
    ) -> Admitted:
        accepted = Envelope(turn.turn_id, 0, 1, TurnAccepted(turn.conversation_id))
        entries = entries_of(turn, accepted, meta=touch_meta(turn, turn.admitted_at)) | {Part.CHOICE: choice}
        if approval is not None:
            entries[Part.APPROVAL] = approval
        try:
            self._admission.store.transact(list(entries.values()))
        except Cancelled as cancelled:
            known = known_turn(
                self._admission, turn.nation_slug, turn.conversation_id, turn.turn_id, turn.user_id
            )
            if known is not None:  # the same decision was faster elsewhere
                return again(known, self._admission, before_queueing)
            failed = failed_of(entries, cancelled, NotFound("This conversation no longer exists."))
            if Part.APPROVAL in failed and why_closed is not None:
                why_closed()
            if Part.LOCK in failed:
                raise ConversationBusy from None
            raise Internal("This could not be decided right now. Please try again.") from None
        return Admitted(send_on(turn, self._admission, before_queueing), accepted=accepted)


def _tried_by_another() -> NoReturn:
    raise ApprovalClosed(Worded("refused.retried"))


def check_may(tool: Gated, role: Role, nation: Nation) -> None:
    """Whether a person with this role may let this tool run now. Raises `RoleInsufficient`."""
    check_rights(Rights(role, policy_of(nation.policy)), tool)
