"""Who is connected, to which conversation, and how an event reaches them.

    connection#<id>               / <id>    the session: person and nation, and the conversations it follows
    person#<slug>#<user id>       / <id>    one connection of a person in a nation
    conversation#<slug>#<id>      / <id>    one follower of a conversation

A ticket or a token never comes here: the session was proven when the connection was opened, and what it may
still do is checked again with every action.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from boto3.dynamodb.conditions import Attr, Key

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Delete, Entry, Put, Update
from nat.channels.push import PushFailed
from nat.errors import Unauthenticated
from nat.ids import NationSlug, UserId
from nat.names import TTL_ATTRIBUTE, Table

_log = logging.getLogger(__name__)

KEPT: Final = timedelta(hours=2, minutes=10)
"""API Gateway ends a connection after two hours."""

REMEMBERED_SECONDS: Final = 1.0
"""How long a worker knows who follows a conversation before it looks again."""

HangUp = Callable[[str], None]
"""Ends a connection; nothing happens if it is gone. Raises `PushFailed`."""
PushCall = Callable[[str, str], bool]
"""Pushes a text to a connection; False if it is gone. Raises `PushFailed`."""


class Session(msgspec.Struct, frozen=True):
    """An open connection. `conversations` are the keys (`<slug>#<id>`) that it follows."""

    connection_id: str
    nation_slug: NationSlug
    user_id: UserId
    conversations: frozenset[str] = frozenset()


class Sockets:
    """Open connections and who is behind them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, connection_id: str, nation_slug: NationSlug, user_id: UserId, now: datetime) -> None:
        """Register a connection that is being accepted."""
        forgotten = {TTL_ATTRIBUTE: int((now + KEPT).timestamp())}
        session = {
            **session_key(connection_id),
            **forgotten,
            "user_id": user_id,
            "nation_slug": nation_slug,
            "connected_at": now,
        }
        person = {**_person_key(nation_slug, user_id, connection_id), **forgotten}
        self._store.put_many(Table.SOCKETS, [session, person])

    def session(self, connection_id: str) -> Session:
        """Who is behind a connection, strongly consistent. Raises `Unauthenticated`."""
        row = self._store.get(Table.SOCKETS, session_key(connection_id))
        if row is None or "closed" in row:
            raise Unauthenticated("This connection has ended. Connect again.")
        return Session(
            connection_id, row["nation_slug"], row["user_id"], frozenset(row.get("conversations", ()))
        )

    def close(self, connection_id: str) -> None:
        """Forget a connection and everything it follows; nothing happens if it is unknown.

        It follows nothing new from the first step on, what it followed stands in its session until that is
        forgotten, and the session in its person's list: whoever dies on the way leaves the rest to the next
        try.
        """
        key = session_key(connection_id)
        row = self._store.updated(
            Update(Table.SOCKETS, key, set={"closed": True}, when=Attr("subject").exists())
        )
        if row is None:
            return
        gone = [follower_key(each, connection_id) for each in sorted(row.get("conversations", ()))]
        self._store.delete_many(Table.SOCKETS, gone)
        self._store.write(Delete(Table.SOCKETS, key))
        self._unlist(row["nation_slug"], row["user_id"], connection_id)

    def of_person(self, nation_slug: NationSlug, user_id: UserId) -> list[str]:
        """Connections that a person has open in a nation, strongly consistent."""
        return _connections(self._store, _person(nation_slug, user_id))

    def shut_out(self, nation_slug: NationSlug, user_id: UserId, hang_up: HangUp) -> int:
        """Close every connection of a person in a nation; gives how many. They follow nothing from then on,
        whether or not the connection itself can be ended at once."""
        connections = self.of_person(nation_slug, user_id)
        for connection in connections:
            self.close(connection)
            self._unlist(nation_slug, user_id, connection)
            try:
                hang_up(connection)
            except PushFailed as failed:
                _log.warning("connection not ended", extra={"connection": connection, "reason": str(failed)})
        return len(connections)

    def _unlist(self, nation_slug: NationSlug, user_id: UserId, connection_id: str) -> None:
        self._store.write(Delete(Table.SOCKETS, _person_key(nation_slug, user_id, connection_id)))


