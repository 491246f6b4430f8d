"""JSON documents of any size under one key, over several items where DynamoDB's 400 KB do not hold them.

A document that fits lies in the item's attribute `body`. A larger one is cut: its pieces are written first,
under `part#<item>#<writer>#<nnn>`, and the item itself, written last, names the writer and their number. So a
reader sees the whole document or none, and pieces that a dead worker left behind are never read.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, Protocol

from boto3.dynamodb.conditions import Key

from nat.aws.items import Row
from nat.aws.store import Store
from nat.aws.writes import Put
from nat.names import TTL_ATTRIBUTE, Table

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
    """Documents of conversations in one table. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store, table: Table) -> None:
        self._store = store
        self._table = table

    def prepare(
        self,
        holder: DocumentOwner,
        item: str,
        value: object,
        expires: int,
        attributes: Mapping[str, str] | None = None,
    ) -> dict[str, object]:
        """The row to put for a document. Pieces of a large one are stored here, before it can be seen.

        `attributes` are further text attributes of the row; `expires` is epoch seconds.
        """
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        prepared = {
            "conversation": holder.conversation,
            "item": item,
            TTL_ATTRIBUTE: expires,
            **(attributes or {}),
        }
        # A character takes at most four bytes: most bodies are known to fit without being encoded.
        if len(body) * 4 <= LARGEST_BODY or len(body.encode()) <= LARGEST_BODY:
            return {**prepared, "body": body}
        cut = pieces(body, LARGEST_BODY)
        for number, piece in enumerate(cut):
            part = {
                "conversation": holder.conversation,
                "item": f"{_part_prefix(item, holder.attempt)}{number:03d}",
                TTL_ATTRIBUTE: expires,
                "body": piece,
            }
            self._store.write(Put(self._table, part))
        return {**prepared, "parts": len(cut), "writer": holder.attempt}

    def read(self, row: Row) -> Any:
        """The value of a document whose row was read. Raises `ValueError` when pieces are missing."""
        if "body" in row:
            return json.loads(row["body"])
        prefix = _part_prefix(row["item"], row["writer"])
        found = self._pieces(row["conversation"], prefix)
        if len(found) != row["parts"]:
            raise ValueError("A stored document is incomplete.")
        return json.loads("".join(found))

    def _pieces(self, conversation: str, prefix: str) -> list[str]:
        where = Key("conversation").eq(conversation) & Key("item").between(prefix, prefix + _AFTER_ALL)
        return [row["body"] for row in self._store.query(self._table, where, consistent=True)]


def _part_prefix(item: str, attempt: int) -> str:
    return f"part#{item}#{attempt:03d}#"
