"""Memberships: person × nation, with the role. Nothing else says what a person may do in a nation.

A row without a role is no membership. It says why somebody does not come in by themselves: they were removed,
or they wait for an admin (`Outsider`). The row `#deleted` of a person says that they deleted their account:
the token that they still have, for up to an hour, makes them a member of nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from nat.aws.items import Row, moment
from nat.aws.store import Store
from nat.aws.writes import Check, Delete, Entry, Put, Update
from nat.errors import NotAMember, NotProven, Unauthenticated
from nat.ids import NationSlug, UserId
from nat.names import MEMBERSHIPS_BY_NATION, Table
from nat.roles import Role

_NO_REPORTS: Final = "no_reports"
"""Attribute of a membership whose person wants no weekly reports."""
DELETED: Final = NationSlug("#deleted")
"""In place of a slug, which never begins with `#`."""


class Membership(msgspec.Struct, frozen=True):
    """One person in one nation.

    `unproven`: they pay for the nation, and NationBuilder has not named them as one of its control panel.
    Until it does they have what billing needs and see nothing of the nation. `refused` are the areas
    (`nat.nationbuilder.areas`) that NationBuilder refused their own account, or that were closed to who
    invited them, `lifted` those of them that an admin opened all the same.
    """

    nation_slug: NationSlug
    user_id: UserId
    role: Role
    created_at: datetime
    unproven: bool = False
    refused: frozenset[str] = frozenset()
    lifted: frozenset[str] = frozenset()

    @property
    def withheld(self) -> frozenset[str]:
        """Areas of the nation's data that are closed to the person."""
        return self.refused - self.lifted

    def sees(self, owner_id: str) -> bool:
        """Whether what belongs to a person of the nation is theirs, or they are an admin."""
        return theirs(owner_id, self.user_id, self.role)


class Standing(StrEnum):
    """Why somebody who is no member does not come in by themselves."""

    REMOVED = "removed"
    """An admin removed them: no link, no invitation and no proof brings them back, only an admin."""
    WAITING = "waiting"
    """They have proven who they are, and the nation wants an admin to let people in."""


class Outsider(msgspec.Struct, frozen=True):
    """Somebody who is no member, on whom an admin decides. `by` removed them."""

    nation_slug: NationSlug
    user_id: UserId
    standing: Standing
    since: datetime
    by: str | None = None
    refused: frozenset[str] = frozenset()


def theirs(owner_id: str, user_id: UserId, role: Role) -> bool:
    """The one rule on what belongs to somebody: it is mine, or I am an admin. For others it is not there."""
    return owner_id == user_id or role.at_least(Role.ADMIN)


