"""Keys of the Actions table, and the frozen change behind an action.

Everything lies in the partition of its conversation, `<slug>#<conversation id>`; `item` says what it is:

    action#<turn>#<step>#<call>                   a frozen change (a document), and the tool that planned it
    journal#<turn>#<step>#<call>#<operation>      what became of one operation
    undo#<turn>#<step>#<call>#<operation>         what became of taking it back
    approval#<id>                                 a proposal and what was decided
    decision#<turn>                               what a person chose: records, or new values (a document)

An action is named by the call that planned it, not by the turn that commits it: a retry finds what an earlier
turn has done, and an undo what all of them have.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from boto3.dynamodb.conditions import Attr

from nat.aws.store import Store
from nat.aws.writes import Put, Update, unchanged
from nat.changes.effect import Effect
from nat.changes.plan import Change
from nat.changes.undo import KEPT
from nat.conversations.documents import Documents
from nat.conversations.turns import Turn, conversation_key, turn_item
from nat.errors import NotFound
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import Table

RETRIED: Final = "retried"


@dataclass(frozen=True)
class ChangeRef:
    """Names an action within its conversation: turn, step and call of the model message that asked for it."""

    turn_id: TurnId
    step: int
    call: str

    def __str__(self) -> str:
        return f"{self.turn_id}#{self.step:03d}#{self.call}"

    @staticmethod
    def is_one(text: str) -> bool:
        """Whether a text is meant as a reference. Ids of approvals have no `#`."""
        return "#" in text

    @classmethod
    def parse(cls, text: str) -> "ChangeRef":
        """The reference behind its text. Raises `NotFound` for anything else."""
        try:
            turn_id, step, call = text.split("#")
            turn_item(TurnId(turn_id))
            turn_item(TurnId(call))
            return cls(TurnId(turn_id), int(step), call)
        except ValueError:
            raise NotFound("There is no such change in this conversation.") from None


@dataclass(frozen=True)
class ToolClass:
    """What gates decide on, remembered of a tool."""

    name: str
    effect: Effect
    sends: bool


@dataclass(frozen=True)
class ChangeOwner:
    """Whose document it is, and the number of its writer."""

    conversation: str
    attempt: int = 0


@dataclass(frozen=True)
class StoredChange:
    """A frozen change and who asked for it. `approval` is its proposal, if it was one."""

    nation_slug: NationSlug
    conversation_id: ConversationId
    ref: ChangeRef
    user_id: UserId
    tool: ToolClass
    change: Change
    created_at: datetime
    approval: str | None = None
    retried: str | None = None
    """The latest decision that had it tried again, where it ran without an approval."""

    @property
    def conversation(self) -> str:
        """Partition key."""
        return conversation_key(self.nation_slug, self.conversation_id)


def change_item(ref: ChangeRef) -> str:
    """Sort key of a frozen change."""
    return f"action#{ref}"


def expires(now: datetime) -> int:
    """Epoch seconds when DynamoDB may delete changes and journals."""
    return int((now + KEPT).timestamp())


class ChangeRows:
    """Frozen changes. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._documents = Documents(store, Table.ACTIONS)

    def put(self, action: StoredChange, attempt: int) -> Put:
        """Store a change that must not be frozen yet. Pieces of a large one are stored here."""
        prepared = self._documents.prepare(
            ChangeOwner(action.conversation, attempt),
            change_item(action.ref),
            {
                "change": json.loads(action.change.as_json()),
                "nation_slug": action.nation_slug,
                "conversation_id": action.conversation_id,
                "user_id": action.user_id,
                "tool": action.tool.name,
                "effect": action.tool.effect.value,
                "sends": action.tool.sends,
                "created_at": action.created_at.isoformat(),
                "approval": action.approval,
            },
            expires(action.created_at),
        )
        return Put(Table.ACTIONS, prepared, when=Attr("item").not_exists())

    def find(self, conversation: str, ref: ChangeRef) -> StoredChange | None:
        """One frozen change, strongly consistent."""
        row = self._store.get(Table.ACTIONS, {"conversation": conversation, "item": change_item(ref)})
        if row is None:
            return None
        return replace(_action(self._documents.read(row), ref), retried=row.get(RETRIED))

    def get(self, conversation: str, ref: ChangeRef) -> StoredChange:
        """One frozen change. Raises `NotFound`."""
        action = self.find(conversation, ref)
        if action is None:
            raise NotFound("There is no such change in this conversation, or it is older than 30 days.")
        return action

    def retrying(self, action: StoredChange, decision: str) -> Update:
        """Another try of what was not done, as an entry of a transaction. The condition fails when another
        decision had it tried again since the action was read."""
        return Update(
            Table.ACTIONS,
            {"conversation": action.conversation, "item": change_item(action.ref)},
            set={RETRIED: decision},
            when=unchanged(RETRIED, action.retried),
        )

    def put_choice(self, turn: Turn, keys: tuple[str, ...] | None, now: datetime) -> Put:
        """Store which records a person chose for a turn; `None` is all."""
        chosen = None if keys is None else list(keys)
        return self._put_decision(turn, chosen, now)

    def put_values(self, turn: Turn, values: Mapping[str, object], now: datetime) -> Put:
        """Store the new values with which a person edits a proposal."""
        return self._put_decision(turn, dict(values), now)

    def choice(self, conversation: str, turn_id: TurnId) -> tuple[str, ...] | None:
        """Which records a person chose for a turn; `None` is all. Raises `NotFound`."""
        keys = self._decision(conversation, turn_id)
        return None if keys is None else tuple(keys)

    def values(self, conversation: str, turn_id: TurnId) -> dict[str, object]:
        """The new values with which a person edits a proposal. Raises `NotFound`."""
        return dict(self._decision(conversation, turn_id))

    def _put_decision(self, turn: Turn, decided: object, now: datetime) -> Put:
        prepared = self._documents.prepare(turn, f"decision#{turn.turn_id}", decided, expires(now))
        return Put(Table.ACTIONS, prepared)

    def _decision(self, conversation: str, turn_id: TurnId) -> Any:
        key = {"conversation": conversation, "item": f"decision#{turn_id}"}
        row = self._store.get(Table.ACTIONS, key)
        if row is None:
            raise NotFound("Nothing was decided here.")
        return self._documents.read(row)


def _action(value: dict[str, Any], ref: ChangeRef) -> StoredChange:
    return StoredChange(
        nation_slug=value["nation_slug"],
        conversation_id=value["conversation_id"],
        ref=ref,
        user_id=value["user_id"],
        tool=ToolClass(value["tool"], Effect(value["effect"]), value["sends"]),
        change=Change.from_plain(value["change"]),
        created_at=datetime.fromisoformat(value["created_at"]),
        approval=value["approval"],
    )
