"""The queue to the function that talks to Slack: what Slack sent, and where there is news for its threads."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


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


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
