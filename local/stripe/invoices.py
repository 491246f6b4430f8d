"""Invoices: their lines, their payment, and what becomes of them when the card says no."""

from dataclasses import dataclass
from typing import Any, Final

from local.stripe.objects import Object, listed, shape
from local.stripe.store import Store
from local.stripe.webhooks import Webhooks

RETRY_AFTER: Final = 3 * 86_400
"""Seconds to the next attempt of a failed payment. Stripe's are set per account."""


@dataclass(frozen=True)
class Line:
    """One line to be: cents, words, period, and which item of which subscription."""

    amount: int
    description: str
    start: int
    end: int
    price: Object
    proration: bool = False


class Invoices:
    """Makes invoices and collects their payment from the customer's card."""

    def __init__(self, store: Store, webhooks: Webhooks, page_url: str) -> None:
        self._store = store
        self._webhooks = webhooks
        self._page_url = page_url

    def draft(self, subscription: Object, lines: list[Line], reason: str, *, keep: bool = True) -> Object:
        """An open invoice of a subscription; with `keep` false only shown and then forgotten."""
        store = self._store
        customer = store.get("customer", subscription["customer"])
        total = sum(line.amount for line in lines)
        balance = customer["balance"]
        due = max(0, total + balance)
        invoice_id = store.new_id("invoice") if keep else f"upcoming_{store.new_id('invoice')}"
        now = store.clock.second
        invoice = shape(
            "invoice",
            id=invoice_id,
            created=now,
            customer=customer["id"],
            customer_email=customer["email"],
            customer_name=customer["name"],
            billing_reason=reason,
            status="open" if keep else "draft",
            amount_due=due,
            amount_remaining=due,
            amount_paid=0,
            subtotal=total,
            subtotal_excluding_tax=total,
            total=total,
            total_excluding_tax=total,
            starting_balance=balance,
            ending_balance=min(0, total + balance) if keep else None,
            period_start=min((line.start for line in lines), default=now),
            period_end=max((line.end for line in lines), default=now),
            lines=listed(
                f"/v1/invoices/{invoice_id}/lines",
                [_line(store, invoice_id, subscription, line) for line in lines],
            ),
            parent={
                "type": "subscription_details",
                "quote_details": None,
                "subscription_details": {
                    "metadata": dict(subscription["metadata"]),
                    "subscription": subscription["id"],
                },
            },
            issuer={"type": "self"},
        )
        if not keep:
            invoice["hosted_invoice_url"] = invoice["invoice_pdf"] = None
            return invoice
        number = customer["next_invoice_sequence"]
        customer["next_invoice_sequence"] = number + 1
        customer["balance"] = invoice["ending_balance"]
        invoice["number"] = f"{customer['invoice_prefix']}-{number:04d}"
        invoice["status_transitions"] = {**invoice["status_transitions"], "finalized_at": now}
        invoice["effective_at"] = now
        invoice["hosted_invoice_url"] = f"{self._page_url}/pay/{invoice_id}"
        invoice["invoice_pdf"] = f"{self._page_url}/pay/{invoice_id}/pdf"
        store.objects.setdefault("invoice", {})[invoice_id] = invoice
        subscription["latest_invoice"] = invoice_id
        self._webhooks.emit("invoice.created", {**invoice, "status": "draft"})
        self._webhooks.emit("invoice.finalized", invoice)
        return invoice

    def collect(self, invoice: Object) -> bool:
        """Try to take the money. True when the invoice is paid."""
        behaviour = self._store.cards.get(invoice["customer"], "ok")
        if invoice["amount_due"] == 0 or behaviour == "ok":
            self._paid(invoice)
            return True
        invoice["attempted"] = True
        invoice["attempt_count"] += 1
        invoice["next_payment_attempt"] = self._store.clock.second + RETRY_AFTER
        if behaviour == "action":
            self._webhooks.emit("invoice.payment_action_required", invoice)
        self._webhooks.emit("invoice.payment_failed", invoice)
        return False

    def give_up(self, invoice: Object) -> None:
        """Try no more; the invoice stays open."""
        invoice["next_payment_attempt"] = None

    def void(self, invoice: Object) -> None:
        """Nobody has to pay it any more."""
        invoice["status"] = "void"
        invoice["next_payment_attempt"] = None
        self._webhooks.emit("invoice.voided", invoice)

    def open_of(self, subscription: Object) -> list[Object]:
        """Invoices of a subscription that wait for money, oldest first."""
        return [
            each
            for each in self._store.all("invoice", status="open")
            if subscription_of(each) == subscription["id"]
        ]

    def _paid(self, invoice: Object) -> None:
        now = self._store.clock.second
        invoice["status"] = "paid"
        invoice["attempted"] = True
        invoice["attempt_count"] += 1
        invoice["amount_paid"], invoice["amount_remaining"] = invoice["amount_due"], 0
        invoice["next_payment_attempt"] = None
        invoice["status_transitions"] = {**invoice["status_transitions"], "paid_at": now}
        self._webhooks.emit("invoice.paid", invoice)
        self._webhooks.emit("invoice.payment_succeeded", invoice)


def subscription_of(invoice: Object) -> str | None:
    """The subscription behind an invoice, where API 2026-10-28 has it."""
    found: str | None = ((invoice.get("parent") or {}).get("subscription_details") or {}).get("subscription")
    return found


def _line(store: Store, invoice_id: str, subscription: Object, line: Line) -> Object:
    item = subscription["items"]["data"][0]
    details: dict[str, Any] = {
        "invoice_item": None,
        "proration": line.proration,
        "proration_details": None,
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    return shape(
        "line_item",
        id=store.new_id("line_item"),
        amount=line.amount,
        subtotal=line.amount,
        description=line.description,
        invoice=invoice_id,
        period={"start": line.start, "end": line.end},
        parent={
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": details,
        },
        pricing={
            "type": "price_details",
            "price_details": {"price": line.price["id"], "product": line.price["product"]},
            "unit_amount_decimal": str(line.price["unit_amount"]),
        },
        quantity_decimal="1",
    )