class Followers:
    """Which connections follow a conversation, and pushing to them.

    `conversation` is a conversation's key, `<slug>#<conversation id>` (`nat.conversations.turns`).
    """

    def __init__(self, store: Store, push: PushCall) -> None:
        self._store = store
        self._sockets = Sockets(store)
        self._push = push

    def subscribe(self, conversation: str, connection: str, now: datetime) -> bool:
        """Let a connection follow a conversation that is its person's. False if the connection is gone."""
        try:
            self._store.transact(self.following(conversation, connection, now))
        except Cancelled:
            return False
        return True

    def following(self, conversation: str, connection: str, now: datetime) -> list[Entry]:
        """Entries by which a connection follows a conversation. A condition fails if the connection is
        gone."""
        follower = {
            **follower_key(conversation, connection),
            TTL_ATTRIBUTE: int((now + KEPT).timestamp()),
        }
        follows = Update(
            Table.SOCKETS,
            session_key(connection),
            add={"conversations": {conversation}},
            when=Attr("subject").exists() & Attr("closed").not_exists(),
        )
        return [Put(Table.SOCKETS, follower), follows]

    def subscribers(self, conversation: str) -> list[str]:
        """Connections that follow a conversation, strongly consistent.

        Consistent, so that a client that subscribes and then reads the log misses nothing: an event that its
        read did not see is pushed by somebody who sees the subscription, or remembers for
        `REMEMBERED_SECONDS` those of before: who subscribes in the middle of a turn reads the log again
        after that time.
        """
        return _connections(self._store, _followed(conversation))

    def unsubscribe(self, conversation: str, connection: str) -> None:
        """Let a connection follow a conversation no more."""
        self._store.write(Delete(Table.SOCKETS, follower_key(conversation, connection)))

    def push(self, connection: str, payload: str) -> bool:
        """Push to one connection. False if it is gone: then it is forgotten. Raises `PushFailed`."""
        if self._push(connection, payload):
            return True
        self._sockets.close(connection)
        return False

    def deliver(self, conversation: str, payload: str) -> None:
        """Push a stored event to everybody who follows the conversation.

        One that cannot be reached does not keep the others from it, and reads what it missed from the log.
        """
        self._deliver_to(self.subscribers(conversation), conversation, payload)

    def remembering(self, clock: Callable[[], float] = time.monotonic) -> Callable[[str, str], None]:
        """`deliver` for the events of one turn, which looks who follows once in `REMEMBERED_SECONDS`. For one
        turn only: who asks or decides follows before the turn is queued, so its first look sees them."""
        known: dict[str, tuple[float, list[str]]] = {}

        def deliver(conversation: str, payload: str) -> None:
            looked, connections = known.get(conversation, (0.0, []))
            now = clock()
            if conversation not in known or now - looked >= REMEMBERED_SECONDS:
                connections = self.subscribers(conversation)
            else:
                now = looked
            known[conversation] = now, self._deliver_to(connections, conversation, payload)

        return deliver

    def _deliver_to(self, connections: Sequence[str], conversation: str, payload: str) -> list[str]:
        """Push to these connections; gives those that are not gone."""
        there = []
        for connection in connections:
            try:
                if self.push(connection, payload):
                    there.append(connection)
                else:
                    self.unsubscribe(conversation, connection)
            except PushFailed as failed:
                there.append(connection)
                _log.warning("push failed", extra={"connection": connection, "reason": str(failed)})
        return there


def _connections(store: Store, subject: str) -> list[str]:
    """Connections under a subject, strongly consistent."""
    where = Key("subject").eq(subject)
    rows = store.query(Table.SOCKETS, where, attributes=("connection_id",), consistent=True)
    return [row["connection_id"] for row in rows]


def session_key(connection_id: str) -> dict[str, str]:
    """Key of the session of a connection."""
    return {"subject": f"connection#{connection_id}", "connection_id": connection_id}


def follower_key(conversation: str, connection_id: str) -> dict[str, str]:
    """Key of one follower of a conversation."""
    return {"subject": _followed(conversation), "connection_id": connection_id}


def _person_key(nation_slug: NationSlug, user_id: UserId, connection_id: str) -> dict[str, str]:
    return {"subject": _person(nation_slug, user_id), "connection_id": connection_id}


def _person(nation_slug: NationSlug, user_id: UserId) -> str:
    return f"person#{nation_slug}#{user_id}"


def _followed(conversation: str) -> str:
    return f"conversation#{conversation}"
