"""A person's own conversation: read it, rename it, delete it with everything that belongs to it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.aws.items import decode, encode, epoch_ms
from nat.aws.transactions import Cancelled, condition_failed, write
from nat.conversations.listing import Conversation, conversation_of
from nat.conversations.turns import (
    LOCK_ITEM,
    LOCK_SECONDS,
    META_ITEM,
    TITLE_CHARACTERS,
    conversation_key,
    person_key,
)
from nat.errors import BadRequest, ConversationBusy, NotFound
from nat.names import TTL_ATTRIBUTE, Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

ERASING: Final = "erasing"
"""What holds the lock of a conversation that is being deleted; no turn has such an id."""
BATCH: Final = 25
"""Rows that one BatchWriteItem may delete (DynamoDB's limit)."""


class OwnConversations:
    """Conversations as their person sees them. Somebody else's does not exist: `NotFound`."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames, *, now: Callable[[], datetime]) -> None:
        self._client = client
        self._table = tables[Table.CONVERSATIONS]
        self._actions = tables.names.get(Table.ACTIONS)
        self._now = now

    def get(self, nation_slug: str, user_id: str, conversation_id: str) -> Conversation:
        """One conversation, strongly consistent. Raises `NotFound`."""
        key = _meta(nation_slug, conversation_id)
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = decode(found.get("Item", {}))
        if item.get("person") != person_key(nation_slug, user_id):
            raise NotFound("There is no such conversation.")
        return conversation_of(item)

    def rename(self, nation_slug: str, user_id: str, conversation_id: str, title: str) -> Conversation:
        """Give it another title of at most 80 characters on one line; its place in the list stays.

        Raises `BadRequest` for a title that is empty or too long, `NotFound`.
        """
        line = " ".join(title.split())
        if not 0 < len(line) <= TITLE_CHARACTERS:
            raise BadRequest(f"A title has 1 to {TITLE_CHARACTERS} characters.")
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_meta(nation_slug, conversation_id),
                UpdateExpression="SET #title = :title",
                ConditionExpression="#person = :person",
                ExpressionAttributeNames={"#title": "title", "#person": "person"},
                ExpressionAttributeValues=encode(
                    {":title": line, ":person": person_key(nation_slug, user_id)}
                ),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error):
                raise NotFound("There is no such conversation.") from None
            raise
        return conversation_of(decode(answer["Attributes"]))

    def erase(self, nation_slug: str, user_id: str, conversation_id: str) -> None:
        """Delete everything of it: questions, answers, events, what the model remembers, feedback, proposals,
        frozen changes and their journals. Nothing of it can be decided or taken back afterwards.

        First it is taken from the person's list and locked, so that no question can begin; whoever repeats
        the call after a crash goes on. Raises `NotFound`, and `ConversationBusy` while a turn runs.
        """
        meta = _meta(nation_slug, conversation_id)
        try:
            write(self._client, self._closing(nation_slug, user_id, conversation_id, meta))
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise NotFound("There is no such conversation.") from None
            raise ConversationBusy(
                "Nat is still working in this conversation. Stop it first, then delete the conversation."
            ) from None
        conversation = conversation_key(nation_slug, conversation_id)
        if self._actions is not None:
            self._delete(self._actions, conversation, keep=())
        # The entry goes last: as long as it is there, the deletion can be gone on with.
        self._delete(self._table, conversation, keep=(META_ITEM, LOCK_ITEM))
        self._delete(self._table, conversation, keep=())

    def _closing(
        self,
        nation_slug: str,
        user_id: str,
        conversation_id: str,
        meta: "dict[str, AttributeValueTypeDef]",
    ) -> "list[TransactWriteItemTypeDef]":
        now = self._now()
        mine = person_key(nation_slug, user_id)
        lock = {
            "conversation": conversation_key(nation_slug, conversation_id),
            "item": LOCK_ITEM,
            "turn": ERASING,
            "until": epoch_ms(now) + LOCK_SECONDS * 1000,
            TTL_ATTRIBUTE: int(now.timestamp()) + LOCK_SECONDS,
        }
        return [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": meta,
                    "UpdateExpression": "SET #person = :erased",
                    "ConditionExpression": "#person IN (:mine, :erased)",
                    "ExpressionAttributeNames": {"#person": "person"},
                    "ExpressionAttributeValues": encode({":mine": mine, ":erased": f"{mine}#{ERASING}"}),
                }
            },
            {
                "Put": {
                    "TableName": self._table,
                    "Item": encode(lock),
                    "ConditionExpression": (
                        "attribute_not_exists(#item) OR #until < :now OR #turn = :erasing"
                    ),
                    "ExpressionAttributeNames": {"#item": "item", "#until": "until", "#turn": "turn"},
                    "ExpressionAttributeValues": encode({":now": epoch_ms(now), ":erasing": ERASING}),
                }
            },
        ]

    def _delete(self, table: str, conversation: str, *, keep: tuple[str, ...]) -> None:
        pages = self._client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="#conversation = :conversation",
            ProjectionExpression="#conversation, #item",
            ExpressionAttributeNames={"#conversation": "conversation", "#item": "item"},
            ExpressionAttributeValues={":conversation": {"S": conversation}},
            ConsistentRead=True,
        )
        keys = [key for page in pages for key in page["Items"] if key["item"]["S"] not in keep]
        delete_rows(self._client, table, keys)


def delete_rows(client: "DynamoDBClient", table: str, keys: "list[dict[str, AttributeValueTypeDef]]") -> None:
    """Delete rows by their keys, as many as there are; what DynamoDB leaves over is sent again."""
    for start in range(0, len(keys), BATCH):
        left: list[Any] = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + BATCH]]
        while left:
            answer = client.batch_write_item(RequestItems={table: left})
            left = list(answer.get("UnprocessedItems", {}).get(table, []))


def _meta(nation_slug: str, conversation_id: str) -> "dict[str, AttributeValueTypeDef]":
    try:
        return encode({"conversation": conversation_key(nation_slug, conversation_id), "item": META_ITEM})
    except ValueError:
        raise NotFound("There is no such conversation.") from None
