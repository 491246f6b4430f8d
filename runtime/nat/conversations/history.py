"""What turns leave behind: answers for people, messages for the model of later turns.

    answer#<ended at>#<turn>    question, outcome, text and links, as a person reads the conversation
    memory#<ended at>#<turn>    the messages that the next turn sees of this one (a document, may be large)

Both sort by the time the turn ended on our clock; turn ids are made by clients, whose clocks may be wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec
from boto3.dynamodb.conditions import Key

from nat.agent.ports import Message
from nat.aws.items import Row, moment, timestamp
from nat.aws.store import Store
from nat.aws.writes import Put
from nat.contract.events import Link
from nat.conversations.documents import Documents
from nat.conversations.turns import Turn, TurnState, conversation_key
from nat.ids import ConversationId, NationSlug, TurnId
from nat.names import TTL_ATTRIBUTE, Table

_ANSWER: Final = "answer#"
MEMORY: Final = "memory#"
"""What the keys of stored messages begin with; `nat.conversations.model_history` reads them."""


@dataclass(frozen=True)
class Answered:
    """One ended turn as a person reads it. `text` is what had been said when it was stopped or failed."""

    turn_id: TurnId
    question: str
    outcome: TurnState
    text: str
    asked_at: datetime
    ended_at: datetime
    links: tuple[Link, ...] = ()


def put_answer(answered: Answered, turn: Turn) -> Put:
    """Store what a person reads of an ended turn."""
    return Put(
        Table.CONVERSATIONS,
        {
            "conversation": turn.conversation,
            "item": f"{_ANSWER}{timestamp(answered.ended_at)}#{turn.turn_id}",
            "turn_id": answered.turn_id,
            "question": answered.question,
            "outcome": answered.outcome.value,
            "text": answered.text,
            "asked_at": answered.asked_at,
            "ended_at": answered.ended_at,
            "links": [msgspec.structs.asdict(link) for link in answered.links],
            TTL_ATTRIBUTE: turn.expires(answered.ended_at),
        },
    )


class History:
    """The past of conversations. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._documents = Documents(store, Table.CONVERSATIONS)

    def put_memory(self, turn: Turn, messages: Sequence[Message], ended_at: datetime) -> Put:
        """The entry that makes later turns see these messages. Pieces of a large one are stored here."""
        item = f"{MEMORY}{timestamp(ended_at)}#{turn.turn_id}"
        prepared = self._documents.prepare(turn, item, list(messages), turn.expires(ended_at))
        return Put(Table.CONVERSATIONS, prepared)

    def answers(
        self,
        nation_slug: NationSlug,
        conversation_id: ConversationId,
        *,
        limit: int = 50,
        before: tuple[datetime, str] | None = None,
    ) -> list[Answered]:
        """The newest ended turns, oldest first, strongly consistent; or the newest of those that stand before
        the turn with this id that ended at this time."""
        conversation = conversation_key(nation_slug, conversation_id)
        start = None
        if before is not None:
            start = {"conversation": conversation, "item": f"{_ANSWER}{timestamp(before[0])}#{before[1]}"}
        newest = self._store.query(
            Table.CONVERSATIONS,
            Key("conversation").eq(conversation) & Key("item").begins_with(_ANSWER),
            newest_first=True,
            consistent=True,
            page=limit,
            after=start,
        )
        return [_answered(row) for row in reversed(list(islice(newest, limit)))]


def _answered(item: Row) -> Answered:
    return Answered(
        turn_id=item["turn_id"],
        question=item["question"],
        outcome=TurnState(item["outcome"]),
        text=item["text"],
        asked_at=moment(item["asked_at"]),
        ended_at=moment(item["ended_at"]),
        links=tuple(Link(**link) for link in item["links"]),
    )
