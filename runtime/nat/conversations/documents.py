"""JSON documents of any size under one key, over several items where DynamoDB's 400 KB do not hold them.

A document that fits lies in the item's attribute `body`. A larger one is cut: its pieces are written first,
under `part#<item>#<writer>#<nnn>`, and the item itself, written last, names the writer and their number. So a
reader sees the whole document or none, and pieces that a dead worker left behind are never read.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from nat.names import TTL_ATTRIBUTE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

LARGEST_BODY: Final = 350_000
"""Bytes of UTF-8 in one item; DynamoDB's limit for the whole item is 400 KB."""
_AFTER_ALL: Final = "~"


def pieces(text: str, limit: int) -> list[str]:
    """The text cut into pieces of at most `limit` bytes of UTF-8 (4 or more), never inside a character."""
    rest = text.encode()
    cut = []
    while len(rest) > limit:
        end = limit
        while rest[end] & 0xC0 == 0x80:
            end -= 1
        cut.append(rest[:end].decode())
        rest = rest[end:]
    cut.append(rest.decode())
    return cut


class DocumentOwner(Protocol):
    """Whose document it is: a turn, with its attempt as the writer's number."""

    @property
    def conversation(self) -> str:
        """Partition key."""

    @property
    def attempt(self) -> int:
        """Keeps the pieces of two writers apart."""


class Documents:
    """Documents of a conversation. The client's credentials decide which nations it reaches."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def prepare(
        self,
        holder: DocumentOwner,
        item: str,
        value: Any,
        expires: int,
        attributes: Mapping[str, str] | None = None,
    ) -> dict[str, "AttributeValueTypeDef"]:
        """The item to put for a document. Pieces of a large one are stored here, before it can be seen.

        `attributes` are further text attributes of the item; `expires` is epoch seconds.
        """
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        prepared: dict[str, AttributeValueTypeDef] = {
            "conversation": {"S": holder.conversation},
            "item": {"S": item},
            TTL_ATTRIBUTE: {"N": str(expires)},
            **{name: {"S": text} for name, text in (attributes or {}).items()},
        }
        # A character takes at most four bytes: most bodies are known to fit without being encoded.
        if len(body) * 4 <= LARGEST_BODY or len(body.encode()) <= LARGEST_BODY:
            return {**prepared, "body": {"S": body}}
        cut = pieces(body, LARGEST_BODY)
        for number, piece in enumerate(cut):
            self._client.put_item(
                TableName=self._table,
                Item={
                    "conversation": {"S": holder.conversation},
                    "item": {"S": f"{_part_prefix(item, holder.attempt)}{number:03d}"},
                    TTL_ATTRIBUTE: {"N": str(expires)},
                    "body": {"S": piece},
                },
            )
        return {**prepared, "parts": {"N": str(len(cut))}, "writer": {"N": str(holder.attempt)}}

    def read(self, item: Mapping[str, "AttributeValueTypeDef"]) -> Any:
        """The value of a document whose item was read. Raises `ValueError` when pieces are missing."""
        if "body" in item:
            return json.loads(item["body"]["S"])
        prefix = _part_prefix(item["item"]["S"], int(item["writer"]["N"]))
        found = self._pieces(item["conversation"]["S"], prefix)
        if len(found) != int(item["parts"]["N"]):
            raise ValueError("A stored document is incomplete.")
        return json.loads("".join(found))

    def _pieces(self, conversation: str, prefix: str) -> list[str]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#conversation = :conversation AND #item BETWEEN :from AND :to",
            ExpressionAttributeNames={"#conversation": "conversation", "#item": "item"},
            ExpressionAttributeValues={
                ":conversation": {"S": conversation},
                ":from": {"S": prefix},
                ":to": {"S": prefix + _AFTER_ALL},
            },
            ConsistentRead=True,
        )
        return [each["body"]["S"] for page in pages for each in page["Items"]]


def _part_prefix(item: str, attempt: int) -> str:
    return f"part#{item}#{attempt:03d}#"
