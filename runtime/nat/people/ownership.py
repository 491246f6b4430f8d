"""Who owns a nation: exactly one member at every moment.

The nation record names the owner (`owner_id`), the owner's membership has the role. Both change in one
transaction that holds only while both are as they were read, so of two at once one takes place. A record from
before owners were named there has none; the role alone counts then, and the next change names the owner.

Who subscribes a nation owns it **provisionally**: they have paid, and nothing says yet that the nation is
theirs. They keep billing and see nothing of the nation (`Membership.unproven`) until NationBuilder names them
as one of its control panel. Somebody else whom it names and who connects the nation becomes an admin, and
claims the ownership by it: it passes to them 14 days after the payer was mailed, if those neither proved
themself nor objected.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from boto3.dynamodb.conditions import Attr
from msgspec.structs import replace

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry, Update, unchanged
from nat.errors import MembershipChanged, MemberUnknown, OwnerStays, RemovedFromNation, RoleInsufficient
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.record import Nation, Nations
from nat.people.memberships import Membership, Memberships, Standing
from nat.roles import Role
from nat.wording import Worded

TRIES: Final = 5
"""How often somebody is settled anew when members change meanwhile."""
CLAIM_WAITS: Final = timedelta(days=14)
"""How long who pays has, from the day on which they were mailed, before the ownership passes on."""


@dataclass(frozen=True)
class Settled:
    """What it came to that NationBuilder named somebody. `membership` is theirs now, `None` for who is no
    member; `owns` says that they became the proven owner by it, `claims` that they claim the ownership."""

    membership: Membership | None
    changed: bool = False
    owns: bool = False
    claims: bool = False


@dataclass(frozen=True)
class PassedOn:
    """The ownership has passed from who paid to who claimed it."""

    owner: Membership
    former: str


class Ownership:
    """Ownership of nations."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._memberships = Memberships(store)
        self._nations = Nations(store)

    def found(self, nation: Nation, user_id: UserId) -> bool:
        """Store a first record together with its first subscriber, who owns it provisionally: they never see
        it as somebody who does not belong to it. False, and nothing changed, if the slug has a record or the
        person is a member."""
        owned = replace(nation, owner_id=user_id, owner_provisional=True)
        owner = Membership(nation.nation_slug, user_id, Role.OWNER, self._store.clock(), unproven=True)
        entries = [
            self._nations.creating(owned),
            self._memberships.adding(owner),
            self._memberships.living(user_id),
        ]
        try:
            self._store.transact(entries)
        except Cancelled:
            return False
        return True

    def welcome(self, nation_slug: NationSlug, user_id: UserId) -> bool:
        """Make who subscribed a nation that nobody belongs to its provisional owner. False, and nothing
        changed, if somebody owns it or the person is a member."""
        owner = Membership(nation_slug, user_id, Role.OWNER, self._store.clock(), unproven=True)
        entries = [
            self._memberships.adding(owner),
            self._memberships.living(user_id),
            self._owned(nation_slug, user_id, was=None, provisional=True),
        ]
        try:
            self._store.transact(entries)
        except Cancelled:
            return False
        return True

    def transfer(self, owner: Membership, user_id: UserId) -> Membership:
        """Hand the ownership to another member, who may see the nation; the owner stays as an admin, or,
        if they only paid, as a viewer who has yet to prove themself. Gives the new owner's membership.

        Raises `RoleInsufficient` (not the owner, or no longer), `MemberUnknown`, `OwnerStays` (to oneself),
        `MembershipChanged`, `NationUnknown`.
        """
        if owner.role is not Role.OWNER:
            raise RoleInsufficient
        if user_id == owner.user_id:
            raise OwnerStays(Worded("form.owner_already"))
        nation = self._nations.require(owner.nation_slug)
        heir = self._memberships.get(owner.nation_slug, user_id)
        if heir is None:
            raise MemberUnknown
        try:
            self._hand_over(nation, owner, heir)
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise RoleInsufficient from None
            raise MembershipChanged from None
        return replace(heir, role=Role.OWNER)

    def may_begin(self, nation_slug: NationSlug, user_id: UserId) -> bool:
        """Whether somebody may go and connect the nation: an admin or the owner, also one who only pays; or
        anybody, as long as nobody who may see the nation administers it. Who is kept out may not."""
        known = self._memberships.known(nation_slug, user_id)
        if known is not None and known.role.at_least(Role.ADMIN):
            return True
        if self._memberships.outsider(nation_slug, user_id) is not None:
            return False
        return not any(
            each.role.at_least(Role.ADMIN) and not each.unproven
            for each in self._memberships.of_nation(nation_slug)
        )

    def proved(self, nation_slug: NationSlug, user_id: UserId) -> Settled:
        """NationBuilder has named this person as one of the nation's control panel (`/signups/me`, `is_cpu`).
        The owner who only paid is proven from then on; nobody else gets a role by it.

        Raises `NationUnknown`, `MembershipChanged` when members change all the time.
        """
        return self._settle(nation_slug, user_id, connected=False)

    def connected(self, nation_slug: NationSlug, user_id: UserId) -> Settled:
        """The same, and they have connected the nation: they become an admin, and claim the ownership from
        an owner who only paid. A nation that nobody owns is theirs.

        Raises what `proved` raises, and `RemovedFromNation`.
        """
        return self._settle(nation_slug, user_id, connected=True)

    def keep(self, owner: Membership) -> bool:
        """Who owns the nation objects to the claim, if there is one. False, and nothing changed, if the
        ownership has just passed on. Raises `NationUnknown`."""
        nation = self._nations.require(owner.nation_slug)
        if nation.owner_claimed_by is None:
            return nation.owner_id in (owner.user_id, None)
        settled = {"owner_claimed_by": None, "owner_mailed_at": None}
        expected = {"owner_id": owner.user_id}
        return self._nations.update(owner.nation_slug, settled, expected=expected) is not None

    def mailed(self, nation_slug: NationSlug, claimed_by: str) -> None:
        """Who pays was told of the claim; from now on they have 14 days."""
        self._nations.update(
            nation_slug,
            {"owner_mailed_at": self._store.clock()},
            expected={"owner_claimed_by": claimed_by, "owner_mailed_at": None},
        )

    def pass_on(self, nation: Nation) -> PassedOn | None:
        """Let the ownership pass to who claims it, if its time has come and they still administer the nation;
        gives what has changed."""
        claimed_by, mailed_at = nation.owner_claimed_by, nation.owner_mailed_at
        if not nation.owner_provisional or claimed_by is None or mailed_at is None:
            return None
        if self._store.clock() < mailed_at + CLAIM_WAITS or nation.owner_id is None:
            return None
        owner = self._memberships.known(nation.nation_slug, UserId(nation.owner_id))
        heir = self._memberships.get(nation.nation_slug, UserId(claimed_by))
        if owner is None or not owner.unproven or heir is None or not heir.role.at_least(Role.ADMIN):
            return None
        try:
            self._hand_over(nation, owner, heir)
        except Cancelled:
            return None  # somebody has just changed it; there is another round
        return PassedOn(replace(heir, role=Role.OWNER), owner.user_id)

    def _settle(self, nation_slug: NationSlug, user_id: UserId, *, connected: bool) -> Settled:
        for _ in range(TRIES):
            try:
                return self._once(self._nations.require(nation_slug), user_id, connected=connected)
            except Cancelled:
                continue
        raise MembershipChanged

    def _once(self, nation: Nation, user_id: UserId, *, connected: bool) -> Settled:
        slug = nation.nation_slug
        known = self._memberships.known(slug, user_id)
        owner = self._owner(nation)
        owns = owner is not None and owner.user_id == user_id
        if known is not None and owns and nation.owner_provisional:
            proven = replace(known, unproven=False)
            owned = self._owned(slug, user_id, was=nation.owner_id, provisional=False)
            self._store.transact([self._memberships.proving(known), owned])
            return Settled(proven, changed=True, owns=True)
        if known is not None and known.unproven:
            self._store.transact([self._memberships.proving(known)])
            known = replace(known, unproven=False)
        if not connected:
            return Settled(known)
        if owns:
            return Settled(known)
        role = Role.OWNER if owner is None else Role.ADMIN
        claims = owner is not None and nation.owner_provisional and nation.owner_claimed_by is None
        entries: list[Entry] = []
        if owner is None:
            entries.append(self._owned(slug, user_id, was=nation.owner_id, provisional=False))
        elif claims:
            entries.append(self._claiming(nation, user_id))
        becomes = known
        if known is None:
            becomes = Membership(slug, user_id, role, self._store.clock())
            entries += [self._coming(becomes), self._memberships.living(user_id)]
        elif not known.role.at_least(role):
            becomes = replace(known, role=role)
            entries.append(self._memberships.giving(known, role))
        if entries:
            self._store.transact(entries)
        return Settled(becomes, changed=becomes != known, owns=owner is None, claims=claims)

    def _coming(self, membership: Membership) -> Entry:
        outsider = self._memberships.outsider(membership.nation_slug, membership.user_id)
        if outsider is None:
            return self._memberships.adding(membership)
        if outsider.standing is Standing.REMOVED:
            raise RemovedFromNation
        return self._memberships.letting_in(outsider, membership)

    def _owner(self, nation: Nation) -> Membership | None:
        if nation.owner_id is not None:
            found = self._memberships.known(nation.nation_slug, UserId(nation.owner_id))
            if found is not None and found.role is Role.OWNER:
                return found
        members = self._memberships.of_nation(nation.nation_slug)
        return next((each for each in members if each.role is Role.OWNER), None)

    def _hand_over(self, nation: Nation, owner: Membership, heir: Membership) -> None:
        """Raises `Cancelled`: 0 the owner is none any more, 1 the heir has changed, 2 the record has."""
        former = self._memberships.giving(owner, Role.VIEWER if owner.unproven else Role.ADMIN)
        was = owner.user_id if nation.owner_id is not None else None
        self._store.transact(
            [
                former,
                self._memberships.giving(heir, Role.OWNER),
                self._owned(nation.nation_slug, heir.user_id, was=was, provisional=False),
            ],
        )

    def _claiming(self, nation: Nation, user_id: UserId) -> Entry:
        """Entry that notes who claims the ownership; fails if the owner has changed, or is proven."""
        return Update(
            Table.NATIONS,
            {"nation_slug": nation.nation_slug},
            {"owner_claimed_by": user_id, "owner_mailed_at": None, "updated_at": self._store.clock()},
            when=Attr("owner_provisional").eq(True)
            & unchanged("owner_id", nation.owner_id)
            & Attr("owner_claimed_by").not_exists(),
        )

    def _owned(
        self, nation_slug: NationSlug, user_id: UserId, *, was: str | None, provisional: bool
    ) -> Entry:
        """Entry that names the owner in the record; fails if it names another one than `was`. What was
        claimed is settled by it."""
        return Update(
            Table.NATIONS,
            {"nation_slug": nation_slug},
            {
                "owner_id": user_id,
                "owner_provisional": provisional,
                "owner_claimed_by": None,
                "owner_mailed_at": None,
                "updated_at": self._store.clock(),
            },
            when=Attr("nation_slug").exists() & unchanged("owner_id", was),
        )
