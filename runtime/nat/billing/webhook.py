"""What is done about Stripe's events: each once, in any order, and never lost.

An event says only that something happened. The subscription is read from Stripe and the record brought up to
it; so events may come late, twice or in the wrong order, and the record ends as Stripe's last state. What
cannot be understood (no nation, no such plan) goes to the dead letters, from where it can be replayed.
"""

import logging
from datetime import timedelta
from typing import Final

from boto3.dynamodb.conditions import Attr

from nat.aws.store import Cancelled, Store
from nat.aws.writes import Put
from nat.billing.entitlement import PlanNotFound
from nat.billing.stripe_api import calls
from nat.billing.stripe_event import StripeEvent
from nat.billing.sync import Synchroniser
from nat.errors import BadRequest, NotFound
from nat.ids import NationSlug
from nat.names import TTL_ATTRIBUTE, Bus, Table

REMEMBERED: Final = timedelta(days=40)
"""How long an event is known. Stripe delivers for three days and lets people send again for thirty."""

_NOTICES: Final = {
    "invoice.payment_failed": (Bus.PAYMENT_PROBLEM, "payment_failed"),
    "invoice.payment_action_required": (Bus.PAYMENT_PROBLEM, "action_required"),
    "checkout.session.async_payment_failed": (Bus.PAYMENT_PROBLEM, "checkout_failed"),
    "customer.subscription.trial_will_end": (Bus.TRIAL_ENDING, "trial_ending"),
}
"""Events that people are told about, apart from what they change."""

_log = logging.getLogger(__name__)


class Undeliverable(Exception):
    """Nobody can tell what the event means for Nat. `reason` is one word for logs and the dead letter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Webhooks:
    """Takes events from the queue."""

    def __init__(self, store: Store, synchroniser: Synchroniser) -> None:
        self._store = store
        self._synchroniser = synchroniser

    def take(self, notification: StripeEvent) -> bool:
        """Act on one event. False when it was done before, or is none of ours.

        Raises `Undeliverable` for the dead letters; anything else is tried again by the queue.
        """
        if not notification.handled or self._known(notification.event):
            return False
        if notification.subscription is None:
            # A one-off invoice, or a payment page of the account's other business: nothing that Nat sells.
            _log.info("event without a subscription", extra={"stripe_event": notification.event})
            return False
        try:
            slug, subscribed = self._synchroniser.nation_of(notification.subscription)
            if subscribed.orphaned:
                return self._remember(notification, [])
            if slug is None:
                raise Undeliverable("no_nation")
            nation = self._synchroniser.bring_up(NationSlug(slug), subscribed)
        except NotFound:
            raise Undeliverable("subscription_unknown") from None
        except BadRequest:
            raise Undeliverable("slug_invalid") from None
        except (PlanNotFound, ValueError) as error:
            raise Undeliverable("plan_unknown" if isinstance(error, PlanNotFound) else "no_items") from None
        return self._remember(notification, self._notice(nation.nation_slug, notification))

    def _known(self, event: str) -> bool:
        return self._store.get(Table.ONCE, {"key": _key(event)}) is not None

    def _remember(self, notification: StripeEvent, notice: list[Put]) -> bool:
        """Note that the event is done, together with what people are told: both once."""
        now = self._store.clock()
        done = {
            "key": _key(notification.event),
            "type": notification.type,
            "done_at": now,
            TTL_ATTRIBUTE: int((now + REMEMBERED).timestamp()),
        }
        try:
            self._store.transact([Put(Table.ONCE, done, when=Attr("key").not_exists()), *notice])
        except Cancelled:
            return False
        return True

    def _notice(self, nation_slug: NationSlug, notification: StripeEvent) -> list[Put]:
        """The announcement of what people must know, if it still holds."""
        if notification.type not in _NOTICES:
            return []
        bus, kind = _NOTICES[notification.type]
        about: dict[str, object] = {"kind": kind, "stripe_event": notification.event}
        if notification.invoice is not None:
            try:
                with calls():
                    invoice = self._synchroniser.stripe.v1.invoices.retrieve(notification.invoice)
            except NotFound:
                return []  # deleted at Stripe meanwhile: there is nothing to pay
            if invoice.status != "open":
                return []  # paid or given up by now: the event came late
            about |= {
                "invoice": notification.invoice,
                "amount_cents": invoice.amount_remaining,
                "currency": invoice.currency,
                "url": invoice.hosted_invoice_url,
            }
        _log.info("billing notice", extra={"nation": nation_slug, "kind": kind})
        return [self._synchroniser.storage.announcements.entry(bus, nation_slug, about)]


def _key(event: str) -> str:
    return f"stripe-event#{event}"
