"""Stripe's customer portal: card, address, invoices, plan and cancellation on Stripe's own pages."""

from nat.billing.stripe_api import calls
from nat.billing.sync import Synchroniser
from nat.errors import NotFound, NotSubscribed
from nat.ids import NationSlug
from nat.nations.web_pages import BILLING_PAGE


def open_portal(
    synchroniser: Synchroniser, nation_slug: NationSlug, app_url: str, *, card: bool = False
) -> str:
    """The address of a portal session for a nation; with `card` it opens where the card is changed.

    Works without an active subscription. Raises `NotSubscribed` for a nation that never had one, or whose
    customer was deleted at Stripe: what helps is to subscribe. Raises `BillingUnavailable`.
    """
    row = synchroniser.storage.rows.read(nation_slug)
    if row is None or row.customer_id is None:
        raise NotSubscribed
    back = f"{app_url}{BILLING_PAGE}"
    sessions = synchroniser.stripe.v1.billing_portal.sessions
    try:
        with calls():
            if card:
                return sessions.create(
                    params={
                        "customer": row.customer_id,
                        "return_url": back,
                        "flow_data": {"type": "payment_method_update"},
                    }
                ).url
            return sessions.create(params={"customer": row.customer_id, "return_url": back}).url
    except NotFound:
        raise NotSubscribed from None
