"""Counting queries against a nation's pool: atomically, per billing period, refunded at most once.

The count and its limit are one conditional write, so a thousand concurrent requests against 500 left admit
exactly 500. On a soft cap the same write has no limit. Admission takes `QueryPool.count` into its
transaction; a failed turn takes `refund_query` into the one that ends it.
"""

import calendar
from datetime import UTC, datetime

import msgspec
from boto3.dynamodb.conditions import Attr, ConditionBase
from msgspec.structs import replace

from nat.aws import clients
from nat.aws.items import timestamp
from nat.aws.store import Store
from nat.aws.writes import Update
from nat.errors import LimitReached, SubscriptionInactive
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations import plans as plans_module
from nat.nations.plans import Plans
from nat.nations.record import Nation, Nations, SubscriptionStatus, from_item
from nat.settings import TableNames


class QueryCount(msgspec.Struct, frozen=True):
    """A nation's pool after a count. `period_start` names the period as the record stores it."""

    nation_slug: NationSlug
    used: int
    limit: int
    period_start: str


class QueryPool:
    """The query pool of every nation that the client's credentials reach."""

    def __init__(self, store: Store, plans: Plans) -> None:
        self._store = store
        self._plans = plans
        self._nations = Nations(store)

    @classmethod
    def of_process(cls) -> "QueryPool":
        """The pools in what this process's environment names. Raises `SettingMissing`."""
        return cls(Store(clients.dynamodb(), TableNames.read()), plans_module.read())

    def nation(self, nation_slug: NationSlug) -> Nation:
        """The record as it is stored. Raises `NationUnknown`."""
        return self._nations.require(nation_slug)

    def count(self, nation_slug: NationSlug, period_start: str | None = None) -> Update:
        """Entry of a transaction: one more query in this period, within the limit unless the cap is soft.

        The condition also fails when the subscription is not usable or the period is over.
        """
        usable = [SubscriptionStatus.ACTIVE.value, SubscriptionStatus.TRIALING.value]
        allowed = Attr("subscription_status").is_in(usable) & self._within()
        if period_start is not None:
            allowed &= Attr("billing_period_start").eq(period_start)
        return Update(
            Table.NATIONS,
            {"nation_slug": nation_slug},
            add={"queries_used_this_period": 1},
            when=allowed,
        )

    def increment(self, nation_slug: NationSlug) -> QueryCount:
        """Count one query by itself. Raises `NationUnknown`, `SubscriptionInactive`, `LimitReached`."""
        counted = self._store.updated(self.count(nation_slug))
        if counted is None:
            nation = self._nations.require(nation_slug)
            if not nation.subscription_status.usable:
                raise SubscriptionInactive
            raise LimitReached
        return _count(from_item(counted))

    def track(self, nation_slug: NationSlug, user_id: UserId) -> QueryCount:
        """Begin a new period if it is due, count one query, and note it for the person and the day.

        Raises what `increment` raises.
        """
        self.reset_if_due(self.nation(nation_slug))
        counted = self.increment(nation_slug)
        key = {"nation_slug": nation_slug, "day_user": day_user(self._store.clock(), user_id)}
        self._store.write(Update(Table.USAGE, key, add={"queries": 1}))
        return counted

    def reset_if_due(self, nation: Nation) -> Nation:
        """The record in its current period; begins that period if nobody else has yet."""
        now = self._store.clock()
        day = nation.billing_anchor_day or nation.billing_period_start.day
        start = period_start_at(nation.billing_period_start, day, now)
        if start == nation.billing_period_start:
            return nation
        changed = self._nations.update(
            nation.nation_slug,
            {
                "queries_used_this_period": 0,
                "cost_micros_this_period": 0,
                "billing_period_start": start,
                "billing_anchor_day": day,
            },
            expected={"billing_period_start": nation.billing_period_start},
            now=now,
        )
        return changed or self._nations.require(nation.nation_slug)

    def begin_period(self, nation_slug: NationSlug, start: datetime, *, anchor_day: int) -> Nation:
        """The record in the period that the payment provider has begun at `start`, or in a later one.

        Periods only move forward, so the count is reset once for each, however often and in whatever order
        this is called. Raises `NationUnknown`.
        """
        begun = self._store.updated(
            Update(
                Table.NATIONS,
                {"nation_slug": nation_slug},
                set={
                    "billing_period_start": start,
                    "billing_anchor_day": anchor_day,
                    "queries_used_this_period": 0,
                    "cost_micros_this_period": 0,
                    "updated_at": self._store.clock(),
                },
                when=Attr("billing_period_start").lt(start),
            )
        )
        return self._nations.require(nation_slug) if begun is None else from_item(begun)

    def _within(self) -> ConditionBase:
        within = Attr("queries_used_this_period").lt(Attr("queries_limit"))
        return within | Attr("subscription_plan").is_in([*self._plans.soft]) if self._plans.soft else within


