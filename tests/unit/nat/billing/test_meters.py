"""Each day's queries are told to Stripe once."""

from datetime import timedelta

import pytest

from nat.errors import BillingError
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.usage import day_user
from tests.unit.nat.billing.shop import Shop
from tests.unit.nat.world import START, put


def ask(shop: Shop, user: str, queries: int, *, days: int = 0) -> None:
    """Note questions of a person, so many days after the start."""
    day = day_user(START + timedelta(days=days), UserId(user))
    put(shop.tables, Table.USAGE, {"nation_slug": "demo", "day_user": day, "queries": queries})


def add_meter(shop: Shop) -> None:
    """Make the meter as an operator does."""
    shop.client.v1.billing.meters.create(
        params={
            "display_name": "Queries",
            "event_name": "nat_queries",
            "default_aggregation": {"formula": "sum"},
        }
    )


def told(shop: Shop) -> list[tuple[str, str]]:
    """Identifiers and values that Stripe knows."""
    return [
        (each["identifier"], each["payload"]["value"])
        for each in shop.stripe.state.store.all("billing.meter_event")
    ]


def test_all_peoples_queries_of_the_day_are_one_event(shop: Shop) -> None:
    add_meter(shop)
    shop.subscribe("nat_pro")
    ask(shop, "ada", 3)
    ask(shop, "grace", 4)
    ask(shop, "ada", 9, days=1)
    shop.stripe.advance(days=1)

    done = shop.rounds.day(START.date())

    assert (done.seen, done.failed, done.queries) == (1, 0, 7)
    assert told(shop) == [("nat-demo-2026-11-22", "7")]


def test_a_day_that_is_told_again_counts_once(shop: Shop) -> None:
    add_meter(shop)
    shop.subscribe("nat_pro")
    ask(shop, "ada", 3)
    shop.stripe.advance(days=1)

    first, second = (shop.rounds.day(START.date()) for _ in range(2))

    assert (first.failed, second.failed) == (0, 0)
    assert told(shop) == [("nat-demo-2026-11-22", "3")]


def test_a_day_without_queries_is_not_told(shop: Shop) -> None:
    add_meter(shop)
    shop.subscribe("nat_pro")

    shop.rounds.day(START.date())

    assert told(shop) == []


def test_an_account_without_the_meter_is_a_failure_of_that_nation_alone(shop: Shop) -> None:
    shop.subscribe("nat_pro", slug="demo")
    shop.subscribe("nat_pro", slug="harbor")
    ask(shop, "ada", 3)
    shop.stripe.advance(days=1)

    done = shop.rounds.day(START.date())

    assert (done.seen, done.failed) == (2, 1)


def test_a_missing_meter_is_an_error_of_billing(shop: Shop) -> None:
    subscription = shop.subscribe("nat_pro")
    ask(shop, "ada", 1)
    found = shop.billing.synchroniser.nation_of(subscription)[1]

    with pytest.raises(BillingError):
        shop.rounds._meters.report(NationSlug("demo"), found, START.date())


def test_what_else_is_sold_through_the_account_is_left_alone(shop: Shop) -> None:
    customer = shop.client.v1.customers.create()
    shop.client.v1.subscriptions.create(params={"customer": customer.id, "items": [{"price": "price_nat"}]})

    done = shop.rounds.day(START.date())

    assert (done.seen, done.failed) == (1, 0)


def test_a_round_heals_what_a_lost_webhook_left_behind(shop: Shop) -> None:
    page = shop.begin("nat_pro")
    shop.stripe.complete(page.session_id)

    shop.rounds.day(START.date())

    assert shop.nation().subscription_plan == "nat_pro"
