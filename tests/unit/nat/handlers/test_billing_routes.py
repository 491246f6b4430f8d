"""The billing routes: the owner's, but for the first Checkout of a nation; none needs a subscription."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.stripe import RunningStripe, running_stripe
from nat.aws import clients
from nat.aws.store import Store
from nat.contract.declared import routes
from nat.handlers.api import Api
from nat.handlers.billing import BillingRoutes
from nat.handlers.endpoints import answering
from nat.handlers.services import Services
from nat.ids import NationSlug, UserId
from nat.nations.plans import UNLIMITED
from nat.people.memberships import Membership, Memberships, Outsider, Standing
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.api_event import api_event
from tests.unit.nat.billing.shop import APP, PLANS, Shop
from tests.unit.nat.world import START

BRAND = "https://desk.example.org"


class Door:
    """The routes as API Gateway calls them."""

    def __init__(self, shop: Shop) -> None:
        services = Services(clients.dynamodb(), shop.tables, PLANS, clock=lambda: shop.now)
        origins = frozenset({BRAND, "chrome-extension://abc"})
        self.shop = shop
        self._api = Api(services, answering(BillingRoutes(shop.billing, f"{APP}/", origins)).get)

    def call(
        self,
        route: str,
        body: dict[str, Any] | None = None,
        *,
        user: str = "ada",
        slug: str = "demo",
        **more: Any,
    ) -> tuple[int, dict[str, Any]]:
        """Status and body of one call."""
        claims = {"email": f"{user}@example.org"}
        answer = self._api(api_event(route, user=user, slug=slug, body=body or {}, claims=claims, **more))
        return answer["statusCode"], json.loads(answer["body"])

    def join(self, user: str, role: Role) -> None:
        """Make somebody a member."""
        Memberships(Store(clients.dynamodb(), self.shop.tables)).put(
            Membership(NationSlug("demo"), UserId(user), role, START)
        )


@pytest.fixture
def stripe() -> Iterator[RunningStripe]:
    with running_stripe(at=START) as running:
        yield running


@pytest.fixture
def door(stripe: RunningStripe, tables: TableNames) -> Door:
    """The routes on a shop of their own."""
    return Door(Shop.open(stripe, tables))


def test_anybody_may_subscribe_a_nation_that_nobody_belongs_to(door: Door) -> None:
    status, body = door.call("POST /v1/billing/checkout", {"plan": "nat"})

    assert status == 200
    assert (body["plan"], body["trial_days"]) == ("nat", 14)
    assert body["url"].startswith(door.shop.stripe.base_url)


def test_a_stranger_gets_a_page_that_does_not_tell_whether_the_nation_has_members(door: Door) -> None:
    nowhere = door.call("POST /v1/billing/checkout", {"plan": "nat"})
    door.join("grace", Role.OWNER)

    there = door.call("POST /v1/billing/checkout", {"plan": "nat"})

    assert there[0] == nowhere[0] == 200
    assert there[1].keys() == nowhere[1].keys()
    assert there[1]["trial_days"] == nowhere[1]["trial_days"]


def test_who_was_removed_from_a_nation_subscribes_nothing(door: Door) -> None:
    door.join("grace", Role.OWNER)
    memberships = Memberships(Store(clients.dynamodb(), door.shop.tables))
    memberships.put(Outsider(NationSlug("demo"), UserId("ada"), Standing.REMOVED, START, "grace"))

    status, body = door.call("POST /v1/billing/checkout", {"plan": "nat"})

    assert (status, body["error"]["code"]) == (403, "not_a_member")


@pytest.mark.parametrize(
    "route", [each for each in routes("nat.handlers.billing") if each != "GET /v1/billing"]
)
def test_money_is_the_owners(door: Door, route: str) -> None:
    door.join("ada", Role.ADMIN)

    status, body = door.call(route, {"plan": "nat", "at": 1, "due_cents": 1})

    assert (status, body["error"]["code"]) == (403, "role_insufficient")


@pytest.mark.parametrize("route", routes("nat.handlers.billing"))
def test_nobody_gets_in_without_a_session(door: Door, route: str) -> None:
    status, body = door.call(route, {"plan": "nat"}, user="")

    assert (status, body["error"]["code"]) == (401, "unauthenticated")


def test_people_come_back_to_the_app_they_came_from(door: Door) -> None:
    own = door.call("POST /v1/billing/checkout", {"plan": "nat"}, headers={"Origin": BRAND})[1]
    other = door.call(
        "POST /v1/billing/checkout", {"plan": "nat"}, headers={"origin": "https://evil.example"}
    )[1]
    extension = door.call(
        "POST /v1/billing/checkout", {"plan": "nat"}, headers={"origin": "chrome-extension://abc"}
    )[1]

    sessions = door.shop.client.v1.checkout.sessions
    back = [sessions.retrieve(each["session"]).success_url or "" for each in (own, other, extension)]
    assert [each.split("/setup")[0] for each in back] == [BRAND, APP, APP]


def test_a_second_subscription_is_a_conflict(door: Door) -> None:
    door.shop.subscribe("nat")

    status, body = door.call("POST /v1/billing/checkout", {"plan": "nat_pro"})

    assert (status, body["error"]["code"]) == (409, "already_subscribed")


def test_the_overview_says_what_the_nation_has_and_could_have(door: Door) -> None:
    door.shop.subscribe("nat")
    door.join("grace", Role.VIEWER)

    status, body = door.call("GET /v1/billing", user="grace")

    assert status == 200
    assert (body["status"], body["plan"], body["queries_limit"]) == ("trialing", "nat", 500)
    assert body["trial_end"] == body["period_end"]
    assert [each["plan"] for each in body["plans"]] == ["nat", "nat_pro"]


def test_portal_and_invoices_work_without_an_active_subscription(door: Door) -> None:
    subscription = door.shop.subscribe("nat_pro")
    door.shop.client.v1.subscriptions.cancel(subscription)
    door.shop.take_all()

    portal = door.call("POST /v1/billing/portal")
    invoices = door.call("GET /v1/billing/invoices")

    assert portal[0] == 200
    assert portal[1]["url"].startswith(door.shop.stripe.base_url)
    assert [each["total_cents"] for each in invoices[1]["invoices"]] == [7900]


def test_a_preview_is_confirmed_with_its_own_figures(door: Door) -> None:
    door.shop.subscribe("nat")
    door.shop.stripe.advance(days=5)

    shown = door.call("POST /v1/billing/preview", {"plan": "nat_pro"})[1]
    status, body = door.call(
        "POST /v1/billing/change", {"plan": "nat_pro", "at": shown["at"], "due_cents": shown["due_cents"]}
    )

    assert (status, body["plan"], body["queries_limit"]) == (200, "nat_pro", UNLIMITED)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"plan": 1},
        {"plan": "nat"},
        {"plan": "nat", "at": "now", "due_cents": 1},
        {"plan": "nat", "at": 2**39, "due_cents": 1},
        {"plan": "nat", "at": 1, "due_cents": True},
    ],
)
def test_a_confirmation_that_is_none_is_refused(door: Door, body: dict[str, Any]) -> None:
    door.shop.subscribe("nat_pro")

    status, answer = door.call("POST /v1/billing/change", body)

    assert status in (400, 409)
    assert answer["error"]["code"] in ("bad_request", "quote_changed")


def test_a_cancellation_says_until_when_and_can_be_taken_back(door: Door) -> None:
    door.shop.subscribe("nat_pro")

    cancelled = door.call("POST /v1/billing/cancel")[1]
    resumed = door.call("POST /v1/billing/cancel", {"resume": True})[1]

    assert (cancelled["status"], cancelled["cancel_at"]) == ("active", "2026-12-22T09:30:00.000Z")
    assert resumed["cancel_at"] is None


@pytest.mark.parametrize("resume", ["true", 1, [], None])
def test_a_cancellation_that_may_have_been_meant_as_its_opposite_is_refused(
    door: Door, resume: object
) -> None:
    door.shop.subscribe("nat_pro")

    status, body = door.call("POST /v1/billing/cancel", {"resume": resume})

    assert (status, body["error"]["code"]) == (400, "bad_request")
    assert door.call("GET /v1/billing")[1]["cancel_at"] is None


def test_while_stripe_is_down_people_are_told_to_come_back(door: Door) -> None:
    door.shop.subscribe("nat_pro")
    door.shop.stripe.state.outages.extend([503, 503])

    status, body = door.call("POST /v1/billing/portal")

    assert (status, body["error"]["code"], body["error"]["retryable"]) == (503, "billing_unavailable", True)
