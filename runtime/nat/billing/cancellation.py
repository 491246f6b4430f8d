"""Ending a nation's subscriptions at once, because the nation is deleted."""

from typing import Any

from nat.billing.stripe_api import calls, close_open_pages
from nat.billing.stripe_subscription import FORMER_KEY, LIVE, SLUG_KEY, WAITING
from nat.billing.sync import Synchroniser
from nat.ids import NationSlug


def end_subscriptions(synchroniser: Synchroniser, nation_slug: NationSlug) -> int:
    """End every subscription of a nation that is not over, without paying anything back, and close the pages
    on which another could be bought; gives how many ended. Safe to repeat.

    First the subscription forgets its nation, or the event of its end would make a record of it anew.
    Invoices and the customer stay at Stripe: they are the operator's accounts. Raises `BillingUnavailable`,
    `BillingError`.
    """
    row = synchroniser.storage.rows.read(nation_slug)
    if row is None or row.customer_id is None:
        return 0
    close_open_pages(synchroniser.stripe, row.customer_id, nation_slug)
    ended = 0
    for each in synchroniser.of_customer(nation_slug, row.customer_id, row.values["subscription_id"]):
        if each.status not in LIVE | WAITING:
            continue
        forgetting: Any = {"metadata": {SLUG_KEY: "", FORMER_KEY: nation_slug}}
        with calls():
            synchroniser.stripe.v1.subscriptions.update(each.id, params=forgetting)
            synchroniser.stripe.v1.subscriptions.cancel(each.id)
        ended += 1
    return ended
