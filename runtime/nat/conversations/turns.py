"""The turn row and its neighbours in the Conversations table: keys, encoding, and the conditional writes.

Everything of one conversation lies under `<slug>#<conversation id>`; the sort key `item` says what it is:

    meta                                  the conversation as listed
    lock                                  which turn runs
    turn#<turn>                           the turn row
    turn#<turn>#step#<nnn>                a model message and its results (`nat.conversations.steps`)
    turn#<turn>#event#<aaa>#<ssssss>      one event as on the wire (`nat.conversations.events`)
    answer#<ended at>#<turn>              what a turn left behind (`nat.conversations.history`)

`attempt` is the fence: each worker that takes the turn raises it, and every later write of that worker is
conditional on it, so a worker that lost the turn cannot change what its successor did.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.agent.ports import OpenPage, Usage
from nat.aws.items import decode, encode, encode_value, moment, timestamp
from nat.aws.transactions import condition_failed
from nat.errors import NotFound, TurnLost
from nat.names import TTL_ATTRIBUTE
from nat.roles import Role

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

RETENTION_DAYS: Final = 365
"""How long a conversation is kept unless the nation sets less."""
REPLAY_DAYS: Final = 30
"""How long steps and events are kept: after a turn has ended they only serve replay."""
LOCK_SECONDS: Final = 900
"""A lock that nobody released ends by itself; the queue keeps turns of a conversation in order anyway."""
TITLE_CHARACTERS: Final = 80
META_ITEM: Final = "meta"
LOCK_ITEM: Final = "lock"
PENDING: Final = "admitted"
"""Value of `pending` while a turn has been admitted but not proven to be in the queue."""

_ENDING: Final = ("state", "refunded", "ended_at", "error", "model", "usage", "cost_micros")
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class TurnState(StrEnum):
    """Where a turn is. Three states are final."""

    ADMITTED = "admitted"
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Nothing happens to the turn any more."""
        return self in (TurnState.FINISHED, TurnState.STOPPED, TurnState.FAILED)


class TurnKind(StrEnum):
    """What a turn does. Only a question counts; the others carry out what a person decided, and are free."""

    ASK = "ask"
    COMMIT = "commit"
    """Carries out an approval, or again what of it was not done."""
    UNDO = "undo"
    EDIT = "edit"
    """Plans a proposal anew with values that a person changed; the new one waits in its place."""


@dataclass(frozen=True)
class Turn:
    """One question and how far its answer is. `period_start` names the billing period it was counted in,
    as the nation record stores it; `None` when it is free. `budgeted`: counted in the person's budget, too.

    `target` is what a turn that is no question is about: the id of an approval, or the reference of a change.
    `cost_micros` is micro-dollars, `None` until the turn has ended or when the model has no price.
    """

    nation_slug: str
    conversation_id: str
    turn_id: str
    user_id: str
    question: str
    role: Role
    surface: str
    time_zone: str
    admitted_at: datetime
    period_start: str | None = None
    page: OpenPage | None = None
    retention_days: int = RETENTION_DAYS
    state: TurnState = TurnState.ADMITTED
    attempt: int = 0
    crashes: int = 0
    refunded: bool = False
    ended_at: datetime | None = None
    error: str | None = None
    model: str | None = None
    usage: Usage = field(default_factory=Usage)
    cost_micros: int | None = None
    kind: TurnKind = TurnKind.ASK
    target: str | None = None
    budgeted: bool = False

    @property
    def conversation(self) -> str:
        """Partition key of the conversation."""
        return conversation_key(self.nation_slug, self.conversation_id)

    @property
    def key(self) -> dict[str, str]:
        """Primary key of the turn row, in plain values."""
        return {"conversation": self.conversation, "item": turn_item(self.turn_id)}

    def expires(self, now: datetime) -> int:
        """Epoch seconds when DynamoDB may delete what is kept for the nation's retention."""
        return int((now + timedelta(days=self.retention_days)).timestamp())

    def replay_expires(self, now: datetime) -> int:
        """Epoch seconds when DynamoDB may delete steps and events."""
        return int((now + timedelta(days=min(REPLAY_DAYS, self.retention_days))).timestamp())


def conversation_key(nation_slug: str, conversation_id: str) -> str:
    """Partition key. Raises `ValueError` for an id that could reach into another key."""
    return f"{nation_slug}#{_checked(conversation_id)}"


def turn_item(turn_id: str) -> str:
    """Sort key of the turn row."""
    return f"turn#{_checked(turn_id)}"


