"""Another plan, the end with the period, and going on after all.

A change is shown before it is made: the preview carries the moment that the proration is computed for, the
change names that moment and the amount, and nothing is charged that was not shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from nat.billing.entitlement import plan_of
from nat.billing.prices import StripePrices
from nat.billing.stripe_api import calls
from nat.billing.stripe_subscription import (
    KEPT_PLAN_KEY,
    KEPT_UNTIL_KEY,
    LIVE,
    PERSON_KEY,
    PLAN_KEY,
    SLUG_KEY,
    StripeSubscription,
)
from nat.billing.sync import Synchroniser
from nat.errors import BillingError, NotSubscribed, PlanUnknown, QuoteChanged
from nat.ids import NationSlug
from nat.nations.plans import Plan, Plans
from nat.nations.record import Nation
from nat.wording import Worded

QUOTE_LIFE: Final = timedelta(minutes=15)
"""How long a shown amount can be confirmed."""
CLOCK_SKEW: Final = timedelta(minutes=2)


@dataclass(frozen=True)
class QuoteLine:
    """One line of the proration: cents, negative for what is given back."""

    description: str
    amount_cents: int


@dataclass(frozen=True)
class Quote:
    """What a change of plan costs today, and each month from then on. `due_cents` is charged at once;
    what is negative in `total_cents` is credited to the next invoices."""

    plan: str
    current_plan: str
    due_cents: int
    total_cents: int
    monthly_cents: int
    currency: str
    at: datetime
    period_end: datetime
    lines: tuple[QuoteLine, ...]


class PlanChange:
    """Changes the subscriptions of nations."""

    def __init__(
        self,
        synchroniser: Synchroniser,
        plans: Plans,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._synchroniser = synchroniser
        self._stripe = synchroniser.stripe
        self._plans = plans
        self._prices = StripePrices(synchroniser.stripe)
        self._clock = clock

    def preview(self, nation_slug: NationSlug, plan_name: str, at: datetime | None = None) -> Quote:
        """What the change would cost now. Raises `PlanUnknown`, `NotSubscribed`, `BillingError`."""
        plan = self._sold(plan_name)
        current = self._live(nation_slug)
        moment = (at or self._clock()).replace(microsecond=0)
        held = self._held(current)
        if not _is_upgrade(held, plan):
            self._price(plan, current)
            return Quote(
                plan=plan.name,
                current_plan=held.name,
                due_cents=0,
                total_cents=0,
                monthly_cents=plan.price_cents,
                currency="usd",
                at=moment,
                period_end=current.period_end,
                lines=(),
            )
        with calls():
            invoice = self._stripe.v1.invoices.create_preview(
                params={
                    "subscription": current.id,
                    "subscription_details": {
                        "items": [{"id": current.item_id, "price": self._price(plan, current)}],
                        "proration_behavior": "always_invoice",
                        "proration_date": int(moment.timestamp()),
                    },
                }
            )
            lines = tuple(
                QuoteLine(each.description or "", each.amount) for each in invoice.lines.auto_paging_iter()
            )
        return Quote(
            plan=plan.name,
            current_plan=held.name,
            due_cents=invoice.amount_due,
            total_cents=invoice.total,
            monthly_cents=plan.price_cents,
            currency=invoice.currency,
            at=moment,
            period_end=current.period_end,
            lines=lines,
        )

    def change(
        self, nation_slug: NationSlug, plan_name: str, *, at: datetime, due_cents: int, by: str
    ) -> Nation:
        """Make the change that was shown, charge it, and give the nation's new record.

        An upgrade holds at once, and one whose payment fails changes nothing. A smaller plan begins with the
        next period: what was paid for holds until then, and nothing is given back.

        Raises `QuoteChanged`, `PaymentDeclined`, and what `preview` raises.
        """
        now = self._clock()
        if not now - QUOTE_LIFE <= at <= now + CLOCK_SKEW:
            raise QuoteChanged
        quote = self.preview(nation_slug, plan_name, at)
        if quote.due_cents != due_cents:
            raise QuoteChanged
        plan, current = self._sold(plan_name), self._live(nation_slug)
        held = self._held(current)
        upgrade = _is_upgrade(held, plan)
        waits = not upgrade and plan.name != held.name
        params: Any = {
            "items": [{"id": current.item_id, "price": self._price(plan, current)}],
            "payment_behavior": "error_if_incomplete",
            "metadata": {
                SLUG_KEY: nation_slug,
                PLAN_KEY: plan.name,
                PERSON_KEY: current.metadata.get(PERSON_KEY, by),
                KEPT_PLAN_KEY: held.name if waits else "",
                KEPT_UNTIL_KEY: str(int(current.period_end.timestamp())) if waits else "",
            },
        }
        if upgrade:
            params |= {"proration_behavior": "always_invoice", "proration_date": int(at.timestamp())}
        else:
            params |= {"proration_behavior": "none"}
        with calls():
            self._stripe.v1.subscriptions.update(
                current.id,
                params=params,
                # A second click on the same quote is the same change.
                options={"idempotency_key": f"nat-change-{current.id}-{plan.name}-{int(at.timestamp())}"},
            )
        return self._synchroniser.bring_up(nation_slug, current)

    def cancel(self, nation_slug: NationSlug) -> Nation:
        """Let the subscription end with its period; the nation can be used until then.

        Raises `NotSubscribed`, `BillingUnavailable`.
        """
        return self._ending(nation_slug, ending=True)

    def resume(self, nation_slug: NationSlug) -> Nation:
        """Take a cancellation back before the period ends. Raises `NotSubscribed`, `BillingUnavailable`."""
        return self._ending(nation_slug, ending=False)

    def _ending(self, nation_slug: NationSlug, *, ending: bool) -> Nation:
        current = self._live(nation_slug)
        with calls():
            self._stripe.v1.subscriptions.update(current.id, params={"cancel_at_period_end": ending})
        return self._synchroniser.bring_up(nation_slug, current)

    def _held(self, current: StripeSubscription) -> Plan:
        """The plan that the nation has now: one that it paid for, until its period is over."""
        return self._plans.get(current.kept_plan(self._clock())) or plan_of(current, self._plans)

    def _live(self, nation_slug: NationSlug) -> StripeSubscription:
        current = self._synchroniser.subscription(nation_slug)
        if current is None or current.status not in LIVE:
            raise NotSubscribed
        return current

    def _sold(self, name: str) -> Plan:
        plan = self._plans.get(name)
        if plan is None or plan.legacy:
            raise PlanUnknown
        return plan

    def _price(self, plan: Plan, current: StripeSubscription) -> str:
        price = self._prices.of(plan)
        if price == current.price_id:
            raise BillingError(Worded("form.plan_already"))
        return price


def _is_upgrade(held: Plan, wanted: Plan) -> bool:
    return wanted.price_cents > held.price_cents
