"""What people say of an answer: a thumb and a comment, one row `feedback#<turn>` per answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from nat.aws.items import decode, encode, moment
from nat.aws.transactions import Cancelled, write
from nat.conversations.turns import META_ITEM, Turn, Turns, conversation_key, person_key
from nat.errors import BadRequest, NotFound
from nat.names import TTL_ATTRIBUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FEEDBACK: Final = "feedback#"
LONGEST_COMMENT: Final = 2_000


class Thumb(StrEnum):
    """Whether an answer helped."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Feedback:
    """What a person says of one answer; at least one of thumb and comment."""

    turn_id: str
    thumb: Thumb | None
    comment: str
    at: datetime


class Feedbacks:
    """Feedback rows. The client's credentials decide which nations it reaches."""

    def __init__(self, client: "DynamoDBClient", table: str, *, now: Callable[[], datetime]) -> None:
        self._client = client
        self._table = table
        self._turns = Turns(client, table)
        self._now = now

    def give(
        self,
        nation_slug: str,
        user_id: str,
        conversation_id: str,
        turn_id: str,
        *,
        thumb: Thumb | None,
        comment: str = "",
    ) -> Feedback:
        """Say something of an answer, in place of what was said of it before.

        Raises `NotFound` for a turn that is not this person's, `BadRequest` for one that has not ended, for
        nothing said, and for a comment over 2,000 characters.
        """
        turn = self._own(nation_slug, user_id, conversation_id, turn_id)
        said = comment.strip()
        if not turn.state.final:
            raise BadRequest("This question has no answer yet.")
        if thumb is None and not said:
            raise BadRequest("Give a thumb, a comment, or both.")
        if len(said) > LONGEST_COMMENT:
            raise BadRequest(f"A comment has at most {LONGEST_COMMENT} characters.")
        feedback = Feedback(turn_id, thumb, said, self._now())
        row = {
            "conversation": turn.conversation,
            "item": f"{FEEDBACK}{turn_id}",
            "turn_id": turn_id,
            "thumb": None if thumb is None else thumb.value,
            "comment": said,
            "at": feedback.at,
            TTL_ATTRIBUTE: turn.expires(turn.ended_at or feedback.at),
        }
        try:
            write(
                self._client,
                [
                    {
                        "ConditionCheck": {
                            "TableName": self._table,
                            "Key": encode({"conversation": turn.conversation, "item": META_ITEM}),
                            "ConditionExpression": "#person = :person",
                            "ExpressionAttributeNames": {"#person": "person"},
                            "ExpressionAttributeValues": encode(
                                {":person": person_key(nation_slug, user_id)}
                            ),
                        }
                    },
                    {"Put": {"TableName": self._table, "Item": encode(row)}},
                ],
            )
        except Cancelled:
            raise NotFound("There is no such conversation.") from None
        return feedback

    def take_back(self, nation_slug: str, user_id: str, conversation_id: str, turn_id: str) -> None:
        """Remove what was said of an answer, if anything was. Raises `NotFound`."""
        turn = self._own(nation_slug, user_id, conversation_id, turn_id)
        self._client.delete_item(
            TableName=self._table,
            Key=encode({"conversation": turn.conversation, "item": f"{FEEDBACK}{turn_id}"}),
        )

    def of_conversation(self, nation_slug: str, conversation_id: str) -> dict[str, Feedback]:
        """All feedback of a conversation by turn, strongly consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#conversation = :conversation AND begins_with(#item, :prefix)",
            ExpressionAttributeNames={"#conversation": "conversation", "#item": "item"},
            ExpressionAttributeValues=encode(
                {":conversation": conversation_key(nation_slug, conversation_id), ":prefix": FEEDBACK}
            ),
            ConsistentRead=True,
        )
        found = (_feedback(decode(item)) for page in pages for item in page["Items"])
        return {each.turn_id: each for each in found}

    def _own(self, nation_slug: str, user_id: str, conversation_id: str, turn_id: str) -> Turn:
        try:
            turn = self._turns.get(nation_slug, conversation_id, turn_id)
        except ValueError:
            raise NotFound("There is no such question in this conversation.") from None
        if turn.user_id != user_id:
            raise NotFound("There is no such question in this conversation.")
        return turn


def _feedback(item: dict[str, Any]) -> Feedback:
    thumb = item.get("thumb")
    return Feedback(
        item["turn_id"], None if thumb is None else Thumb(thumb), item["comment"], moment(item["at"])
    )
