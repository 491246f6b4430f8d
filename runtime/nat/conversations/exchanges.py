"""A conversation as its person reads it: ended questions with their answers, what they thought of them, and
the question that is being answered now."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from nat.aws.items import encode, moment
from nat.conversations.feedback import Feedback, Feedbacks
from nat.conversations.history import Answered, History
from nat.conversations.listing import Conversation
from nat.conversations.own_conversations import ERASING, OwnConversations
from nat.conversations.turns import LOCK_ITEM, Turn, Turns, conversation_key
from nat.errors import BadRequest, NotFound
from nat.names import Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAGE: Final = 50
LARGEST_PAGE: Final = 200


@dataclass(frozen=True)
class Exchange:
    """One ended turn and what the person said of its answer."""

    answered: Answered
    feedback: Feedback | None = None


@dataclass(frozen=True)
class Pages:
    """Part of a conversation, oldest first. `earlier` continues with what came before; `None` at the
    beginning. `running` is the turn that has not ended, if there is one."""

    conversation: Conversation
    exchanges: tuple[Exchange, ...]
    earlier: str | None
    running: Turn | None


class Exchanges:
    """Reads conversations. The client's credentials decide which nations it reaches."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames, *, now: Callable[[], datetime]) -> None:
        self._client = client
        self._table = tables[Table.CONVERSATIONS]
        self._own = OwnConversations(client, tables, now=now)
        self._history = History(client, self._table)
        self._turns = Turns(client, self._table)
        self._feedbacks = Feedbacks(client, self._table, now=now)

    def read(
        self,
        nation_slug: str,
        user_id: str,
        conversation_id: str,
        *,
        limit: int = PAGE,
        before: str | None = None,
    ) -> Pages:
        """The newest exchanges of the person's own conversation, or those before a place; strongly
        consistent. Raises `NotFound`, and `BadRequest` for a place that no page gave."""
        conversation = self._own.get(nation_slug, user_id, conversation_id)
        answers = self._history.answers(
            nation_slug,
            conversation_id,
            limit=limit + 1,
            before=None if before is None else _place(before),
        )
        more = len(answers) > limit
        kept = answers[-limit:]
        feedback = self._feedbacks.of_conversation(nation_slug, conversation_id)
        return Pages(
            conversation,
            tuple(Exchange(each, feedback.get(each.turn_id)) for each in kept),
            _token(kept[0]) if more else None,
            self._running(nation_slug, conversation_id) if before is None else None,
        )

    def _running(self, nation_slug: str, conversation_id: str) -> Turn | None:
        found = self._client.get_item(
            TableName=self._table,
            Key=encode({"conversation": conversation_key(nation_slug, conversation_id), "item": LOCK_ITEM}),
            ConsistentRead=True,
        )
        turn_id = found.get("Item", {}).get("turn", {}).get("S", ERASING)
        if turn_id == ERASING:
            return None
        try:
            turn = self._turns.get(nation_slug, conversation_id, turn_id)
        except NotFound:
            return None
        return None if turn.state.final else turn


def _token(answered: Answered) -> str:
    place = [answered.ended_at.isoformat(), answered.turn_id]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place(token: str) -> tuple[datetime, str]:
    try:
        ended_at, turn_id = json.loads(base64.urlsafe_b64decode(token.encode()))
        if not isinstance(turn_id, str):
            raise TypeError
        return moment(ended_at), turn_id
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise BadRequest("`before` is the `earlier` of a page.") from None
