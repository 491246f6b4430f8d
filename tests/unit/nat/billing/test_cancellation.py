"""Subscriptions of a nation that is deleted."""

from nat.aws import clients
from nat.aws.items import encode
from nat.billing.cancellation import end_subscriptions
from nat.ids import NationSlug
from nat.names import Table
from tests.unit.nat import world
from tests.unit.nat.billing.shop import Shop


def test_the_subscription_ends_at_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.take_all()

    ended = [end_subscriptions(shop.billing.synchroniser, NationSlug("demo")) for _ in range(2)]

    found = shop.billing.synchroniser.stripe.v1.subscriptions.retrieve(subscription)
    assert ended == [1, 0]
    assert found.status == "canceled"


def test_the_event_of_its_end_does_not_make_the_nation_anew(shop: Shop) -> None:
    shop.subscribe()
    shop.take_all()
    end_subscriptions(shop.billing.synchroniser, NationSlug("demo"))
    clients.dynamodb().delete_item(TableName=shop.tables[Table.NATIONS], Key=encode({"nation_slug": "demo"}))

    shop.take_all()

    assert world.rows(shop.tables, Table.NATIONS) == []


def test_a_nation_that_never_paid_has_nothing_to_end(shop: Shop) -> None:
    assert end_subscriptions(shop.billing.synchroniser, NationSlug("demo")) == 0
