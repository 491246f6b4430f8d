"""Objects in Stripe's own shapes: its published fixtures, with what they make up taken out."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

Object = dict[str, Any]

SHAPES: Final[dict[str, Object]] = json.loads(Path(__file__).with_name("fixtures.json").read_text())[
    "resources"
]

_QUIET: Final[dict[str, Object]] = {
    "customer": {"discount": None, "address": None, "shipping": None},
    "subscription": {
        "billing_cycle_anchor_config": None,
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "managed_payments": None,
        "next_pending_invoice_item_invoice": None,
        "pause_collection": None,
        "pending_invoice_item_interval": None,
        "pending_update": None,
        "status_details": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_start": None,
    },
    "subscription_item": {"billing_thresholds": None, "billed_until": None, "current_trial": None},
    "price": {"custom_unit_amount": None, "transform_quantity": None},
    "product": {"description": None, "package_dimensions": None, "type": "service"},
    "invoice": {
        "customer_shipping": None,
        "due_date": None,
        "effective_at": None,
        "from_invoice": None,
        "last_finalization_error": None,
        "next_payment_attempt": None,
        "shipping_cost": None,
        "shipping_details": None,
        "webhooks_delivered_at": None,
        "amount_overpaid": 0,
    },
    "checkout.session": {
        "after_expiration": None,
        "amount_subtotal": None,
        "consent": None,
        "consent_collection": None,
        "customer_details": None,
        "invoice_creation": None,
        "managed_payments": None,
        "payment_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "total_details": None,
        "collected_information": None,
        "currency_conversion": None,
        "permissions": None,
        "payment_method_configuration_details": None,
    },
}
_GONE: Final = {"invoice": ("subscription",), "line_item": ("subscription",), "subscription_item": ("plan",)}
"""Fields that the fixtures still carry and API 2026-10-28 does not (the `stripe` library's types)."""


def shape(kind: str, **values: Any) -> Object:
    """A new object of a kind, with `values` in place of the fixture's. Raises `KeyError`."""
    made = copy.deepcopy(SHAPES[kind])
    for name in _GONE.get(kind, ()):
        made.pop(name, None)
    if "livemode" in made:
        made["livemode"] = False
    return {**made, **copy.deepcopy(_QUIET.get(kind, {})), **values}


def listed(url: str, data: list[Object], *, has_more: bool = False) -> Object:
    """A list object."""
    return {"object": "list", "url": url, "has_more": has_more, "data": data}


def month_after(start: int, months: int, anchor: int) -> int:
    """The second that lies whole months after `start`, on the day of the month of `anchor`, or on the last
    one of a shorter month."""
    first = datetime.fromtimestamp(start, UTC)
    day = datetime.fromtimestamp(anchor, UTC).day
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    while True:
        try:
            return int(first.replace(year=year, month=month + 1, day=day).timestamp())
        except ValueError:
            day -= 1
