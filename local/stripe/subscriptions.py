"""Subscriptions through time: trials, periods, renewals, failed payments, changes, the end."""

import copy
from typing import Any, Final

from local.stripe.errors import declined, invalid
from local.stripe.invoices import Invoices, Line
from local.stripe.objects import Object, listed, month_after, shape
from local.stripe.store import Store
from local.stripe.webhooks import Webhooks

DAY: Final = 86_400
TRIAL_NOTICE: Final = 3 * DAY
"""`customer.subscription.trial_will_end` comes three days before."""
INCOMPLETE_LIFE: Final = 23 * 3600
ATTEMPTS: Final = 4
"""Payments tried before a subscription ends."""
OVER: Final = frozenset({"canceled", "incomplete_expired"})


class Subscriptions:
    """The life of every subscription. `after_retries` is the account's setting: `canceled` or `unpaid`."""

    def __init__(self, store: Store, webhooks: Webhooks, invoices: Invoices) -> None:
        self._store = store
        self._webhooks = webhooks
        self._invoices = invoices
        self.after_retries = "canceled"

    def create(
        self,
        customer: str,
        price: Object,
        *,
        metadata: dict[str, str] | None = None,
        trial_days: int = 0,
        missing_payment_method: str = "create_invoice",
        payment_method: str | None = None,
    ) -> Object:
        """A new subscription and its first invoice: trialing, active, or incomplete when the card says no."""
        now = self._store.clock.second
        trial_end = now + trial_days * DAY if trial_days else None
        anchor = trial_end or now
        end = trial_end or month_after(now, _months(price), now)
        subscription = self._store.add(
            "subscription",
            customer=customer,
            currency=price["currency"],
            metadata=dict(metadata or {}),
            start_date=now,
            billing_cycle_anchor=anchor,
            trial_start=now if trial_end else None,
            trial_end=trial_end,
            trial_settings={"end_behavior": {"missing_payment_method": missing_payment_method}},
            default_payment_method=payment_method,
            status="trialing" if trial_end else "incomplete",
            latest_invoice=None,
            cancellation_details={"comment": None, "feedback": None, "reason": None},
        )
        item = shape(
            "subscription_item",
            id=self._store.new_id("subscription_item"),
            created=now,
            price=copy.deepcopy(price),
            subscription=subscription["id"],
            current_period_start=now,
            current_period_end=end,
        )
        subscription["items"] = listed(
            f"/v1/subscription_items?subscription={subscription['id']}", [item]
        ) | {"total_count": 1}
        amount = 0 if trial_end else price["unit_amount"]
        invoice = self._invoices.draft(
            subscription, [Line(amount, _words(price), now, end, price)], "subscription_create"
        )
        self._webhooks.emit("customer.subscription.created", subscription)
        if self._invoices.collect(invoice) and not trial_end:
            self._change(subscription, status="active")
        return subscription

    def change(
        self,
        subscription: Object,
        *,
        price: Object | None = None,
        proration_behavior: str = "create_prorations",
        proration_date: int | None = None,
        payment_behavior: str = "allow_incomplete",
        fields: dict[str, Any] | None = None,
    ) -> Object:
        """Another price, metadata, or the end at the period's end. Raises `StripeRefusal`."""
        if subscription["status"] in OVER:
            raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
        changes: dict[str, Any] = dict(fields or {})
        item = subscription["items"]["data"][0]
        if price is not None and price["id"] != item["price"]["id"]:
            lines = self.proration(subscription, price, proration_date)
            if proration_behavior == "always_invoice" and sum(line.amount for line in lines) != 0:
                self._charge_now(subscription, lines, payment_behavior)
            elif proration_behavior == "create_prorations":
                self._keep_for_next(subscription, lines)
            items = copy.deepcopy(subscription["items"])
            items["data"][0]["price"] = copy.deepcopy(price)
            changes["items"] = items
        self._change(subscription, **changes)
        return subscription

    def proration(self, subscription: Object, price: Object, at: int | None = None) -> list[Line]:
        """What a change of price at a moment gives back for the rest of the period, and costs for it."""
        item = subscription["items"]["data"][0]
        start, end = item["current_period_start"], item["current_period_end"]
        moment = min(max(at or self._store.clock.second, start), end)
        if subscription["status"] == "trialing":
            return []
        rest, whole = end - moment, end - start
        old = item["price"]
        return [
            Line(
                -round(old["unit_amount"] * rest / whole),
                f"Unused time on {_name(self._store, old)}",
                moment,
                end,
                old,
                True,
            ),
            Line(
                round(price["unit_amount"] * rest / whole),
                f"Remaining time on {_name(self._store, price)}",
                moment,
                end,
                price,
                True,
            ),
        ]

    def renewal(self, subscription: Object, price: Object | None = None) -> Line:
        """The line of the next period."""
        item = subscription["items"]["data"][0]
        chosen = price or item["price"]
        start = item["current_period_end"]
        return Line(
            chosen["unit_amount"], _words(chosen), start, self._next_end(subscription, chosen, start), chosen
        )

    def kept_for_next(self, subscription: Object) -> list[Line]:
        """Prorations that wait for the next invoice."""
        return [
            Line(
                each["amount"],
                each["description"],
                each["period"]["start"],
                each["period"]["end"],
                self._store.get("price", each["pricing"]["price_details"]["price"]),
                True,
            )
            for each in self._store.all("invoiceitem", invoice=None)
            if each["parent"]["subscription_details"]["subscription"] == subscription["id"]
        ]

    def end(self, subscription: Object, status: str = "canceled", reason: str | None = None) -> Object:
        """It is over, at once."""
        now = self._store.clock.second
        subscription["status"] = status
        subscription["ended_at"] = now
        subscription["canceled_at"] = subscription["canceled_at"] or now
        subscription["cancellation_details"] = {**subscription["cancellation_details"], "reason": reason}
        for invoice in self._invoices.open_of(subscription):
            self._invoices.give_up(invoice)
        kind = "customer.subscription.deleted" if status == "canceled" else "customer.subscription.updated"
        self._webhooks.emit(kind, subscription)
        return subscription

    def paid_late(self, subscription: Object) -> None:
        """The open invoices have been paid after all."""
        if subscription["status"] in ("past_due", "unpaid", "incomplete"):
            self._change(subscription, status="active")

    def collect_open(self, subscription: Object) -> bool:
        """Try the open invoices once more, as after a new card. True when all are paid."""
        tried = [self._invoices.collect(each) for each in self._invoices.open_of(subscription)]
        if all(tried):
            self.paid_late(subscription)
        return all(tried)

    def catch_up(self) -> None:
        """Let everything happen that was due by now, in its order and each at its own moment."""
        clock = self._store.clock
        target = clock.second
        while True:
            due = [
                (moment, each["id"])
                for each in self._store.all("subscription")
                if (moment := self._due(each)) is not None and moment <= target
            ]
            if not due:
                break
            moment, subscription_id = min(due)
            shift = clock.shift
            clock.advance(moment - clock.second)
            try:
                self._step(self._store.get("subscription", subscription_id))
            finally:
                clock.shift = shift

    def _due(self, subscription: Object) -> int | None:
        """When something happens next to a subscription by itself."""
        status = subscription["status"]
        if status in OVER or status in ("unpaid", "paused"):
            return None
        end: int = subscription["items"]["data"][0]["current_period_end"]
        if status == "incomplete":
            return int(subscription["created"]) + INCOMPLETE_LIFE
        moments = [end]
        if status == "trialing" and not subscription.get("_trial_notice"):
            moments.append(max(end - TRIAL_NOTICE, subscription["trial_start"]))
        moments += [
            each["next_payment_attempt"]
            for each in self._invoices.open_of(subscription)
            if each["next_payment_attempt"]
        ]
        if subscription["cancel_at"]:
            moments.append(subscription["cancel_at"])
        return min(moments)

    def _step(self, subscription: Object) -> None:
        now = self._store.clock.second
        item = subscription["items"]["data"][0]
        if subscription["status"] == "incomplete":
            for invoice in self._invoices.open_of(subscription):
                self._invoices.void(invoice)
            self.end(subscription, "incomplete_expired")
        elif (subscription["cancel_at_period_end"] and now >= item["current_period_end"]) or (
            subscription["cancel_at"] and now >= subscription["cancel_at"]
        ):
            self.end(subscription, reason="cancellation_requested")
        elif now >= item["current_period_end"]:
            self._renew(subscription)
        elif subscription["status"] == "trialing":
            subscription["_trial_notice"] = True
            self._webhooks.emit("customer.subscription.trial_will_end", visible(subscription))
        else:
            self._retry(subscription)

    def _renew(self, subscription: Object) -> None:
        if subscription["status"] == "trialing" and not subscription["default_payment_method"]:
            behaviour = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
            if behaviour == "cancel":
                self.end(subscription)
                return
            if behaviour == "pause":
                self._change(subscription, status="paused")
                self._webhooks.emit("customer.subscription.paused", visible(subscription))
                return
            self._store.cards.setdefault(subscription["customer"], "declined")  # there is none to charge
        line = self.renewal(subscription)
        items = copy.deepcopy(subscription["items"])
        items["data"][0] |= {"current_period_start": line.start, "current_period_end": line.end}
        kept = self.kept_for_next(subscription)
        invoice = self._invoices.draft(subscription, [*kept, line], "subscription_cycle")
        for each in self._store.all("invoiceitem", invoice=None):
            if each["parent"]["subscription_details"]["subscription"] == subscription["id"]:
                each["invoice"] = invoice["id"]
        paid = self._invoices.collect(invoice)
        status = "active" if paid and subscription["status"] != "past_due" else "past_due"
        self._change(subscription, items=items, status=status)

    def _retry(self, subscription: Object) -> None:
        now = self._store.clock.second
        for invoice in self._invoices.open_of(subscription):
            if invoice["next_payment_attempt"] and invoice["next_payment_attempt"] <= now:
                self._invoices.collect(invoice)
                if invoice["attempt_count"] >= ATTEMPTS:
                    self._invoices.give_up(invoice)
        still_open = self._invoices.open_of(subscription)
        if not still_open:
            self.paid_late(subscription)
        elif any(each["attempt_count"] >= ATTEMPTS for each in still_open):
            if self.after_retries == "unpaid":
                self._change(subscription, status="unpaid")
            else:
                self.end(subscription, reason="payment_failed")

    def _charge_now(self, subscription: Object, lines: list[Line], payment_behavior: str) -> None:
        card = self._store.cards.get(subscription["customer"], "ok")
        total = sum(line.amount for line in lines)
        if total > 0 and card != "ok" and payment_behavior == "error_if_incomplete":
            raise declined()
        invoice = self._invoices.draft(subscription, lines, "subscription_update")
        if not self._invoices.collect(invoice):
            subscription["status"] = "past_due"

    def _keep_for_next(self, subscription: Object, lines: list[Line]) -> None:
        for line in lines:
            self._store.add(
                "invoiceitem",
                customer=subscription["customer"],
                amount=line.amount,
                net_amount=line.amount,
                description=line.description,
                period={"start": line.start, "end": line.end},
                proration=True,
                pricing={
                    "type": "price_details",
                    "price_details": {"price": line.price["id"], "product": line.price["product"]},
                    "unit_amount_decimal": str(line.price["unit_amount"]),
                },
                parent={
                    "type": "subscription_details",
                    "subscription_details": {
                        "subscription": subscription["id"],
                        "subscription_item": subscription["items"]["data"][0]["id"],
                    },
                },
                quantity_decimal="1",
            )

    def _change(self, subscription: Object, **changes: Any) -> None:
        previous = {
            name: copy.deepcopy(subscription.get(name))
            for name, value in changes.items()
            if subscription.get(name) != value
        }
        subscription.update(changes)
        if previous:
            self._webhooks.emit("customer.subscription.updated", visible(subscription), previous)

    def _next_end(self, subscription: Object, price: Object, start: int) -> int:
        return month_after(start, _months(price), subscription["billing_cycle_anchor"])


def visible(subscription: Object) -> Object:
    """A subscription without what only the stand-in notes on it."""
    return {name: value for name, value in subscription.items() if not name.startswith("_")}


def _months(price: Object) -> int:
    recurring = price["recurring"]
    return int(recurring["interval_count"]) * (12 if recurring["interval"] == "year" else 1)


def _name(store: Store, price: Object) -> str:
    return str(store.get("product", price["product"])["name"])


def _words(price: Object) -> str:
    return f"1 × {price['nickname'] or price['id']} (at ${price['unit_amount'] / 100:.2f} / month)"
