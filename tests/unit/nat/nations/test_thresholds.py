"""Which points of its query pool a nation has reached."""

import pytest

from nat.nations.plans import UNLIMITED, Plan, Plans
from nat.nations.thresholds import Threshold, reached, warned_at
from tests.unit.nat.world import nation

PLANS = Plans([Plan("nat", 2900, 500, "hard"), Plan("nat_pro", 7900, UNLIMITED, "soft", fair_use=10_000)])


@pytest.mark.parametrize(
    ("used", "found"),
    [
        (399, []),
        (400, [Threshold.WARNING]),
        (499, [Threshold.WARNING]),
        (500, [Threshold.WARNING, Threshold.LIMIT]),
        (501, [Threshold.WARNING, Threshold.LIMIT]),
    ],
)
def test_shares_of_the_limit_are_reached_in_order(used: int, found: list[Threshold]) -> None:
    assert [each.threshold for each in reached(nation(queries_used_this_period=used), PLANS)] == found


def test_an_unlimited_plan_has_fair_use_and_no_shares() -> None:
    def of(used: int) -> list[Threshold]:
        record = nation(subscription_plan="nat_pro", queries_limit=UNLIMITED, queries_used_this_period=used)
        return [each.threshold for each in reached(record, PLANS)]

    assert (of(10_000), of(10_001), of(2_000_000)) == ([], [Threshold.FAIR_USE], [Threshold.FAIR_USE])


@pytest.mark.parametrize(("limit", "at"), [(500, 400), (2_000, 1_600), (1, 1), (4, 4), (6, 5), (999, 800)])
def test_80_percent_is_the_first_whole_query_there(limit: int, at: int) -> None:
    assert warned_at(limit) == at


def test_a_nation_without_a_limit_has_reached_nothing() -> None:
    assert list(reached(nation(queries_limit=0, subscription_plan=None), PLANS)) == []
