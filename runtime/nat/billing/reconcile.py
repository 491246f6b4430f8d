"""Regular looks at Stripe's live subscriptions: what no event brings about, and each day's usage.

The list is Stripe's, in pages, so no table of ours is scanned. A look heals what a lost webhook left behind,
too, and announces what of a query pool no turn did, because none ran any more.
"""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Final

from nat.billing import stripe_subscription as subscriptions
from nat.billing.entitlement import PlanNotFound
from nat.billing.meters import Meters
from nat.billing.stripe_api import calls
from nat.billing.sync import Synchroniser
from nat.billing.usage_alerts import UsageAlerts
from nat.errors import NatError
from nat.ids import NationSlug

PAGE: Final = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReconciliationKind:
    """What one look did. `next` is the last subscription seen, if there are more."""

    seen: int
    failed: int
    queries: int = 0
    next: str | None = None


class Reconciliation:
    """Looks at subscriptions page by page."""

    def __init__(self, synchroniser: Synchroniser, meters: Meters, thresholds: UsageAlerts) -> None:
        self._synchroniser = synchroniser
        self._meters = meters
        self._thresholds = thresholds

    def past_due(self, after: str | None = None) -> ReconciliationKind:
        """A page of the subscriptions with an unpaid invoice: the grace of some is over by now, of which
        Stripe knows nothing. Raises `BillingUnavailable`."""
        return self._page("past_due", after, None)

    def day(self, day: date, after: str | None = None) -> ReconciliationKind:
        """A page of all subscriptions that are not over: records are brought up, and the day's usage is told.

        Raises `BillingUnavailable`.
        """
        return self._page(None, after, day)

    def _page(self, status: str | None, after: str | None, day: date | None) -> ReconciliationKind:
        stripe = self._synchroniser.stripe
        with calls():
            page = stripe.v1.subscriptions.list(
                params={
                    "limit": PAGE,
                    **({} if status is None else {"status": status}),
                    **({} if after is None else {"starting_after": after}),
                }
            )
        failed = queries = 0
        for found in page.data:
            try:
                queries += self._one(found.id, day)
            except (NatError, PlanNotFound, ValueError) as error:
                failed += 1
                _log.error(
                    "subscription could not be brought up",
                    extra={"subscription": found.id, "error": type(error).__name__},
                )
        last = page.data[-1].id if page.data and page.has_more else None
        return ReconciliationKind(len(page.data), failed, queries, last)

    def _one(self, subscription_id: str, day: date | None) -> int:
        slug, subscribed = self._synchroniser.nation_of(subscription_id)
        if slug is None:
            return 0  # something else that is sold through the same account
        self._thresholds.claim_all(self._synchroniser.bring_up(NationSlug(slug), subscribed))
        if day is None or subscribed.status not in subscriptions.LIVE:
            return 0
        return self._meters.report(NationSlug(slug), subscribed, day)
