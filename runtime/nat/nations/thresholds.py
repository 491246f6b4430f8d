"""Points of the query pool that people are told of, each once in a period: 80 %, the limit, fair use.

That something was told is a mark on the nation's row that names the period, so a new period needs no reset.
The mark of a share of the limit names the limit too: who upgrades has another pool, and hears of its shares.
A mark is set by a conditional write, so of any number of turns that see the pool at 80 % one tells it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from boto3.dynamodb.conditions import Attr

from nat.aws.items import timestamp
from nat.aws.writes import Update
from nat.ids import TurnId
from nat.names import Table
from nat.nations.ceilings import ceiling_of, cost_cents
from nat.nations.plans import UNLIMITED, Plans
from nat.nations.record import Nation

WARNED_AT_PERCENT: Final = 80


class Threshold(StrEnum):
    """What can be reached. The value is the attribute of the nation's row that holds the mark."""

    WARNING = "usage_warned"
    """80 % of the limit."""
    LIMIT = "usage_exhausted"
    """All of it; on a soft cap queries go on."""
    COST_WARNING = "cost_warned"
    """80 % of what the model may cost."""
    COST_LIMIT = "cost_exhausted"
    """All of it: questions stop."""
    FAIR_USE = "fair_use_exceeded"
    """More than the plan's fair use. The operator is told; the nation is not stopped."""


@dataclass(frozen=True)
class Reached:
    """A threshold that a nation's pool has reached. `at` is in queries, or in cents of what the model cost:
    the pool holds so many or more.

    `pool` names what is told once; `told_by` is the turn that told it already.
    """

    threshold: Threshold
    at: int
    pool: str
    told_by: str | None

    def mark(self, nation: Nation, turn_id: TurnId) -> Update:
        """Entry of a transaction: this turn tells it.

        The condition fails when it was told, and when limit or period are others than in `nation`.
        """
        mark = self.threshold.value
        same_pool = Attr("billing_period_start").eq(nation.billing_period_start) & Attr("queries_limit").eq(
            nation.queries_limit
        )
        untold = Attr(mark).not_exists() | ~Attr(mark).begins_with(self.pool)
        return Update(
            Table.NATIONS,
            {"nation_slug": nation.nation_slug},
            set={mark: f"{self.pool}{turn_id}"},
            when=same_pool & untold,
        )


def reached(nation: Nation, plans: Plans) -> Iterator[Reached]:
    """The thresholds that the pool of this record has reached, told or not, the lowest first."""
    used, limit, period = (
        nation.queries_used_this_period,
        nation.queries_limit,
        timestamp(nation.billing_period_start),
    )
    if 0 < limit < UNLIMITED:
        pool = f"{period}#{limit}#"
        for threshold, at in ((Threshold.WARNING, warned_at(limit)), (Threshold.LIMIT, limit)):
            if used >= at:
                yield _reached(threshold, at, pool, nation)
    ceiling, cost = ceiling_of(nation, plans), cost_cents(nation)
    if ceiling is not None:
        pool = f"{period}#{ceiling}#"
        for threshold, at in ((Threshold.COST_WARNING, warned_at(ceiling)), (Threshold.COST_LIMIT, ceiling)):
            if cost >= at:
                yield _reached(threshold, at, pool, nation)
    plan = plans.get(nation.subscription_plan)
    if plan is not None and plan.fair_use is not None and used > plan.fair_use:
        yield _reached(Threshold.FAIR_USE, plan.fair_use + 1, f"{period}#", nation)


def warned_at(limit: int) -> int:
    """The first count that is 80 % of the limit or more."""
    return -(-limit * WARNED_AT_PERCENT // 100)


def _reached(threshold: Threshold, at: int, pool: str, nation: Nation) -> Reached:
    mark: str | None = getattr(nation, threshold.value)
    told_by = mark.removeprefix(pool) if mark is not None and mark.startswith(pool) else None
    return Reached(threshold, at, pool, told_by)
