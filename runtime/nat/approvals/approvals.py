"""Approvals: proposals that wait for a person, and the one decision that each of them gets.

    pending ──▶ approved ──▶ committing ──▶ done | partly | failed ──▶ approved (what failed, once more)
       └──────▶ rejected | expired | superseded

Every step is one conditional write on the row, so of a double click, two surfaces or an expiry at the same
moment exactly one wins. A decision quotes the fingerprint that the person saw; the change itself is frozen
beside the row (`nat.approvals.stored_changes`) and cannot be edited: editing makes a new proposal.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ulid import ULID

from nat.agent.ports import ProposalStatus
from nat.approvals.approval import (
    DECIDABLE,
    DECIDABLE_NAMES,
    NO_LONGER_WAITING,
    PREFIX,
    WAITING,
    Approval,
    ApprovalState,
    approval_item,
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
from nat.aws.items import decode, encode, timestamp
from nat.aws.store import Store
from nat.aws.transactions import Cancelled, write
from nat.changes.journal import Proposal
from nat.changes.plan import Change
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
from nat.names import TTL_ATTRIBUTE, Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

TO_DECIDE: Final = timedelta(minutes=15)
"""How long a proposal of a conversation waits, unless the nation's policy says otherwise."""
LONGEST_TO_DECIDE: Final = timedelta(hours=72)
TRIES: Final = 4
"""How often proposing starts over because an earlier proposal was decided at the same moment."""
STANDING: Final = 10
"""Proposals that later turns are told of."""
_MOST_SUPERSEDED: Final = 50


def time_to_decide(policy: Mapping[str, Any]) -> timedelta:
    """How long proposals wait by a nation's policy: its `approval_minutes`, from one minute to 72 hours."""
    minutes = policy.get("approval_minutes")
    if type(minutes) is not int:
        return TO_DECIDE
    return min(max(timedelta(minutes=minutes), timedelta(minutes=1)), LONGEST_TO_DECIDE)


