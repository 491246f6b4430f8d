"""Stripe's API with our keys and time-outs, and its errors as ours.

API version 2026-10-28 (`stripe` 16): objects have attributes and are no dictionaries; periods are on the
subscription's items.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import stripe
from stripe import StripeClient

from nat.errors import BillingError, BillingUnavailable, NotFound, PaymentDeclined
from nat.ids import NationSlug
from nat.names import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TIMEOUT: Final = (3.0, 12.0)
"""Seconds to connect and to answer; with one retry a call ends within API Gateway's 30."""
RETRIES: Final = 1

_log = logging.getLogger(__name__)


class KeysMissing(RuntimeError):
    """The secret does not hold Stripe's keys (yet): `{"api_key", "webhook_secrets": […]}`."""


@dataclass(frozen=True)
class Keys:
    """What the secret `nat/platform/stripe` holds. There are two webhook secrets while one is rolled."""

    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Keys":
        """Keys from the secret's JSON. Raises `KeysMissing`."""
        try:
            given = json.loads(text)
            secrets = given["webhook_secrets"]
            found = cls(str(given["api_key"]), tuple(str(each) for each in secrets))
        except (ValueError, KeyError, TypeError):
            raise KeysMissing(f"The secret {Secret.STRIPE} does not hold Stripe's keys.") from None
        if not found.api_key or not found.webhook_secrets or isinstance(secrets, str):
            raise KeysMissing(f"The secret {Secret.STRIPE} does not hold Stripe's keys.")
        return found

    @classmethod
    def read(cls, secrets: "SecretsManagerClient") -> "Keys":
        """Keys from Secrets Manager. Raises `KeysMissing`."""
        return cls.parse(secrets.get_secret_value(SecretId=Secret.STRIPE)["SecretString"])


def client(api_key: str, url: str) -> StripeClient:
    """A client for one API address."""
    return StripeClient(
        api_key,
        base_addresses={"api": url},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


@contextmanager
def calls() -> Iterator[None]:
    """Stripe's errors inside become ours. Vendor words are logged by code only, and never shown.

    Raises `PaymentDeclined`, `NotFound`, `BillingUnavailable`, `BillingError`.
    """
    try:
        yield
    except stripe.CardError as error:
        raise PaymentDeclined from error
    except stripe.InvalidRequestError as error:
        _noted(error)
        # 404 where the path names what is gone, 400 where a parameter does.
        if error.http_status == 404 or error.code == "resource_missing":
            raise NotFound("The payment service does not know this (any more).") from error
        raise BillingError from error
    except (stripe.RateLimitError, stripe.APIConnectionError, stripe.APIError) as error:
        _noted(error)
        raise BillingUnavailable from error
    except stripe.StripeError as error:
        _noted(error)
        raise BillingUnavailable(
            "Payments are not available at the moment. We have been told about it."
        ) from error


def exists(stripe_client: StripeClient, customer_id: str) -> bool:
    """Whether a customer is still there: who is deleted in Stripe's dashboard subscribes to nothing, and is
    answered as `deleted` or as unknown. Raises `BillingUnavailable`."""
    try:
        with calls():
            found = stripe_client.v1.customers.retrieve(customer_id)
    except NotFound:
        return False
    return not getattr(found, "deleted", False)


def close_open_pages(stripe_client: StripeClient, customer_id: str, nation_slug: NationSlug) -> None:
    """Close the payment pages of a nation that somebody could still pay on; a customer who is gone has none.
    Raises `BillingUnavailable`."""
    with suppress(NotFound), calls():
        sessions = stripe_client.v1.checkout.sessions.list(
            params={"customer": customer_id, "status": "open", "limit": 100}
        ).auto_paging_iter()
        for session in sessions:
            if session.client_reference_id == nation_slug:
                stripe_client.v1.checkout.sessions.expire(session.id)


def _noted(error: stripe.StripeError) -> None:
    _log.warning(
        "stripe refused",
        extra={
            "error": type(error).__name__,
            "vendor_code": error.code,
            "vendor_status": error.http_status,
            "vendor_request": error.request_id,
        },
    )


def metadata_of(found: object) -> dict[str, str]:
    """The metadata of an object of Stripe, empty if it has none."""
    metadata = getattr(found, "metadata", None)
    return {} if metadata is None else {str(name): str(value) for name, value in metadata.to_dict().items()}


def id_of(reference: Any) -> str | None:
    """The id behind a field that may be expanded, absent or null."""
    if reference is None or isinstance(reference, str):
        return reference
    return str(reference.id)