def step_item(turn_id: str, index: int) -> str:
    """Sort key of a step; steps sort by index up to 999."""
    return f"{step_prefix(turn_id)}{index:03d}"


def step_prefix(turn_id: str) -> str:
    """What the sort keys of all steps of a turn begin with."""
    return f"{turn_item(turn_id)}#step#"


def event_item(turn_id: str, attempt: int, seq: int) -> str:
    """Sort key of an event; events sort by attempt, then seq."""
    return f"{event_prefix(turn_id)}{attempt:03d}#{seq:06d}"


def event_prefix(turn_id: str) -> str:
    """What the sort keys of all events of a turn begin with."""
    return f"{turn_item(turn_id)}#event#"


def person_key(nation_slug: str, user_id: str) -> str:
    """Partition of index `by_person`: one person's conversations within one nation."""
    return f"{nation_slug}#{user_id}"


def title_of(question: str) -> str:
    """A conversation's first title: the beginning of its first question, on one line."""
    line = " ".join(question.split())
    return line if len(line) <= TITLE_CHARACTERS else f"{line[: TITLE_CHARACTERS - 1].rstrip()}…"


def to_item(turn: Turn) -> dict[str, Any]:
    """The turn row in plain values."""
    return {
        **turn.key,
        "nation_slug": turn.nation_slug,
        "conversation_id": turn.conversation_id,
        "turn_id": turn.turn_id,
        "user_id": turn.user_id,
        "question": turn.question,
        "role": turn.role.value,
        "surface": turn.surface,
        "time_zone": turn.time_zone,
        "admitted_at": timestamp(turn.admitted_at),
        "period_start": turn.period_start,
        "page": None if turn.page is None else _page_item(turn.page),
        "retention_days": turn.retention_days,
        "state": turn.state.value,
        "attempt": turn.attempt,
        "crashes": turn.crashes,
        "refunded": turn.refunded,
        "ended_at": None if turn.ended_at is None else timestamp(turn.ended_at),
        "error": turn.error,
        "model": turn.model,
        "usage": usage_item(turn.usage),
        "cost_micros": turn.cost_micros,
        "kind": turn.kind.value,
        "target": turn.target,
        "budgeted": turn.budgeted or None,
        "pending": PENDING if turn.state is TurnState.ADMITTED else None,
        TTL_ATTRIBUTE: turn.expires(turn.admitted_at),
    }


def from_item(item: Mapping[str, Any]) -> Turn:
    """A turn from its row in plain values. Raises `KeyError` for a row that is not a turn."""
    page = item.get("page")
    ended_at = item.get("ended_at")
    return Turn(
        nation_slug=item["nation_slug"],
        conversation_id=item["conversation_id"],
        turn_id=item["turn_id"],
        user_id=item["user_id"],
        question=item["question"],
        role=Role(item["role"]),
        surface=item["surface"],
        time_zone=item["time_zone"],
        admitted_at=moment(item["admitted_at"]),
        period_start=item.get("period_start"),
        page=None if page is None else OpenPage(page["url"], page["kind"], page.get("record_id")),
        retention_days=item["retention_days"],
        state=TurnState(item["state"]),
        attempt=item["attempt"],
        crashes=item["crashes"],
        refunded=item["refunded"],
        ended_at=None if ended_at is None else moment(ended_at),
        error=item.get("error"),
        model=item.get("model"),
        usage=Usage(**item["usage"]),
        cost_micros=item.get("cost_micros"),
        kind=TurnKind(item.get("kind", TurnKind.ASK)),
        target=item.get("target"),
        budgeted=item.get("budgeted", False),
    )


def usage_item(usage: Usage) -> dict[str, int]:
    """Tokens by kind, under the names that every table uses."""
    return {
        "input_tokens": usage.input_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
    }


# Entries of a transaction. `reasons` of a cancelled transaction come in the order of its entries.


def put_new_turn(table: str, turn: Turn) -> "TransactWriteItemTypeDef":
    """Store a turn that must not exist yet."""
    return {
        "Put": {
            "TableName": table,
            "Item": encode(to_item(turn)),
            "ConditionExpression": "attribute_not_exists(#item)",
            "ExpressionAttributeNames": {"#item": "item"},
        }
    }


