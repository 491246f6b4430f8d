"""Who may change whose membership, and what becomes of changes at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest
from msgspec.structs import replace

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import (
    MembershipChanged,
    MembershipError,
    MemberUnknown,
    NatError,
    NotAMember,
    NotProven,
    OwnerStays,
    RemovedFromNation,
    RoleInsufficient,
    SeatsTaken,
    Unauthenticated,
)
from nat.ids import NationSlug, UserId
from nat.nations.record import Nation, Nations
from nat.people.members import Arriving, Members, update_user_nation_link
from nat.people.memberships import Membership, Memberships
from nat.people.ownership import Ownership
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.faults import conflicting
from tests.unit.nat.world import PLANS, START, Clock, nation, store_members, store_nation


class House:
    """A nation that olga owns, with two admins, a member and a viewer."""

    def __init__(self, tables: TableNames) -> None:
        self.tables = tables
        self.clock = Clock()
        store_nation(tables, nation(owner_id="olga"))
        store_members(tables, "demo", ["olga"], Role.OWNER)
        store_members(tables, "demo", ["ada", "ann"], Role.ADMIN)
        store_members(tables, "demo", ["bob"], Role.MEMBER)
        store_members(tables, "demo", ["vic"], Role.VIEWER)
        self.members = Members(Store(clients.dynamodb(), tables, self.clock), PLANS)
        self.ownership = Ownership(Store(clients.dynamodb(), tables, self.clock))

    def __getitem__(self, user: str) -> Membership:
        return self.members.memberships.require(NationSlug("demo"), UserId(user))

    def role(self, user: str) -> Role | None:
        found = self.members.memberships.get(NationSlug("demo"), UserId(user))
        return None if found is None else found.role

    @property
    def owners(self) -> list[str]:
        everybody = Memberships(Store(clients.dynamodb(), self.tables)).of_nation(NationSlug("demo"))
        return [each.user_id for each in everybody if each.role is Role.OWNER]


@pytest.fixture
def house(tables: TableNames) -> House:
    return House(tables)


def at_once(*deeds: Callable[[], object]) -> list[NatError | None]:
    """Do several things at the same moment; gives what each was refused with."""
    start = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> NatError | None:
        start.wait()
        try:
            deed()
        except NatError as error:
            return error
        return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_everybody_is_listed_with_the_owner_first(house: House) -> None:
    house.members.users.seen(UserId("bob"), email="bob@example.org", now=START)

    listed = house.members.of_nation(NationSlug("demo"))

    assert [each.membership.user_id for each in listed] == ["olga", "ada", "ann", "bob", "vic"]
    assert [each.user.email for each in listed if each.user] == ["bob@example.org"]


def test_an_admin_gives_roles_up_to_their_own(house: House) -> None:
    change = house.members.change_role(house["ada"], UserId("vic"), Role.ADMIN)

    assert (change.before, change.membership.role) == (Role.VIEWER, Role.ADMIN)
    assert house.role("vic") is Role.ADMIN


@pytest.mark.parametrize("user", ["ada", "olga", "vic"])
def test_nobody_becomes_the_owner_by_a_change_of_role(house: House, user: str) -> None:
    with pytest.raises(OwnerStays):
        house.members.change_role(house["olga"], UserId(user), Role.OWNER)


@pytest.mark.parametrize("by", ["ada", "olga"])
def test_nobody_touches_the_owner(house: House, by: str) -> None:
    with pytest.raises(OwnerStays):
        house.members.change_role(house[by], UserId("olga"), Role.ADMIN)
    with pytest.raises(OwnerStays):
        house.members.remove(house[by], UserId("olga"))

    assert house.owners == ["olga"]


@pytest.mark.parametrize("by", ["bob", "vic"])
def test_only_admins_change_others(house: House, by: str) -> None:
    with pytest.raises(RoleInsufficient):
        house.members.change_role(house[by], UserId("ann"), Role.VIEWER)
    with pytest.raises(RoleInsufficient):
        house.members.remove(house[by], UserId("ann"))

    assert house.role("ann") is Role.ADMIN


def test_a_stranger_can_be_neither_changed_nor_removed(house: House) -> None:
    for deed in (
        lambda: house.members.change_role(house["olga"], UserId("eve"), Role.MEMBER),
        lambda: house.members.remove(house["olga"], UserId("eve")),
    ):
        with pytest.raises(MemberUnknown):
            deed()


def test_an_admin_who_is_none_any_more_changes_nothing(house: House) -> None:
    was = house["ada"]
    house.members.change_role(house["olga"], UserId("ada"), Role.MEMBER)

    with pytest.raises(RoleInsufficient):
        house.members.remove(was, UserId("bob"))
    with pytest.raises(MembershipChanged):
        house.members.change_role(was, UserId("ada"), Role.ADMIN)

    assert (house.role("bob"), house.role("ada")) == (Role.MEMBER, Role.MEMBER)


def test_who_leaves_belongs_to_the_nation_no_more(house: House) -> None:
    update_user_nation_link(NationSlug("demo"), UserId("bob"), house.members)

    house.members.leave(house["bob"])

    assert house.role("bob") is None
    assert (user := house.members.users.get(UserId("bob")))
    assert user.nation_slug is None


def test_two_admins_who_remove_each_other_end_with_one_of_them(house: House) -> None:
    ada, ann = house["ada"], house["ann"]

    refusals = at_once(
        lambda: house.members.remove(ada, UserId("ann")), lambda: house.members.remove(ann, UserId("ada"))
    )

    assert len([each for each in refusals if each is None]) == 1
    assert [house.role("ada"), house.role("ann")].count(Role.ADMIN) == 1


def test_the_ownership_is_handed_over_and_the_owner_stays_as_an_admin(house: House) -> None:
    becoming = house.ownership.transfer(house["olga"], UserId("vic"))

    record = Nations(Store(clients.dynamodb(), house.tables)).require(NationSlug("demo"))

    assert becoming.role is Role.OWNER
    assert house.owners == ["vic"]
    assert (house.role("olga"), record.owner_id, record.owner_provisional) == (Role.ADMIN, "vic", False)


def test_only_the_owner_transfers_and_to_another_member_only(house: House) -> None:
    with pytest.raises(RoleInsufficient):
        house.ownership.transfer(house["ada"], UserId("ann"))
    with pytest.raises(OwnerStays):
        house.ownership.transfer(house["olga"], UserId("olga"))
    with pytest.raises(MemberUnknown):
        house.ownership.transfer(house["olga"], UserId("eve"))

    assert house.owners == ["olga"]


def test_a_nation_from_before_owners_were_named_can_be_transferred(house: House) -> None:
    Nations(Store(clients.dynamodb(), house.tables)).update(NationSlug("demo"), {"owner_id": None})

    house.ownership.transfer(house["olga"], UserId("ada"))

    assert house.owners == ["ada"]


def test_of_two_transfers_at_once_one_takes_place(house: House) -> None:
    olga = house["olga"]

    refusals = at_once(*(lambda to=to: house.ownership.transfer(olga, to) for to in ("ada", "bob", "vic")))

    record = Nations(Store(clients.dynamodb(), house.tables)).require(NationSlug("demo"))
    assert [type(each) for each in refusals].count(type(None)) == 1
    assert house.owners == [record.owner_id]
    assert house.role("olga") is Role.ADMIN


@pytest.mark.parametrize("_round", range(5))
def test_a_transfer_to_who_is_being_removed_has_one_outcome(house: House, _round: int) -> None:
    olga, ann = house["olga"], house["ann"]

    transferred, removed = at_once(
        lambda: house.ownership.transfer(olga, UserId("ada")),
        lambda: house.members.remove(ann, UserId("ada")),
    )

    assert (transferred is None) is not (removed is None)
    assert house.owners == (["ada"] if transferred is None else ["olga"])
    assert isinstance(transferred or removed, MembershipError)


def test_a_transfer_that_conflicts_with_something_else_is_tried_again(house: House) -> None:
    with conflicting(times=3) as url:
        busy = boto3.client("dynamodb", endpoint_url=url)
        Ownership(Store(busy, house.tables, house.clock)).transfer(house["olga"], UserId("ada"))

    assert house.owners == ["ada"]


def test_an_owner_who_has_just_transferred_cannot_do_so_again(house: House) -> None:
    was = house["olga"]
    house.ownership.transfer(was, UserId("ada"))

    with pytest.raises(RoleInsufficient):
        house.ownership.transfer(was, UserId("bob"))


def test_who_joins_has_the_nation_as_the_primary_one_unless_there_is_another(house: House) -> None:
    store_nation(house.tables, nation("other"))

    first = house.members.join(NationSlug("demo"), UserId("eve"), Role.MEMBER)
    second = house.members.join(NationSlug("other"), UserId("eve"), Role.ADMIN)

    assert first.new
    assert second.new
    assert (user := house.members.users.get(UserId("eve")))
    assert user.nation_slug == "demo"


def test_who_is_a_member_already_keeps_their_role(house: House) -> None:
    joined = house.members.join(NationSlug("demo"), UserId("bob"), Role.ADMIN)

    assert not joined.new
    assert house.role("bob") is Role.MEMBER


def test_nobody_joins_as_the_owner(house: House) -> None:
    with pytest.raises(OwnerStays):
        house.members.join(NationSlug("demo"), UserId("eve"), Role.OWNER)


def test_a_plan_with_seats_lets_no_more_in(tables: TableNames) -> None:
    store_nation(tables, nation(subscription_plan="starter"))
    store_members(tables, "demo", ["olga"], Role.OWNER)
    members = Members(Store(clients.dynamodb(), tables, Clock()), PLANS)

    with pytest.raises(SeatsTaken):
        members.join(NationSlug("demo"), UserId("bob"), Role.MEMBER)


def test_the_primary_nation_is_one_of_ones_own(house: House) -> None:
    store_nation(house.tables, nation("other"))
    store_members(house.tables, "other", ["bob"])

    update_user_nation_link(NationSlug("other"), UserId("bob"), house.members)
    with pytest.raises(NotAMember):
        update_user_nation_link(NationSlug("demo"), UserId("eve"), house.members)

    assert (user := house.members.users.get(UserId("bob")))
    assert user.nation_slug == "other"
    assert house.members.users.get(UserId("eve")) is None


def test_who_was_removed_stays_out_whatever_lets_people_in(house: House) -> None:
    house.members.remove(house["ada"], UserId("bob"))

    with pytest.raises(RemovedFromNation):
        house.members.join(NationSlug("demo"), UserId("bob"), Role.VIEWER)
    with pytest.raises(RemovedFromNation):
        house.members.wait(Arriving(NationSlug("demo"), UserId("bob")))
    with pytest.raises(RemovedFromNation):
        house.ownership.connected(NationSlug("demo"), UserId("bob"))
    assert house.role("bob") is None


def test_who_was_removed_is_let_in_by_an_admin_only(house: House) -> None:
    house.members.remove(house["ada"], UserId("bob"))
    with pytest.raises(RoleInsufficient):
        house.members.let_in(house["vic"], UserId("bob"), Role.VIEWER)
    with pytest.raises(RoleInsufficient):
        house.members.let_in(replace(house["vic"], role=Role.ADMIN), UserId("bob"), Role.VIEWER)

    house.members.let_in(house["ann"], UserId("bob"), Role.VIEWER)

    assert house.role("bob") is Role.VIEWER


def test_who_left_may_come_back(house: House) -> None:
    house.members.leave(house["bob"])

    assert house.members.join(NationSlug("demo"), UserId("bob"), Role.VIEWER).new


def test_who_waits_is_no_member_until_an_admin_lets_them_in(house: House) -> None:
    house.members.wait(Arriving(NationSlug("demo"), UserId("eve"), frozenset({"money"})))
    waiting = [each.user_id for each, _ in house.members.outsiders(NationSlug("demo"))]
    before = house.role("eve")

    house.members.let_in(house["ada"], UserId("eve"), Role.MEMBER)

    assert (waiting, before, house.role("eve")) == (["eve"], None, Role.MEMBER)
    assert house["eve"].withheld == {"money"}


def test_who_is_turned_away_stays_out(house: House) -> None:
    house.members.wait(Arriving(NationSlug("demo"), UserId("eve")))

    house.members.turn_away(house["ada"], UserId("eve"))

    with pytest.raises(RemovedFromNation):
        house.members.join(NationSlug("demo"), UserId("eve"), Role.VIEWER)


def test_who_deleted_their_account_joins_nothing(house: House) -> None:
    house.members.memberships.bury(UserId("eve"), START)

    for coming in (
        lambda: house.members.join(NationSlug("demo"), UserId("eve"), Role.VIEWER),
        lambda: house.members.wait(Arriving(NationSlug("demo"), UserId("eve"))),
    ):
        with pytest.raises(Unauthenticated):
            coming()
    assert not house.ownership.found(nation("other"), UserId("eve"))
    assert house.members.memberships.of_user(UserId("eve")) == []


def test_an_admin_opens_to_others_what_nationbuilder_refuses_them(house: House) -> None:
    house.members.memberships.noting(house["bob"], frozenset({"money", "lists"}))

    opened = house.members.lift(house["ada"], UserId("bob"))

    assert opened == {"money", "lists"}
    assert house["bob"].withheld == frozenset()


def test_nobody_opens_it_for_themselves_or_beyond_what_is_open_to_them(house: House) -> None:
    for user in ("ada", "bob"):
        house.members.memberships.noting(house[user], frozenset({"money"}))

    with pytest.raises(RoleInsufficient):
        house.members.lift(house["ada"], UserId("ada"))

    assert house.members.lift(house["ada"], UserId("bob")) == frozenset()
    assert house["bob"].withheld == {"money"}


def test_what_nationbuilder_refuses_stays_open_once_an_admin_opened_it(house: House) -> None:
    house.members.memberships.noting(house["bob"], frozenset({"money"}))
    house.members.lift(house["ada"], UserId("bob"))

    house.members.memberships.noting(house["bob"], frozenset({"money", "lists"}))

    assert house["bob"].withheld == {"lists"}


def test_a_first_subscriber_owns_a_nation_provisionally(tables: TableNames) -> None:
    store_nation(tables, nation())
    ownership = Ownership(Store(clients.dynamodb(), tables, Clock()))

    welcomed = [ownership.welcome(NationSlug("demo"), UserId(user)) for user in ("ada", "bob", "ada")]

    record = Nations(Store(clients.dynamodb(), tables)).require(NationSlug("demo"))
    assert welcomed == [True, False, False]
    assert (record.owner_id, record.owner_provisional) == ("ada", True)
    assert Memberships(Store(clients.dynamodb(), tables)).known(NationSlug("demo"), UserId("bob")) is None


def test_a_nation_is_stored_together_with_its_first_subscriber(tables: TableNames) -> None:
    ownership = Ownership(Store(clients.dynamodb(), tables, Clock()))

    founded = [ownership.found(nation(), UserId(user)) for user in ("ada", "bob")]

    record = Nations(Store(clients.dynamodb(), tables)).require(NationSlug("demo"))
    memberships = Memberships(Store(clients.dynamodb(), tables))
    owner = memberships.known(NationSlug("demo"), UserId("ada"))
    assert founded == [True, False]
    assert (record.owner_id, record.owner_provisional) == ("ada", True)
    assert owner is not None
    assert (owner.role, owner.unproven) == (Role.OWNER, True)
    assert memberships.known(NationSlug("demo"), UserId("bob")) is None


def test_who_only_paid_sees_nothing(tables: TableNames) -> None:
    paid = Paid(tables)

    assert paid.memberships.get(NationSlug("demo"), UserId("payer")) is None
    with pytest.raises(NotProven):
        paid.memberships.require(NationSlug("demo"), UserId("payer"))


class Paid:
    """A nation that payer subscribed, and nobody has proven or connected."""

    def __init__(self, tables: TableNames) -> None:
        self.tables = tables
        self.clock = Clock()
        self.memberships = Memberships(Store(clients.dynamodb(), tables))
        self.ownership = Ownership(Store(clients.dynamodb(), tables, self.clock))
        assert self.ownership.found(nation(nb_connected=False), UserId("payer"))

    @property
    def record(self) -> Nation:
        return Nations(Store(clients.dynamodb(), self.tables)).require(NationSlug("demo"))

    def role(self, user: str) -> Role | None:
        found = self.memberships.get(NationSlug("demo"), UserId(user))
        return None if found is None else found.role

    def claimed(self) -> None:
        """Somebody connected the nation, and the payer was mailed."""
        self.ownership.connected(NationSlug("demo"), UserId("nina"))
        self.ownership.mailed(NationSlug("demo"), "nina")


def test_who_paid_proves_the_nation_to_be_theirs(tables: TableNames) -> None:
    paid = Paid(tables)

    settled = paid.ownership.proved(NationSlug("demo"), UserId("payer"))

    assert (settled.owns, paid.role("payer")) == (True, Role.OWNER)
    assert not paid.record.owner_provisional


def test_who_connects_becomes_an_admin_and_the_payer_keeps_billing(tables: TableNames) -> None:
    paid = Paid(tables)

    settled = paid.ownership.connected(NationSlug("demo"), UserId("nina"))

    payer = paid.memberships.known(NationSlug("demo"), UserId("payer"))
    assert (paid.role("nina"), settled.claims) == (Role.ADMIN, True)
    assert payer is not None
    assert (payer.role, payer.unproven) == (Role.OWNER, True)
    assert (paid.record.owner_id, paid.record.owner_claimed_by) == ("payer", "nina")


def test_who_only_proves_themself_gets_no_role_by_it(tables: TableNames) -> None:
    paid = Paid(tables)

    settled = paid.ownership.proved(NationSlug("demo"), UserId("nina"))

    assert (settled.membership, paid.record.owner_claimed_by) == (None, None)


def test_anybody_may_connect_as_long_as_nobody_proven_administers_the_nation(tables: TableNames) -> None:
    paid = Paid(tables)
    before = paid.ownership.may_begin(NationSlug("demo"), UserId("nina"))

    paid.ownership.connected(NationSlug("demo"), UserId("nina"))

    assert (before, paid.ownership.may_begin(NationSlug("demo"), UserId("rob"))) == (True, False)
    assert paid.ownership.may_begin(NationSlug("demo"), UserId("payer"))


@pytest.mark.parametrize(("days", "passes"), [(13, False), (15, True)])
def test_the_ownership_passes_on_14_days_after_the_payer_was_mailed(
    tables: TableNames, days: int, passes: bool
) -> None:
    paid = Paid(tables)
    paid.claimed()
    paid.clock.advance(days=days)

    passed = paid.ownership.pass_on(paid.record)

    assert (passed is not None, paid.record.owner_id) == (passes, "nina" if passes else "payer")
    payer = paid.memberships.known(NationSlug("demo"), UserId("payer"))
    assert payer is not None
    assert (payer.role, payer.unproven) == (Role.VIEWER if passes else Role.OWNER, True)


def test_a_payer_who_was_not_mailed_keeps_the_nation(tables: TableNames) -> None:
    paid = Paid(tables)
    paid.ownership.connected(NationSlug("demo"), UserId("nina"))
    paid.clock.advance(days=100)

    assert paid.ownership.pass_on(paid.record) is None


def test_a_payer_who_answers_keeps_the_nation(tables: TableNames) -> None:
    paid = Paid(tables)
    paid.claimed()
    payer = paid.memberships.known(NationSlug("demo"), UserId("payer"))
    assert payer is not None
    paid.ownership.keep(payer)
    paid.clock.advance(days=30)

    assert paid.ownership.pass_on(paid.record) is None
    assert paid.record.owner_id == "payer"


def test_a_payer_who_proves_themself_keeps_the_nation(tables: TableNames) -> None:
    paid = Paid(tables)
    paid.claimed()
    paid.ownership.proved(NationSlug("demo"), UserId("payer"))
    paid.clock.advance(days=30)

    assert paid.ownership.pass_on(paid.record) is None
    assert (paid.record.owner_id, paid.record.owner_claimed_by) == ("payer", None)


def test_a_claim_of_who_was_removed_leads_nowhere(tables: TableNames) -> None:
    paid = Paid(tables)
    paid.claimed()
    paid.memberships.remove(NationSlug("demo"), UserId("nina"))
    paid.clock.advance(days=30)

    assert paid.ownership.pass_on(paid.record) is None


def test_who_only_paid_hands_over_and_still_sees_nothing(tables: TableNames) -> None:
    paid = Paid(tables)
    paid.ownership.connected(NationSlug("demo"), UserId("nina"))
    payer = paid.memberships.known(NationSlug("demo"), UserId("payer"))
    assert payer is not None

    paid.ownership.transfer(payer, UserId("nina"))

    assert (paid.role("nina"), paid.role("payer")) == (Role.OWNER, None)
    paid.ownership.proved(NationSlug("demo"), UserId("payer"))
    assert paid.role("payer") is Role.VIEWER
    assert (paid.record.owner_id, paid.record.owner_provisional) == ("nina", False)


def test_of_two_who_connect_a_nation_that_nobody_owns_one_owns_it(house: House) -> None:
    house.members.memberships.remove(NationSlug("demo"), UserId("olga"))

    refusals = at_once(
        lambda: house.ownership.connected(NationSlug("demo"), UserId("ada")),
        lambda: house.ownership.connected(NationSlug("demo"), UserId("bob")),
    )

    assert refusals == [None, None]
    assert len(house.owners) == 1


def test_a_membership_says_since_when(house: House) -> None:
    house.clock.advance(hours=1)

    joined = house.members.join(NationSlug("demo"), UserId("eve"), Role.VIEWER)

    assert joined.membership == replace(
        Membership(NationSlug("demo"), UserId("eve"), Role.VIEWER, START),
        created_at=START + timedelta(hours=1),
    )
