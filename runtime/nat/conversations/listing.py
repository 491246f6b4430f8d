"""The conversations of a person in a nation, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from boto3.dynamodb.conditions import Key

from nat.aws.cursors import cursor, not_a_cursor, parts_of
from nat.aws.items import Row, moment
from nat.aws.store import Store
from nat.conversations.turns import META_ITEM, conversation_key, person_key
from nat.ids import ConversationId, NationSlug, UserId
from nat.names import CONVERSATIONS_BY_PERSON, Table

LARGEST_PAGE: Final = 100


@dataclass(frozen=True)
class Conversation:
    """One conversation as it is listed."""

    conversation_id: ConversationId
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
    """Lists conversations by an index, so a moment behind."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_person(
        self, nation_slug: NationSlug, user_id: UserId, *, limit: int = 30, after: str | None = None
    ) -> Listed:
        """A page of at most `limit` (1 to 100). Raises `BadRequest` for an `after` that no page gave."""
        page = self._store.find(
            Table.CONVERSATIONS,
            Key("person").eq(person_key(nation_slug, user_id)),
            index=CONVERSATIONS_BY_PERSON,
            newest_first=True,
            limit=max(1, min(limit, LARGEST_PAGE)),
            after=None if after is None else _start(after, nation_slug, user_id),
        )
        found = tuple(conversation_of(row) for row in page.rows)
        return Listed(found, None if page.last is None else _cursor(page.rows[-1]))


def conversation_of(item: Row) -> Conversation:
    """A conversation from its row in plain values."""
    return Conversation(
        conversation_id=item["conversation"].partition("#")[2],
        title=item["title"],
        turns=item["turns"],
        created_at=moment(item["created_at"]),
        updated_at=moment(item["updated_at"]),
    )


def _cursor(row: Row) -> str:
    return cursor(row["updated_at"], row["conversation"].partition("#")[2])


def _start(after: str, nation_slug: NationSlug, user_id: UserId) -> dict[str, str]:
    """The key behind a cursor, always within the person's own partition."""
    updated_at, conversation_id = parts_of(after, 2)
    try:
        moment(updated_at)
        return {
            "person": person_key(nation_slug, user_id),
            "updated_at": updated_at,
            "conversation": conversation_key(nation_slug, ConversationId(conversation_id)),
            "item": META_ITEM,
        }
    except ValueError:
        raise not_a_cursor() from None
