"""Memberships: person × nation, with the role. Nothing else says what a person may do in a nation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.items import moment
from nat.aws.store import Store
from nat.aws.writes import Check, Delete, Put, Update
from nat.errors import NotAMember
from nat.names import MEMBERSHIPS_BY_NATION, Table
from nat.roles import Role


@dataclass(frozen=True)
class Membership:
    """One person in one nation."""

    user_id: str
    nation_slug: str
    role: Role
    created_at: datetime

    def sees(self, owner_id: str) -> bool:
        """Whether what belongs to a person of the nation is theirs, or they are an admin."""
        return theirs(owner_id, self.user_id, self.role)


def theirs(owner_id: str, user_id: str, role: Role) -> bool:
    """The one rule on what belongs to somebody: it is mine, or I am an admin. For others it is not there."""
    return owner_id == user_id or role.at_least(Role.ADMIN)


class Memberships:
    """Membership rows, and entries of transactions that change them only as they were seen.

    `put` and `remove` ask nothing: they are for who makes a nation anew or takes one away. What people do to
    each other's memberships goes through `nat.people.members` and `nat.people.ownership`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, user_id: str, nation_slug: str) -> Membership | None:
        """One membership, strongly consistent: a role that was taken away is gone at the next call."""
        row = self._store.get(Table.MEMBERSHIPS, {"user_id": user_id, "nation_slug": nation_slug})
        return None if row is None else _membership(row)

    def require(self, user_id: str, nation_slug: str) -> Membership:
        """One membership. Raises `NotAMember`."""
        membership = self.get(user_id, nation_slug)
        if membership is None:
            raise NotAMember
        return membership

    def of_user(self, user_id: str) -> list[Membership]:
        """Every nation of a person, by slug, strongly consistent."""
        rows = self._store.query(Table.MEMBERSHIPS, Key("user_id").eq(user_id), consistent=True)
        return [_membership(row) for row in rows]

    def of_nation(self, nation_slug: str) -> list[Membership]:
        """Every person of a nation, by user id. From an index, so a moment behind."""
        where = Key("nation_slug").eq(nation_slug)
        rows = self._store.query(Table.MEMBERSHIPS, where, index=MEMBERSHIPS_BY_NATION)
        return [_membership(row) for row in rows]

    def put(self, membership: Membership) -> None:
        """Store a membership, or change its role."""
        self._store.write(Put(Table.MEMBERSHIPS, _item(membership)))

    def remove(self, user_id: str, nation_slug: str) -> None:
        """End a membership; nothing happens if there is none."""
        self._store.write(Delete(Table.MEMBERSHIPS, {"user_id": user_id, "nation_slug": nation_slug}))

    def adding(self, membership: Membership) -> Put:
        """Entry that makes a membership; fails if the person has one."""
        return Put(Table.MEMBERSHIPS, _item(membership), when=Attr("user_id").not_exists())

    def giving(self, membership: Membership, role: Role) -> Update:
        """Entry that gives another role; fails if the role is no longer that of `membership`."""
        unchanged = Attr("role").eq(membership.role.value)
        return Update(Table.MEMBERSHIPS, _key(membership), set={"role": role.value}, when=unchanged)

    def ending(self, membership: Membership) -> Delete:
        """Entry that ends a membership; fails if the role is no longer that of `membership`."""
        return Delete(Table.MEMBERSHIPS, _key(membership), when=Attr("role").eq(membership.role.value))

    def having(self, user_id: str, nation_slug: str, least: Role) -> Check:
        """Entry that fails unless the person has the role, or a higher one, at that moment."""
        enough = [each.value for each in Role if each.at_least(least)]
        key = {"user_id": user_id, "nation_slug": nation_slug}
        return Check(Table.MEMBERSHIPS, key, when=Attr("role").is_in(enough))


def _key(membership: Membership) -> dict[str, str]:
    return {"user_id": membership.user_id, "nation_slug": membership.nation_slug}


def _item(membership: Membership) -> dict[str, Any]:
    return {
        **_key(membership),
        "role": membership.role.value,
        "created_at": membership.created_at,
    }


def _membership(item: dict[str, Any]) -> Membership:
    return Membership(item["user_id"], item["nation_slug"], Role(item["role"]), moment(item["created_at"]))
