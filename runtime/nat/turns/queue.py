"""The way of a turn into the FIFO queue between admission and the workers."""

import json
from typing import TYPE_CHECKING

from nat.conversations.turns import Turn

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class TurnQueue:
    """Sends turns to the workers, one group per conversation, so that its turns keep their order.

    The turn id is the deduplication id: sending again within SQS's five minutes changes nothing, and later
    the worker finds the turn's state in its row.
    """

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, turn: Turn) -> None:
        """Queue a turn. Raises `ClientError` and `BotoCoreError` when SQS does not take it."""
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=json.dumps(
                {
                    "nation_slug": turn.nation_slug,
                    "conversation_id": turn.conversation_id,
                    "turn_id": turn.turn_id,
                }
            ),
            MessageGroupId=turn.conversation,
            MessageDeduplicationId=turn.turn_id,
        )
