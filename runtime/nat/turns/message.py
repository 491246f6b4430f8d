"""What the turn queue says: which turn. Everything else is read with the nation's credentials."""

import json
from dataclasses import dataclass

from nat.aws.isolation import checked_slug
from nat.conversations.turns import conversation_key, turn_item
from nat.ids import ConversationId, NationSlug, TurnId


class MessageUnreadable(ValueError):
    """A message on the turn queue that admission did not write."""


@dataclass(frozen=True)
class TurnMessage:
    """Names one turn."""

    nation_slug: NationSlug
    conversation_id: ConversationId
    turn_id: TurnId

    @classmethod
    def read(cls, body: str) -> "TurnMessage":
        """The message that `nat.turns.queue` wrote. Raises `MessageUnreadable`."""
        try:
            value = json.loads(body)
            message = cls(value["nation_slug"], value["conversation_id"], value["turn_id"])
            checked_slug(message.nation_slug)
            conversation_key(message.nation_slug, message.conversation_id)
            turn_item(message.turn_id)
            return message
        except (ValueError, KeyError, TypeError):
            raise MessageUnreadable("This message names no turn.") from None
