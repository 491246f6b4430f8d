"""The turn queue as a worker sees it: receive, keep, give back, delete."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from nat.names import TURN_QUEUE

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONG_POLL_SECONDS: Final = 20
BATCH: Final = 10
"""Messages in one request to SQS at most."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """One delivery of a message. The receipt is what this delivery is kept, given back and deleted by."""

    message_id: str
    receipt: str
    body: str


class TurnReceiver:
    """The turn queue. A receive waits for `wait_seconds`; a worker that ends waits for its last one."""

    def __init__(self, client: "SQSClient", url: str, *, wait_seconds: int = LONG_POLL_SECONDS) -> None:
        self._client = client
        self._url = url
        self._wait_seconds = wait_seconds

    def receive(self, most: int, wait_seconds: int | None = None) -> list[Received]:
        """Up to `most` messages, at most one per conversation at a time. Raises what boto3 raises."""
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(BATCH, most),
            WaitTimeSeconds=self._wait_seconds if wait_seconds is None else wait_seconds,
            VisibilityTimeout=TURN_QUEUE.visibility_seconds,
        )
        return [
            Received(each["MessageId"], each["ReceiptHandle"], each["Body"])
            for each in answer.get("Messages", [])
        ]

    def keep(self, messages: Iterable[Received]) -> tuple[set[Received], set[Received]]:
        """Hold messages for another visibility time; gives those that are held and those that are lost.

        What a failing request leaves open is in neither. Never raises.
        """
        waiting = list(messages)
        kept: set[Received] = set()
        lost: set[Received] = set()
        for start in range(0, len(waiting), BATCH):
            part = waiting[start : start + BATCH]
            try:
                answer = self._client.change_message_visibility_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {
                            "Id": str(at),
                            "ReceiptHandle": each.receipt,
                            "VisibilityTimeout": TURN_QUEUE.visibility_seconds,
                        }
                        for at, each in enumerate(part)
                    ],
                )
            except (BotoCoreError, ClientError) as error:
                _log.warning("heartbeat not sent", extra={"reason": type(error).__name__})
                continue
            kept |= {part[int(each["Id"])] for each in answer.get("Successful", [])}
            # A fault of the sender is a receipt that no longer holds; a fault of SQS is worth another try.
            lost |= {part[int(each["Id"])] for each in answer.get("Failed", []) if each["SenderFault"]}
        return kept, lost

    def give_back(self, message: Received) -> None:
        """Let another worker have it at once. Never raises: it is delivered anyway when its time is up."""
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=message.receipt, VisibilityTimeout=0
            )
        except (BotoCoreError, ClientError) as error:
            _log.warning("message not given back", extra={"reason": type(error).__name__})

    def delete(self, message: Received) -> None:
        """Acknowledge. Never raises: a message that stays is acknowledged without effect next time."""
        try:
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)
        except (BotoCoreError, ClientError) as error:
            _log.warning("message not deleted", extra={"reason": type(error).__name__})
