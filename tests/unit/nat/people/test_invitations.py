"""An invitation lets in whom it was made for, as often as it says, while who made it may still do so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from msgspec.structs import replace

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import (
    BadRequest,
    InvitationForOther,
    InvitationInvalid,
    NotFound,
    OwnerStays,
    RoleInsufficient,
    SeatsTaken,
    Throttled,
)
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.record import Nations
from nat.people.invitations import LIFETIME, MOST_A_DAY, Invitations
from nat.people.members import Members
from nat.people.memberships import Membership
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.world import PLANS, START, Clock, nation, rows, store_members, store_nation

ADA = Membership(NationSlug("demo"), UserId("ada"), Role.ADMIN, START)
OLGA = Membership(NationSlug("demo"), UserId("olga"), Role.OWNER, START)


class Door:
    """A nation that olga owns and of which ada is an admin, and its invitations."""

    def __init__(self, tables: TableNames) -> None:
        self.tables = tables
        self.clock = Clock()
        store_nation(tables, nation())
        store_members(tables, "demo", ["olga"], Role.OWNER)
        store_members(tables, "demo", ["ada"], Role.ADMIN)
        self.members = Members(Store(clients.dynamodb(), tables, self.clock), PLANS)
        self.invitations = Invitations(self.members)

    def role(self, user: str) -> Role | None:
        found = self.members.memberships.get(NationSlug("demo"), UserId(user))
        return None if found is None else found.role


@pytest.fixture
def door(tables: TableNames) -> Door:
    return Door(tables)


def test_an_invited_address_becomes_a_member_in_the_role_it_was_given(door: Door) -> None:
    made = door.invitations.by_email(ADA, "bob@example.org", Role.MEMBER)

    _, joined = door.invitations.accept(UserId("bob"), " Bob@Example.ORG ", made.token)

    assert joined.new
    assert door.role("bob") is Role.MEMBER


@pytest.mark.parametrize("by_link", [True, False])
def test_what_is_closed_to_who_invites_is_closed_to_who_comes_in_by_it(door: Door, by_link: bool) -> None:
    memberships = door.members.memberships
    closed = frozenset({"finances", "lists"})
    memberships.put(replace(ADA, refused=closed, lifted=frozenset({"lists"})))
    made = (
        door.invitations.by_link(ADA, Role.ADMIN)
        if by_link
        else door.invitations.by_email(ADA, "bob@example.org", Role.ADMIN)
    )

    door.invitations.accept(UserId("bob"), "bob@example.org", made.token)

    bob = memberships.require(NationSlug("demo"), UserId("bob"))
    assert bob.withheld == {"finances"}
    # Neither opens it to the other; somebody to whom it is open does.
    assert door.members.lift(memberships.require(NationSlug("demo"), UserId("ada")), UserId("bob")) == set()
    assert door.members.lift(bob, UserId("ada")) == set()
    assert door.members.lift(OLGA, UserId("bob")) == {"finances"}


def test_the_token_is_stored_nowhere(door: Door) -> None:
    made = door.invitations.by_email(ADA, "bob@example.org", Role.MEMBER)

    assert made.token not in str(rows(door.tables, Table.ONCE))
    assert made.token != made.invitation.id


@pytest.mark.parametrize("email", [None, "", "eve@example.org", "bob@example.org.evil.example"])
def test_another_address_cannot_accept(door: Door, email: str | None) -> None:
    made = door.invitations.by_email(ADA, "bob@example.org", Role.MEMBER)

    with pytest.raises(InvitationForOther):
        door.invitations.accept(UserId("eve"), email, made.token)

    assert door.role("eve") is None


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "\ud800", "a" * 5000])
def test_a_made_up_token_is_refused(door: Door, token: str) -> None:
    with pytest.raises(InvitationInvalid):
        door.invitations.accept(UserId("eve"), "eve@example.org", token)


def test_the_name_of_an_invitation_is_not_its_token(door: Door) -> None:
    made = door.invitations.by_link(ADA, Role.MEMBER)

    with pytest.raises(InvitationInvalid):
        door.invitations.accept(UserId("eve"), None, made.invitation.id)


def test_an_email_invitation_is_good_for_one_account(door: Door) -> None:
    made = door.invitations.by_email(ADA, "bob@example.org", Role.MEMBER)
    door.invitations.accept(UserId("bob"), "bob@example.org", made.token)

    with pytest.raises(InvitationInvalid):
        door.invitations.accept(UserId("bob2"), "bob@example.org", made.token)


def test_accepting_twice_changes_nothing(door: Door) -> None:
    made = door.invitations.by_link(ADA, Role.MEMBER, most_uses=2)

    first, second = (door.invitations.accept(UserId("bob"), None, made.token)[1] for _ in range(2))

    assert (first.new, second.new) == (True, False)
    assert [each.uses for each in door.invitations.of_nation(NationSlug("demo"))] == [1]


def test_a_link_lets_as_many_in_as_it_says_and_no_more_however_many_come(door: Door) -> None:
    made = door.invitations.by_link(ADA, Role.VIEWER, most_uses=3)

    def come(number: int) -> bool:
        try:
            return door.invitations.accept(UserId(f"guest{number}"), None, made.token)[1].new
        except InvitationInvalid:
            return False

    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(come, range(8)))

    assert came.count(True) == 3
    assert len(door.members.of_nation(NationSlug("demo"))) == 2 + 3


def test_an_invitation_is_over_after_seven_days(door: Door) -> None:
    made = door.invitations.by_link(ADA, Role.MEMBER)
    door.clock.now += LIFETIME - timedelta(seconds=1)
    door.invitations.accept(UserId("bob"), None, made.token)
    door.clock.now += timedelta(seconds=1)

    with pytest.raises(InvitationInvalid):
        door.invitations.accept(UserId("eve"), None, made.token)

    assert door.invitations.of_nation(NationSlug("demo")) == []


def test_a_withdrawn_invitation_lets_nobody_in(door: Door) -> None:
    made = door.invitations.by_link(ADA, Role.MEMBER)

    door.invitations.revoke(NationSlug("demo"), made.invitation.id)

    with pytest.raises(InvitationInvalid):
        door.invitations.accept(UserId("bob"), None, made.token)
    assert door.invitations.of_nation(NationSlug("demo")) == []


def test_an_invitation_of_another_nation_cannot_be_withdrawn(door: Door) -> None:
    made = door.invitations.by_link(ADA, Role.MEMBER)

    for slug, name in (("other", made.invitation.id), ("demo", "0" * 64)):
        with pytest.raises(NotFound):
            door.invitations.revoke(NationSlug(slug), name)

    assert len(door.invitations.of_nation(NationSlug("demo"))) == 1


def test_nobody_comes_in_by_who_was_removed(door: Door) -> None:
    made = door.invitations.by_link(ADA, Role.MEMBER)
    door.members.remove(OLGA, UserId("ada"))

    with pytest.raises(InvitationInvalid):
        door.invitations.accept(UserId("bob"), None, made.token)
    with pytest.raises(InvitationInvalid):
        door.invitations.accept(UserId("ada"), None, made.token)

    assert door.invitations.of_nation(NationSlug("demo")) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_nobody_comes_in_by_who_is_no_admin_any_more(door: Door, role: Role) -> None:
    made = door.invitations.by_link(ADA, Role.VIEWER)
    door.members.change_role(OLGA, UserId("ada"), role)

    with pytest.raises(InvitationInvalid):
        door.invitations.accept(UserId("bob"), None, made.token)


def test_an_admin_invites_up_to_admins_and_nobody_invites_owners(door: Door) -> None:
    door.invitations.by_email(ADA, "bob@example.org", Role.ADMIN)

    for by in (ADA, OLGA):
        with pytest.raises(OwnerStays):
            door.invitations.by_email(by, "bob@example.org", Role.OWNER)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_only_admins_invite(door: Door, role: Role) -> None:
    with pytest.raises(RoleInsufficient):
        door.invitations.by_link(Membership(NationSlug("demo"), UserId("bob"), role, START), Role.VIEWER)


@pytest.mark.parametrize("uses", [0, -1, 101])
def test_a_link_is_for_a_limited_number_of_people(door: Door, uses: int) -> None:
    with pytest.raises(BadRequest):
        door.invitations.by_link(ADA, Role.MEMBER, most_uses=uses)


def test_a_nation_invites_so_often_a_day_withdrawn_ones_counted(door: Door) -> None:
    for number in range(MOST_A_DAY):
        made = door.invitations.by_email(ADA, f"p{number}@example.org", Role.VIEWER)
        door.invitations.revoke(NationSlug("demo"), made.invitation.id)

    with pytest.raises(Throttled):
        door.invitations.by_email(ADA, "more@example.org", Role.VIEWER)
    door.clock.advance(days=1, seconds=1)

    assert door.invitations.by_email(ADA, "more@example.org", Role.VIEWER)


def test_a_plan_without_a_free_seat_invites_nobody_and_lets_nobody_in(door: Door) -> None:
    made = door.invitations.by_link(ADA, Role.MEMBER)
    Nations(Store(clients.dynamodb(), door.tables)).update(
        NationSlug("demo"), {"subscription_plan": "starter"}
    )

    with pytest.raises(SeatsTaken):
        door.invitations.by_link(ADA, Role.MEMBER)
    with pytest.raises(SeatsTaken):
        door.invitations.accept(UserId("bob"), None, made.token)


def test_the_newest_invitation_is_listed_first(door: Door) -> None:
    first = door.invitations.by_link(ADA, Role.MEMBER)
    door.clock.advance(minutes=1)
    second = door.invitations.by_email(OLGA, "bob@example.org", Role.VIEWER)

    listed = door.invitations.of_nation(NationSlug("demo"))

    assert [each.id for each in listed] == [second.invitation.id, first.invitation.id]
    assert [(each.kind, each.email) for each in listed] == [("email", "bob@example.org"), ("link", None)]
