"""Approvals: proposals that wait for a person, and the one decision that each of them gets.

    pending ──▶ approved ──▶ committing ──▶ done | partly | failed ──▶ approved (what failed, once more)
       └──────▶ rejected | expired | superseded

Every step is one conditional write on the row, so of a double click, two surfaces or an expiry at the same
moment exactly one wins. A decision quotes the fingerprint that the person saw; the change itself is frozen
beside the row (`nat.approvals.stored_changes`) and cannot be edited: editing makes a new proposal.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from ulid import ULID

from nat.agent.ports import ProposalStatus
from nat.approvals.approval import (
    NO_LONGER_WAITING,
    PREFIX,
    Approval,
    approval_item,
    being_carried_out,
    closing,
    decidable,
    from_item,
    inbox_of,
    moving,
    to_item,
)
from nat.approvals.stored_changes import ChangeRef, ChangeRows, StoredChange, ToolClass
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Put, Update, unchanged
from nat.changes.journal import Proposal
from nat.changes.plan import Change
from nat.changes.policy import StoredPolicy
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn, check_attempt, conversation_key
from nat.errors import (
    ApprovalChanged,
    ApprovalClosed,
    ApprovalExpired,
    ApprovalSuperseded,
    Internal,
    NotFound,
    TurnLost,
)
from nat.ids import ApprovalId, ConversationId, NationSlug
from nat.names import DECIDE_MINUTES, MOST_DECIDE_MINUTES, TTL_ATTRIBUTE, Table

TO_DECIDE: Final = timedelta(minutes=DECIDE_MINUTES)
"""How long a proposal of a conversation waits, unless the nation's policy says otherwise."""
LONGEST_TO_DECIDE: Final = timedelta(minutes=MOST_DECIDE_MINUTES)
TRIES: Final = 4
"""How often proposing starts over because an earlier proposal was decided at the same moment."""
STANDING: Final = 10
"""Proposals that later turns are told of."""
_MOST_SUPERSEDED: Final = 50


def time_to_decide(policy: StoredPolicy) -> timedelta:
    """How long proposals wait by a nation's policy: its `approval_minutes`, from one minute to 72 hours."""
    minutes = policy.get("approval_minutes")
    if type(minutes) is not int:
        return TO_DECIDE
    return min(max(timedelta(minutes=minutes), timedelta(minutes=1)), LONGEST_TO_DECIDE)


