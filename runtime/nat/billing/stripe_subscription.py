"""A subscription as Stripe has it now, in plain values, and which one of several is a nation's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import stripe

from nat.billing.stripe_api import id_of, metadata_of
from nat.ids import NationSlug

LIVE: Final = frozenset({"active", "trialing", "past_due"})
"""States in which a nation pays, or will be asked to: no second subscription is sold beside one."""
WAITING: Final = frozenset({"incomplete", "unpaid", "paused"})
"""States that can become live again without a new subscription."""
SLUG_KEY: Final = "nation_slug"
PLAN_KEY: Final = "plan"
PERSON_KEY: Final = "user_id"
WEB_APP_KEY: Final = "web_app"
"""Keys in the metadata of Checkout sessions and subscriptions."""
KEPT_PLAN_KEY: Final = "kept_plan"
KEPT_UNTIL_KEY: Final = "kept_until"
"""Keys in the metadata of a subscription that goes down to a smaller plan: what was paid for holds until then
(epoch seconds)."""
FORMER_KEY: Final = "deleted_nation_slug"
"""Key in the metadata of a subscription whose nation was deleted: it belongs to none any more."""


@dataclass(frozen=True)
class StripeSubscription:
    """One subscription. Periods are those of its item; `lookup_key` is the price's."""

    id: str
    customer_id: str
    status: str
    created: datetime
    item_id: str
    price_id: str
    lookup_key: str | None
    unit_amount: int
    period_start: datetime
    period_end: datetime
    anchor: datetime
    cancel_at: datetime | None = None
    trial_end: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def nation_slug(self) -> NationSlug | None:
        """The nation that the metadata name."""
        slug = self.metadata.get(SLUG_KEY)
        return NationSlug(slug) if slug else None

    def kept_plan(self, now: datetime) -> str | None:
        """The plan that was paid for and holds until its period is over, whatever the price is by now."""
        until = self.metadata.get(KEPT_UNTIL_KEY, "")
        if not until.isdecimal() or now.timestamp() >= int(until):
            return None
        return self.metadata.get(KEPT_PLAN_KEY) or None

    @property
    def orphaned(self) -> bool:
        """Whether its nation was deleted."""
        return self.nation_slug is None and FORMER_KEY in self.metadata

    @property
    def rank(self) -> tuple[int, datetime, str]:
        """Live before waiting before ended, then the newest; the id decides between equals."""
        state = 2 if self.status in LIVE else 1 if self.status in WAITING else 0
        return state, self.created, self.id


def read(found: stripe.Subscription) -> StripeSubscription:
    """The plain values of Stripe's object. Raises `ValueError` for a subscription without items."""
    items = found["items"].data
    if not items:
        raise ValueError(f"The subscription {found.id} has no items.")
    # A metered item, if an operator added one, comes beside the licensed one that names the plan.
    item = next((each for each in items if _licensed(each)), items[0])
    price = item.price
    return StripeSubscription(
        id=found.id,
        customer_id=id_of(found.customer) or "",
        status=found.status,
        created=_moment(found.created),
        item_id=item.id,
        price_id=price.id,
        lookup_key=getattr(price, "lookup_key", None),
        unit_amount=price.unit_amount or 0,
        period_start=_moment(item.current_period_start),
        period_end=_moment(item.current_period_end),
        anchor=_moment(found.billing_cycle_anchor),
        cancel_at=_end(found, item),
        trial_end=None if found.trial_end is None else _moment(found.trial_end),
        metadata=metadata_of(found),
    )


def representing(found: Iterable[StripeSubscription]) -> StripeSubscription | None:
    """The subscription that stands for a nation, whatever the order they are given in."""
    return max(found, key=lambda each: each.rank, default=None)


def _licensed(item: Any) -> bool:
    recurring = getattr(item.price, "recurring", None)
    return recurring is None or recurring.usage_type == "licensed"


def _end(found: Any, item: Any) -> datetime | None:
    if found.cancel_at is not None:
        return _moment(found.cancel_at)
    return _moment(item.current_period_end) if found.cancel_at_period_end else None


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
