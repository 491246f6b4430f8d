"""What turns leave behind: answers for people, messages for the model of later turns.

    answer#<ended at>#<turn>    question, outcome, text and links, as a person reads the conversation
    memory#<ended at>#<turn>    the messages that the next turn sees of this one (a document, may be large)

Both sort by the time the turn ended on our clock; turn ids are made by clients, whose clocks may be wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from nat.agent.ports import Message
from nat.aws.items import decode, encode, moment, timestamp
from nat.contract.events import Link
from nat.conversations.documents import Documents
from nat.conversations.turns import Turn, TurnState, conversation_key
from nat.names import TTL_ATTRIBUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

_ANSWER: Final = "answer#"
MEMORY: Final = "memory#"
"""What the keys of stored messages begin with; `nat.conversations.model_history` reads them."""


@dataclass(frozen=True)
class Answered:
    """One ended turn as a person reads it. `text` is what had been said when it was stopped or failed."""

    turn_id: str
    question: str
    outcome: TurnState
    text: str
    asked_at: datetime
    ended_at: datetime
    links: tuple[Link, ...] = ()


def put_answer(table: str, answered: Answered, turn: Turn) -> "TransactWriteItemTypeDef":
    """Store what a person reads of an ended turn."""
    return {
        "Put": {
            "TableName": table,
            "Item": encode(
                {
                    "conversation": turn.conversation,
                    "item": f"{_ANSWER}{timestamp(answered.ended_at)}#{turn.turn_id}",
                    "turn_id": answered.turn_id,
                    "question": answered.question,
                    "outcome": answered.outcome.value,
                    "text": answered.text,
                    "asked_at": answered.asked_at,
                    "ended_at": answered.ended_at,
                    "links": [asdict(link) for link in answered.links],
                    TTL_ATTRIBUTE: turn.expires(answered.ended_at),
                }
            ),
        }
    }


class History:
    """The past of conversations. The client's credentials decide which nations it reaches."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self.table = table
        self._documents = Documents(client, table)

    def put_memory(
        self, turn: Turn, messages: Sequence[Message], ended_at: datetime
    ) -> "TransactWriteItemTypeDef":
        """The entry that makes later turns see these messages. Pieces of a large one are stored here."""
        item = f"{MEMORY}{timestamp(ended_at)}#{turn.turn_id}"
        prepared = self._documents.prepare(
            turn,
            item,
            list(messages),
            turn.expires(ended_at),
        )
        return {"Put": {"TableName": self.table, "Item": prepared}}

    def answers(
        self,
        nation_slug: str,
        conversation_id: str,
        *,
        limit: int = 50,
        before: tuple[datetime, str] | None = None,
    ) -> list[Answered]:
        """The newest ended turns, oldest first, strongly consistent; or the newest of those that stand before
        the turn with this id that ended at this time."""
        conversation = conversation_key(nation_slug, conversation_id)
        position: dict[str, Any] = {}
        if before is not None:
            start = {"conversation": conversation, "item": f"{_ANSWER}{timestamp(before[0])}#{before[1]}"}
            position = {"ExclusiveStartKey": encode(start)}
        items = self._newest(conversation, _ANSWER, limit, position)
        return [_answered(decode(item)) for item in reversed(list(items))]

    def _newest(
        self, conversation: str, prefix: str, limit: int, position: dict[str, Any]
    ) -> "Iterator[dict[str, AttributeValueTypeDef]]":
        """Items from the newest on, page by page (1 MB): who has enough stops asking."""
        found = 0
        while found < limit:
            page = self._client.query(
                TableName=self.table,
                KeyConditionExpression="#conversation = :conversation AND begins_with(#item, :prefix)",
                ExpressionAttributeNames={"#conversation": "conversation", "#item": "item"},
                ExpressionAttributeValues={
                    ":conversation": {"S": conversation},
                    ":prefix": {"S": prefix},
                },
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=limit - found,
                **position,
            )
            yield from page["Items"]
            found += len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            position = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _answered(item: dict[str, Any]) -> Answered:
    return Answered(
        turn_id=item["turn_id"],
        question=item["question"],
        outcome=TurnState(item["outcome"]),
        text=item["text"],
        asked_at=moment(item["asked_at"]),
        ended_at=moment(item["ended_at"]),
        links=tuple(Link(**link) for link in item["links"]),
    )
