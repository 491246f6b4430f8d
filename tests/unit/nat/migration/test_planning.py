"""Which tenant becomes the nation, who belongs to it, and what keeps a tenant from being moved."""

from datetime import timedelta
from typing import Any

import pytest

from nat.aws.items import timestamp
from nat.migration.planning import Decided, decide
from nat.migration.tenants import Note, tenant_of
from nat.nations.record import SubscriptionStatus
from nat.roles import Role
from tests.unit.nat.migration.former import NOW, row
from tests.unit.nat.migration.moving import PLANS


def decided(*rows: dict[str, Any], **named: Any) -> Decided:
    return decide([tenant_of(each) for each in rows], PLANS, **named)


def test_an_active_subscription_wins_the_slug_over_a_newer_token() -> None:
    paying = row("paying", "acme", nb_token_expires_at=timestamp(NOW))
    newer = row("newer", "acme", stripe_subscription_id=None)

    (move,) = decided(newer, paying).moves

    assert move.tenant.tenant_id == "paying"
    assert [each.tenant_id for each in move.others] == ["newer"]


def test_of_two_that_pay_the_newest_token_wins_whatever_the_order() -> None:
    older = row("older", "acme", nb_token_expires_at=timestamp(NOW))
    newer = row("newer", "acme", nb_token_expires_at=timestamp(NOW + timedelta(hours=1)))

    chosen = {decided(*rows).moves[0].tenant.tenant_id for rows in ((older, newer), (newer, older))}

    assert chosen == {"newer"}


def test_what_the_payment_provider_says_decides_over_what_the_row_says() -> None:
    over, live = row("over", "acme"), row("live", "acme", nb_connected=False)
    statuses = {
        "sub_over": SubscriptionStatus.CANCELLED,
        "sub_live": SubscriptionStatus.TRIALING,
    }

    (move,) = decided(over, live, statuses=statuses).moves

    assert (move.tenant.tenant_id, move.status) == ("live", SubscriptionStatus.TRIALING)


def test_a_subscription_that_the_payment_provider_does_not_know_is_cancelled_and_reported() -> None:
    (move,) = decided(row("a", "acme"), statuses={}).moves

    assert move.status is SubscriptionStatus.CANCELLED
    assert Note.SUBSCRIPTION_UNKNOWN in move.tenant.notes


def test_a_tenant_that_is_the_nation_stays_it() -> None:
    moved = row("moved", "acme", migration_state="moved", migrated_to="acme", stripe_subscription_id=None)

    (move,) = decided(row("paying", "acme"), moved).moves

    assert move.tenant.tenant_id == "moved"


def test_people_of_a_connected_loser_become_members_never_admins() -> None:
    loser = row("loser", "acme", stripe_subscription_id=None)

    (move,) = decided(row("winner", "acme"), loser).moves

    assert {each.user_id: each.role for each in move.people} == {
        "winner-a": Role.OWNER,
        "winner-m": Role.MEMBER,
        "loser-a": Role.MEMBER,
        "loser-m": Role.MEMBER,
    }


def test_people_of_a_loser_that_never_connected_stay_out_and_are_reported() -> None:
    claimed = row("claimed", "acme", nb_connected=False, nb_connected_at=None)

    (move,) = decided(row("winner", "acme"), claimed).moves

    assert {each.user_id for each in move.people} == {"winner-a", "winner-m"}
    assert Note.PEOPLE_LEFT in move.others[0].notes


def test_org_is_organization() -> None:
    (move,) = decided(row("a", "acme", plan="org")).moves

    assert move.plan is not None
    assert move.plan.name == "organization"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nationbuilder_slug": None}, Note.SLUG_MISSING),
        ({"nationbuilder_slug": "no slug"}, Note.SLUG_INVALID),
        ({"nationbuilder_slug": "a#b"}, Note.SLUG_INVALID),
        ({"plan": None}, Note.PLAN_MISSING),
        ({"plan": "platinum"}, Note.PLAN_UNKNOWN),
    ],
)
def test_what_cannot_be_moved_is_stopped_with_the_reason(changes: dict[str, Any], why: Note) -> None:
    found = decided(row("a", "acme", **changes))

    assert not found.moves
    assert why in found.stopped[0].notes


def test_a_nation_that_subscribed_by_itself_is_left_alone() -> None:
    found = decided(row("a", "acme"), nations={"acme"})

    assert not found.moves
    assert Note.NATION_EXISTS in found.stopped[0].notes


@pytest.mark.parametrize("written", ["ACME", "https://acme.nationbuilder.com/admin", " acme "])
def test_a_slug_that_was_written_as_an_address_is_read(written: str) -> None:
    (move,) = decided(row("a", written)).moves

    assert move.nation_slug == "acme"


def test_the_same_address_twice_moves_both_people() -> None:
    users = [{"user_id": each, "email": "x@example.org", "role": "member"} for each in ("one", "two")]

    (move,) = decided(row("a", "acme", users=users)).moves

    assert {each.user_id for each in move.people} == {"one", "two"}
    assert Note.DUPLICATE_EMAIL in move.tenant.notes


def test_the_primary_nation_is_one_that_may_use_nat() -> None:
    users = [{"user_id": "consultant", "role": "admin"}]
    lapsed = row("a", "aaa", users=users, stripe_subscription_id=None)
    paying = row("b", "bbb", users=[{"user_id": "consultant", "role": "member"}])

    moves = decided(lapsed, paying).moves

    assert {move.nation_slug: move.people[0].primary for move in moves} == {"aaa": False, "bbb": True}
