"""Approvals: proposals that wait for a person, and the one decision that each of them gets.

    pending ──▶ approved ──▶ committing ──▶ done | partly | failed ──▶ approved (what failed, once more)
       └──────▶ rejected | expired | superseded

Every step is one conditional write on the row, so of a double click, two surfaces or an expiry at the same
moment exactly one wins. A decision quotes the fingerprint that the person saw; the change itself is frozen
beside the row (`nat.actions.rows`) and cannot be edited: editing makes a new proposal.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from ulid import ULID

from nat.actions.rows import Action, ActionRef, ActionRows, ToolClass
from nat.agent.change import Change
from nat.agent.effects import Effect
from nat.agent.gates import least_role
from nat.agent.ports import Proposal, Standing
from nat.conversations.transactions import Cancelled, write
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
from nat.items import decode, encode, epoch_ms, moment, timestamp
from nat.names import TTL_ATTRIBUTE, Table
from nat.roles import Role
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

TO_DECIDE: Final = timedelta(minutes=15)
"""How long a proposal of a conversation waits, unless configured otherwise."""
TRIES: Final = 4
"""How often proposing starts over because an earlier proposal was decided at the same moment."""
STANDING: Final = 10
"""Proposals that later turns are told of."""
_PREFIX: Final = "approval#"
_MOST_SUPERSEDED: Final = 50


class ApprovalState(StrEnum):
    """Where a proposal is."""

    PENDING = "pending"
    APPROVED = "approved"
    """Somebody said yes; a turn is on its way to commit it."""
    COMMITTING = "committing"
    DONE = "done"
    PARTLY = "partly"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"

    @property
    def retryable(self) -> bool:
        """What was not done may be tried again."""
        return self in (ApprovalState.PARTLY, ApprovalState.FAILED)


@dataclass(frozen=True)
class Approval:
    """One proposal, in the conversation of `user_id`.

    `decision` is the id of the latest decision, which is a turn's unless it was a no; `counts` are operations
    by state after the commit.
    """

    id: str
    nation_slug: str
    conversation_id: str
    ref: ActionRef
    user_id: str
    tool: ToolClass
    fingerprint: str
    operations: int
    people: int
    card: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime
    state: ApprovalState = ApprovalState.PENDING
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def conversation(self) -> str:
        """Partition key."""
        return conversation_key(self.nation_slug, self.conversation_id)

    @property
    def role(self) -> Role:
        """The least role that may approve."""
        return least_role(self.tool)

    @property
    def proposal(self) -> Proposal:
        """The proposal as the agent knows it."""
        return Proposal(self.id, self.card, self.expires_at)

    def expired(self, now: datetime) -> bool:
        """It waits in vain."""
        return self.state is ApprovalState.PENDING and self.expires_at <= now


class Approvals:
    """Approval rows. The client's credentials decide which nations it reaches."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: TableNames,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        to_decide: timedelta = TO_DECIDE,
    ) -> None:
        self._client = client
        self._table = tables[Table.ACTIONS]
        self._conversations = tables[Table.CONVERSATIONS]
        self._now = now
        self._to_decide = to_decide
        self._actions = ActionRows(client, self._table)

    def propose(
        self, turn: Turn, ref: ActionRef, change: Change, tool: ToolClass, card: Mapping[str, Any]
    ) -> Proposal:
        """Store a proposal of a running turn, with its frozen change.

        The same change waits once: an equal pending proposal of the conversation is given instead. Proposals
        of earlier turns of the conversation are superseded; those of the same turn stand side by side. Raises
        `TurnLost`.
        """
        fingerprint = change.fingerprint
        for _ in range(TRIES):
            now = self._now()
            waiting = [each for each in self.pending(turn.conversation) if not self._expire(each, now)]
            equal = next((each for each in waiting if each.fingerprint == fingerprint), None)
            if equal is not None:
                return equal.proposal
            replaced = [each for each in waiting if each.ref.turn_id != turn.turn_id][:_MOST_SUPERSEDED]
            approval = Approval(
                id=str(ULID()),
                nation_slug=turn.nation_slug,
                conversation_id=turn.conversation_id,
                ref=ref,
                user_id=turn.user_id,
                tool=tool,
                fingerprint=fingerprint,
                operations=len(change.operations),
                people=change.people,
                card=card,
                created_at=now,
                expires_at=now + self._to_decide,
            )
            action = Action(
                turn.nation_slug, turn.conversation_id, ref, turn.user_id, tool, change, now, approval.id
            )
            try:
                write(
                    self._client,
                    [
                        check_attempt(self._conversations, turn),
                        self._put(approval, turn),
                        self._actions.put(action, turn.attempt),
                        *(self._supersede(each, now) for each in replaced),
                    ],
                )
            except Cancelled as cancelled:
                if cancelled.failed & {0, 1, 2}:
                    raise TurnLost from None
            else:
                return replace(approval.proposal, superseded=tuple(each.id for each in replaced))
        raise Internal

    def get(self, nation_slug: str, conversation_id: str, approval_id: str) -> Approval:
        """One approval, strongly consistent; expired if its time is over. Raises `NotFound`."""
        try:
            key = {"conversation": conversation_key(nation_slug, conversation_id), "item": _item(approval_id)}
        except ValueError:
            raise NotFound("There is no such proposal in this conversation.") from None
        found = self._client.get_item(TableName=self._table, Key=encode(key), ConsistentRead=True)
        if "Item" not in found:
            raise NotFound("There is no such proposal in this conversation.")
        approval = _approval(decode(found["Item"]))
        if self._expire(approval, self._now()):
            return self.get(nation_slug, conversation_id, approval_id)
        return approval

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
            found.append(_approval(decode(item)))
            if len(found) == limit:
                break
        now = self._now()
        return [
            replace(each, state=ApprovalState.EXPIRED) if each.expired(now) else each
            for each in reversed(found)
        ]

    def standing(self, conversation: str) -> tuple[Standing, ...]:
        """What the model is told of the newest proposals of a conversation, oldest first."""
        return tuple(
            Standing(each.id, each.tool.name, each.state.value)
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
        return [_approval(decode(item)) for item in items]

    def inbox(self, nation_slug: str, *, limit: int = 50) -> list[Approval]:
        """What waits in a nation, newest first, from an index: a moment behind. What has expired is left
        out, and marked so."""
        page = self._client.query(
            TableName=self._table,
            IndexName="by_inbox",
            KeyConditionExpression="#inbox = :inbox",
            ExpressionAttributeNames={"#inbox": "inbox"},
            ExpressionAttributeValues=encode({":inbox": _inbox(nation_slug)}),
            ScanIndexForward=False,
            Limit=limit,
        )
        now = self._now()
        found = [_approval(decode(item)) for item in page["Items"]]
        return [each for each in found if not self._expire(each, now)]

    def expire(self, nation_slug: str, *, limit: int = 100) -> list[Approval]:
        """Mark what waits in vain in a nation; gives those that this call has marked."""
        page = self._client.query(
            TableName=self._table,
            IndexName="by_inbox",
            KeyConditionExpression="#inbox = :inbox",
            ExpressionAttributeNames={"#inbox": "inbox"},
            ExpressionAttributeValues=encode({":inbox": _inbox(nation_slug)}),
            Limit=limit,
        )
        now = self._now()
        found = [_approval(decode(item)) for item in page["Items"]]
        return [
            replace(each, state=ApprovalState.EXPIRED)
            for each in found
            if each.expired(now) and self._mark_expired(each, now)
        ]

    def reject(self, approval: Approval, *, fingerprint: str, by: str, decision: str) -> Approval:
        """Say no. Raises `ApprovalClosed` and its kin; the same decision again changes nothing."""
        now = self._now()
        entry = self.deciding(
            approval, ApprovalState.REJECTED, fingerprint=fingerprint, by=by, decision=decision, now=now
        )
        try:
            write(self._client, [entry])
        except Cancelled:
            return self.why_closed(approval, fingerprint=fingerprint, decision=decision)
        return self.get(approval.nation_slug, approval.conversation_id, approval.id)

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
        return self._move(
            approval,
            "#state = :state, #by = :by, #at = :at, #decision = :decision REMOVE #inbox",
            "#state = :pending AND #expires > :now AND #fingerprint = :fingerprint",
            {
                "#by": "decided_by",
                "#at": "decided_at",
                "#decision": "decision",
                "#inbox": "inbox",
                "#expires": "expires_ms",
                "#fingerprint": "fingerprint",
            },
            {
                ":state": state.value,
                ":by": by,
                ":at": timestamp(now),
                ":decision": decision,
                ":pending": ApprovalState.PENDING.value,
                ":now": epoch_ms(now),
                ":fingerprint": fingerprint,
            },
        )

    def retrying(
        self, approval: Approval, *, by: str, decision: str, now: datetime
    ) -> "TransactWriteItemTypeDef":
        """Another try of what was not done, as an entry of a transaction: once after each commit."""
        return self._move(
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
        entry = self._move(
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

    def _supersede(self, approval: Approval, now: datetime) -> "TransactWriteItemTypeDef":
        return self._close(approval, ApprovalState.SUPERSEDED, now)

    def _expire(self, approval: Approval, now: datetime) -> bool:
        """Whether a proposal's time is over; marks it then, unless a decision was faster, which stands."""
        if approval.expired(now):
            self._mark_expired(approval, now)
            return True
        return False

    def _mark_expired(self, approval: Approval, now: datetime) -> bool:
        try:
            write(self._client, [self._close(approval, ApprovalState.EXPIRED, now)])
        except Cancelled:
            return False
        return True

    def _close(self, approval: Approval, state: ApprovalState, now: datetime) -> "TransactWriteItemTypeDef":
        return self._move(
            approval,
            "#state = :state, #at = :at REMOVE #inbox",
            "#state = :pending",
            {"#at": "decided_at", "#inbox": "inbox"},
            {":state": state.value, ":at": timestamp(now), ":pending": ApprovalState.PENDING.value},
        )

    def _move(
        self,
        approval: Approval,
        expression: str,
        condition: str,
        names: dict[str, str],
        values: dict[str, Any],
    ) -> "TransactWriteItemTypeDef":
        return {
            "Update": {
                "TableName": self._table,
                "Key": encode({"conversation": approval.conversation, "item": _item(approval.id)}),
                "UpdateExpression": f"SET {expression}",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#state": "state", **names},
                "ExpressionAttributeValues": encode(values),
            }
        }

    def _put(self, approval: Approval, turn: Turn) -> "TransactWriteItemTypeDef":
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode(
                    {
                        **_to_item(approval),
                        "inbox": _inbox(approval.nation_slug),
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
                {":conversation": conversation, ":prefix": _PREFIX, **(values or {})}
            ),
            ConsistentRead=True,
            **query,
        )
        for page in pages:
            yield from page["Items"]


def finishing(
    table: str, turn: Turn, approval_id: str, state: ApprovalState, counts: Mapping[str, int]
) -> "TransactWriteItemTypeDef":
    """The end of a commit as an entry of its turn's last transaction. `table` is Actions. The condition fails
    when another decision has taken over."""
    return {
        "Update": {
            "TableName": table,
            "Key": encode({"conversation": turn.conversation, "item": _item(approval_id)}),
            "UpdateExpression": "SET #state = :state, #counts = :counts",
            "ConditionExpression": "#decision = :turn AND #state IN (:approved, :committing)",
            "ExpressionAttributeNames": {"#state": "state", "#counts": "counts", "#decision": "decision"},
            "ExpressionAttributeValues": encode(
                {
                    ":state": state.value,
                    ":counts": dict(counts),
                    ":turn": turn.turn_id,
                    ":approved": ApprovalState.APPROVED.value,
                    ":committing": ApprovalState.COMMITTING.value,
                }
            ),
        }
    }


def _item(approval_id: str) -> str:
    if not approval_id.isalnum():
        raise ValueError("That is not the id of a proposal.")
    return f"{_PREFIX}{approval_id}"


def _inbox(nation_slug: str) -> str:
    """Partition of index `by_inbox`; begins with the slug, so that isolation by key holds there too."""
    return f"{nation_slug}#{ApprovalState.PENDING.value}"


def _to_item(approval: Approval) -> dict[str, Any]:
    return {
        "conversation": approval.conversation,
        "item": _item(approval.id),
        "id": approval.id,
        "nation_slug": approval.nation_slug,
        "conversation_id": approval.conversation_id,
        "action": str(approval.ref),
        "user_id": approval.user_id,
        "tool": approval.tool.name,
        "effect": approval.tool.effect.value,
        "sends": approval.tool.sends,
        "fingerprint": approval.fingerprint,
        "operations": approval.operations,
        "people": approval.people,
        # As text: a card holds whatever a record does, also floats.
        "card": json.dumps(approval.card, ensure_ascii=False, separators=(",", ":")),
        "created_at": approval.created_at,
        "expires_at": approval.expires_at,
        "expires_ms": epoch_ms(approval.expires_at),
        "state": approval.state.value,
    }


def _approval(item: Mapping[str, Any]) -> Approval:
    decided_at = item.get("decided_at")
    return Approval(
        id=item["id"],
        nation_slug=item["nation_slug"],
        conversation_id=item["conversation_id"],
        ref=ActionRef.parse(item["action"]),
        user_id=item["user_id"],
        tool=ToolClass(item["tool"], Effect(item["effect"]), item["sends"]),
        fingerprint=item["fingerprint"],
        operations=item["operations"],
        people=item["people"],
        card=json.loads(item["card"]),
        created_at=moment(item["created_at"]),
        expires_at=moment(item["expires_at"]),
        state=ApprovalState(item["state"]),
        decided_by=item.get("decided_by"),
        decided_at=None if decided_at is None else moment(decided_at),
        decision=item.get("decision"),
        counts=item.get("counts", {}),
    )
