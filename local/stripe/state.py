"""One stand-in's parts together, and what pages, the API and the control routes do alike."""

from collections.abc import Mapping
from typing import Any

from config import load_plans
from local.stripe.errors import declined, invalid
from local.stripe.invoices import Invoices, subscription_of
from local.stripe.objects import Object
from local.stripe.store import Store
from local.stripe.subscriptions import Subscriptions, visible
from local.stripe.webhooks import Webhooks

CARDS = ("ok", "declined", "action")


class State:
    """Store, billing and webhooks of one server. `page_url` is where its pages are."""

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or Store()
        self.page_url = ""
        self.webhooks = Webhooks(self.store)
        self.answers: dict[str, tuple[int, bytes]] = {}
        """Answers by idempotency key: a repeated request gets the same one."""
        self.outages: list[int] = []
        """Statuses to answer the next API requests with, for clients that must cope."""

    def begin(self, url: str) -> None:
        """The address is known now."""
        self.page_url = url
        self.invoices = Invoices(self.store, self.webhooks, url)
        self.subscriptions = Subscriptions(self.store, self.webhooks, self.invoices)

    def seed_plans(self) -> None:
        """A product and a monthly price for each plan of `config/plans.toml`; the plan's id is the lookup
        key."""
        for key, plan in load_plans().items():
            if any(self.store.all("price", lookup_key=key)):
                continue
            product = self.store.add("product", f"prod_{key}", name=plan.name, active=True)
            self.add_price(product["id"], plan.price_cents, lookup_key=key, nickname=plan.name, price_id=key)

    def advance(self, seconds: int) -> None:
        """Move the clock; what is due until then happens, each at its own moment."""
        self.store.clock.advance(seconds)
        self.subscriptions.catch_up()

    def add_price(
        self,
        product: str,
        cents: int,
        *,
        lookup_key: str | None = None,
        interval: str = "month",
        nickname: str | None = None,
        price_id: str | None = None,
    ) -> Object:
        """A recurring price in US cents."""
        recurring = {
            "interval": interval,
            "interval_count": 1,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
        return self.store.add(
            "price",
            f"price_{price_id}" if price_id else None,
            product=product,
            unit_amount=cents,
            unit_amount_decimal=str(cents),
            lookup_key=lookup_key,
            nickname=nickname,
            recurring=recurring,
        )

    def complete(self, session: Object, card: str = "ok") -> Object:
        """The person pays on the Checkout page. Raises `StripeRefusal` for a card that is declined."""
        if session["status"] != "open":
            raise invalid("This session is no longer open.")
        if card == "declined":
            raise declined()
        store = self.store
        if session["customer"] is None:
            email = session["customer_email"] or "person@example.org"
            session["customer"] = store.add("customer", email=email, name=None)["id"]
        customer = store.get("customer", session["customer"])
        self.set_card(customer["id"], card)
        data = session["_subscription_data"]
        behaviour = (data.get("trial_settings") or {}).get("end_behavior", {})
        subscription = self.subscriptions.create(
            customer["id"],
            store.get("price", session["_price"]),
            metadata=dict(data.get("metadata") or {}),
            trial_days=int(data.get("trial_period_days") or 0),
            missing_payment_method=behaviour.get("missing_payment_method", "create_invoice"),
            payment_method=customer["invoice_settings"]["default_payment_method"],
        )
        waiting = subscription["status"] == "incomplete"
        session |= {
            "status": "complete",
            "payment_status": "unpaid" if waiting else "paid",
            "subscription": subscription["id"],
            "invoice": subscription["latest_invoice"],
            "customer_details": {"email": customer["email"], "name": customer["name"]},
        }
        self.webhooks.emit("checkout.session.completed", visible(session))
        return session

    def settle(self, session: Object, *, paid: bool) -> None:
        """A payment that takes days, such as a debit, has come through or failed."""
        subscription = self.store.get("subscription", session["subscription"])
        outcome = "succeeded" if paid else "failed"
        self.store.cards[session["customer"]] = "ok" if paid else "declined"
        if paid and self.subscriptions.collect_open(subscription):
            session["payment_status"] = "paid"
        self.webhooks.emit(f"checkout.session.async_payment_{outcome}", visible(session))

    def expire(self, session: Object) -> Object:
        """The session can no longer be paid. Raises `StripeRefusal` if it is over already."""
        if session["status"] != "open":
            raise invalid('Only Checkout Sessions with a status in ["open"] can be expired.')
        session |= {"status": "expired", "url": None}
        self.webhooks.emit("checkout.session.expired", visible(session))
        return session

    def pay(self, invoice: Object) -> Object:
        """Pay an open invoice now. Raises `StripeRefusal` when the card is declined."""
        if invoice["status"] != "open":
            raise invalid(
                "Invoice is already paid." if invoice["status"] == "paid" else "Invoice is not open."
            )
        if not self.invoices.collect(invoice):
            raise declined()
        subscription = self.store.get("subscription", subscription_of(invoice) or "")
        if not self.invoices.open_of(subscription):
            self.subscriptions.paid_late(subscription)
        return invoice

    def set_card(self, customer: str, behaviour: str) -> Object:
        """Give a customer a new card that behaves so. Raises `StripeRefusal`."""
        if behaviour not in CARDS:
            raise invalid(f"card is one of {', '.join(CARDS)}.", "card")
        found = self.store.get("customer", customer)
        method = self.store.add("payment_method", customer=customer, metadata={})
        found["invoice_settings"] = {
            **found["invoice_settings"],
            "default_payment_method": method["id"],
        }
        self.store.cards[customer] = behaviour
        for each in self.store.all("subscription", customer=customer):
            each["default_payment_method"] = method["id"]
        return method

    def cancelling(self, subscription: Object, *, ending: bool) -> Mapping[str, Any]:
        """Fields of a subscription that ends with its period, or goes on after all."""
        end = subscription["items"]["data"][0]["current_period_end"]
        reason = "cancellation_requested" if ending else None
        return {
            "cancel_at_period_end": ending,
            "cancel_at": end if ending else None,
            "canceled_at": self.store.clock.second if ending else None,
            "cancellation_details": {**subscription["cancellation_details"], "reason": reason},
        }
