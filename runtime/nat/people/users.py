"""Users: one row per person of the user pool, whatever nations they belong to."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from boto3.dynamodb.conditions import Attr

from nat.aws.items import Row, epoch_ms, moment
from nat.aws.store import Store
from nat.aws.writes import Update
from nat.ids import NationSlug, UserId
from nat.names import Table


class User(msgspec.Struct, frozen=True):
    """A person. `nation_slug` is the primary nation; roles are in memberships alone.

    `email` is the address that the person's last session proved (`nat.people.proven_email`); it is absent
    until one does. `nps_quarter` is the last quarter in which they were asked whether they would recommend
    the service (`nat.people.nps`).
    """

    user_id: UserId
    created_at: datetime
    last_active_at: datetime
    email: str | None = None
    nation_slug: NationSlug | None = None
    last_query_at: datetime | None = None
    nps_quarter: str | None = None


class Users:
    """User rows, and the cooldown between a person's questions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, user_id: UserId) -> User | None:
        """One person, strongly consistent."""
        row = self._store.get(Table.USERS, {"user_id": user_id})
        return None if row is None else _user(row)

    def seen(self, user_id: UserId, *, email: str | None, now: datetime) -> User:
        """Note that the person is here; creates the row at their first call. `email` is an address that their
        session proves; without one, the last that was proven is kept."""
        present = {"last_active_at": now} | ({"email": email.strip().lower()} if email else {})
        row = self._store.updated(
            Update(Table.USERS, {"user_id": user_id}, set=present, default={"created_at": now})
        )
        assert row is not None
        return _user(row)

    def get_many(self, user_ids: Iterable[str]) -> dict[str, User]:
        """The people who have a row, by id; a moment behind."""
        keys = [{"user_id": each} for each in sorted(set(user_ids))]
        return {row["user_id"]: _user(row) for row in self._store.get_many(Table.USERS, keys)}

    def linking(self, nation_slug: NationSlug, user_id: UserId, now: datetime) -> Update:
        """Entry that makes a nation the person's primary one, whatever was before; makes the row if need
        be."""
        return Update(
            Table.USERS,
            {"user_id": user_id},
            set={"nation_slug": nation_slug},
            default={"created_at": now, "last_active_at": now},
        )

    def unlink(self, nation_slug: NationSlug, user_id: UserId) -> None:
        """Leave the person without a primary nation if it is this one."""
        its_own = Attr("nation_slug").eq(nation_slug)
        self._store.write(Update(Table.USERS, {"user_id": user_id}, set={"nation_slug": None}, when=its_own))

    def begin_query(self, user_id: UserId, now: datetime, cooldown: timedelta) -> Update:
        """Entry of a transaction: the person asks now. The condition fails within the last one's cooldown."""
        last = Attr("last_query_ms")
        return Update(
            Table.USERS,
            {"user_id": user_id},
            set={"last_query_ms": epoch_ms(now), "last_query_at": now, "last_active_at": now},
            default={"created_at": now},
            when=last.not_exists() | last.lte(epoch_ms(now - cooldown)),
        )


def _user(item: Row) -> User:
    queried = item.get("last_query_at")
    return User(
        user_id=item["user_id"],
        created_at=moment(item["created_at"]),
        last_active_at=moment(item["last_active_at"]),
        email=item.get("email"),
        nation_slug=item.get("nation_slug"),
        last_query_at=None if queried is None else moment(queried),
        nps_quarter=item.get("nps_quarter"),
    )
