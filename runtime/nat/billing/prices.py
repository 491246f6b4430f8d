"""Stripe's price of each plan."""

from typing import TYPE_CHECKING

from nat.billing.stripe_api import calls
from nat.errors import BillingError
from nat.nations.plans import Plan
from nat.wording import Worded

if TYPE_CHECKING:
    from stripe import StripeClient


class StripePrices:
    """Price ids: a plan's own, or that of the active price whose lookup key is the plan's name. So plans need
    no ids that differ between Stripe accounts. It is asked each time: a price never changes, so an operator
    who wants another amount archives one and gives its key to a new one."""

    def __init__(self, stripe: "StripeClient") -> None:
        self._stripe = stripe

    def of(self, plan: Plan) -> str:
        """The price id of a plan. Raises `BillingError` where Stripe has none."""
        if plan.stripe_price_id:
            return plan.stripe_price_id
        with calls():
            prices = self._stripe.v1.prices.list(
                params={"lookup_keys": [plan.name], "active": True, "limit": 1}
            ).data
        if not prices:
            raise BillingError(Worded("form.plan_not_sold", plan=plan.title or plan.name))
        return prices[0].id
