"""Messages that nobody could act on: how many there are, since when, and back into their queue with them.

SQS can move them itself (StartMessageMoveTask), but at its own pace and without an answer; a page for people
shows what it did. A message is deleted after it was sent, so that none is lost; what is sent twice does no
harm, because whoever takes messages of these queues has to bear that anyway.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AT_ONCE: Final = 10
"""Messages of one call (SQS's limit)."""
HIDDEN_SECONDS: Final = 30
"""How long a message is kept from others while it is moved."""


@dataclass(frozen=True)
class DeadLetterQueue:
    """A queue of dead letters. `target` is where they came from, `None` where going back makes no sense."""

    name: str
    title: str
    url: str
    target: str | None = None


@dataclass(frozen=True)
class FailedMessage:
    """A message. What it says is not shown: it can name people. `reason` is what its function noted."""

    sent_at: datetime
    receives: int
    reason: str | None


def read_queues(text: str) -> tuple[DeadLetterQueue, ...]:
    """Queues from the JSON that a function's environment holds."""
    return tuple(DeadLetterQueue(**each) for each in json.loads(text))


class FailedMessages:
    """The queues, by name."""

    def __init__(self, client: "SQSClient", queues: Iterable[DeadLetterQueue]) -> None:
        self._client = client
        self._queues = {each.name: each for each in queues}

    def __iter__(self) -> Iterator[DeadLetterQueue]:
        return iter(self._queues.values())

    def get(self, name: str) -> DeadLetterQueue | None:
        """A queue, or `None` for a name that none has."""
        return self._queues.get(name)

    def count(self, queue: DeadLetterQueue) -> int:
        """How many messages wait, about: SQS counts with a delay."""
        wanted: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=wanted)
        return sum(int(each) for each in found["Attributes"].values())

    def some(self, queue: DeadLetterQueue) -> list[FailedMessage]:
        """A look at up to ten messages, which stay where they are."""
        return [_letter(each) for each in self._receive(queue, hidden=0)]

    def replay(self, queue: DeadLetterQueue, most: int) -> int:
        """Send up to so many messages back to where they came from; gives how many were. Raises `ValueError`
        for a queue that has no such place."""
        if queue.target is None:
            raise ValueError(f"{queue.name} cannot be replayed.")
        moved = 0
        while moved < most and (messages := self._receive(queue, hidden=HIDDEN_SECONDS)):
            for each in messages:
                self._client.send_message(
                    QueueUrl=queue.target, MessageBody=each["Body"], **_ordered(queue, each)
                )
                self._client.delete_message(QueueUrl=queue.url, ReceiptHandle=each["ReceiptHandle"])
                moved += 1
        return moved

    def _receive(self, queue: DeadLetterQueue, *, hidden: int) -> list[Any]:
        answer = self._client.receive_message(
            QueueUrl=queue.url,
            MaxNumberOfMessages=AT_ONCE,
            VisibilityTimeout=hidden,
            WaitTimeSeconds=0,
            MessageAttributeNames=["reason"],
            MessageSystemAttributeNames=["All"],
        )
        return list(answer.get("Messages", ()))


def _ordered(queue: DeadLetterQueue, message: Any) -> Any:
    """What a FIFO queue wants besides: the same group, and an id that it has not seen in five minutes."""
    if not (queue.target or "").endswith(".fifo"):
        return {}
    group = message["Attributes"]["MessageGroupId"]
    return {"MessageGroupId": group, "MessageDeduplicationId": message["MessageId"]}


def _letter(message: Any) -> FailedMessage:
    attributes = message["Attributes"]
    reason = message.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
    sent_at = datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC)
    return FailedMessage(sent_at, int(attributes["ApproximateReceiveCount"]), reason)