def acquire_lock(table: str, turn: Turn, now: datetime) -> "TransactWriteItemTypeDef":
    """Make this the conversation's running turn, if no other is or its lock has expired."""
    now_ms = int(now.timestamp() * 1000)
    return {
        "Put": {
            "TableName": table,
            "Item": encode(
                {
                    "conversation": turn.conversation,
                    "item": LOCK_ITEM,
                    "turn": turn.turn_id,
                    "until": now_ms + LOCK_SECONDS * 1000,
                    TTL_ATTRIBUTE: int(now.timestamp()) + LOCK_SECONDS,
                }
            ),
            "ConditionExpression": "attribute_not_exists(#item) OR #until < :now OR #turn = :turn",
            "ExpressionAttributeNames": {"#item": "item", "#until": "until", "#turn": "turn"},
            "ExpressionAttributeValues": encode({":now": now_ms, ":turn": turn.turn_id}),
        }
    }


def release_lock(table: str, turn: Turn) -> "TransactWriteItemTypeDef":
    """Let the conversation go on. The condition fails when another turn holds the lock or none does."""
    return {
        "Delete": {
            "TableName": table,
            "Key": encode({"conversation": turn.conversation, "item": LOCK_ITEM}),
            "ConditionExpression": "#turn = :turn",
            "ExpressionAttributeNames": {"#turn": "turn"},
            "ExpressionAttributeValues": encode({":turn": turn.turn_id}),
        }
    }


def upsert_meta(table: str, turn: Turn, now: datetime) -> "TransactWriteItemTypeDef":
    """Create or touch the conversation. The condition fails when it is another person's."""
    return {
        "Update": {
            "TableName": table,
            "Key": encode({"conversation": turn.conversation, "item": META_ITEM}),
            "UpdateExpression": (
                "SET #person = :person, #title = if_not_exists(#title, :title), "
                "#created = if_not_exists(#created, :now), #updated = :now, #ttl = :ttl ADD #turns :one"
            ),
            "ConditionExpression": "attribute_not_exists(#person) OR #person = :person",
            "ExpressionAttributeNames": {
                "#person": "person",
                "#title": "title",
                "#created": "created_at",
                "#updated": "updated_at",
                "#ttl": TTL_ATTRIBUTE,
                "#turns": "turns",
            },
            "ExpressionAttributeValues": encode(
                {
                    ":person": person_key(turn.nation_slug, turn.user_id),
                    ":title": title_of(turn.question),
                    ":now": timestamp(now),
                    ":ttl": turn.expires(now),
                    ":one": 1,
                }
            ),
        }
    }


def touch_meta(table: str, turn: Turn, now: datetime) -> "TransactWriteItemTypeDef":
    """List the conversation by this time and keep it from then on. The condition fails if it was deleted."""
    return {
        "Update": {
            "TableName": table,
            "Key": encode({"conversation": turn.conversation, "item": META_ITEM}),
            "UpdateExpression": "SET #updated = :now, #ttl = :ttl",
            "ConditionExpression": "attribute_exists(#person)",
            "ExpressionAttributeNames": {
                "#person": "person",
                "#updated": "updated_at",
                "#ttl": TTL_ATTRIBUTE,
            },
            "ExpressionAttributeValues": encode({":now": timestamp(now), ":ttl": turn.expires(now)}),
        }
    }


