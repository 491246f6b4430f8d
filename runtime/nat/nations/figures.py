"""What nations bring and cost, for who runs the service: the operator's pages and reports go by the same.

A nation brings the monthly price of its plan while it pays, and costs what the model did for it in its
billing period so far; taxes, Stripe's share and the infrastructure stand in `docs/cost.md`. So a margin falls
during a period, and is what the period leaves only at its end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from nat.nations.ceilings import MICROS_IN_A_CENT, ceiling_of, cost_cents
from nat.nations.plans import Plans
from nat.nations.record import Nation, SubscriptionStatus
from nat.nations.thresholds import WARNED_AT_PERCENT
from nat.nations.usage import in_period

QUIET_AFTER: Final = timedelta(days=14)
"""A nation that pays and has asked nothing for so long of its period is told apart."""


class Outlier(StrEnum):
    """Why an operator would look at a nation."""

    MARGIN = "margin"
    """It leaves less than the margin that is aimed at."""
    CEILING = "ceiling"
    """Most of what the model may cost for it is used up."""
    FAIR_USE = "fair_use"
    """It asks more than its plan's fair use."""
    LIMIT = "limit"
    """Its questions of the period are used up."""
    QUIET = "quiet"
    """It pays and asks nothing."""


@dataclass(frozen=True)
class NationFigures:
    """A nation as it counts now. `margin_percent` is `None` where nothing is paid."""

    nation: Nation
    price_cents: int
    margin_percent: float | None
    outliers: tuple[Outlier, ...]

    @property
    def is_customer(self) -> bool:
        """Whether it pays, or is about to at the end of its trial."""
        return self.nation.subscription_status.usable


def figures_of(stored: Nation, plans: Plans, *, margin_percent: float, now: datetime) -> NationFigures:
    """What a nation brings and costs; `margin_percent` is aimed at."""
    nation = in_period(stored, now)
    plan = plans.get(nation.subscription_plan)
    pays = plan is not None and nation.subscription_status is SubscriptionStatus.ACTIVE
    price = plan.price_cents if plan is not None and pays else 0
    margin = _margin(price, nation.cost_micros_this_period)
    ceiling = ceiling_of(nation, plans)
    used = nation.queries_used_this_period
    found = {
        Outlier.MARGIN: margin is not None and margin < margin_percent,
        Outlier.CEILING: ceiling is not None and cost_cents(nation) * 100 >= ceiling * WARNED_AT_PERCENT,
        Outlier.FAIR_USE: plan is not None and plan.fair_use is not None and used > plan.fair_use,
        Outlier.LIMIT: nation.subscription_status.usable and 0 < nation.queries_limit <= used,
        Outlier.QUIET: pays and not used and now - nation.billing_period_start >= QUIET_AFTER,
    }
    return NationFigures(nation, price, margin, tuple(each for each, holds in found.items() if holds))


def _margin(price_cents: int, cost_micros: int) -> float | None:
    if not price_cents:
        return None
    return round(100 * (1 - cost_micros / MICROS_IN_A_CENT / price_cents), 1)
