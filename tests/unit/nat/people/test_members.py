"""Who may change whose membership, and what becomes of changes at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import (
    MembershipChanged,
    MembershipError,
    MemberUnknown,
    NatError,
    NotAMember,
    OwnerStays,
    RoleInsufficient,
    SeatsTaken,
)
from nat.nations.record import Nations
from nat.people.members import Members, update_user_nation_link
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
        return self.members.memberships.require(user, "demo")

    def role(self, user: str) -> Role | None:
        found = self.members.memberships.get(user, "demo")
        return None if found is None else found.role

    @property
    def owners(self) -> list[str]:
        everybody = Memberships(Store(clients.dynamodb(), self.tables)).of_nation("demo")
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
    house.members.users.seen("bob", email="bob@example.org", now=START)

    listed = house.members.of_nation("demo")

    assert [each.membership.user_id for each in listed] == ["olga", "ada", "ann", "bob", "vic"]
    assert [each.user.email for each in listed if each.user] == ["bob@example.org"]


def test_an_admin_gives_roles_up_to_their_own(house: House) -> None:
    change = house.members.change_role(house["ada"], "vic", Role.ADMIN)

    assert (change.before, change.membership.role) == (Role.VIEWER, Role.ADMIN)
    assert house.role("vic") is Role.ADMIN


@pytest.mark.parametrize("user", ["ada", "olga", "vic"])
def test_nobody_becomes_the_owner_by_a_change_of_role(house: House, user: str) -> None:
    with pytest.raises(OwnerStays):
        house.members.change_role(house["olga"], user, Role.OWNER)


@pytest.mark.parametrize("by", ["ada", "olga"])
def test_nobody_touches_the_owner(house: House, by: str) -> None:
    with pytest.raises(OwnerStays):
        house.members.change_role(house[by], "olga", Role.ADMIN)
    with pytest.raises(OwnerStays):
        house.members.remove(house[by], "olga")

    assert house.owners == ["olga"]


@pytest.mark.parametrize("by", ["bob", "vic"])
def test_only_admins_change_others(house: House, by: str) -> None:
    with pytest.raises(RoleInsufficient):
        house.members.change_role(house[by], "ann", Role.VIEWER)
    with pytest.raises(RoleInsufficient):
        house.members.remove(house[by], "ann")

    assert house.role("ann") is Role.ADMIN


def test_a_stranger_can_be_neither_changed_nor_removed(house: House) -> None:
    for deed in (
        lambda: house.members.change_role(house["olga"], "eve", Role.MEMBER),
        lambda: house.members.remove(house["olga"], "eve"),
    ):
        with pytest.raises(MemberUnknown):
            deed()


def test_an_admin_who_is_none_any_more_changes_nothing(house: House) -> None:
    was = house["ada"]
    house.members.change_role(house["olga"], "ada", Role.MEMBER)

    with pytest.raises(RoleInsufficient):
        house.members.remove(was, "bob")
    with pytest.raises(MembershipChanged):
        house.members.change_role(was, "ada", Role.ADMIN)

    assert (house.role("bob"), house.role("ada")) == (Role.MEMBER, Role.MEMBER)


def test_who_leaves_belongs_to_the_nation_no_more(house: House) -> None:
    update_user_nation_link("bob", "demo", house.members)

    house.members.leave(house["bob"])

    assert house.role("bob") is None
    assert (user := house.members.users.get("bob"))
    assert user.nation_slug is None


def test_two_admins_who_remove_each_other_end_with_one_of_them(house: House) -> None:
    ada, ann = house["ada"], house["ann"]

    refusals = at_once(lambda: house.members.remove(ada, "ann"), lambda: house.members.remove(ann, "ada"))

    assert len([each for each in refusals if each is None]) == 1
    assert [house.role("ada"), house.role("ann")].count(Role.ADMIN) == 1


def test_the_ownership_is_handed_over_and_the_owner_stays_as_an_admin(house: House) -> None:
    becoming = house.ownership.transfer(house["olga"], "vic")

    record = Nations(Store(clients.dynamodb(), house.tables)).require("demo")

    assert becoming.role is Role.OWNER
    assert house.owners == ["vic"]
    assert (house.role("olga"), record.owner_id, record.owner_provisional) == (Role.ADMIN, "vic", False)


def test_only_the_owner_transfers_and_to_another_member_only(house: House) -> None:
    with pytest.raises(RoleInsufficient):
        house.ownership.transfer(house["ada"], "ann")
    with pytest.raises(OwnerStays):
        house.ownership.transfer(house["olga"], "olga")
    with pytest.raises(MemberUnknown):
        house.ownership.transfer(house["olga"], "eve")

    assert house.owners == ["olga"]


def test_a_nation_from_before_owners_were_named_can_be_transferred(house: House) -> None:
    Nations(Store(clients.dynamodb(), house.tables)).update("demo", {"owner_id": None})

    house.ownership.transfer(house["olga"], "ada")

    assert house.owners == ["ada"]


def test_of_two_transfers_at_once_one_takes_place(house: House) -> None:
    olga = house["olga"]

    refusals = at_once(*(lambda to=to: house.ownership.transfer(olga, to) for to in ("ada", "bob", "vic")))

    record = Nations(Store(clients.dynamodb(), house.tables)).require("demo")
    assert [type(each) for each in refusals].count(type(None)) == 1
    assert house.owners == [record.owner_id]
    assert house.role("olga") is Role.ADMIN


@pytest.mark.parametrize("_round", range(5))
def test_a_transfer_to_who_is_being_removed_has_one_outcome(house: House, _round: int) -> None:
    olga, ann = house["olga"], house["ann"]

    transferred, removed = at_once(
        lambda: house.ownership.transfer(olga, "ada"), lambda: house.members.remove(ann, "ada")
    )

    assert (transferred is None) is not (removed is None)
    assert house.owners == (["ada"] if transferred is None else ["olga"])
    assert isinstance(transferred or removed, MembershipError)


def test_a_transfer_that_conflicts_with_something_else_is_tried_again(house: House) -> None:
    with conflicting(times=3) as url:
        busy = boto3.client("dynamodb", endpoint_url=url)
        Ownership(Store(busy, house.tables, house.clock)).transfer(house["olga"], "ada")

    assert house.owners == ["ada"]


def test_an_owner_who_has_just_transferred_cannot_do_so_again(house: House) -> None:
    was = house["olga"]
    house.ownership.transfer(was, "ada")

    with pytest.raises(RoleInsufficient):
        house.ownership.transfer(was, "bob")


def test_who_joins_has_the_nation_as_the_primary_one_unless_there_is_another(house: House) -> None:
    store_nation(house.tables, nation("other"))

    first = house.members.join("eve", "demo", Role.MEMBER)
    second = house.members.join("eve", "other", Role.ADMIN)

    assert first.new
    assert second.new
    assert (user := house.members.users.get("eve"))
    assert user.nation_slug == "demo"


def test_who_is_a_member_already_keeps_their_role(house: House) -> None:
    joined = house.members.join("bob", "demo", Role.ADMIN)

    assert not joined.new
    assert house.role("bob") is Role.MEMBER


def test_nobody_joins_as_the_owner(house: House) -> None:
    with pytest.raises(OwnerStays):
        house.members.join("eve", "demo", Role.OWNER)


def test_a_plan_with_seats_lets_no_more_in(tables: TableNames) -> None:
    store_nation(tables, nation(subscription_plan="starter"))
    store_members(tables, "demo", ["olga"], Role.OWNER)
    members = Members(Store(clients.dynamodb(), tables, Clock()), PLANS)

    with pytest.raises(SeatsTaken):
        members.join("bob", "demo", Role.MEMBER)


def test_the_primary_nation_is_one_of_ones_own(house: House) -> None:
    store_nation(house.tables, nation("other"))
    store_members(house.tables, "other", ["bob"])

    update_user_nation_link("bob", "other", house.members)
    with pytest.raises(NotAMember):
        update_user_nation_link("eve", "demo", house.members)

    assert (user := house.members.users.get("bob"))
    assert user.nation_slug == "other"
    assert house.members.users.get("eve") is None


def test_a_first_subscriber_owns_a_nation_provisionally(tables: TableNames) -> None:
    store_nation(tables, nation())
    ownership = Ownership(Store(clients.dynamodb(), tables, Clock()))

    welcomed = [ownership.welcome("demo", user) for user in ("ada", "bob", "ada")]

    record = Nations(Store(clients.dynamodb(), tables)).require("demo")
    assert welcomed == [True, False, False]
    assert (record.owner_id, record.owner_provisional) == ("ada", True)
    assert Memberships(Store(clients.dynamodb(), tables)).get("bob", "demo") is None


def test_a_nation_is_stored_together_with_its_first_subscriber(tables: TableNames) -> None:
    ownership = Ownership(Store(clients.dynamodb(), tables, Clock()))

    founded = [ownership.found(nation(), user) for user in ("ada", "bob")]

    record = Nations(Store(clients.dynamodb(), tables)).require("demo")
    memberships = Memberships(Store(clients.dynamodb(), tables))
    assert founded == [True, False]
    assert (record.owner_id, record.owner_provisional) == ("ada", True)
    assert memberships.require("ada", "demo").role is Role.OWNER
    assert memberships.get("bob", "demo") is None


class Provisional(House):
    """The same nation, which olga has paid for and nobody has proven."""

    def __init__(self, tables: TableNames, *, connected: bool) -> None:
        super().__init__(tables)
        Nations(Store(clients.dynamodb(), tables)).update(
            "demo", {"owner_provisional": True, "nb_connected": connected}
        )

    @property
    def owner(self) -> tuple[str | None, bool]:
        record = Nations(Store(clients.dynamodb(), self.tables)).require("demo")
        return record.owner_id, record.owner_provisional


def test_a_provisional_owner_proves_the_nation_to_be_theirs(tables: TableNames) -> None:
    house = Provisional(tables, connected=False)

    first, again = house.ownership.confirm("demo", "olga"), house.ownership.confirm("demo", "ada")

    assert (first.owner_id, first.changed) == ("olga", True)
    assert (again.owner_id, again.changed) == ("olga", False)
    assert (house.owner, house.owners) == (("olga", False), ["olga"])


def test_a_member_who_proves_it_first_becomes_the_owner(tables: TableNames) -> None:
    house = Provisional(tables, connected=False)

    outcome = house.ownership.confirm("demo", "vic")

    assert (outcome.owner_id, outcome.former, outcome.removed) == ("vic", "olga", ())
    assert (house.owner, house.owners, house.role("olga")) == (("vic", False), ["vic"], Role.ADMIN)


def test_who_nobody_let_in_takes_a_nation_that_was_never_connected(tables: TableNames) -> None:
    house = Provisional(tables, connected=False)

    outcome = house.ownership.confirm("demo", "nina")

    assert set(outcome.removed) == {"olga", "ada", "ann", "bob", "vic"}
    assert (house.owner, house.owners) == (("nina", False), ["nina"])
    assert [each.membership.user_id for each in house.members.of_nation("demo")] == ["nina"]


def test_members_of_a_connected_nation_stay_whoever_proves_it(tables: TableNames) -> None:
    house = Provisional(tables, connected=True)

    outcome = house.ownership.confirm("demo", "nina")

    assert outcome.removed == ()
    assert (house.owners, house.role("olga"), house.role("bob")) == (["nina"], Role.ADMIN, Role.MEMBER)


def test_of_two_who_prove_it_at_once_one_becomes_the_owner(tables: TableNames) -> None:
    house = Provisional(tables, connected=False)

    refusals = at_once(
        lambda: house.ownership.confirm("demo", "ada"), lambda: house.ownership.confirm("demo", "bob")
    )

    assert refusals == [None, None]
    assert house.owners == [house.owner[0]]
    assert house.owner[0] in {"ada", "bob"}


def test_a_provisional_ownership_that_is_transferred_stays_so(tables: TableNames) -> None:
    house = Provisional(tables, connected=False)

    house.ownership.transfer(house["olga"], "ada")

    assert house.owner == ("ada", True)


def test_a_nation_whose_owner_is_gone_goes_to_who_proves_it(house: House) -> None:
    house.members.memberships.remove("olga", "demo")

    outcome = house.ownership.confirm("demo", "bob")

    assert (outcome.owner_id, outcome.removed) == ("bob", ())
    assert house.owners == ["bob"]


def test_a_membership_says_since_when(house: House) -> None:
    house.clock.advance(hours=1)

    joined = house.members.join("eve", "demo", Role.VIEWER)

    assert joined.membership == replace(
        Membership("eve", "demo", Role.VIEWER, START), created_at=START + timedelta(hours=1)
    )
