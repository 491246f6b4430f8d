"""The daily round announces what of a query pool no turn did."""

import json

from nat.aws import clients
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.names import Bus, Table
from nat.nations.record import Nations
from tests.unit.nat.billing.shop import Shop
from tests.unit.nat.world import START, rows


def announced(shop: Shop) -> list[int]:
    """Percents of the warnings that wait for the bus."""
    waiting = [row for row in rows(shop.tables, Table.CONNECTIONS) if row["event"]["S"] == Bus.USAGE_WARNING]
    return sorted(json.loads(row["detail"]["S"])["percent"] for row in waiting)


def test_a_pool_that_was_used_up_unseen_is_announced_by_the_round_once(shop: Shop) -> None:
    shop.subscribe("nat")
    Nations(Store(clients.dynamodb(), shop.tables)).update(
        NationSlug("demo"), {"queries_used_this_period": 500}
    )

    for _ in range(2):
        shop.rounds.day(START.date())

    assert announced(shop) == [80, 100]


def test_a_round_announces_nothing_of_a_pool_that_is_not_used(shop: Shop) -> None:
    shop.subscribe("nat")

    shop.rounds.day(START.date())

    assert announced(shop) == []
