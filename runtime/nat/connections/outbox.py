"""What happened to a nation, announced on the event bus: stored first, then put on the bus.

An announcement is a row of Connections, written in the transaction that makes it true, so it is made once and
not lost with the process that made it. Whoever may use the bus delivers what waits; the minute sweep does so
always. The bus delivers at least once: consumers tell repetitions by `id`.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError
from ulid import ULID

from nat.aws.items import decode, encode, timestamp
from nat.aws.transactions import condition_failed
from nat.names import BUS_SOURCE, Bus, Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef
    from mypy_boto3_events import EventBridgeClient

DUE_KIND: Final = "announcement"
CLAIM: Final = timedelta(minutes=2)
"""How long an announcement is left to the process that is delivering it."""
_BATCH: Final = 10
"""Entries that one PutEvents takes (EventBridge API reference)."""
_PREFIX: Final = "announcement#"

_log = logging.getLogger(__name__)


class Outbox:
    """Announcements that wait to be delivered, of the nations that the client's credentials reach."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames, now: Callable[[], datetime]) -> None:
        self._client = client
        self._table = tables[Table.CONNECTIONS]
        self._now = now

    def entry(
        self, event: Bus, nation_slug: str, about: Mapping[str, Any] | None = None
    ) -> "TransactWriteItemTypeDef":
        """Entry of a transaction that makes the announcement. `about` are plain values, no personal data."""
        return {"Put": {"TableName": self._table, "Item": self._item(event, nation_slug, about or {})}}

    def add(self, event: Bus, nation_slug: str, about: Mapping[str, Any] | None = None) -> None:
        """Make one announcement by itself."""
        self._client.put_item(TableName=self._table, Item=self._item(event, nation_slug, about or {}))

    def deliver(self, bus: "EventBridgeClient", bus_name: str, *, limit: int = 100) -> int:
        """Put what waits on the bus; gives how many. Needs the index, so no nation role."""
        now = self._now()
        answer = self._client.query(
            TableName=self._table,
            IndexName="by_due",
            KeyConditionExpression="due_kind = :kind AND due_at <= :now",
            ExpressionAttributeValues=encode({":kind": DUE_KIND, ":now": now}),
            Limit=limit,
        )
        claimed = [each for each in map(decode, answer["Items"]) if self._claim(each, now)]
        delivered = 0
        for start in range(0, len(claimed), _BATCH):
            delivered += self._put(bus, bus_name, claimed[start : start + _BATCH])
        return delivered

    def _put(self, bus: "EventBridgeClient", bus_name: str, batch: list[dict[str, Any]]) -> int:
        answer = bus.put_events(
            Entries=[
                {
                    "Source": BUS_SOURCE,
                    "DetailType": each["event"],
                    "Detail": each["detail"],
                    "EventBusName": bus_name,
                }
                for each in batch
            ]
        )
        accepted = [
            item for item, result in zip(batch, answer["Entries"], strict=True) if "EventId" in result
        ]
        if len(accepted) < len(batch):
            _log.error("announcements not accepted", extra={"count": len(batch) - len(accepted)})
        for each in accepted:
            self._client.delete_item(TableName=self._table, Key=_key(each))
        return len(accepted)

    def _claim(self, item: Mapping[str, Any], now: datetime) -> bool:
        """Whether this process delivers it: of two sweeps at once, one does."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(item),
                UpdateExpression="SET due_at = :later",
                ConditionExpression="due_at = :seen",
                ExpressionAttributeValues=encode({":later": now + CLAIM, ":seen": item["due_at"]}),
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def _item(self, event: Bus, nation_slug: str, about: Mapping[str, Any]) -> Any:
        now, announcement = self._now(), str(ULID())
        detail = {**about, "id": announcement, "nation_slug": nation_slug, "at": timestamp(now)}
        return encode(
            {
                "nation_slug": nation_slug,
                "item": f"{_PREFIX}{announcement}",
                "event": event.value,
                "detail": json.dumps(detail),
                "due_kind": DUE_KIND,
                "due_at": now,
            }
        )


def _key(item: Mapping[str, Any]) -> Any:
    return encode({"nation_slug": item["nation_slug"], "item": item["item"]})
