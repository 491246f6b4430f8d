"""What Stripe answers when it refuses (docs.stripe.com/api/errors)."""

from dataclasses import dataclass
from typing import Any


@dataclass
class StripeRefusal(Exception):
    """One refusal: HTTP status and the fields of the `error` object."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    decline_code: str | None = None

    def as_body(self) -> dict[str, Any]:
        """The JSON object that the client receives."""
        found = {
            "message": self.message,
            "type": self.type,
            "code": self.code,
            "param": self.param,
            "decline_code": self.decline_code,
        }
        return {"error": {name: value for name, value in found.items() if value is not None}}


def missing(kind: str, object_id: str) -> StripeRefusal:
    """404: no such object."""
    return StripeRefusal(404, f"No such {kind}: '{object_id}'", code="resource_missing", param="id")


def required(name: str) -> StripeRefusal:
    """400: a parameter is not there."""
    return StripeRefusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)


def unknown(name: str) -> StripeRefusal:
    """400: a parameter that the endpoint does not have."""
    return StripeRefusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def invalid(message: str, param: str | None = None) -> StripeRefusal:
    """400: a parameter that makes no sense."""
    return StripeRefusal(400, message, param=param)


def declined(message: str = "Your card was declined.") -> StripeRefusal:
    """402: the bank said no."""
    return StripeRefusal(
        402, message, type="card_error", code="card_declined", decline_code="generic_decline"
    )
