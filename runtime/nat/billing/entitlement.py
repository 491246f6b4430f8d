"""What a subscription means for its nation: status, plan, limit, period."""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nat.billing.stripe_subscription import PLAN_KEY, StripeSubscription
from nat.nations.plans import Plan, Plans
from nat.nations.record import SubscriptionStatus

STATUS: Final = {
    "trialing": SubscriptionStatus.TRIALING,
    "active": SubscriptionStatus.ACTIVE,
    "canceled": SubscriptionStatus.CANCELLED,
    "unpaid": SubscriptionStatus.CANCELLED,
    "paused": SubscriptionStatus.CANCELLED,
    "incomplete_expired": SubscriptionStatus.CANCELLED,
    "incomplete": SubscriptionStatus.NONE,
}
"""Stripe's status as Nat's, but for `past_due`, which depends on the time."""


class PlanNotFound(ValueError):
    """The subscription's price belongs to no plan, and its metadata name none."""


@dataclass(frozen=True)
class Entitlement:
    """The fields of a nation's record that follow from its subscription.

    `past_due_until` is the end of the grace for an unpaid invoice, `cancel_at` the end of a subscription that
    was cancelled for the end of its period.
    """

    status: SubscriptionStatus
    plan: str
    queries_limit: int
    customer_id: str
    subscription_id: str
    period_start: datetime
    period_end: datetime
    anchor_day: int
    past_due_until: datetime | None = None
    cancel_at: datetime | None = None
    trial_end: datetime | None = None


def entitlement_of(
    subscribed: StripeSubscription,
    plans: Plans,
    *,
    now: datetime,
    grace: timedelta,
    unpaid_since: datetime | None = None,
) -> Entitlement:
    """What the subscription means now. `unpaid_since` is when its oldest open invoice was made; it matters
    while the subscription is past due. Raises `PlanNotFound`."""
    plan = plans.get(subscribed.kept_plan(now)) or plan_of(subscribed, plans)
    past_due_until = None
    if subscribed.status == "past_due":
        past_due_until = (unpaid_since or subscribed.period_start) + grace
        status = SubscriptionStatus.ACTIVE if now < past_due_until else SubscriptionStatus.NONE
    else:
        # A status that Stripe adds later gives no access until somebody has decided what it means.
        status = STATUS.get(subscribed.status, SubscriptionStatus.NONE)
    return Entitlement(
        status=status,
        plan=plan.name,
        queries_limit=plan.queries_limit,
        customer_id=subscribed.customer_id,
        subscription_id=subscribed.id,
        period_start=subscribed.period_start,
        period_end=subscribed.period_end,
        anchor_day=_anchor_day(subscribed),
        past_due_until=past_due_until,
        cancel_at=subscribed.cancel_at,
        trial_end=subscribed.trial_end if subscribed.status == "trialing" else None,
    )


def plan_of(subscribed: StripeSubscription, plans: Plans) -> Plan:
    """The plan by the price's id, else by its lookup key, else, for a price made for one customer, by the
    metadata. Raises `PlanNotFound`."""
    for plan in plans:
        if plan.stripe_price_id == subscribed.price_id:
            return plan
    named = plans.get(subscribed.lookup_key) or plans.get(subscribed.metadata.get(PLAN_KEY))
    if named is None:
        raise PlanNotFound(f"The price {subscribed.price_id} belongs to no plan.")
    return named


def _anchor_day(subscribed: StripeSubscription) -> int:
    """The day of the month that periods start on. In a trial, and in a shortened first period, the period
    does not start on the anchor's day."""
    start, anchor = subscribed.period_start, subscribed.anchor.day
    last = calendar.monthrange(start.year, start.month)[1]
    return anchor if start.day == min(anchor, last) else start.day
