"""How a thread of Slack follows a conversation.

A thread is a follower like a socket is, under the name `slack#<team>#<channel>#<thread ts>`. What is pushed
to it becomes a message that says no more than that there is news: the function reads the stored events. So
a message that comes twice, late or in another order does no harm, and the worker holds no token of Slack.
"""

import json
import time
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from nat.aws import clients
from nat.aws.store import Store
from nat.aws.writes import Put
from nat.channels.push import Push
from nat.channels.slack_queue import SlackQueue
from nat.channels.websocket import PushCall, follower_key
from nat.names import TTL_ATTRIBUTE, Table, Variable
from nat.settings import read, read_optional

PREFIX: Final = "slack#"
FOLLOWED: Final = timedelta(days=7)
"""How long a thread hears of its conversation after its last question: longer than a proposal waits."""


TEXT: Final = "text.delta"
STREAM_PAUSE: Final = 1.0
"""Seconds between two pieces of a stream; Slack takes some hundred calls a minute (chat.appendStream)."""
MOST_STREAMED: Final = 1_000


class SlackPush:
    """Pushes to sockets and to threads of Slack. Without a queue, threads hear nothing."""

    def __init__(self, sockets: PushCall, queue: SlackQueue | None) -> None:
        self._sockets = sockets
        self._queue = queue
        self._streamed: dict[str, float] = {}

    @classmethod
    def of_process(cls) -> "SlackPush":
        """Pushes of a process that its environment tells both. Raises `SettingMissing`."""
        url = read_optional(Variable.SLACK_QUEUE_URL)
        queue = SlackQueue(clients.sqs(), url) if url else None
        return cls(Push.of_process(read(Variable.SOCKET_ENDPOINT)), queue)

    def __call__(self, connection: str, payload: str) -> bool:
        """Push one event, or say that there is news. False if the connection is gone."""
        if not connection.startswith(PREFIX):
            return self._sockets(connection, payload)
        event = json.loads(payload)
        place = connection.removeprefix(PREFIX)
        if self._queue is None or not (event["type"] in _shown() or self._streams(event["type"], place)):
            return True
        message = {"kind": "news", "place": place}
        message |= {name: event[name] for name in ("turn", "approval", "conversation") if name in event}
        once = [event.get(name) for name in ("turn", "attempt", "seq", "approval", "state")]
        self._queue.send(message, group=place, once=json.dumps([place, *once]))
        return True

    def _streams(self, kind: str, place: str) -> bool:
        """Whether a piece of text is news: in direct messages, which stream, at most once a second. What is
        left out comes with the next piece or the end."""
        if kind != TEXT or not place.split("#")[1].startswith("D"):
            return False
        now = time.monotonic()
        if now - self._streamed.get(place, -STREAM_PAUSE) < STREAM_PAUSE:
            return False
        if len(self._streamed) >= MOST_STREAMED:
            self._streamed.clear()
        self._streamed[place] = now
        return True


def follow(store: Store, conversation: str, place: str, now: datetime) -> None:
    """Let a thread follow a conversation, by its key."""
    until = {TTL_ATTRIBUTE: int((now + FOLLOWED).timestamp())}
    store.write(Put(Table.SOCKETS, {**follower_key(conversation, f"{PREFIX}{place}"), **until}))


@cache
def _shown() -> frozenset[str]:
    """Types of events that change what a thread shows. The events are loaded with the first push to one:
    a socket's function starts without them."""
    from nat.contract.events import (
        TERMINAL,
        ApprovalRequested,
        ApprovalUpdated,
        Progress,
        ToolStarted,
        TurnStarted,
    )

    changing = (TurnStarted, ToolStarted, ApprovalRequested, ApprovalUpdated, Progress)
    return TERMINAL | {each.type for each in changing}
