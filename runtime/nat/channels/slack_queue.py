"""The queue to the function that talks to Slack, and how a thread of Slack follows a conversation.

A thread is a follower like a socket is, under the name `slack#<team>#<channel>#<thread ts>`. What is pushed
to it becomes a message that says no more than that there is news: the function reads the stored events. So
a message that comes twice, late or in another order does no harm, and the worker holds no token of Slack.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from nat.aws import clients
from nat.aws.store import Store
from nat.aws.writes import Put
from nat.channels.push import Push
from nat.channels.websocket import PushCall, follower_key
from nat.contract.events import (
    TERMINAL,
    ApprovalRequested,
    ApprovalUpdated,
    Progress,
    ToolStarted,
    TurnStarted,
)
from nat.names import TTL_ATTRIBUTE, Table, Variable
from nat.settings import read, read_optional

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

PREFIX: Final = "slack#"
FOLLOWED: Final = timedelta(days=7)
"""How long a thread hears of its conversation after its last question: longer than a proposal waits."""
SHOWN: Final = TERMINAL | {
    each.type for each in (TurnStarted, ToolStarted, ApprovalRequested, ApprovalUpdated, Progress)
}
"""Events that change what a thread shows."""


class SlackQueue:
    """A FIFO queue, one group per thread."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, message: Mapping[str, Any], *, group: str, once: str) -> None:
        """Queue a message; the same `once` within five minutes is one message. Raises what boto3 raises."""
        self._sqs.send_message(
            QueueUrl=self._url,
            MessageBody=json.dumps(message, ensure_ascii=False, separators=(",", ":")),
            MessageGroupId=_hash(group),
            MessageDeduplicationId=_hash(once),
        )


class SlackPush:
    """Pushes to sockets and to threads of Slack. Without a queue, threads hear nothing."""

    def __init__(self, sockets: PushCall, queue: SlackQueue | None) -> None:
        self._sockets = sockets
        self._queue = queue

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
        if self._queue is None or event["type"] not in SHOWN:
            return True
        place = connection.removeprefix(PREFIX)
        message = {"kind": "news", "place": place}
        message |= {name: event[name] for name in ("turn", "approval", "conversation") if name in event}
        once = [event.get(name) for name in ("turn", "attempt", "seq", "approval", "state")]
        self._queue.send(message, group=place, once=json.dumps([place, *once]))
        return True


def follow(store: Store, conversation: str, place: str, now: datetime) -> None:
    """Let a thread follow a conversation, by its key."""
    until = {TTL_ATTRIBUTE: int((now + FOLLOWED).timestamp())}
    store.write(Put(Table.SOCKETS, {**follower_key(conversation, f"{PREFIX}{place}"), **until}))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
