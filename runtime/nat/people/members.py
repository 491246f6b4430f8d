"""The members of a nation: who joins, in which role they work, who leaves and who is removed.

Every change holds only while the roles are those it was decided on, the role of whoever makes it included: it
is one transaction, so of changes that contradict each other one takes place and the others are told. The
ownership stays where it is in all of them; handing it over is `nat.people.ownership`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry
from nat.errors import (
    BadRequest,
    MembershipChanged,
    MemberUnknown,
    NotAMember,
    OwnerStays,
    RoleInsufficient,
    SeatsTaken,
)
from nat.nations.plans import Plans
from nat.nations.record import Nations
from nat.people.memberships import Membership, Memberships
from nat.people.users import User, Users
from nat.roles import Role


@dataclass(frozen=True)
class Member:
    """A membership, and the person as far as they are known."""

    membership: Membership
    user: User | None


@dataclass(frozen=True)
class Joined:
    """Somebody's membership; `new` when it was made just now."""

    membership: Membership
    new: bool


@dataclass(frozen=True)
class RoleChange:
    """What a role was before and is now."""

    membership: Membership
    before: Role


class Members:
    """Changes to memberships. `plans` say how many seats a nation has."""

    def __init__(self, store: Store, plans: Plans) -> None:
        self.store = store
        self.memberships = Memberships(store)
        self.users = Users(store)
        self.nations = Nations(store)
        self._plans = plans

    def of_nation(self, nation_slug: str) -> list[Member]:
        """Everybody in a nation, the owner first, then by role and time. A moment behind."""
        found = self.memberships.of_nation(nation_slug)
        users = self.users.get_many(each.user_id for each in found)
        roles = list(Role)
        found.sort(key=lambda each: (-roles.index(each.role), each.created_at, each.user_id))
        return [Member(each, users.get(each.user_id)) for each in found]

    def join(
        self,
        user_id: str,
        nation_slug: str,
        role: Role,
        *,
        proofs: Sequence[Entry] = (),
    ) -> Joined:
        """Make somebody a member who has proven that they may be; a nation becomes the primary one of who has
        none. Who is a member already stays as they are. `proofs` are entries of the same transaction.

        Raises `NationUnknown`, `SeatsTaken`, `OwnerStays` for the owner's role, and `Cancelled` with the
        places of the proofs that failed.
        """
        if role is Role.OWNER:
            raise OwnerStays("Nobody joins as the owner; the ownership is transferred.")
        known = self.memberships.get(user_id, nation_slug)
        if known is not None:
            return Joined(known, new=False)
        self.require_seat(nation_slug)
        membership = Membership(user_id, nation_slug, role, self.store.clock())
        try:
            self.store.transact([*proofs, self.memberships.adding(membership)])
        except Cancelled as cancelled:
            known = self.memberships.get(user_id, nation_slug)
            if len(proofs) in cancelled.failed and known is not None:
                return Joined(known, new=False)
            raise
        user = self.users.get(user_id)
        if user is None or user.nation_slug is None:
            self.link(user_id, nation_slug)
        return Joined(membership, new=True)

    def require_seat(self, nation_slug: str) -> None:
        """Whether the plan lets one more in. Counted in an index, so that two at the same moment may both
        take the last seat. Raises `SeatsTaken`, `NationUnknown`."""
        plan = self._plans.get(self.nations.require(nation_slug).subscription_plan)
        seats = None if plan is None else plan.seats
        if seats is not None and len(self.memberships.of_nation(nation_slug)) >= seats:
            raise SeatsTaken

    def change_role(self, by: Membership, user_id: str, role: Role) -> RoleChange:
        """Give a member another role: an admin or the owner does, at most their own.

        Raises `RoleInsufficient`, `OwnerStays`, `MemberUnknown`, `MembershipChanged`.
        """
        _require_admin(by)
        if role is Role.OWNER:
            raise OwnerStays("Somebody becomes the owner when the owner transfers the ownership to them.")
        if not by.role.at_least(role):
            raise RoleInsufficient
        member = self._other(by, user_id)
        if member.role is role:
            return RoleChange(member, role)
        self._change(by, member, self.memberships.giving(member, role))
        return RoleChange(Membership(user_id, by.nation_slug, role, member.created_at), member.role)

    def remove(self, by: Membership, user_id: str) -> Membership:
        """End somebody's membership, or one's own; gives what it was.

        Raises `RoleInsufficient`, `OwnerStays`, `MemberUnknown`, `MembershipChanged`.
        """
        if by.user_id != user_id:
            _require_admin(by)
        member = self._other(by, user_id)
        self._change(by, member, self.memberships.ending(member))
        self.users.unlink(user_id, by.nation_slug)
        return member

    def leave(self, member: Membership) -> Membership:
        """End one's own membership. Raises `OwnerStays`, `MemberUnknown`, `MembershipChanged`."""
        return self.remove(member, member.user_id)

    def link(self, user_id: str, nation_slug: str) -> None:
        """Make a nation the primary one of a member. Raises `NotAMember`."""
        belongs = self.memberships.having(user_id, nation_slug, Role.VIEWER)
        try:
            self.store.transact([belongs, self.users.linking(user_id, nation_slug, self.store.clock())])
        except Cancelled:
            raise NotAMember from None

    def _other(self, by: Membership, user_id: str) -> Membership:
        member = self.memberships.get(user_id, by.nation_slug)
        if member is None:
            raise MemberUnknown
        if member.role is Role.OWNER:
            raise OwnerStays
        if member.user_id == by.user_id and member.role is not by.role:
            raise MembershipChanged
        return member

    def _change(self, by: Membership, member: Membership, change: Entry) -> None:
        entries: list[Entry] = [change]
        if by.user_id != member.user_id:
            entries.append(self.memberships.having(by.user_id, by.nation_slug, by.role))
        try:
            self.store.transact(entries)
        except Cancelled as cancelled:
            if 1 in cancelled.failed:
                raise RoleInsufficient from None
            raise MembershipChanged from None


def update_user_nation_link(user_id: str, nation_slug: str, members: Members) -> None:
    """Make a nation the primary one of a person who belongs to it: the one that is selected when they sign
    in. Raises `NotAMember`."""
    members.link(user_id, nation_slug)


def role_named(text: object) -> Role:
    """The role that a request names. Raises `BadRequest`."""
    try:
        return Role(str(text))
    except ValueError:
        raise BadRequest(f"`role` is one of {', '.join(Role)}.") from None


def _require_admin(member: Membership) -> None:
    if not member.role.at_least(Role.ADMIN):
        raise RoleInsufficient
