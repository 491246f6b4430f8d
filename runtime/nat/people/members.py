"""The members of a nation: who joins, in which role they work, who leaves and who is removed.

Every change holds only while the roles are those it was decided on, the role of whoever makes it included: it
is one transaction, so of changes that contradict each other one takes place and the others are told. The
ownership stays where it is in all of them; handing it over is `nat.people.ownership`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry
from nat.errors import (
    BadRequest,
    MembershipChanged,
    MemberUnknown,
    NotAMember,
    OwnerStays,
    RemovedFromNation,
    RoleInsufficient,
    SeatsTaken,
    Unauthenticated,
)
from nat.ids import NationSlug, UserId
from nat.nations.plans import Plans
from nat.nations.record import Nations
from nat.people.memberships import Membership, Memberships, Outsider, Standing
from nat.people.users import User, Users
from nat.roles import Role
from nat.wording import Worded


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
class Arriving:
    """Somebody who has proven to NationBuilder that they use the nation's control panel, and the areas that
    it refused them."""

    nation_slug: NationSlug
    user_id: UserId
    refused: frozenset[str] = frozenset()


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

    def outsiders(self, nation_slug: NationSlug) -> list[tuple[Outsider, User | None]]:
        """On whom the admins of a nation decide, who waits first, then by time. A moment behind."""
        found = self.memberships.outsiders(nation_slug)
        users = self.users.get_many(each.user_id for each in found)
        found.sort(key=lambda each: (each.standing is not Standing.WAITING, each.since, each.user_id))
        return [(each, users.get(each.user_id)) for each in found]

    def of_nation(self, nation_slug: NationSlug) -> list[Member]:
        """Everybody in a nation, the owner first, then by role and time. A moment behind."""
        found = self.memberships.of_nation(nation_slug)
        users = self.users.get_many(each.user_id for each in found)
        roles = list(Role)
        found.sort(key=lambda each: (-roles.index(each.role), each.created_at, each.user_id))
        return [Member(each, users.get(each.user_id)) for each in found]

    def join(
        self,
        nation_slug: NationSlug,
        user_id: UserId,
        role: Role,
        *,
        proofs: Sequence[Entry] = (),
        refused: frozenset[str] = frozenset(),
    ) -> Joined:
        """Make somebody a member who has proven that they may be; a nation becomes the primary one of who has
        none. Who is a member already stays as they are. `proofs` are entries of the same transaction,
        `refused` are areas that NationBuilder refuses them.

        Raises `NationUnknown`, `SeatsTaken`, `OwnerStays` for the owner's role, `RemovedFromNation`,
        `Unauthenticated` for who deleted their account, and `Cancelled` with the places of the proofs that
        failed.
        """
        if role is Role.OWNER:
            raise OwnerStays(Worded("form.owner_joins"))
        known = self.memberships.known(nation_slug, user_id)
        if known is not None:
            return Joined(known, new=False)
        self.require_seat(nation_slug)
        membership = Membership(nation_slug, user_id, role, self.store.clock(), refused=refused)
        coming = self._coming(membership)
        try:
            self.store.transact([*proofs, coming, self.memberships.living(user_id)])
        except Cancelled as cancelled:
            if len(proofs) + 1 in cancelled.failed:
                raise Unauthenticated("This account was deleted.") from None
            known = self.memberships.known(nation_slug, user_id)
            if len(proofs) in cancelled.failed and known is not None:
                return Joined(known, new=False)
            raise
        self._link_first(nation_slug, user_id)
        return Joined(membership, new=True)

    def wait(self, arriving: Arriving) -> Outsider:
        """Let somebody wait until an admin lets them in; who waits already goes on waiting.

        Raises `RemovedFromNation`, `MembershipChanged` for who is a member.
        """
        user_id, slug = arriving.user_id, arriving.nation_slug
        waiting = Outsider(slug, user_id, Standing.WAITING, self.store.clock(), refused=arriving.refused)
        try:
            self.store.transact([self.memberships.keeping_out(waiting), self.memberships.living(user_id)])
        except Cancelled as cancelled:
            if 1 in cancelled.failed:
                raise Unauthenticated("This account was deleted.") from None
            known = self.memberships.outsider(slug, user_id)
            if known is None:
                raise MembershipChanged from None
            if known.standing is Standing.REMOVED:
                raise RemovedFromNation from None
            return known
        return waiting

    def let_in(self, by: Membership, user_id: UserId, role: Role) -> Membership:
        """Make somebody a member who waits for it or was removed: an admin does, at most in their own role.

        Raises `RoleInsufficient`, `OwnerStays`, `MemberUnknown`, `SeatsTaken`, `MembershipChanged`.
        """
        _require_admin(by)
        if role is Role.OWNER:
            raise OwnerStays(Worded("form.owner_let_in"))
        if not by.role.at_least(role):
            raise RoleInsufficient
        outsider = self.memberships.outsider(by.nation_slug, user_id)
        if outsider is None:
            raise MemberUnknown
        self.require_seat(by.nation_slug)
        membership = Membership(by.nation_slug, user_id, role, self.store.clock(), refused=outsider.refused)
        self._change(by, user_id, self.memberships.letting_in(outsider, membership))
        self._link_first(by.nation_slug, user_id)
        return membership

    def lift(self, by: Membership, user_id: UserId) -> frozenset[str]:
        """Open the areas to a member that NationBuilder refuses them, as far as they are open to the admin
        who does; gives what was opened. Nobody does it for themselves.

        Raises `RoleInsufficient`, `MemberUnknown`, `MembershipChanged`.
        """
        _require_admin(by)
        if by.user_id == user_id:
            raise RoleInsufficient(Worded("form.lift"))
        member = self.memberships.get(by.nation_slug, user_id)
        if member is None:
            raise MemberUnknown
        opened = member.withheld - by.withheld
        if opened:
            self._change(by, user_id, self.memberships.opening(member, member.lifted | opened))
        return opened

    def _coming(self, membership: Membership) -> Entry:
        """Entry that makes a membership of somebody who is none. Raises `RemovedFromNation`."""
        outsider = self.memberships.outsider(membership.nation_slug, membership.user_id)
        if outsider is None:
            return self.memberships.adding(membership)
        if outsider.standing is Standing.REMOVED:
            raise RemovedFromNation
        kept = replace(membership, refused=membership.refused | outsider.refused)
        return self.memberships.letting_in(outsider, kept)

    def _link_first(self, nation_slug: NationSlug, user_id: UserId) -> None:
        user = self.users.get(user_id)
        if user is None or user.nation_slug is None:
            self.link(nation_slug, user_id)

    def require_seat(self, nation_slug: NationSlug) -> None:
        """Whether the plan lets one more in; who only pays has no seat. Counted in an index, so that two at
        the same moment may both take the last seat. Raises `SeatsTaken`, `NationUnknown`."""
        plan = self._plans.get(self.nations.require(nation_slug).subscription_plan)
        seats = None if plan is None else plan.seats
        if seats is None:
            return
        taken = sum(not each.unproven for each in self.memberships.of_nation(nation_slug))
        if taken >= seats:
            raise SeatsTaken

    def change_role(self, by: Membership, user_id: UserId, role: Role) -> RoleChange:
        """Give a member another role: an admin or the owner does, at most their own.

        Raises `RoleInsufficient`, `OwnerStays`, `MemberUnknown`, `MembershipChanged`.
        """
        _require_admin(by)
        if role is Role.OWNER:
            raise OwnerStays(Worded("form.owner_becomes"))
        if not by.role.at_least(role):
            raise RoleInsufficient
        member = self._other(by, user_id)
        if member.role is role:
            return RoleChange(member, role)
        self._change(by, user_id, self.memberships.giving(member, role))
        return RoleChange(replace(member, role=role), member.role)

    def remove(self, by: Membership, user_id: UserId) -> Membership:
        """End somebody's membership, or one's own; gives what it was. Who was removed stays out until an
        admin lets them in, also who only waits and is turned away; who left may come back.

        Raises `RoleInsufficient`, `OwnerStays`, `MemberUnknown`, `MembershipChanged`.
        """
        if by.user_id == user_id:
            member = self._other(by, user_id)
            self._change(by, user_id, self.memberships.ending(member))
        else:
            _require_admin(by)
            member = self._other(by, user_id)
            removed = Outsider(
                by.nation_slug, user_id, Standing.REMOVED, self.store.clock(), by.user_id, member.refused
            )
            self._change(by, user_id, self.memberships.ending(member, removed=removed))
        self.users.unlink(by.nation_slug, user_id)
        return member

    def turn_away(self, by: Membership, user_id: UserId) -> None:
        """Say no to somebody who waits. Raises `RoleInsufficient`, `MemberUnknown`, `MembershipChanged`."""
        _require_admin(by)
        waiting = self.memberships.outsider(by.nation_slug, user_id)
        if waiting is None or waiting.standing is not Standing.WAITING:
            raise MemberUnknown
        removed = replace(waiting, standing=Standing.REMOVED, since=self.store.clock(), by=by.user_id)
        self._change(by, user_id, self.memberships.turning_away(waiting, removed))

    def leave(self, member: Membership) -> Membership:
        """End one's own membership. Raises `OwnerStays`, `MemberUnknown`, `MembershipChanged`."""
        return self.remove(member, member.user_id)

    def link(self, nation_slug: NationSlug, user_id: UserId) -> None:
        """Make a nation the primary one of a member. Raises `NotAMember`."""
        belongs = self.memberships.having(nation_slug, user_id, Role.VIEWER, unproven_too=True)
        try:
            self.store.transact([belongs, self.users.linking(nation_slug, user_id, self.store.clock())])
        except Cancelled:
            raise NotAMember from None

    def _other(self, by: Membership, user_id: UserId) -> Membership:
        member = self.memberships.known(by.nation_slug, user_id)
        if member is None:
            raise MemberUnknown
        if member.role is Role.OWNER:
            raise OwnerStays
        if member.user_id == by.user_id and member.role is not by.role:
            raise MembershipChanged
        return member

    def _change(self, by: Membership, user_id: UserId, change: Entry) -> None:
        entries: list[Entry] = [change]
        if by.user_id != user_id:
            entries.append(self.memberships.having(by.nation_slug, by.user_id, by.role))
        try:
            self.store.transact(entries)
        except Cancelled as cancelled:
            if 1 in cancelled.failed:
                raise RoleInsufficient from None
            raise MembershipChanged from None


def update_user_nation_link(nation_slug: NationSlug, user_id: UserId, members: Members) -> None:
    """Make a nation the primary one of a person who belongs to it: the one that is selected when they sign
    in. Raises `NotAMember`."""
    members.link(nation_slug, user_id)


def role_named(text: object) -> Role:
    """The role that a request names. Raises `BadRequest`."""
    try:
        return Role(str(text))
    except ValueError:
        raise BadRequest(f"`role` is one of {', '.join(Role)}.") from None


def _require_admin(member: Membership) -> None:
    if not member.role.at_least(Role.ADMIN):
        raise RoleInsufficient
