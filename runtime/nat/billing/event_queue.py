"""The queue between Stripe's webhooks and what is done about them, and its dead letters."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nat.billing.stripe_event import StripeEvent, StripeEventUnreadable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

REASON: Final = "reason"
"""Message attribute of a dead letter: why nobody could act on it."""


class StripeEventQueue:
    """A standard queue: order does not matter, and repetitions are recognised."""

    def __init__(self, sqs: "SQSClient", url: str, dead_letters_url: str) -> None:
        self._sqs = sqs
        self._url = url
        self._dead_letters_url = dead_letters_url

    def send(self, notification: StripeEvent) -> None:
        """Queue an event to be acted on."""
        self._sqs.send_message(QueueUrl=self._url, MessageBody=notification.as_message())

    def bury(self, notification: StripeEvent, reason: str) -> None:
        """Put an event aside that nobody can act on; it waits 14 days for somebody to look at it."""
        self._sqs.send_message(
            QueueUrl=self._dead_letters_url,
            MessageBody=notification.as_message(),
            MessageAttributes={REASON: {"DataType": "String", "StringValue": reason}},
        )

    def replay(self, limit: int = 1000) -> int:
        """Queue dead letters anew, whatever the reason; gives how many. What still cannot be understood
        comes back, once for each replay."""
        replayed = 0
        while replayed < limit:
            answer = self._sqs.receive_message(
                QueueUrl=self._dead_letters_url, MaxNumberOfMessages=min(10, limit - replayed)
            )
            messages = answer.get("Messages", [])
            if not messages:
                break
            for message in messages:
                try:
                    notification = StripeEvent.read(message["Body"])
                except StripeEventUnreadable:
                    continue
                self.send(replace(notification, replayed=notification.replayed + 1))
                self._sqs.delete_message(
                    QueueUrl=self._dead_letters_url, ReceiptHandle=message["ReceiptHandle"]
                )
                replayed += 1
        return replayed