class Approvals:
    """Approval rows. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._actions = ChangeRows(store)

    def propose(
        self,
        turn: Turn,
        ref: ChangeRef,
        change: Change,
        tool: ToolClass,
        card: Mapping[str, object],
        *,
        to_decide: timedelta = TO_DECIDE,
        replacing: Approval | None = None,
    ) -> Proposal:
        """Store a proposal of a running turn, with its frozen change. It waits as long as `to_decide` says.

        The same change waits once: an equal pending proposal of the conversation is given instead. Proposals
        of earlier turns of the conversation are superseded; those of the same turn stand side by side. An
        edited proposal takes the place of the one it is `replacing`, and of no other.

        Raises `TurnLost`, and an error of the `ApprovalClosed` family when the one to replace waits no more.
        """
        fingerprint = change.fingerprint
        for _ in range(TRIES):
            now = self._store.clock()
            waiting = [each for each in self.pending(turn.conversation) if not each.expired(now)]
            equal = next((each for each in waiting if each.fingerprint == fingerprint), None)
            if equal is not None:
                return equal.proposal
            replaced = _replaced(waiting, turn, replacing)
            if replacing is not None and not replaced:
                self.why_closed(replacing, fingerprint=replacing.fingerprint, decision=turn.turn_id)
                raise ApprovalClosed
            approval = Approval(
                id=str(ULID()),
                nation_slug=turn.nation_slug,
                conversation_id=turn.conversation_id,
                ref=ref,
                user_id=turn.user_id if replacing is None else replacing.user_id,
                tool=tool,
                fingerprint=fingerprint,
                operations=len(change.operations),
                people=change.people,
                card=card,
                created_at=now,
                expires_at=now + to_decide,
            )
            action = StoredChange(
                turn.nation_slug, turn.conversation_id, ref, approval.user_id, tool, change, now, approval.id
            )
            try:
                self._store.transact(
                    [
                        check_attempt(turn),
                        _new(approval, turn),
                        self._actions.put(action, turn.attempt),
                        *(closing(each, ApprovalState.SUPERSEDED, now) for each in replaced),
                    ]
                )
            except Cancelled as cancelled:
                if cancelled.failed & {0, 1, 2}:
                    raise TurnLost from None
            else:
                return replace(approval.proposal, superseded=tuple(each.id for each in replaced))
        raise Internal

    def get(
        self, nation_slug: NationSlug, conversation_id: ConversationId, approval_id: ApprovalId
    ) -> Approval:
        """One approval, strongly consistent; expired if its time is over, also before the sweep has marked
        it. Raises `NotFound`."""
        try:
            conversation, item = conversation_key(nation_slug, conversation_id), approval_item(approval_id)
        except ValueError:
            raise NotFound("There is no such proposal in this conversation.") from None
        row = self._store.get(Table.ACTIONS, {"conversation": conversation, "item": item})
        if row is None:
            raise NotFound("There is no such proposal in this conversation.")
        return from_item(row).as_of(self._store.clock())

    def change(self, approval: Approval) -> Change:
        """The frozen change that the approval is about. Raises `NotFound` after 30 days, and
        `ApprovalChanged` if it is not the one that was proposed."""
        change = self._actions.get(approval.conversation, approval.ref).change
        if change.fingerprint != approval.fingerprint:
            raise ApprovalChanged
        return change

    def of_conversation(self, conversation: str, *, limit: int = 100) -> list[Approval]:
        """The newest proposals of a conversation, oldest first, strongly consistent. `conversation` is its
        partition key."""
        rows = self._store.query(
            Table.ACTIONS, _of(conversation), newest_first=True, consistent=True, page=limit
        )
        now = self._store.clock()
        return [from_item(row).as_of(now) for row in reversed(list(islice(rows, limit)))]

    def standing(self, conversation: str) -> tuple[ProposalStatus, ...]:
        """What the model is told of the newest proposals of a conversation, oldest first."""
        return tuple(
            ProposalStatus(each.id, each.tool.name, each.state.value)
            for each in self.of_conversation(conversation, limit=STANDING)
        )

    def proposed_by(self, turn: Turn) -> tuple[ApprovalId, ...]:
        """Ids of the proposals of a turn that still wait, the oldest first."""
        return tuple(
            ApprovalId(each.id)
            for each in self.of_conversation(turn.conversation)
            if each.ref.turn_id == turn.turn_id and each.state is ApprovalState.PENDING
        )

    def pending(self, conversation: str) -> list[Approval]:
        """Proposals of a conversation that nobody has decided, also those whose time is over."""
        undecided = Attr("state").eq(ApprovalState.PENDING.value)
        rows = self._store.query(Table.ACTIONS, _of(conversation), only=undecided, consistent=True)
        return [from_item(row) for row in rows]

    def reject(
        self, approval: Approval, *, fingerprint: str, by: str, decision: str, surface: str
    ) -> Approval:
        """Say no, and note it in the audit log. Raises `ApprovalClosed` and its kin; the same decision again
        changes nothing."""
        now = self._store.clock()
        entry = self.deciding(
            approval,
            ApprovalState.REJECTED,
            fingerprint=fingerprint,
            by=by,
            decision=decision,
            surface=surface,
            now=now,
        )
        try:
            self._store.transact([entry])
        except Cancelled:
            present = self.why_closed(approval, fingerprint=fingerprint, decision=decision)
        else:
            present = self.get(approval.nation_slug, approval.conversation_id, ApprovalId(approval.id))
        Audit(self._store).append(
            approval.nation_slug,
            AuditKind.APPROVAL,
            by=by,
            about=approval.tool.name,
            summary=f"Rejected: {approval.card['summary']}",
            details={
                "decision": "rejected",
                "approval": approval.id,
                "action": str(approval.ref),
                "asked_by": approval.user_id,
                "fingerprint": fingerprint,
                "conversation": approval.conversation_id,
            },
            surface=surface,
            once=f"{decision}#rejected",
        )
        return present

    def deciding(
        self,
        approval: Approval,
        state: ApprovalState,
        *,
        fingerprint: str,
        by: str,
        decision: str,
        surface: str,
        now: datetime,
    ) -> Update:
        """The decision as an entry of a transaction: pending, in time, and of what the person saw."""
        return moving(
            approval,
            {
                "state": state.value,
                "decided_by": by,
                "decided_in": surface,
                "decided_at": now,
                "decision": decision,
                **NO_LONGER_WAITING,
            },
            when=decidable(fingerprint, now),
        )

    def retrying(self, approval: Approval, *, by: str, decision: str, surface: str, now: datetime) -> Update:
        """Another try of what was not done, as an entry of a transaction: once after each commit."""
        ended = [ApprovalState.PARTLY.value, ApprovalState.FAILED.value]
        return moving(
            approval,
            {
                "state": ApprovalState.APPROVED.value,
                "decided_by": by,
                "decided_in": surface,
                "decided_at": now,
                "decision": decision,
            },
            when=Attr("state").is_in(ended) & unchanged("decision", approval.decision),
        )

    def why_closed(self, approval: Approval, *, fingerprint: str, decision: str) -> Approval:
        """After a decision did not get through: the approval if this very decision stands, else the reason
        as an error of the `ApprovalClosed` family."""
        present = self.get(approval.nation_slug, approval.conversation_id, ApprovalId(approval.id))
        if present.decision == decision:
            return present
        if present.fingerprint != fingerprint:
            raise ApprovalChanged
        if present.state is ApprovalState.EXPIRED:
            raise ApprovalExpired
        if present.state is ApprovalState.SUPERSEDED:
            raise ApprovalSuperseded
        raise ApprovalClosed

    def begin(self, approval: Approval, turn: Turn) -> Approval:
        """A worker commits it now. Raises `ApprovalClosed` unless this turn is its latest decision."""
        step = {"state": ApprovalState.COMMITTING.value}
        try:
            self._store.transact([check_attempt(turn), moving(approval, step, when=being_carried_out(turn))])
        except Cancelled as cancelled:
            raise (TurnLost if 0 in cancelled.failed else ApprovalClosed) from None
        return replace(approval, state=ApprovalState.COMMITTING)


def _new(approval: Approval, turn: Turn) -> Put:
    row = {
        **to_item(approval),
        "inbox": inbox_of(approval.nation_slug),
        "waiting": ApprovalState.PENDING.value,
        TTL_ATTRIBUTE: turn.expires(approval.created_at),
    }
    return Put(Table.ACTIONS, row, when=Attr("item").not_exists())


def _of(conversation: str) -> ConditionBase:
    return Key("conversation").eq(conversation) & Key("item").begins_with(PREFIX)


def _replaced(waiting: list[Approval], turn: Turn, replacing: Approval | None) -> list[Approval]:
    """Which of the waiting proposals a new one of this turn supersedes."""
    if replacing is not None:
        return [each for each in waiting if each.id == replacing.id]
    return [each for each in waiting if each.ref.turn_id != turn.turn_id][:_MOST_SUPERSEDED]