class Memberships:
    """Membership rows, and entries of transactions that change them only as they were seen.

    `put` and `remove` ask nothing: they are for who makes a nation anew or takes one away. What people do to
    each other's memberships goes through `nat.people.members` and `nat.people.ownership`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, nation_slug: NationSlug, user_id: UserId) -> Membership | None:
        """The membership of somebody who may see the nation, strongly consistent: a role that was taken away
        is gone at the next call. None also for who pays and is not proven."""
        found = self.known(nation_slug, user_id)
        return None if found is None or found.unproven else found

    def known(self, nation_slug: NationSlug, user_id: UserId) -> Membership | None:
        """The same, and who pays and is not proven: for billing, and for ways to prove oneself."""
        row = self._row(nation_slug, user_id)
        return None if row is None or "role" not in row else _membership(row)

    def outsider(self, nation_slug: NationSlug, user_id: UserId) -> Outsider | None:
        """What keeps somebody out who is no member, strongly consistent."""
        row = self._row(nation_slug, user_id)
        return None if row is None or "standing" not in row else _outsider(row)

    def require(self, nation_slug: NationSlug, user_id: UserId) -> Membership:
        """The membership of somebody who may see the nation. Raises `NotAMember`, `NotProven`."""
        return self.required(self._row(nation_slug, user_id))

    @staticmethod
    def required(row: Mapping[str, object] | None) -> Membership:
        """The membership in a row that was just read by `membership_key`. Raises what `require` raises."""
        if row is None or "role" not in row:
            raise NotAMember
        membership = _membership(row)
        if membership.unproven:
            raise NotProven
        return membership

    def require_known(self, nation_slug: NationSlug, user_id: UserId) -> Membership:
        """The same, and that of who pays and is not proven. Raises `NotAMember`."""
        membership = self.known(nation_slug, user_id)
        if membership is None:
            raise NotAMember
        return membership

    def of_user(self, user_id: UserId) -> list[Membership]:
        """Every nation of a person, by slug, strongly consistent; those that they only pay for included."""
        rows = self._store.query(Table.MEMBERSHIPS, Key("user_id").eq(user_id), consistent=True)
        return [_membership(row) for row in rows if "role" in row]

    def of_nation(self, nation_slug: NationSlug) -> list[Membership]:
        """Every person of a nation, by user id, who only pays included. From an index, so a moment behind."""
        return [_membership(row) for row in self._rows_of(nation_slug) if "role" in row]

    def outsiders(self, nation_slug: NationSlug) -> list[Outsider]:
        """On whom the admins of a nation decide, by user id. From an index, so a moment behind."""
        return [_outsider(row) for row in self._rows_of(nation_slug) if "standing" in row]

    def require_living(self, user_id: UserId) -> None:
        """Whether the person's account is still there, strongly consistent. Raises `Unauthenticated`."""
        if self._row(DELETED, user_id) is not None:
            raise Unauthenticated("This account was deleted.")

    def bury(self, user_id: UserId, now: datetime) -> None:
        """Note that somebody deletes their account."""
        self._store.write(Put(Table.MEMBERSHIPS, {**membership_key(DELETED, user_id), "since": now}))

    def put(self, row: Membership | Outsider) -> None:
        """Store a membership, or what keeps somebody out, in place of what was there."""
        item = _item(row) if isinstance(row, Membership) else _outsider_item(row)
        self._store.write(Put(Table.MEMBERSHIPS, item))

    def remove(self, nation_slug: NationSlug, user_id: UserId) -> bool:
        """Forget a person in a nation, and whether they were kept out; gives whether they were a member."""
        gone = self._store.take(Table.MEMBERSHIPS, membership_key(nation_slug, user_id))
        return gone is not None and "role" in gone

    def adding(self, membership: Membership) -> Entry:
        """Entry that makes a membership; fails if the person has one, or is kept out."""
        return Put(Table.MEMBERSHIPS, _item(membership), when=Attr("user_id").not_exists())

    def living(self, user_id: UserId) -> Entry:
        """Entry that fails for who deleted their account."""
        return Check(Table.MEMBERSHIPS, membership_key(DELETED, user_id), when=Attr("user_id").not_exists())

    def letting_in(self, outsider: Outsider, membership: Membership) -> Entry:
        """Entry that makes a membership in place of what kept the person out; fails if that has changed."""
        seen = Attr("standing").eq(outsider.standing.value)
        return Put(Table.MEMBERSHIPS, _item(membership), when=seen)

    def turning_away(self, waiting: Outsider, removed: Outsider) -> Entry:
        """Entry that keeps somebody out for good who waits; fails if that has changed."""
        seen = Attr("standing").eq(waiting.standing.value)
        return Put(Table.MEMBERSHIPS, _outsider_item(removed), when=seen)

    def keeping_out(self, outsider: Outsider) -> Entry:
        """Entry that lets somebody wait who is unknown; fails if they are known."""
        item = _outsider_item(outsider)
        return Put(Table.MEMBERSHIPS, item, when=Attr("user_id").not_exists())

    def giving(self, membership: Membership, role: Role) -> Entry:
        """Entry that gives another role; fails if the role is no longer that of `membership`."""
        return self._changing(membership, {"role": role.value})

    def proving(self, membership: Membership) -> Entry:
        """Entry that lets somebody who pays see the nation; fails if their role has changed."""
        return self._changing(membership, {"unproven": None})

    def without_reports(self, nation_slug: NationSlug) -> frozenset[UserId]:
        """Who of a nation's people wants no weekly report. From an index, so a moment behind."""
        return frozenset(
            UserId(row["user_id"]) for row in self._rows_of(nation_slug) if row.get(_NO_REPORTS) is True
        )

    def choose_reports(self, nation_slug: NationSlug, user_id: UserId, *, wanted: bool) -> bool:
        """Whether somebody wants weekly reports of a nation; False for who is no member of it."""
        return self._store.write(
            Update(
                Table.MEMBERSHIPS,
                membership_key(nation_slug, user_id),
                {_NO_REPORTS: None if wanted else True},
                when=Attr("role").exists(),
            )
        )

    def noting(self, membership: Membership, refused: frozenset[str]) -> None:
        """Keep what NationBuilder refuses a member; nothing happens if they are none any more."""
        self._store.write(
            Update(
                Table.MEMBERSHIPS,
                membership_key(membership.nation_slug, membership.user_id),
                {"refused": refused or None},
                when=Attr("role").exists(),
            )
        )

    def opening(self, membership: Membership, lifted: frozenset[str]) -> Entry:
        """Entry that opens areas to a member all the same; fails if their role has changed."""
        return self._changing(membership, {"lifted": lifted or None})

    def ending(self, membership: Membership, *, removed: Outsider | None = None) -> Entry:
        """Entry that ends a membership; with `removed` they stay out from then on. Fails if the role is no
        longer that of `membership`."""
        seen = Attr("role").eq(membership.role.value)
        if removed is None:
            key = membership_key(membership.nation_slug, membership.user_id)
            return Delete(Table.MEMBERSHIPS, key, when=seen)
        return Put(Table.MEMBERSHIPS, _outsider_item(removed), when=seen)

    def having(
        self, nation_slug: NationSlug, user_id: UserId, least: Role, *, unproven_too: bool = False
    ) -> Check:
        """Entry that fails unless the person has the role, or a higher one, at that moment, and may see the
        nation."""
        enough: ConditionBase = Attr("role").is_in([each.value for each in Role if each.at_least(least)])
        if not unproven_too:
            enough &= Attr("unproven").not_exists()
        return Check(Table.MEMBERSHIPS, membership_key(nation_slug, user_id), when=enough)

    def _changing(self, membership: Membership, change: Row) -> Entry:
        key = membership_key(membership.nation_slug, membership.user_id)
        return Update(Table.MEMBERSHIPS, key, change, when=Attr("role").eq(membership.role.value))

    def _row(self, nation_slug: NationSlug, user_id: UserId) -> Row | None:
        return self._store.get(Table.MEMBERSHIPS, membership_key(nation_slug, user_id))

    def _rows_of(self, nation_slug: NationSlug) -> Iterator[Row]:
        under = Key("nation_slug").eq(nation_slug)
        return self._store.query(Table.MEMBERSHIPS, under, index=MEMBERSHIPS_BY_NATION)


