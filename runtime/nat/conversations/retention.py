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
from datetime import datetime, timedelta
from typing import Final

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.items import Row, moment
from nat.aws.store import Store
from nat.aws.writes import Delete, Put, Update
from nat.conversations.listing import LARGEST_PAGE, Listing
from nat.conversations.turns import META_ITEM, conversation_key
from nat.ids import ConversationId, NationSlug, UserId
from nat.names import RETENTION_DAYS, TTL_ATTRIBUTE, Table
from nat.nations.record import Nations

_PENDING_KEY: Final = {"key": "retention#pending"}
PLACE_KEPT: Final = timedelta(days=30)
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

    def __init__(self, store: Store, *, seconds_now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._seconds_now = seconds_now

    def begin(self, nation_slug: NationSlug) -> None:
        """Let the next sweeps carry the nation's present retention out, from the beginning."""
        self._store.write(Delete(Table.ONCE, _place_key(nation_slug)))
        self._store.write(Update(Table.ONCE, _PENDING_KEY, add={"slugs": {nation_slug}}))

    def run(self, seconds: float = SECONDS) -> Shortened:
        """Go on with the nations that wait for as long as this; the rest is the next run's."""
        until = self._seconds_now() + seconds
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
        record = Nations(self._store).get(NationSlug(slug))
        deleted = earlier = 0
        if record is not None:
            days = timedelta(days=record.retention_days or RETENTION_DAYS)
            place = self._place(slug)
            for person in sorted(self._people(slug)):
                if person < place:
                    continue
                self._move_on(slug, person)
                for conversation_id in self._conversations(slug, person):
                    if self._seconds_now() >= until:
                        return deleted, earlier, False
                    counts = self._conversation(
                        conversation_key(NationSlug(slug), ConversationId(conversation_id)), days
                    )
                    deleted, earlier = deleted + counts[0], earlier + counts[1]
        self._store.write(Update(Table.ONCE, _PENDING_KEY, discard={"slugs": {slug}}))
        self._store.write(Delete(Table.ONCE, _place_key(slug)))
        return deleted, earlier, True

    def _conversation(self, conversation: str, days: timedelta) -> tuple[int, int]:
        deleted = earlier = 0
        now = self._store.clock()
        for table in (Table.CONVERSATIONS, Table.ACTIONS):
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
            self._store.delete_many(
                table, [{"conversation": conversation, "item": row["item"]} for row in over]
            )
            deleted, earlier = deleted + len(over), earlier + len(later)
        return deleted, earlier

    def _end(self, table: Table, row: Row, end: int, days: int) -> None:
        """Let a row end earlier, if it is still there; a turn also remembers it for what it writes later."""
        shorter = {TTL_ATTRIBUTE: end} | ({"retention_days": days} if "retention_days" in row else {})
        key = {"conversation": row["conversation"], "item": row["item"]}
        self._store.write(Update(table, key, set=shorter, when=Attr("item").exists()))

    def _rows(self, table: Table, conversation: str) -> Iterator[Row]:
        names = ("conversation", "item", TTL_ATTRIBUTE, "retention_days", *_TIME_ATTRIBUTES)
        return self._store.query(table, Key("conversation").eq(conversation), attributes=names)

    def _people(self, slug: str) -> set[str]:
        rows = self._store.query(Table.USAGE, Key("nation_slug").eq(slug), attributes=("day_user",))
        return {row["day_user"].partition("#")[2] for row in rows if "#" in row["day_user"]}

    def _conversations(self, slug: str, person: str) -> Iterator[str]:
        listing = Listing(self._store)
        after = None
        while True:
            page = listing.of_person(NationSlug(slug), UserId(person), limit=LARGEST_PAGE, after=after)
            yield from (each.conversation_id for each in page.conversations)
            after = page.next
            if after is None:
                return

    def _pending(self) -> list[str]:
        return sorted((self._store.get(Table.ONCE, _PENDING_KEY) or {}).get("slugs", ()))

    def _place(self, slug: str) -> str:
        row = self._store.get(Table.ONCE, _place_key(slug)) or {}
        return str(row.get("person", ""))

    def _move_on(self, slug: str, person: str) -> None:
        end = int((self._store.clock() + PLACE_KEPT).timestamp())
        self._store.write(Put(Table.ONCE, {**_place_key(slug), "person": person, TTL_ATTRIBUTE: end}))


def _began(row: Row) -> datetime | None:
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


def _place_key(slug: str) -> dict[str, str]:
    return {"key": f"retention#{slug}"}
