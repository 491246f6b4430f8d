"""The way of a turn into the FIFO queue between admission and the workers, and what a message of it says:
which turn. Everything else is read with the nation's credentials."""

from typing import TYPE_CHECKING

import msgspec

from nat.conversations.turns import Turn, conversation_key, turn_item
from nat.ids import ConversationId, NationSlug, TurnId

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class MessageUnreadable(ValueError):
    """A message on the turn queue that admission did not write."""


class TurnMessage(msgspec.Struct, frozen=True):
    """Names one turn."""

    nation_slug: NationSlug
    conversation_id: ConversationId
    turn_id: TurnId

    @classmethod
    def read(cls, body: str) -> "TurnMessage":
        """The message behind its text. Raises `MessageUnreadable`."""
        from nat.aws.isolation import checked_slug  # the doors, which only send, start without it

        try:
            message = msgspec.json.decode(body, type=cls)
            checked_slug(message.nation_slug)
            conversation_key(message.nation_slug, message.conversation_id)
            turn_item(message.turn_id)
            return message
        except ValueError:  # msgspec's errors are ValueErrors
            raise MessageUnreadable("This message names no turn.") from None


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
        message = TurnMessage(turn.nation_slug, turn.conversation_id, turn.turn_id)
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=msgspec.json.encode(message).decode(),
            MessageGroupId=turn.conversation,
            MessageDeduplicationId=turn.turn_id,
        )
