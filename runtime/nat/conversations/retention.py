"""A nation's retention, applied to what is stored already when an admin makes it shorter.

What is written has its end from the retention of that moment. So a shorter one is carried out over the old
rows by the minute's sweep: what is over is deleted, the rest gets an earlier end. Steps and events need
nothing: they are kept for 30 days at most, which no nation can go below. A longer retention is for what is
written from then on.

The row `retention#pending` of Once names the nations that wait, `retention#<slug>` how far each of them is.
Whose conversations there are is read from the nation's usage, which also knows people who have left.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from nat.aws.items import decode, encode, moment
from nat.conversations.listing import LARGEST_PAGE, Listing
from nat.conversations.own_conversations import delete_rows
from nat.conversations.turns import META_ITEM, RETENTION_DAYS, conversation_key
from nat.names import TTL_ATTRIBUTE, Table
from nat.nations.record import Nations
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PENDING: Final = "retention#pending"
SECONDS: Final = 20.0
"""How long one sweep works on it."""
_TIME_IN_KEY: Final = ("answer#", "memory#", "part#memory#")
_TIME_ATTRIBUTES: Final = ("updated_at", "admitted_at", "created_at", "at")
_REMADE: Final = ("record", "part#record#")
"""What the model remembers of older turns is made anew from what is left of them."""


@dataclass(frozen=True)
class Shortened:
    """What one run did: rows that are gone, rows that end earlier, nations that are done."""

    deleted: int = 0
    ending_earlier: int = 0
    nations: int = 0


class Shortening:
    """Carries a shorter retention out, with a role that reaches all nations."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: TableNames,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._tables = tables
        self._now = now
        self._clock = clock

    def begin(self, nation_slug: str) -> None:
        """Let the next sweeps carry the nation's present retention out, from the beginning."""
        self._client.delete_item(TableName=self._tables[Table.ONCE], Key=_key(f"retention#{nation_slug}"))
        self._waiting("ADD", nation_slug)

    def run(self, seconds: float = SECONDS) -> Shortened:
        """Go on with the nations that wait for as long as this; the rest is the next run's."""
        until = self._clock() + seconds
        done = Shortened()
        for slug in self._pending():
            deleted, earlier, finished = self._nation(slug, until)
            done = Shortened(
                done.deleted + deleted, done.ending_earlier + earlier, done.nations + int(finished)
            )
            if not finished:
                break
        return done

    def _nation(self, slug: str, until: float) -> tuple[int, int, bool]:
        record = Nations(self._client, self._tables).get(slug)
        deleted = earlier = 0
        if record is not None:
            days = timedelta(days=record.retention_days or RETENTION_DAYS)
            place = self._place(slug)
            for person in sorted(self._people(slug)):
                if person < place:
                    continue
                self._move_on(slug, person)
                for conversation_id in self._conversations(slug, person):
                    if self._clock() >= until:
                        return deleted, earlier, False
                    counts = self._conversation(conversation_key(slug, conversation_id), days)
                    deleted, earlier = deleted + counts[0], earlier + counts[1]
        self._waiting("DELETE", slug)
        self._client.delete_item(TableName=self._tables[Table.ONCE], Key=_key(f"retention#{slug}"))
        return deleted, earlier, True

    def _conversation(self, conversation: str, days: timedelta) -> tuple[int, int]:
        deleted = earlier = 0
        now = self._now()
        for table in (self._tables[Table.CONVERSATIONS], self._tables[Table.ACTIONS]):
            over, later = [], []
            for row in self._rows(table, conversation):
                began = _began(row)
                if began is None:
                    continue
                end = int((began + days).timestamp())
                if end <= now.timestamp():
                    over.append(row)
                elif row.get(TTL_ATTRIBUTE, 0) > end:
                    later.append((row, end))
            if over or later:
                over += [row for row in self._rows(table, conversation) if row["item"].startswith(_REMADE)]
            for row, end in later:
                self._end(table, row, end, days.days)
            # A conversation's own entry goes last: it leads here when the run is cut off.
            over.sort(key=lambda row: row["item"] == META_ITEM)
            keys = [encode({"conversation": conversation, "item": row["item"]}) for row in over]
            delete_rows(self._client, table, keys)
            deleted, earlier = deleted + len(over), earlier + len(later)
        return deleted, earlier

    def _end(self, table: str, row: dict[str, Any], end: int, days: int) -> None:
        """Let a row end earlier, if it is still there; a turn also remembers it for what it writes later."""
        turn = "retention_days" in row
        self._client.update_item(
            TableName=table,
            Key=encode({"conversation": row["conversation"], "item": row["item"]}),
            UpdateExpression=f"SET #ttl = :end{', #days = :days' if turn else ''}",
            ConditionExpression="attribute_exists(#item)",
            ExpressionAttributeNames={
                "#ttl": TTL_ATTRIBUTE,
                "#item": "item",
                **({"#days": "retention_days"} if turn else {}),
            },
            ExpressionAttributeValues=encode({":end": end, **({":days": days} if turn else {})}),
        )

    def _rows(self, table: str, conversation: str) -> Iterator[dict[str, Any]]:
        names = ("conversation", "item", TTL_ATTRIBUTE, "retention_days", *_TIME_ATTRIBUTES)
        pages = self._client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="#conversation = :conversation",
            ProjectionExpression=", ".join(f"#{name}" for name in names),
            ExpressionAttributeNames={f"#{name}": name for name in names},
            ExpressionAttributeValues={":conversation": {"S": conversation}},
        )
        for page in pages:
            yield from (decode(item) for item in page["Items"])

    def _people(self, slug: str) -> set[str]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._tables[Table.USAGE],
            KeyConditionExpression="nation_slug = :slug",
            ProjectionExpression="day_user",
            ExpressionAttributeValues={":slug": {"S": slug}},
        )
        rows = (item["day_user"]["S"] for page in pages for item in page["Items"])
        return {row.partition("#")[2] for row in rows if "#" in row}

    def _conversations(self, slug: str, person: str) -> Iterator[str]:
        listing = Listing(self._client, self._tables[Table.CONVERSATIONS])
        after = None
        while True:
            page = listing.of_person(slug, person, limit=LARGEST_PAGE, after=after)
            yield from (each.conversation_id for each in page.conversations)
            after = page.next
            if after is None:
                return

    def _pending(self) -> list[str]:
        found = self._client.get_item(
            TableName=self._tables[Table.ONCE], Key=_key(PENDING), ConsistentRead=True
        )
        return sorted(found.get("Item", {}).get("slugs", {}).get("SS", []))

    def _waiting(self, how: str, slug: str) -> None:
        self._client.update_item(
            TableName=self._tables[Table.ONCE],
            Key=_key(PENDING),
            UpdateExpression=f"{how} slugs :slug",
            ExpressionAttributeValues={":slug": {"SS": [slug]}},
        )

    def _place(self, slug: str) -> str:
        found = self._client.get_item(
            TableName=self._tables[Table.ONCE], Key=_key(f"retention#{slug}"), ConsistentRead=True
        )
        return found.get("Item", {}).get("person", {}).get("S", "")

    def _move_on(self, slug: str, person: str) -> None:
        end = int((self._now() + timedelta(days=30)).timestamp())
        self._client.put_item(
            TableName=self._tables[Table.ONCE],
            Item=encode({"key": f"retention#{slug}", "person": person, TTL_ATTRIBUTE: end}),
        )


def _began(row: dict[str, Any]) -> datetime | None:
    """When the retention of a row began; `None` for a row that another rule ends."""
    item: str = row["item"]
    for prefix in _TIME_IN_KEY:
        if item.startswith(prefix):
            return moment(item.removeprefix(prefix).split("#")[0])
    if item == META_ITEM:
        return moment(row["updated_at"])
    if item.startswith("turn#") and item.count("#") == 1:
        return moment(row["admitted_at"])
    if item.startswith("approval#"):
        return moment(row["created_at"])
    if item.startswith("feedback#"):
        return moment(row["at"])
    return None


def _key(key: str) -> Any:
    return encode({"key": key})
