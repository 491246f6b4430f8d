"""Where Nat holds something of a nation or a person, found by key and index.

Conversations lie under ids that only their person's list names, so a nation's are found by its people:
members, and everybody who ever asked (Usage). Nations that a person has left are found in Usage, which has no
index by person: its keys are read through once, by the job and never in a request.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.items import Row
from nat.aws.store import Store
from nat.conversations.own_conversations import ERASING
from nat.conversations.turns import person_key
from nat.ids import NationSlug, UserId
from nat.names import CONVERSATIONS_BY_PERSON, MEMBERSHIPS_BY_NATION, SCHEMAS, Index, Table
from nat.people.memberships import DELETED

PARTITIONS: Final = (Table.AUTOMATIONS, Table.USAGE, Table.CONNECTIONS, Table.AUDIT)
"""Tables in which all of a nation lies under its slug. The conversations have to be gone before Usage is."""


class Holdings:
    """Rows of nations and people, with a role that reaches all of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def people(self, nation_slug: NationSlug) -> list[str]:
        """Everybody who belongs to the nation or ever asked in it."""
        members = self.by_index(Table.MEMBERSHIPS, MEMBERSHIPS_BY_NATION, nation_slug)
        asked = self.partition(Table.USAGE, nation_slug)
        found = {each["user_id"] for each in members}
        found |= {each["day_user"].rpartition("#")[2] for each in asked}
        return sorted(each for each in found if each)

    def nations(self, user_id: UserId) -> list[str]:
        """Every nation that the person belongs to or ever asked in."""
        theirs = self._store.query(Table.MEMBERSHIPS, Key("user_id").eq(user_id), consistent=True)
        found = {each["nation_slug"] for each in theirs if each["nation_slug"] != DELETED}
        asked = self._store.scan(
            Table.USAGE,
            attributes=("nation_slug", "day_user"),
            only=Attr("day_user").contains(f"#{user_id}"),
        )
        found |= {each["nation_slug"] for each in asked if each["day_user"].endswith(f"#{user_id}")}
        return sorted(found)

    def conversations(self, nation_slug: NationSlug, user_id: UserId) -> list[str]:
        """Keys of a person's conversations, also of those that somebody has begun to delete."""
        person = person_key(nation_slug, user_id)
        return [
            each["conversation"]
            for key in (person, f"{person}#{ERASING}")
            for each in self.by_index(Table.CONVERSATIONS, CONVERSATIONS_BY_PERSON, key)
        ]

    def partition(self, table: Table, key: str) -> Iterator[Row]:
        """Every row under a partition key, in plain values."""
        return self._store.query(table, Key(SCHEMAS[table].partition).eq(key), consistent=True)

    def by_index(self, table: Table, index: Index, key: str) -> Iterator[Row]:
        """Every row that an index has under a key, in plain values."""
        return self._store.query(table, Key(index.partition).eq(key), index=index)

    def delete(self, table: Table, rows: Iterable[Row]) -> int:
        """Delete rows by their keys; gives how many."""
        schema = SCHEMAS[table]
        names = [each for each in (schema.partition, schema.sort) if each is not None]
        keys = [{name: each[name] for name in names} for each in rows]
        self._store.delete_many(table, keys)
        return len(keys)
