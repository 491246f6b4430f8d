"""The event log of a turn: what clients see, stored before it is pushed, replayed by a consistent read.

An event is stored as the JSON text that goes over the wire, so that storing, pushing and replaying share the
same bytes and nothing is built twice.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from nat.conversations.turns import Turn, conversation_key, event_item, event_prefix
from nat.names import TTL_ATTRIBUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

    from nat.contract.events import Envelope

_AFTER_ALL: Final = "~"
"""Sorts after every digit."""


@dataclass(frozen=True)
class StoredEvent:
    """One event as stored. `wire` is the JSON text that clients receive."""

    attempt: int
    seq: int
    wire: str

    @property
    def envelope(self) -> "Envelope":
        """The event as a value. Replaying needs only the text, and no event types loaded."""
        from nat.contract.events import Envelope

        return Envelope.from_wire(json.loads(self.wire))


def wire_text(envelope: "Envelope") -> str:
    """An event as the JSON text of the wire."""
    return json.dumps(envelope.as_wire(), ensure_ascii=False, separators=(",", ":"))


def put_event(table: str, turn: Turn, envelope: "Envelope", now: datetime) -> "TransactWriteItemTypeDef":
    """Store an event as part of a transaction; its place must be free."""
    return {
        "Put": {
            "TableName": table,
            "Item": _item(turn, envelope.attempt, envelope.seq, wire_text(envelope), now),
            "ConditionExpression": "attribute_not_exists(#item)",
            "ExpressionAttributeNames": {"#item": "item"},
        }
    }


class Events:
    """Events of turns. The client's credentials decide which nations it reaches."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self.table = table

    def append(self, turn: Turn, seq: int, wire: str, now: datetime) -> None:
        """Store one event of the turn's current attempt.

        Not conditional on the attempt: the key holds it, so what a worker stores after it lost the turn sorts
        before everything of its successor, whose `turn.restarted` makes clients drop it. A condition on the
        turn row would cost four times the write units for every flush.
        """
        self._client.put_item(TableName=self.table, Item=_item(turn, turn.attempt, seq, wire, now))

    def after(
        self, nation_slug: str, conversation_id: str, turn_id: str, *, attempt: int = 0, seq: int = 0
    ) -> Iterator[StoredEvent]:
        """Events after (`attempt`, `seq`), in order, strongly consistent."""
        values: dict[str, Any] = {
            ":conversation": {"S": conversation_key(nation_slug, conversation_id)},
            ":from": {"S": event_item(turn_id, attempt, seq + 1)},
            ":to": {"S": event_prefix(turn_id) + _AFTER_ALL},
        }
        position: dict[str, Any] = {}
        while True:
            page = self._client.query(
                TableName=self.table,
                KeyConditionExpression="#conversation = :conversation AND #item BETWEEN :from AND :to",
                ProjectionExpression="#item, wire",
                ExpressionAttributeNames={"#conversation": "conversation", "#item": "item"},
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **position,
            )
            for item in page["Items"]:
                place = _place(item["item"]["S"])
                yield StoredEvent(*place, item["wire"]["S"])
            if "LastEvaluatedKey" not in page:
                return
            position = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def head(self, nation_slug: str, conversation_id: str, turn_id: str) -> tuple[int, int]:
        """Attempt and seq of the last stored event, strongly consistent; (0, 0) when there is none.

        Read from the log itself: keeping it in the turn row would double the writes of every flush.
        """
        page = self._client.query(
            TableName=self.table,
            KeyConditionExpression="#conversation = :conversation AND begins_with(#item, :prefix)",
            ProjectionExpression="#item",
            ExpressionAttributeNames={"#conversation": "conversation", "#item": "item"},
            ExpressionAttributeValues={
                ":conversation": {"S": conversation_key(nation_slug, conversation_id)},
                ":prefix": {"S": event_prefix(turn_id)},
            },
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=1,
        )
        return _place(page["Items"][0]["item"]["S"]) if page["Items"] else (0, 0)


def _item(turn: Turn, attempt: int, seq: int, wire: str, now: datetime) -> dict[str, "AttributeValueTypeDef"]:
    return {
        "conversation": {"S": turn.conversation},
        "item": {"S": event_item(turn.turn_id, attempt, seq)},
        "wire": {"S": wire},
        TTL_ATTRIBUTE: {"N": str(turn.replay_expires(now))},
    }


def _place(item: str) -> tuple[int, int]:
    attempt, seq = item.split("#")[-2:]
    return int(attempt), int(seq)
