"""An event of Stripe's: its proof, and the little of it that is passed on. Payloads are not kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import stripe

from nat.errors import BadRequest

TOLERANCE: Final = 300
"""Seconds that a signature is good for (docs.stripe.com/webhooks; the library's default)."""

CHECKOUT: Final = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
)
SUBSCRIPTION: Final = tuple(
    f"customer.subscription.{what}"
    for what in (
        "created",
        "updated",
        "deleted",
        "paused",
        "resumed",
        "trial_will_end",
        "pending_update_applied",
        "pending_update_expired",
    )
)
INVOICE: Final = (
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
)
HANDLED: Final = frozenset({*CHECKOUT, *SUBSCRIPTION, *INVOICE})
"""Event types that are acted on. Others are acknowledged: an endpoint may be sent more than it asked for."""


class SignatureInvalid(BadRequest):
    """The body was not signed by Stripe with our secret within the last minutes."""

    code = "signature_invalid"
    default = "The signature is missing, wrong or too old."


class StripeEventUnreadable(ValueError):
    """A message that is no notification."""


@dataclass(frozen=True)
class StripeEvent:
    """What happened, by ids. `subscription` is `None` where the event names none; `replayed` counts how often
    it came back from the dead letters."""

    event: str
    type: str
    created: int
    subscription: str | None = None
    invoice: str | None = None
    replayed: int = 0

    @property
    def handled(self) -> bool:
        """Whether its type is acted on."""
        return self.type in HANDLED

    def as_message(self) -> str:
        """The queue's message."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> "StripeEvent":
        """A notification from the queue. Raises `StripeEventUnreadable`."""
        try:
            given = cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise StripeEventUnreadable(f"This is no notification: {type(error).__name__}.") from None
        if not (isinstance(given.event, str) and isinstance(given.type, str)):
            raise StripeEventUnreadable("This is no notification: it names no event.")
        return given


def verify(body: bytes, signature: str | None, secrets: Iterable[str]) -> StripeEvent:
    """The event in a webhook's raw body, proven by its `Stripe-Signature`.

    Raises `SignatureInvalid`, `BadRequest` for a body that is no event.
    """
    if not any(_signed(body, signature, secret) for secret in secrets):
        raise SignatureInvalid
    try:
        event = json.loads(body)
        subject = event["data"]["object"]
        return StripeEvent(
            event=str(event["id"]),
            type=str(event["type"]),
            created=int(event["created"]),
            subscription=_subscription(subject),
            invoice=str(subject["id"]) if subject.get("object") == "invoice" else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadRequest("The body is no event of Stripe's.") from None


def _signed(body: bytes, signature: str | None, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE))
    except (stripe.SignatureVerificationError, ValueError):
        return False


def _subscription(subject: Mapping[str, Any]) -> str | None:
    """The subscription that an object is, or belongs to; an invoice names it in `parent`, before version
    2025-03-31 of the API in `subscription`. `None` for what is paid once."""
    if subject.get("object") == "subscription":
        return str(subject["id"])
    if subject.get("object") == "invoice":
        details = (subject.get("parent") or {}).get("subscription_details") or {}
        return _id(details.get("subscription") or subject.get("subscription"))
    return _id(subject.get("subscription"))


def _id(reference: object) -> str | None:
    if isinstance(reference, Mapping):
        return str(reference["id"])
    return None if reference is None else str(reference)
