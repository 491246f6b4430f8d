"""What happened to a nation, announced on the event bus: stored first, then put on the bus.

An announcement is a row of Connections, written in the transaction that makes it true, so it is made once and
not lost with the process that made it. Whoever may use the bus delivers what waits; the minute sweep does so
always. The bus delivers at least once: consumers tell repetitions by `id`.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from boto3.dynamodb.conditions import Attr, Key
from ulid import ULID

from nat.aws.items import Row, timestamp
from nat.aws.store import Store
from nat.aws.writes import Delete, Put, Update
from nat.ids import NationSlug
from nat.names import BUS_SOURCE, CONNECTIONS_DUE, Bus, Table

if TYPE_CHECKING:
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

    def __init__(self, store: Store) -> None:
        self._store = store

    def entry(self, event: Bus, nation_slug: NationSlug, about: Mapping[str, object] | None = None) -> Put:
        """Entry of a transaction that makes the announcement. `about` are plain values, no personal data."""
        return Put(Table.CONNECTIONS, self._item(event, nation_slug, about or {}))

    def add(self, event: Bus, nation_slug: NationSlug, about: Mapping[str, object] | None = None) -> None:
        """Make one announcement by itself."""
        self._store.write(self.entry(event, nation_slug, about))

    def deliver(self, bus: "EventBridgeClient", bus_name: str, *, limit: int = 100) -> int:
        """Put what waits on the bus; gives how many. Needs the index, so no nation role."""
        now = self._store.clock()
        due = Key("due_kind").eq(DUE_KIND) & Key("due_at").lte(now)
        found = self._store.find(Table.CONNECTIONS, due, index=CONNECTIONS_DUE, limit=limit)
        claimed = [each for each in found.rows if self._claim(each, now)]
        delivered = 0
        for start in range(0, len(claimed), _BATCH):
            delivered += self._put(bus, bus_name, claimed[start : start + _BATCH])
        return delivered

    def _put(self, bus: "EventBridgeClient", bus_name: str, batch: list[Row]) -> int:
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
            self._store.write(Delete(Table.CONNECTIONS, _key(each)))
        return len(accepted)

    def _claim(self, item: Mapping[str, object], now: datetime) -> bool:
        """Whether this process delivers it: of two sweeps at once, one does."""
        seen = Attr("due_at").eq(item["due_at"])
        later = {"due_at": now + CLAIM}
        return self._store.claim(Update(Table.CONNECTIONS, _key(item), set=later, when=seen))

    def _item(self, event: Bus, nation_slug: NationSlug, about: Mapping[str, object]) -> dict[str, object]:
        now, announcement = self._store.clock(), str(ULID())
        detail = {**about, "id": announcement, "nation_slug": nation_slug, "at": timestamp(now)}
        return {
            "nation_slug": nation_slug,
            "item": f"{_PREFIX}{announcement}",
            "event": event.value,
            "detail": json.dumps(detail),
            "due_kind": DUE_KIND,
            "due_at": now,
        }


def _key(item: Mapping[str, object]) -> dict[str, object]:
    return {"nation_slug": item["nation_slug"], "item": item["item"]}
