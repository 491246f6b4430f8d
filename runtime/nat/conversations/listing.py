"""The conversations of a person in a nation, newest first."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from nat.aws.items import decode, encode, moment
from nat.conversations.turns import META_ITEM, conversation_key, person_key
from nat.errors import BadRequest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LARGEST_PAGE: Final = 100


@dataclass(frozen=True)
class Conversation:
    """One conversation as it is listed."""

    conversation_id: str
    title: str
    turns: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Listed:
    """One page. `next` continues after it; `None` at the end."""

    conversations: tuple[Conversation, ...]
    next: str | None


class Listing:
    """Lists conversations by index `by_person`, so a moment behind."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def of_person(
        self, nation_slug: str, user_id: str, *, limit: int = 30, after: str | None = None
    ) -> Listed:
        """A page of at most `limit` (1 to 100). Raises `BadRequest` for an `after` that no page gave."""
        position: dict[str, Any] = {}
        if after is not None:
            position = {"ExclusiveStartKey": encode(_start(after, nation_slug, user_id))}
        page = self._client.query(
            TableName=self._table,
            IndexName="by_person",
            KeyConditionExpression="#person = :person",
            ExpressionAttributeNames={"#person": "person"},
            ExpressionAttributeValues=encode({":person": person_key(nation_slug, user_id)}),
            ScanIndexForward=False,
            Limit=max(1, min(limit, LARGEST_PAGE)),
            **position,
        )
        items = [decode(item) for item in page["Items"]]
        return Listed(
            tuple(conversation_of(item) for item in items),
            _token(items[-1]) if "LastEvaluatedKey" in page else None,
        )


def conversation_of(item: dict[str, Any]) -> Conversation:
    """A conversation from its row in plain values."""
    return Conversation(
        conversation_id=item["conversation"].partition("#")[2],
        title=item["title"],
        turns=item["turns"],
        created_at=moment(item["created_at"]),
        updated_at=moment(item["updated_at"]),
    )


def _token(item: dict[str, Any]) -> str:
    place = [item["updated_at"], item["conversation"].partition("#")[2]]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _start(token: str, nation_slug: str, user_id: str) -> dict[str, str]:
    """The key behind a token, always within the person's own partition."""
    try:
        updated_at, conversation_id = json.loads(base64.urlsafe_b64decode(token.encode()))
        moment(updated_at)
        return {
            "person": person_key(nation_slug, user_id),
            "updated_at": updated_at,
            "conversation": conversation_key(nation_slug, conversation_id),
            "item": META_ITEM,
        }
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise BadRequest("`after` is the `next` of an earlier page.") from None
