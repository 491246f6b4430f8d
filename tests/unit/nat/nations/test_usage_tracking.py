"""Queries are counted atomically, per period, within the limit of the plan."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from nat.aws import clients
from nat.aws.items import timestamp
from nat.aws.store import Cancelled, Store
from nat.errors import LimitReached, NationUnknown, SubscriptionInactive
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations import deprecated
from nat.nations.record import Nations, SubscriptionStatus
from nat.nations.subscription import SubscriptionCheck
from nat.nations.usage import (
    QueryPool,
    check_and_reset_billing_cycle_nation,
    increment_query_count_nation,
    period_start_at,
    refund_query,
    track_query_usage_nation,
)
from nat.settings import TableNames
from tests.unit.nat.world import PLANS, START, Clock, nation, put, rows, store_nation, used


def pool_of(tables: TableNames, clock: Clock | None = None) -> QueryPool:
    return QueryPool(Store(clients.dynamodb(), tables, clock or Clock()), PLANS)


def test_concurrent_queries_against_few_left_admit_exactly_those(tables: TableNames) -> None:
    store_nation(tables, nation(queries_used_this_period=450))
    pool = pool_of(tables)

    def count(_: int) -> bool:
        try:
            increment_query_count_nation(NationSlug("demo"), pool)
        except LimitReached:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        admitted = sum(threads.map(count, range(150)))

    assert admitted == 50
    assert used(tables) == 500


def test_a_soft_cap_lets_queries_go_on(tables: TableNames) -> None:
    store_nation(tables, nation(subscription_plan="starter", queries_used_this_period=500))

    counted = increment_query_count_nation(NationSlug("demo"), pool_of(tables))

    assert (counted.used, counted.limit) == (501, 500)


def test_a_plan_that_nobody_knows_stops_at_the_limit(tables: TableNames) -> None:
    store_nation(tables, nation(subscription_plan="gone", queries_used_this_period=500))

    with pytest.raises(LimitReached):
        increment_query_count_nation(NationSlug("demo"), pool_of(tables))


@pytest.mark.parametrize("status", [SubscriptionStatus.CANCELLED, SubscriptionStatus.NONE])
def test_nothing_is_counted_without_a_subscription(tables: TableNames, status: SubscriptionStatus) -> None:
    store_nation(tables, nation(subscription_status=status))

    with pytest.raises(SubscriptionInactive):
        increment_query_count_nation(NationSlug("demo"), pool_of(tables))

    assert used(tables) == 0


def test_an_unknown_nation_has_nothing_to_count(tables: TableNames) -> None:
    with pytest.raises(NationUnknown):
        increment_query_count_nation(NationSlug("nowhere"), pool_of(tables))


def test_a_tracked_query_shows_for_the_person_and_the_day(tables: TableNames) -> None:
    store_nation(tables, nation())
    pool = pool_of(tables)

    track_query_usage_nation(UserId("ann"), NationSlug("demo"), pool)
    counted = track_query_usage_nation(UserId("ann"), NationSlug("demo"), pool)

    assert counted.used == 2
    assert rows(tables, Table.USAGE) == [
        {"nation_slug": {"S": "demo"}, "day_user": {"S": "2026-11-22#ann"}, "queries": {"N": "2"}}
    ]


def test_a_new_period_starts_the_count_once_however_many_notice(tables: TableNames) -> None:
    store_nation(tables, nation(queries_used_this_period=500))
    clock = Clock(START + timedelta(days=40))
    pool = pool_of(tables, clock)

    def track(_: int) -> None:
        track_query_usage_nation(UserId("ann"), NationSlug("demo"), pool)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(track, range(24)))

    record = Nations(Store(clients.dynamodb(), tables)).require(NationSlug("demo"))
    assert record.queries_used_this_period == 24
    assert record.billing_period_start == datetime(2026, 12, 20, 9, 30, tzinfo=UTC)


def test_within_a_period_nothing_is_reset(tables: TableNames) -> None:
    stored = store_nation(tables, nation(queries_used_this_period=7))

    assert check_and_reset_billing_cycle_nation(NationSlug("demo"), pool_of(tables)) == stored


def test_a_period_that_began_on_the_31st_does_not_drift(tables: TableNames) -> None:
    store_nation(tables, nation(billing_period_start=datetime(2027, 1, 31, 12, tzinfo=UTC)))
    clock = Clock(datetime(2027, 3, 1, tzinfo=UTC))

    short = check_and_reset_billing_cycle_nation(NationSlug("demo"), pool_of(tables, clock))
    clock.now = datetime(2027, 4, 5, tzinfo=UTC)
    long = check_and_reset_billing_cycle_nation(NationSlug("demo"), pool_of(tables, clock))

    assert short.billing_period_start == datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert long.billing_period_start == datetime(2027, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 11, 20, 9, 30, tzinfo=UTC), datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        (datetime(2026, 12, 20, 9, 29, tzinfo=UTC), datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        (datetime(2026, 12, 20, 9, 30, tzinfo=UTC), datetime(2026, 12, 20, 9, 30, tzinfo=UTC)),
        (datetime(2027, 11, 19, tzinfo=UTC), datetime(2027, 10, 20, 9, 30, tzinfo=UTC)),
        (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_period_is_a_month_from_its_anchor(now: datetime, start: datetime) -> None:
    assert period_start_at(datetime(2026, 11, 20, 9, 30, tzinfo=UTC), 20, now) == start


def test_a_refund_takes_one_query_back(tables: TableNames) -> None:
    record = store_nation(tables, nation(queries_used_this_period=3))

    Store(clients.dynamodb(), tables).transact(
        [refund_query(NationSlug("demo"), timestamp(record.billing_period_start))]
    )

    assert used(tables) == 2


def test_a_query_of_an_earlier_period_is_not_refunded_in_this_one(tables: TableNames) -> None:
    record = store_nation(tables, nation(queries_used_this_period=3))
    earlier = timestamp(record.billing_period_start - timedelta(days=31))

    with pytest.raises(Cancelled):
        Store(clients.dynamodb(), tables).transact([refund_query(NationSlug("demo"), earlier)])

    assert used(tables) == 3


def test_the_contract_functions_work_on_the_environment_of_the_process(
    tables: TableNames, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_nation(tables, nation(billing_period_start=datetime.now(UTC)))
    monkeypatch.setenv(
        "NAT_PLANS", '[{"name":"nat","price_cents":2900,"queries_limit":500,"cap":"hard","seats":null}]'
    )

    assert increment_query_count_nation(NationSlug("demo")).used == 1
    assert track_query_usage_nation(UserId("ann"), NationSlug("demo")).used == 2
    assert check_and_reset_billing_cycle_nation(NationSlug("demo")).queries_used_this_period == 2


def test_a_period_that_the_payment_provider_begins_resets_the_count_once(tables: TableNames) -> None:
    store_nation(tables, nation(queries_used_this_period=40))
    pool = pool_of(tables)
    began = START - timedelta(hours=1)

    first = check_and_reset_billing_cycle_nation(NationSlug("demo"), pool, began=began, anchor_day=22)
    increment_query_count_nation(NationSlug("demo"), pool)
    again = check_and_reset_billing_cycle_nation(NationSlug("demo"), pool, began=began, anchor_day=22)

    assert (first.queries_used_this_period, again.queries_used_this_period) == (0, 1)
    assert (again.billing_period_start, again.billing_anchor_day) == (began, 22)


def test_a_period_of_before_changes_nothing(tables: TableNames) -> None:
    stored = store_nation(tables, nation(queries_used_this_period=40))

    found = check_and_reset_billing_cycle_nation(
        NationSlug("demo"), pool_of(tables), began=stored.billing_period_start - timedelta(days=1)
    )

    assert found == stored


def test_an_unknown_nation_has_no_period(tables: TableNames) -> None:
    with pytest.raises(NationUnknown):
        check_and_reset_billing_cycle_nation(NationSlug("nowhere"), pool_of(tables), began=START)


def test_the_payment_providers_period_starts_the_count_once_however_many_bring_it(tables: TableNames) -> None:
    store_nation(tables, nation(queries_used_this_period=500))
    pool = pool_of(tables)

    def bring(_: int) -> None:
        check_and_reset_billing_cycle_nation(NationSlug("demo"), pool, began=START, anchor_day=22)
        increment_query_count_nation(NationSlug("demo"), pool)

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(bring, range(48)))

    record = Nations(Store(clients.dynamodb(), tables)).require(NationSlug("demo"))
    assert record.queries_used_this_period == 48
    assert (record.billing_period_start, record.billing_anchor_day) == (START, 22)


def test_a_period_that_is_brought_late_changes_nothing(tables: TableNames) -> None:
    stored = store_nation(tables, nation(queries_used_this_period=7))

    late = check_and_reset_billing_cycle_nation(
        NationSlug("demo"), pool_of(tables), began=START - timedelta(days=9)
    )

    assert late == stored


def test_a_refund_does_not_go_below_nothing(tables: TableNames) -> None:
    record = store_nation(tables, nation(queries_used_this_period=0))
    refund = refund_query(NationSlug("demo"), timestamp(record.billing_period_start))

    with pytest.raises(Cancelled):
        Store(clients.dynamodb(), tables).transact([refund])

    assert used(tables) == 0


@pytest.fixture
def tenant(tables: TableNames) -> str:
    """A tenant from before nations, whose nation is `demo`."""
    store_nation(tables, nation())
    put(tables, Table.TENANTS, {"tenant_id": "t-1", "nationbuilder_slug": "demo"})
    return "t-1"


def test_the_old_name_counts_a_query_of_the_tenants_nation(tables: TableNames, tenant: str) -> None:
    with pytest.warns(DeprecationWarning, match="2027-05-22: call track_query_usage_nation"):
        counted = deprecated.track_query_usage(UserId("ann"), tenant, pool_of(tables))

    assert (counted.nation_slug, counted.used) == ("demo", 1)


def test_the_old_name_begins_the_period_of_the_tenants_nation(tables: TableNames, tenant: str) -> None:
    pool = pool_of(tables, Clock(START + timedelta(days=40)))

    with pytest.warns(DeprecationWarning, match="call check_and_reset_billing_cycle_nation"):
        record = deprecated.check_and_reset_billing_cycle(tenant, pool)

    assert record.billing_period_start == datetime(2026, 12, 20, 9, 30, tzinfo=UTC)


def test_the_old_name_verifies_the_subscription_of_the_tenants_nation(
    tables: TableNames, tenant: str
) -> None:
    check = SubscriptionCheck(Nations(Store(clients.dynamodb(), tables)), PLANS, clock=Clock())

    with pytest.warns(DeprecationWarning, match="call verify_nation_subscription"):
        record = deprecated.verify_subscription(UserId("ann"), tenant, check, query=True)

    assert record.nation_slug == "demo"


def test_an_old_name_takes_a_nations_slug_too(tables: TableNames) -> None:
    store_nation(tables, nation())

    with pytest.warns(DeprecationWarning, match="track_query_usage goes"):
        assert deprecated.track_query_usage(UserId("ann"), "demo", pool_of(tables)).used == 1
