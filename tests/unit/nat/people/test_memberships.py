"""Memberships alone hold roles; users are made at their first call."""

from datetime import timedelta

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import NotAMember
from nat.ids import NationSlug, UserId
from nat.people.memberships import Membership, Memberships
from nat.people.users import Users
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.world import START


@pytest.fixture
def memberships(tables: TableNames) -> Memberships:
    return Memberships(Store(clients.dynamodb(), tables))


def test_a_person_may_belong_to_several_nations_with_different_roles(memberships: Memberships) -> None:
    owner = Membership(NationSlug("demo"), UserId("ann"), Role.OWNER, START)
    viewer = Membership(NationSlug("other"), UserId("ann"), Role.VIEWER, START)
    for each in (owner, viewer, Membership(NationSlug("demo"), UserId("bob"), Role.MEMBER, START)):
        memberships.put(each)

    assert memberships.of_user(UserId("ann")) == [owner, viewer]
    assert [each.user_id for each in memberships.of_nation(NationSlug("demo"))] == ["ann", "bob"]


def test_a_role_that_changed_counts_at_once(memberships: Memberships) -> None:
    memberships.put(Membership(NationSlug("demo"), UserId("ann"), Role.ADMIN, START))
    memberships.put(Membership(NationSlug("demo"), UserId("ann"), Role.VIEWER, START))

    assert memberships.require(NationSlug("demo"), UserId("ann")).role is Role.VIEWER


def test_who_left_is_no_member(memberships: Memberships) -> None:
    memberships.put(Membership(NationSlug("demo"), UserId("ann"), Role.ADMIN, START))
    memberships.remove(NationSlug("demo"), UserId("ann"))

    with pytest.raises(NotAMember):
        memberships.require(NationSlug("demo"), UserId("ann"))


def test_a_user_is_made_at_the_first_call_and_kept(tables: TableNames) -> None:
    users = Users(Store(clients.dynamodb(), tables))
    later = START + timedelta(hours=1)

    first = users.seen(UserId("ann"), email=None, now=START)
    second = users.seen(UserId("ann"), email=" Ann@Example.org", now=later)
    third = users.seen(UserId("ann"), email="other@example.org", now=later)

    assert (first.created_at, first.email) == (START, None)
    assert (second.email, third.email) == ("ann@example.org", "other@example.org")
    assert users.get(UserId("ann")) == third
    assert (third.created_at, third.last_active_at) == (START, later)
    assert users.get(UserId("bob")) is None