def check_attempt(table: str, turn: Turn) -> "TransactWriteItemTypeDef":
    """Nothing but the fence: the turn is running and still in this attempt."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": encode(turn.key),
            "ConditionExpression": "#attempt = :attempt AND #state = :running",
            "ExpressionAttributeNames": {"#attempt": "attempt", "#state": "state"},
            "ExpressionAttributeValues": encode(
                {":attempt": turn.attempt, ":running": TurnState.RUNNING.value}
            ),
        }
    }


def end_turn(table: str, turn: Turn, ended: Turn) -> "TransactWriteItemTypeDef":
    """Replace a running turn by its final form, if this attempt still holds it."""
    item = to_item(ended)
    kept = {name: item[name] for name in _ENDING if item[name] is not None}
    return {
        "Update": {
            "TableName": table,
            "Key": encode(turn.key),
            "UpdateExpression": (
                "SET " + ", ".join(f"#{name} = :{name}" for name in kept) + " REMOVE #pending"
            ),
            "ConditionExpression": "#attempt = :held AND #state = :running",
            "ExpressionAttributeNames": {
                **{f"#{name}": name for name in kept},
                "#attempt": "attempt",
                "#pending": "pending",
            },
            "ExpressionAttributeValues": encode(
                {
                    **{f":{name}": each for name, each in kept.items()},
                    ":held": turn.attempt,
                    ":running": TurnState.RUNNING.value,
                }
            ),
        }
    }


class Turns:
    """Turn rows. The client's credentials decide which nations it reaches."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self.table = table

    def get(self, nation_slug: str, conversation_id: str, turn_id: str) -> Turn:
        """One turn, strongly consistent. Raises `NotFound`."""
        key = {"conversation": conversation_key(nation_slug, conversation_id), "item": turn_item(turn_id)}
        found = self._client.get_item(TableName=self.table, Key=encode(key), ConsistentRead=True)
        if "Item" not in found:
            raise NotFound("There is no such question in this conversation.")
        return from_item(decode(found["Item"]))

    def owner(self, turn: Turn) -> str | None:
        """Whose conversation the turn is in: an admin may decide in another person's. `None` if it was
        deleted."""
        if turn.kind is TurnKind.ASK:  # admission lets nobody ask in a conversation that is not theirs
            return turn.user_id
        found = self._client.get_item(
            TableName=self.table,
            Key=encode({"conversation": turn.conversation, "item": META_ITEM}),
            ProjectionExpression="person",
            ConsistentRead=True,
        )
        person = found.get("Item", {}).get("person", {}).get("S")
        return None if person is None else person.removeprefix(person_key(turn.nation_slug, ""))

    def mark_queued(self, turn: Turn) -> None:
        """The queue has it. A worker may have been faster: then there is nothing to say."""
        self._update(
            turn,
            "SET #state = :queued REMOVE #pending",
            "#state = :admitted",
            {"#state": "state", "#pending": "pending"},
            {":queued": TurnState.QUEUED.value, ":admitted": TurnState.ADMITTED.value},
        )

    def begin(self, turn: Turn) -> Turn:
        """Take the turn: raise `attempt`. One that was left running counts as a crash of its last worker.

        Raises `TurnLost` if the row changed since it was read: ended, or taken by another worker.
        """
        taken = replace(
            turn,
            state=TurnState.RUNNING,
            attempt=turn.attempt + 1,
            crashes=turn.crashes + (turn.state is TurnState.RUNNING),
        )
        done = self._update(
            turn,
            "SET #state = :running, #attempt = :attempt, #crashes = :crashes REMOVE #pending",
            "#attempt = :before AND #state IN (:admitted, :queued, :running)",
            {"#state": "state", "#attempt": "attempt", "#crashes": "crashes", "#pending": "pending"},
            {
                ":running": TurnState.RUNNING.value,
                ":attempt": taken.attempt,
                ":crashes": taken.crashes,
                ":before": turn.attempt,
                ":admitted": TurnState.ADMITTED.value,
                ":queued": TurnState.QUEUED.value,
            },
        )
        if not done:
            raise TurnLost
        return taken

    def release(self, turn: Turn) -> None:
        """Give a running turn back to the queue, so that the next worker does not count a crash."""
        self._update(
            turn,
            "SET #state = :queued",
            "#attempt = :attempt AND #state = :running",
            {"#state": "state", "#attempt": "attempt"},
            {
                ":queued": TurnState.QUEUED.value,
                ":running": TurnState.RUNNING.value,
                ":attempt": turn.attempt,
            },
        )

    def admitted_before(self, limit_at: datetime, *, limit: int = 100) -> list[Turn]:
        """Turns that were admitted before `limit_at` and are not known to be queued, oldest first.

        Reads index `by_pending` over all nations: the sweeper's, not reachable with nation credentials.
        """
        found = self._client.query(
            TableName=self.table,
            IndexName="by_pending",
            KeyConditionExpression="#pending = :pending AND #at < :moment",
            ExpressionAttributeNames={"#pending": "pending", "#at": "admitted_at"},
            ExpressionAttributeValues=encode({":pending": PENDING, ":moment": timestamp(limit_at)}),
            Limit=limit,
        )
        return [from_item(decode(item)) for item in found["Items"]]

    def _update(
        self, turn: Turn, expression: str, condition: str, names: dict[str, str], values: dict[str, Any]
    ) -> bool:
        try:
            self._client.update_item(
                TableName=self.table,
                Key=encode(turn.key),
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={name: encode_value(each) for name, each in values.items()},
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True


def _checked(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise ValueError("An id is 1 to 64 letters, digits, hyphens or underscores.")
    return identifier


def _page_item(page: OpenPage) -> dict[str, Any]:
    return {"url": page.url, "kind": page.kind, "record_id": page.record_id}
