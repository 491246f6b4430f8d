"""Subscription and payment."""

from typing import Annotated, Final

from pydantic import Field

from local.openapi.routes.nation import Subscription
from local.openapi.vocabulary import ADMIN, AFTER, Address, Answered, Count, Moment, Operation, Sent, limit
from nat.errors import (
    AlreadySubscribed,
    BillingError,
    BillingUnavailable,
    NotAMember,
    NotSubscribed,
    PaymentDeclined,
    PlanUnknown,
    QuoteChanged,
)
from nat.names import BillingRoute

Plan = Annotated[str, Field(min_length=1, max_length=100, examples=["nat_pro"])]


class PlanSold(Answered):
    """A plan that is sold."""

    plan: Plan
    title: str
    price_cents: Count
    """A month."""
    queries_limit: Count
    trial_days: Count


class BillingOverview(Subscription):
    """What the nation has, until when, and what it could have."""

    past_due_until: Moment | None
    cancel_at: Moment | None
    trial_end: Moment | None
    period_end: Moment | None
    plans: list[PlanSold]


class Invoice(Answered):
    """An invoice."""

    id: str
    number: str | None
    status: str
    """As Stripe has it: open, paid, uncollectible or void."""
    created: Moment
    period_start: Moment
    period_end: Moment
    total_cents: int
    due_cents: int
    currency: str
    url: Address | None
    """Stripe's page of it."""
    pdf: Address | None


class Invoices(Answered):
    """Invoices, newest first."""

    invoices: list[Invoice]
    next: str | None


class PlanWanted(Sent):
    """A plan that is sold."""

    plan: Plan


class Checkout(Answered):
    """A page to subscribe on."""

    session: str
    url: Address
    plan: Plan
    trial_days: Count


class PortalWanted(Sent):
    """Which page of the portal."""

    card: bool = False
    """Straight to the change of the card."""


class Portal(Answered):
    """Stripe's pages for card, invoices and cancellation."""

    url: Address


class QuoteLine(Answered):
    """A line of the proration; negative is given back."""

    description: str
    amount_cents: int


class Quote(Answered):
    """What a change of plan costs."""

    plan: Plan
    current_plan: str | None
    due_cents: Count
    """Charged at once."""
    total_cents: int
    """What is negative is credited to the next invoices."""
    monthly_cents: Count
    currency: str
    at: Count
    """Goes back with the confirmation: epoch seconds."""
    expires_at: Moment
    period_end: Moment
    lines: list[QuoteLine]


class QuoteConfirmed(Sent):
    """The plan, and the amount as the preview gave it."""

    plan: Plan
    at: Annotated[int, Field(ge=0, lt=2**40)]
    due_cents: Annotated[int, Field(ge=0, lt=2**40)]


class CancelWanted(Sent):
    """Whether to end, or to go on after all."""

    resume: bool = False


class Ending(Subscription):
    """The subscription, and when it ends."""

    cancel_at: Moment | None
    """Null: it goes on."""


_TAG: Final = "Billing"
_OWNER: Final = (*ADMIN, BillingUnavailable)

OPERATIONS: Final = (
    Operation(
        BillingRoute.OVERVIEW,
        "getBilling",
        _TAG,
        "What the nation has, until when, and what it could have",
        BillingOverview,
        description="For members.",
        errors=(NotAMember,),
    ),
    Operation(
        BillingRoute.INVOICES,
        "listInvoices",
        _TAG,
        "Invoices",
        Invoices,
        description="For the owner.",
        query=(limit(20, 100), AFTER),
        errors=_OWNER,
    ),
    Operation(
        BillingRoute.CHECKOUT,
        "beginCheckout",
        _TAG,
        "A page to subscribe on",
        Checkout,
        description="For the owner, or anybody for a nation without members. One open page per nation.",
        body=PlanWanted,
        example={"plan": "nat_pro"},
        errors=(*_OWNER, PlanUnknown, AlreadySubscribed, BillingError),
    ),
    Operation(
        BillingRoute.PORTAL,
        "openPortal",
        _TAG,
        "Stripe's pages for card, invoices and cancellation",
        Portal,
        body=PortalWanted,
        example={"card": True},
        body_needed=False,
        errors=(*_OWNER, NotSubscribed, BillingError),
    ),
    Operation(
        BillingRoute.PREVIEW,
        "previewPlan",
        _TAG,
        "What another plan would cost now",
        Quote,
        body=PlanWanted,
        example={"plan": "nat"},
        errors=(*_OWNER, NotSubscribed, PlanUnknown, BillingError),
    ),
    Operation(
        BillingRoute.CHANGE,
        "changePlan",
        _TAG,
        "Take another plan, for the amount that was shown",
        Subscription,
        description="Within 15 minutes of the preview. A declined card changes nothing.",
        body=QuoteConfirmed,
        errors=(*_OWNER, NotSubscribed, PlanUnknown, BillingError, QuoteChanged, PaymentDeclined),
    ),
    Operation(
        BillingRoute.CANCEL,
        "cancelSubscription",
        _TAG,
        "End with the period, or go on after all",
        Ending,
        body=CancelWanted,
        example={"resume": False},
        body_needed=False,
        errors=(*_OWNER, NotSubscribed, BillingError),
    ),
)
