"""One approval as stored: its states, its row, and the end that a commit's turn gives it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from boto3.dynamodb.conditions import Attr, ConditionBase

from nat.approvals.stored_changes import ChangeRef, ToolClass
from nat.aws.items import Row, epoch_ms, moment
from nat.aws.writes import Check, Update
from nat.changes.effect import Effect
from nat.changes.journal import Proposal
from nat.changes.policy import least_role
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn, conversation_key
from nat.ids import ApprovalId, ConversationId, NationSlug, UserId
from nat.names import Table
from nat.roles import Role

PREFIX: Final = "approval#"
"""What the sort keys of approvals begin with."""
NO_LONGER_WAITING: Final = {"inbox": None, "waiting": None}
"""Attributes that only a pending proposal has; both keep it in a sparse index."""


@dataclass(frozen=True)
class Approval:
    """One proposal, in the conversation of `user_id`.

    `decision` is the id of the latest decision, which is a turn's unless it was a no; `counts` are operations
    by state after the commit.
    """

    id: str
    nation_slug: NationSlug
    conversation_id: ConversationId
    ref: ChangeRef
    user_id: UserId
    tool: ToolClass
    fingerprint: str
    operations: int
    people: int
    card: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime
    state: ApprovalState = ApprovalState.PENDING
    decided_by: str | None = None
    decided_in: str | None = None
    """The surface on which it was decided."""
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

    def as_of(self, now: datetime) -> "Approval":
        """The same, said to be expired if it waits in vain: the row itself is marked by the sweep."""
        return replace(self, state=ApprovalState.EXPIRED) if self.expired(now) else self


def moving(approval: Approval, step: Row, *, when: ConditionBase) -> Update:
    """A step of an approval as an entry of a transaction: an update of its row, if the condition holds."""
    return Update(Table.ACTIONS, _key(approval.conversation, ApprovalId(approval.id)), set=step, when=when)


def closing(approval: Approval, state: ApprovalState, now: datetime) -> Update:
    """The end of a proposal that nobody decided: superseded or expired."""
    step = {"state": state.value, "decided_at": now, **NO_LONGER_WAITING}
    return moving(approval, step, when=Attr("state").eq(ApprovalState.PENDING.value))


def still_waiting(approval: Approval, *, fingerprint: str, now: datetime) -> Check:
    """Nothing but the condition: pending, in time, and what the person saw."""
    key = _key(approval.conversation, ApprovalId(approval.id))
    return Check(Table.ACTIONS, key, when=decidable(fingerprint, now))


def decidable(fingerprint: str, now: datetime) -> ConditionBase:
    """Pending, in time, and with the fingerprint that the person saw."""
    return (
        Attr("state").eq(ApprovalState.PENDING.value)
        & Attr("expires_ms").gt(epoch_ms(now))
        & Attr("fingerprint").eq(fingerprint)
    )


def being_carried_out(turn: Turn) -> ConditionBase:
    """This turn is the latest decision, and what it decided has not ended."""
    under_way = [ApprovalState.APPROVED.value, ApprovalState.COMMITTING.value]
    return Attr("decision").eq(turn.turn_id) & Attr("state").is_in(under_way)


def finishing(turn: Turn, approval_id: ApprovalId, state: ApprovalState, counts: Mapping[str, int]) -> Update:
    """The end of a commit as an entry of its turn's last transaction. The condition fails when another
    decision has taken over."""
    return Update(
        Table.ACTIONS,
        _key(turn.conversation, approval_id),
        set={"state": state.value, "counts": counts},
        when=being_carried_out(turn),
    )


def _key(conversation: str, approval_id: ApprovalId) -> dict[str, str]:
    return {"conversation": conversation, "item": approval_item(approval_id)}


def approval_item(approval_id: ApprovalId) -> str:
    """Sort key of an approval. Raises `ValueError` for an id that could reach into another key."""
    if not approval_id.isalnum():
        raise ValueError("That is not the id of a proposal.")
    return f"{PREFIX}{approval_id}"


def inbox_of(nation_slug: NationSlug) -> str:
    """Partition of index `by_inbox`; begins with the slug, so that isolation by key holds there too."""
    return f"{nation_slug}#{ApprovalState.PENDING.value}"


def to_item(approval: Approval) -> dict[str, object]:
    """The row of a new approval in plain values."""
    return {
        "conversation": approval.conversation,
        "item": approval_item(ApprovalId(approval.id)),
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


def from_item(item: Row) -> Approval:
    """An approval from its row in plain values. Raises `KeyError` for a row that is none."""
    decided_at = item.get("decided_at")
    return Approval(
        id=item["id"],
        nation_slug=item["nation_slug"],
        conversation_id=item["conversation_id"],
        ref=ChangeRef.parse(item["action"]),
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
        decided_in=item.get("decided_in"),
        decided_at=None if decided_at is None else moment(decided_at),
        decision=item.get("decision"),
        counts=item.get("counts", {}),
    )
