"""What nations used, told to Stripe once a day as meter events: for its reports, and for later prices.

The count that limits a nation is its own record's; nothing depends on meters.
"""

import logging
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

import stripe
from boto3.dynamodb.conditions import Key

from nat.aws.store import Store
from nat.billing.stripe_api import calls
from nat.billing.stripe_subscription import StripeSubscription
from nat.errors import BillingError
from nat.ids import NationSlug
from nat.names import Table

if TYPE_CHECKING:
    from stripe import StripeClient

METER_EVENT: Final = "nat_queries"
"""Event name of the meter; an operator makes the meter once per Stripe account (docs/operations.md)."""

_log = logging.getLogger(__name__)


class Meters:
    """Sends a day's queries of nations."""

    def __init__(self, store: Store, stripe_client: "StripeClient") -> None:
        self._store = store
        self._stripe = stripe_client

    def report(self, nation_slug: NationSlug, subscribed: StripeSubscription, day: date) -> int:
        """Tell Stripe how many queries a nation asked on a UTC day; gives the number. A day without any is
        not told. Telling it again changes nothing: Stripe knows the identifier for a day at least.

        Raises `BillingUnavailable`, `BillingError` for an account without the meter.
        """
        queries = self.queries(nation_slug, day)
        if queries:
            self._send(nation_slug, subscribed.customer_id, day, queries)
        return queries

    def queries(self, nation_slug: NationSlug, day: date) -> int:
        """Queries of all people of a nation on a UTC day."""
        that_day = Key("nation_slug").eq(nation_slug) & Key("day_user").begins_with(f"{day:%Y-%m-%d}#")
        return sum(row.get("queries", 0) for row in self._store.query(Table.USAGE, that_day))

    def _send(self, nation_slug: NationSlug, customer_id: str, day: date, queries: int) -> None:
        last_second = datetime.combine(day, time(23, 59, 59), UTC)
        try:
            with calls():
                self._stripe.v1.billing.meter_events.create(
                    params={
                        "event_name": METER_EVENT,
                        "payload": {"stripe_customer_id": customer_id, "value": str(queries)},
                        "identifier": f"nat-{nation_slug}-{day:%Y-%m-%d}",
                        "timestamp": int(last_second.timestamp()),
                    }
                )
        except BillingError as error:
            cause = error.__cause__
            if isinstance(cause, stripe.InvalidRequestError) and _told_before(cause):
                _log.info("usage was told before", extra={"nation": nation_slug})
                return
            raise


def _told_before(error: stripe.InvalidRequestError) -> bool:
    return error.code == "duplicate_meter_event" or error.param == "identifier"