def count_cost(nation_slug: NationSlug, period_start: str, micros: int) -> Update:
    """Entry of a transaction: a turn of this period has cost so much. The condition fails when the period is
    over."""
    return Update(
        Table.NATIONS,
        {"nation_slug": nation_slug},
        add={"cost_micros_this_period": micros},
        when=Attr("billing_period_start").eq(period_start),
    )


def refund_query(nation_slug: NationSlug, period_start: str, *, micros: int = 0) -> Update:
    """Entry of a transaction: one query less in this period, and what it cost all the same. The condition
    fails when the period is over.

    Refunding once is the caller's condition: it belongs on the turn's state, in the same transaction.
    """
    return Update(
        Table.NATIONS,
        {"nation_slug": nation_slug},
        add={"queries_used_this_period": -1, "cost_micros_this_period": micros},
        when=Attr("billing_period_start").eq(period_start) & Attr("queries_used_this_period").gte(1),
    )


def period_start_at(start: datetime, anchor_day: int, now: datetime) -> datetime:
    """Start of the monthly period that contains `now`: `anchor_day` of a month at the time of day of `start`.

    A month without that day uses its last one, as Stripe does for a billing cycle anchor. Never earlier than
    `start`.
    """
    latest = start
    months = (now.year - start.year) * 12 + now.month - start.month
    for step in (months - 1, months):
        candidate = _month_after(start, step, anchor_day)
        if latest < candidate <= now:
            latest = candidate
    return latest


def in_period(nation: Nation, now: datetime) -> Nation:
    """The record as it counts now: with nothing used, if its period is over and nobody has begun the next
    one. For showing; nothing is stored."""
    day = nation.billing_anchor_day or nation.billing_period_start.day
    start = period_start_at(nation.billing_period_start, day, now)
    if start == nation.billing_period_start:
        return nation
    return replace(nation, billing_period_start=start, queries_used_this_period=0, cost_micros_this_period=0)


def period_end(nation: Nation) -> datetime:
    """When the period of the record ends: as the payment provider said, else after a month."""
    told = nation.billing_period_end
    if told is not None and told > nation.billing_period_start:
        return told
    day = nation.billing_anchor_day or nation.billing_period_start.day
    return _month_after(nation.billing_period_start, 1, day)


def day_user(moment: datetime, user_id: UserId) -> str:
    """Sort key of the Usage table: the UTC day and the person."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}#{user_id}"


def increment_query_count_nation(nation_slug: NationSlug, pool: QueryPool | None = None) -> QueryCount:
    """Count one query of a nation atomically.

    Raises `NationUnknown`, `SubscriptionInactive`, `LimitReached`.
    """
    return (pool or QueryPool.of_process()).increment(nation_slug)


def track_query_usage_nation(
    user_id: UserId, nation_slug: NationSlug, pool: QueryPool | None = None
) -> QueryCount:
    """Count one query of a person for a nation, in the right period.

    Raises `NationUnknown`, `SubscriptionInactive`, `LimitReached`.
    """
    return (pool or QueryPool.of_process()).track(nation_slug, user_id)


def check_and_reset_billing_cycle_nation(
    nation_slug: NationSlug,
    pool: QueryPool | None = None,
    *,
    began: datetime | None = None,
    anchor_day: int | None = None,
) -> Nation:
    """The nation's record in its current period; the count starts at zero once when one begins.

    `began` is the period that the payment provider is in, `anchor_day` the day of the month that its periods
    start on. Raises `NationUnknown`.
    """
    chosen = pool or QueryPool.of_process()
    if began is None:
        nation = chosen.nation(nation_slug)
    else:
        nation = chosen.begin_period(nation_slug, began, anchor_day=anchor_day or began.day)
    return chosen.reset_if_due(nation) if nation.subscription_status.usable else nation


def _month_after(start: datetime, months: int, day: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(day, last))


def _count(nation: Nation) -> QueryCount:
    return QueryCount(
        nation.nation_slug,
        nation.queries_used_this_period,
        nation.queries_limit,
        timestamp(nation.billing_period_start),
    )
