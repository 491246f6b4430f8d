"""A nation's invoices, as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nat.billing.stripe_api import calls
from nat.billing.stripe_subscription import SLUG_KEY
from nat.billing.sync import Synchroniser
from nat.errors import BadRequest
from nat.ids import NationSlug


@dataclass(frozen=True)
class Invoice:
    """One invoice. Cents; `url` is Stripe's page of it, `pdf` the file. Both are long random addresses."""

    id: str
    number: str | None
    status: str
    created: datetime
    period_start: datetime
    period_end: datetime
    total_cents: int
    due_cents: int
    currency: str
    url: str | None
    pdf: str | None


@dataclass(frozen=True)
class InvoicePage:
    """Invoices, newest first. `next` goes on after them."""

    invoices: tuple[Invoice, ...]
    next: str | None


def invoices_of(
    synchroniser: Synchroniser, nation_slug: NationSlug, *, limit: int = 20, after: str | None = None
) -> InvoicePage:
    """A page of a nation's invoices; empty for a nation that never subscribed. Drafts are left out, and so is
    what a customer with several nations paid for another one.

    Raises `BadRequest` for an `after` that no page gave, `BillingUnavailable`.
    """
    row = synchroniser.storage.rows.read(nation_slug)
    if row is None or row.customer_id is None:
        return InvoicePage((), None)
    if after is not None and not (after.startswith("in_") and after.isascii() and len(after) <= 255):
        raise BadRequest("`after` is the `next` of an earlier page.")
    params: dict[str, object] = {"customer": row.customer_id, "limit": limit}
    if after is not None:
        params["starting_after"] = after
    with calls():
        page = synchroniser.stripe.v1.invoices.list(params=params)  # type: ignore[arg-type] # built above
    found = page.data
    own = row.values["subscription_id"]
    return InvoicePage(
        tuple(_invoice(each) for each in found if each.status != "draft" and _is_of(each, nation_slug, own)),
        found[-1].id if page.has_more and found else None,
    )


def _is_of(invoice: object, nation_slug: NationSlug, own: str | None) -> bool:
    """An invoice carries its subscription's metadata. One without a slug counts where the subscription is
    the record's, or where there is none: made by hand for this customer."""
    details = getattr(getattr(invoice, "parent", None), "subscription_details", None)
    if details is None:
        return True
    metadata: Mapping[str, str] = {} if details.metadata is None else details.metadata.to_dict()
    named = metadata.get(SLUG_KEY)
    return named == nation_slug if named else details.subscription == own


def _invoice(found: Any) -> Invoice:
    return Invoice(
        id=found.id,
        number=found.number,
        status=found.status,
        created=datetime.fromtimestamp(found.created, UTC),
        period_start=datetime.fromtimestamp(found.period_start, UTC),
        period_end=datetime.fromtimestamp(found.period_end, UTC),
        total_cents=found.total,
        due_cents=found.amount_remaining,
        currency=found.currency,
        url=found.hosted_invoice_url,
        pdf=found.invoice_pdf,
    )
