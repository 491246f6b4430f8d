"""The event log of a turn: what clients see, stored before it is pushed, replayed by a consistent read.

An event is stored as the JSON text that goes over the wire, so that storing, pushing and replaying share the
same bytes and nothing is built twice.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec
from boto3.dynamodb.conditions import Attr, Key

from nat.aws.store import Store
from nat.aws.writes import Put
from nat.contract.fields import Place
from nat.conversations.turns import Turn, conversation_key, event_item, event_prefix
from nat.ids import ConversationId, NationSlug, TurnId
from nat.names import TTL_ATTRIBUTE, Table

if TYPE_CHECKING:
    from nat.contract.events import Envelope

_AFTER_ALL: Final = "~"
"""Sorts after every digit."""


class StoredEvent(msgspec.Struct, frozen=True):
    """One event as stored. `wire` is the JSON text that clients receive."""

    attempt: int
    seq: int
    wire: str

    @property
    def place(self) -> Place:
        """Where it stands in its turn."""
        return Place(self.attempt, self.seq)

    @property
    def envelope(self) -> "Envelope":
        """The event as a value. Replaying needs only the text, and no event types loaded."""
        from nat.contract.events import Envelope

        return Envelope.from_wire(json.loads(self.wire))


def wire_text(envelope: "Envelope") -> str:
    """An event as the JSON text of the wire."""
    return json.dumps(envelope.as_wire(), ensure_ascii=False, separators=(",", ":"))


def put_event(turn: Turn, envelope: "Envelope", now: datetime) -> Put:
    """Store an event as part of a transaction; its place must be free."""
    row = _row(turn, envelope.attempt, envelope.seq, wire_text(envelope), now)
    return Put(Table.CONVERSATIONS, row, when=Attr("item").not_exists())


class Events:
    """Events of turns. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, turn: Turn, seq: int, wire: str, now: datetime) -> None:
        """Store one event of the turn's current attempt.

        Not conditional on the attempt: the key holds it, so what a worker stores after it lost the turn sorts
        before everything of its successor, whose `turn.restarted` makes clients drop it. A condition on the
        turn row would cost four times the write units for every flush.
        """
        self._store.write(Put(Table.CONVERSATIONS, _row(turn, turn.attempt, seq, wire, now)))

    def after(
        self,
        nation_slug: NationSlug,
        conversation_id: ConversationId,
        turn_id: TurnId,
        *,
        after: Place = Place(),
    ) -> Iterator[StoredEvent]:
        """Events after a place, in order, strongly consistent."""
        where = Key("conversation").eq(conversation_key(nation_slug, conversation_id)) & Key("item").between(
            event_item(turn_id, after.attempt, after.seq + 1), event_prefix(turn_id) + _AFTER_ALL
        )
        rows = self._store.query(Table.CONVERSATIONS, where, attributes=("item", "wire"), consistent=True)
        for row in rows:
            yield StoredEvent(*_place(row["item"]), row["wire"])

    def head(
        self, nation_slug: NationSlug, conversation_id: ConversationId, turn_id: TurnId
    ) -> tuple[int, int]:
        """Attempt and seq of the last stored event, strongly consistent; (0, 0) when there is none.

        Read from the log itself: keeping it in the turn row would double the writes of every flush.
        """
        conversation = Key("conversation").eq(conversation_key(nation_slug, conversation_id))
        newest = self._store.find(
            Table.CONVERSATIONS,
            conversation & Key("item").begins_with(event_prefix(turn_id)),
            attributes=("item",),
            newest_first=True,
            consistent=True,
            limit=1,
        )
        return _place(newest.rows[0]["item"]) if newest.rows else (0, 0)


def _row(turn: Turn, attempt: int, seq: int, wire: str, now: datetime) -> dict[str, object]:
    return {
        "conversation": turn.conversation,
        "item": event_item(turn.turn_id, attempt, seq),
        "wire": wire,
        TTL_ATTRIBUTE: turn.replay_expires(now),
    }


def _place(item: str) -> tuple[int, int]:
    attempt, seq = item.split("#")[-2:]
    return int(attempt), int(seq)