class Approvals:
    """Approval rows. The client's credentials decide which nations it reaches."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: TableNames,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._tables = tables
        self._table = tables[Table.ACTIONS]
        self._conversations = tables[Table.CONVERSATIONS]
        self._now = now
        self._actions = ChangeRows(client, self._table)

    def propose(
        self,
        turn: Turn,
        ref: ChangeRef,
        change: Change,
        tool: ToolClass,
        card: Mapping[str, Any],
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
            now = self._now()
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
                write(
                    self._client,
                    [
                        check_attempt(self._conversations, turn),
                        self._put(approval, turn),
                        self._actions.put(action, turn.attempt),
                        *(closing(self._table, each, ApprovalState.SUPERSEDED, now) for each in replaced),
                    ],
                )
            except Cancelled as cancelled:
                if cancelled.failed & {0, 1, 2}:
                    raise TurnLost from None
            else:
                return replace(approval.proposal, superseded=tuple(each.id for each in replaced))
        raise Internal

    def get(self, nation_slug: str, conversation_id: str, approval_id: str) -> Approval:
        """One approval, strongly consistent; expired if its time is over, also before the sweep has marked
        it. Raises `NotFound`."""
        try:
            conversation, item = conversation_key(nation_slug, conversation_id), approval_item(approval_id)
        except ValueError:
            raise NotFound("There is no such proposal in this conversation.") from None
        key = encode({"conversation": conversation, "item": item})
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        if "Item" not in found:
            raise NotFound("There is no such proposal in this conversation.")
        return from_item(decode(found["Item"])).as_of(self._now())

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
        found: list[Approval] = []
        for item in self._items(conversation, ScanIndexForward=False, Limit=limit):
            found.append(from_item(decode(item)))
            if len(found) == limit:
                break
        now = self._now()
        return [each.as_of(now) for each in reversed(found)]

    def standing(self, conversation: str) -> tuple[ProposalStatus, ...]:
        """What the model is told of the newest proposals of a conversation, oldest first."""
        return tuple(
            ProposalStatus(each.id, each.tool.name, each.state.value)
            for each in self.of_conversation(conversation, limit=STANDING)
        )

    def pending(self, conversation: str) -> list[Approval]:
        """Proposals of a conversation that nobody has decided, also those whose time is over."""
        items = self._items(
            conversation,
            FilterExpression="#state = :pending",
            ExpressionAttributeNames={"#state": "state"},
            values={":pending": ApprovalState.PENDING.value},
        )
        return [from_item(decode(item)) for item in items]

    def reject(self, approval: Approval, *, fingerprint: str, by: str, decision: str) -> Approval:
        """Say no, and note it in the audit log. Raises `ApprovalClosed` and its kin; the same decision again
        changes nothing."""
        now = self._now()
        entry = self.deciding(
            approval, ApprovalState.REJECTED, fingerprint=fingerprint, by=by, decision=decision, now=now
        )
        try:
            write(self._client, [entry])
        except Cancelled:
            present = self.why_closed(approval, fingerprint=fingerprint, decision=decision)
        else:
            present = self.get(approval.nation_slug, approval.conversation_id, approval.id)
        Audit(Store(self._client, self._tables, self._now)).append(
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
        now: datetime,
    ) -> "TransactWriteItemTypeDef":
        """The decision as an entry of a transaction: pending, in time, and of what the person saw."""
        return moving(
            self._table,
            approval,
            f"#state = :state, #by = :by, #at = :at, #decision = :decision {NO_LONGER_WAITING}",
            DECIDABLE,
            {
                "#by": "decided_by",
                "#at": "decided_at",
                "#decision": "decision",
                **WAITING,
                **DECIDABLE_NAMES,
            },
            {
                ":state": state.value,
                ":by": by,
                ":at": timestamp(now),
                ":decision": decision,
                **decidable(fingerprint, now),
            },
        )

    def retrying(
        self, approval: Approval, *, by: str, decision: str, now: datetime
    ) -> "TransactWriteItemTypeDef":
        """Another try of what was not done, as an entry of a transaction: once after each commit."""
        return moving(
            self._table,
            approval,
            "#state = :approved, #by = :by, #at = :at, #decision = :decision",
            "#state IN (:partly, :failed) AND #decision = :before",
            {"#by": "decided_by", "#at": "decided_at", "#decision": "decision"},
            {
                ":approved": ApprovalState.APPROVED.value,
                ":by": by,
                ":at": timestamp(now),
                ":decision": decision,
                ":partly": ApprovalState.PARTLY.value,
                ":failed": ApprovalState.FAILED.value,
                ":before": approval.decision,
            },
        )

    def why_closed(self, approval: Approval, *, fingerprint: str, decision: str) -> Approval:
        """After a decision did not get through: the approval if this very decision stands, else the reason
        as an error of the `ApprovalClosed` family."""
        present = self.get(approval.nation_slug, approval.conversation_id, approval.id)
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
        entry = moving(
            self._table,
            approval,
            "#state = :committing",
            "#state IN (:approved, :committing) AND #decision = :turn",
            {"#decision": "decision"},
            {
                ":committing": ApprovalState.COMMITTING.value,
                ":approved": ApprovalState.APPROVED.value,
                ":turn": turn.turn_id,
            },
        )
        try:
            write(self._client, [check_attempt(self._conversations, turn), entry])
        except Cancelled as cancelled:
            raise (TurnLost if 0 in cancelled.failed else ApprovalClosed) from None
        return replace(approval, state=ApprovalState.COMMITTING)

    def _put(self, approval: Approval, turn: Turn) -> "TransactWriteItemTypeDef":
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode(
                    {
                        **to_item(approval),
                        "inbox": inbox_of(approval.nation_slug),
                        "waiting": ApprovalState.PENDING.value,
                        TTL_ATTRIBUTE: turn.expires(approval.created_at),
                    }
                ),
                "ConditionExpression": "attribute_not_exists(#item)",
                "ExpressionAttributeNames": {"#item": "item"},
            }
        }

    def _items(
        self, conversation: str, *, values: Mapping[str, Any] | None = None, **query: Any
    ) -> Iterable[Any]:
        names = query.pop("ExpressionAttributeNames", {})
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#conversation = :conversation AND begins_with(#item, :prefix)",
            ExpressionAttributeNames={"#conversation": "conversation", "#item": "item", **names},
            ExpressionAttributeValues=encode(
                {":conversation": conversation, ":prefix": PREFIX, **(values or {})}
            ),
            ConsistentRead=True,
            **query,
        )
        for page in pages:
            yield from page["Items"]


def _replaced(waiting: list[Approval], turn: Turn, replacing: Approval | None) -> list[Approval]:
    """Which of the waiting proposals a new one of this turn supersedes."""
    if replacing is not None:
        return [each for each in waiting if each.id == replacing.id]
    return [each for each in waiting if each.ref.turn_id != turn.turn_id][:_MOST_SUPERSEDED]
