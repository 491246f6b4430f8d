"""Who owns a nation: exactly one member at every moment.

The nation record names the owner (`owner_id`), the owner's membership has the role. Both change in one
transaction that holds only while both are as they were read, so of two at once one takes place. A record from
before owners were named there has none; the role alone counts then, and the next change names the owner.

Who subscribes a nation first owns it **provisionally**: they have paid, and nothing says yet that the nation
is theirs. It is settled once NationBuilder names a person of the nation's control panel (`confirm`).
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from boto3.dynamodb.conditions import Attr

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Update, unchanged
from nat.errors import MembershipChanged, MemberUnknown, OwnerStays, RoleInsufficient
from nat.names import Table
from nat.nations.record import Nation, Nations
from nat.people.memberships import Membership, Memberships
from nat.people.users import Users
from nat.roles import Role

TRIES: Final = 5
"""How often the owner is confirmed anew when members change meanwhile."""


@dataclass(frozen=True)
class Confirmed:
    """What confirming an owner came to. `former` owned the nation provisionally and does no more; `removed`
    are people who belong to it no more, `former` included if so. `changed` is false when nothing was done."""

    owner_id: str
    changed: bool
    former: str | None = None
    removed: tuple[str, ...] = ()


class Ownership:
    """Ownership of nations."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._memberships = Memberships(store)
        self._nations = Nations(store)

    def found(self, nation: Nation, user_id: str) -> bool:
        """Store a first record together with its first subscriber, who owns it provisionally: they never see
        it as somebody who does not belong to it. False, and nothing changed, if the slug has a record or the
        person is a member."""
        owned = replace(nation, owner_id=user_id, owner_provisional=True)
        owner = Membership(user_id, nation.nation_slug, Role.OWNER, self._store.clock())
        try:
            self._store.transact([self._nations.creating(owned), self._memberships.adding(owner)])
        except Cancelled:
            return False
        return True

    def welcome(self, nation_slug: str, user_id: str) -> bool:
        """Make who subscribed a nation that nobody belongs to its provisional owner. False, and nothing
        changed, if somebody owns it or the person is a member."""
        owner = Membership(user_id, nation_slug, Role.OWNER, self._store.clock())
        try:
            self._store.transact(
                [
                    self._memberships.adding(owner),
                    self._owned(nation_slug, user_id, was=None, provisional=True),
                ]
            )
        except Cancelled:
            return False
        return True

    def transfer(self, owner: Membership, user_id: str) -> Membership:
        """Hand the ownership to another member; the owner stays as an admin. Gives the new owner's
        membership. A provisional ownership stays provisional.

        Raises `RoleInsufficient` (not the owner, or no longer), `MemberUnknown`, `OwnerStays` (to oneself),
        `MembershipChanged`, `NationUnknown`.
        """
        if owner.role is not Role.OWNER:
            raise RoleInsufficient
        if user_id == owner.user_id:
            raise OwnerStays("You own this nation already.")
        nation = self._nations.require(owner.nation_slug)
        heir = self._memberships.get(user_id, owner.nation_slug)
        if heir is None:
            raise MemberUnknown
        try:
            self._hand_over(nation, owner, heir, provisional=nation.owner_provisional)
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise RoleInsufficient from None
            raise MembershipChanged from None
        return Membership(user_id, owner.nation_slug, Role.OWNER, heir.created_at)

    def confirm(self, nation_slug: str, user_id: str) -> Confirmed:
        """NationBuilder has named this person as one of the nation's control panel (`/signups/me`, `is_cpu`).

        A proven owner stays the owner. A provisional one who proves it themself is proven from then on. If
        somebody else proves it first, the nation is theirs: a member becomes the owner and the provisional
        one an admin. Somebody whom nobody there has let in becomes the owner as well; if NationBuilder was
        never connected, nothing says that anybody else has to do with the nation, and all others are removed.

        Raises `NationUnknown`, `MembershipChanged` when members change all the time.
        """
        for _ in range(TRIES):
            try:
                return self._confirm(nation_slug, user_id)
            except Cancelled:
                continue
        raise MembershipChanged

    def _confirm(self, nation_slug: str, user_id: str) -> Confirmed:
        nation = self._nations.require(nation_slug)
        members = self._memberships.of_nation(nation_slug)
        owner = self._owner(nation, members)
        if owner is None:
            return self._take_vacant(nation, user_id)
        if not nation.owner_provisional:
            return Confirmed(owner.user_id, changed=False)
        if owner.user_id == user_id:
            self._store.transact([self._owned(nation_slug, user_id, was=user_id, provisional=False)])
            return Confirmed(user_id, changed=True)
        known = self._memberships.get(user_id, nation_slug)
        if known is not None:
            self._hand_over(nation, owner, known, provisional=False)
            return Confirmed(user_id, changed=True, former=owner.user_id)
        removed = () if nation.nb_connected else self._remove_all(members, owner)
        self._replace(nation, owner, user_id, stays=nation.nb_connected)
        if not nation.nb_connected:
            removed = (*removed, owner.user_id)
            self._users.unlink(owner.user_id, nation_slug)
        return Confirmed(user_id, changed=True, former=owner.user_id, removed=removed)

    @cached_property
    def _users(self) -> Users:
        """Only for confirming: billing, which welcomes owners, does without this table."""
        return Users(self._store)

    def _owner(self, nation: Nation, members: list[Membership]) -> Membership | None:
        if nation.owner_id is not None:
            found = self._memberships.get(nation.owner_id, nation.nation_slug)
            if found is not None and found.role is Role.OWNER:
                return found
        return next((each for each in members if each.role is Role.OWNER), None)

    def _take_vacant(self, nation: Nation, user_id: str) -> Confirmed:
        """A nation without an owner: its members came by an older way, or nobody is left."""
        known = self._memberships.get(user_id, nation.nation_slug)
        becoming = (
            self._memberships.adding(Membership(user_id, nation.nation_slug, Role.OWNER, self._store.clock()))
            if known is None
            else self._memberships.giving(known, Role.OWNER)
        )
        owned = self._owned(nation.nation_slug, user_id, was=nation.owner_id, provisional=False)
        self._store.transact([becoming, owned])
        return Confirmed(user_id, changed=True)

    def _hand_over(self, nation: Nation, owner: Membership, heir: Membership, *, provisional: bool) -> None:
        """Raises `Cancelled`: 0 the owner is none any more, 1 the heir has changed, 2 the record has."""
        was = owner.user_id if nation.owner_id is not None else None
        self._store.transact(
            [
                self._memberships.giving(owner, Role.ADMIN),
                self._memberships.giving(heir, Role.OWNER),
                self._owned(nation.nation_slug, heir.user_id, was=was, provisional=provisional),
            ]
        )

    def _replace(self, nation: Nation, owner: Membership, user_id: str, *, stays: bool) -> None:
        change = self._memberships.giving(owner, Role.ADMIN) if stays else self._memberships.ending(owner)
        becoming = Membership(user_id, nation.nation_slug, Role.OWNER, self._store.clock())
        self._store.transact(
            [
                change,
                self._memberships.adding(becoming),
                self._owned(nation.nation_slug, user_id, was=owner.user_id, provisional=False),
            ]
        )

    def _remove_all(self, members: list[Membership], owner: Membership) -> tuple[str, ...]:
        """End the memberships that a provisional owner gave. Before they lose the ownership, so that a
        process that dies here leaves the rest to the next try."""
        removed = []
        for each in members:
            if each.user_id != owner.user_id:
                self._store.transact([self._memberships.ending(each)])
                self._users.unlink(each.user_id, each.nation_slug)
                removed.append(each.user_id)
        return tuple(removed)

    def _owned(self, nation_slug: str, user_id: str, *, was: str | None, provisional: bool) -> Update:
        """Entry that names the owner in the record; fails if it names another one than `was`."""
        return Update(
            Table.NATIONS,
            {"nation_slug": nation_slug},
            set={
                "owner_id": user_id,
                "owner_provisional": provisional,
                "updated_at": self._store.clock(),
            },
            when=Attr("nation_slug").exists() & unchanged("owner_id", was),
        )


def confirm_owner(nation_slug: str, user_id: str, ownership: Ownership) -> Confirmed:
    """Settle who owns a nation, after NationBuilder has named this person as one of its control panel. See
    `Ownership.confirm`; who calls closes the sockets of those who were removed and notes it in the audit
    log."""
    return ownership.confirm(nation_slug, user_id)