def membership_key(nation_slug: NationSlug, user_id: UserId) -> dict[str, str]:
    """Key of what is known of a person in a nation."""
    return {"user_id": user_id, "nation_slug": nation_slug}


def _item(membership: Membership) -> dict[str, object]:
    return {
        "user_id": membership.user_id,
        "nation_slug": membership.nation_slug,
        "role": membership.role.value,
        "created_at": membership.created_at,
        "unproven": membership.unproven or None,
        "refused": membership.refused or None,
        "lifted": membership.lifted or None,
    }


def _outsider_item(outsider: Outsider) -> dict[str, object]:
    return {
        "user_id": outsider.user_id,
        "nation_slug": outsider.nation_slug,
        "standing": outsider.standing.value,
        "since": outsider.since,
        "by": outsider.by,
        "refused": outsider.refused or None,
    }


def _membership(row: Row) -> Membership:
    return Membership(
        row["nation_slug"],
        row["user_id"],
        Role(row["role"]),
        moment(row["created_at"]),
        unproven=row.get("unproven", False),
        refused=frozenset(row.get("refused", ())),
        lifted=frozenset(row.get("lifted", ())),
    )


def _outsider(row: Row) -> Outsider:
    return Outsider(
        row["nation_slug"],
        row["user_id"],
        Standing(row["standing"]),
        moment(row["since"]),
        row.get("by"),
        frozenset(row.get("refused", ())),
    )
