"""The billing routes of the HTTP API, in a function of their own: it carries Stripe's library.

None of them needs an active subscription; all but the first Checkout of a nation need the owner.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Final

from msgspec import Meta

from nat import settings
from nat.aws.items import timestamp
from nat.billing import services
from nat.billing.checkout import Subscriber
from nat.billing.invoices import invoices_of
from nat.billing.plan_change import QUOTE_LIFE
from nat.billing.portal import open_portal
from nat.billing.services import Billing
from nat.contract.fields import Address, Count, Moment, Paged, RequestBody, ResponseBody, extended
from nat.errors import (
    AlreadySubscribed,
    BadRequest,
    BillingError,
    BillingUnavailable,
    NationBeingDeleted,
    NotAMember,
    NotSubscribed,
    PaymentDeclined,
    PlanUnknown,
    QuoteChanged,
    RoleInsufficient,
)
from nat.handlers.api import Api
from nat.handlers.endpoints import Call, MemberCall, NationCall, answering, operation
from nat.handlers.front import behind_front
from nat.handlers.request import Lambda, LambdaEvent
from nat.handlers.routes.nation import Subscription, subscription_of
from nat.handlers.services import Services
from nat.names import Variable
from nat.roles import Role

PlanName = Annotated[str, Meta(min_length=1, max_length=100, examples=["nat_pro"])]
Whole = Annotated[int, Meta(ge=0, lt=2**40)]


class PlanSold(ResponseBody, frozen=True, kw_only=True):
    """A plan that is sold."""

    plan: PlanName
    title: str
    price_cents: Count
    """A month."""
    queries_limit: Count
    trial_days: Count


class BillingOverview(Subscription, frozen=True, kw_only=True):
    """What the nation has, until when, and what it could have."""

    past_due_until: Moment | None
    cancel_at: Moment | None
    trial_end: Moment | None
    period_end: Moment | None
    plans: list[PlanSold]


class InvoiceBody(ResponseBody, frozen=True, kw_only=True):
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


class Invoices(ResponseBody, frozen=True, kw_only=True):
    """Invoices, newest first."""

    invoices: list[InvoiceBody]
    next: str | None


class InvoicesQuery(Paged, frozen=True, kw_only=True):
    """A page of them."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    """How many at most."""


class PlanWanted(RequestBody, frozen=True, kw_only=True):
    """A plan that is sold."""

    plan: PlanName


class CheckoutBody(ResponseBody, frozen=True, kw_only=True):
    """A page to subscribe on."""

    session: str
    url: Address
    plan: PlanName
    trial_days: Count


class PortalWanted(RequestBody, frozen=True, kw_only=True):
    """Which page of the portal."""

    card: bool = False
    """Straight to the change of the card."""


class Portal(ResponseBody, frozen=True, kw_only=True):
    """Stripe's pages for card, invoices and cancellation."""

    url: Address


class QuoteLineBody(ResponseBody, frozen=True, kw_only=True):
    """A line of the proration; negative is given back."""

    description: str
    amount_cents: int


class QuoteBody(ResponseBody, frozen=True, kw_only=True):
    """What a change of plan costs."""

    plan: PlanName
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
    lines: list[QuoteLineBody]


class QuoteConfirmed(RequestBody, frozen=True, kw_only=True):
    """The plan, and the amount as the preview gave it."""

    plan: PlanName
    at: Whole
    due_cents: Whole


class CancelWanted(RequestBody, frozen=True, kw_only=True):
    """Whether to end, or to go on after all."""

    resume: bool = False


class EndingBody(Subscription, frozen=True, kw_only=True):
    """The subscription, and when it ends."""

    cancel_at: Moment | None
    """Null: it goes on."""


_ANY_PAGE: Final = PortalWanted()
_TO_END: Final = CancelWanted()
_CHANGING: Final = (NotSubscribed, BillingError, BillingUnavailable)


class BillingRoutes:
    """The routes, on given billing. `app_url` is where people come back to from Stripe's pages, unless they
    came from another web app of ours, one of `origins`."""

    def __init__(self, billing: Billing, app_url: str, origins: frozenset[str] = frozenset()) -> None:
        self._billing = billing
        self._app_url = app_url.rstrip("/")
        self._origins = origins

    @operation("GET /v1/billing", tag="Billing", active=False, unproven=True)
    def get_billing(self, call: MemberCall) -> BillingOverview:
        """What the nation has, until when, and what it could have."""
        state, times = call.services.check.state(call.nation_slug), self._times(call)
        return extended(
            subscription_of(state),
            BillingOverview,
            past_due_until=times.get("past_due_until"),
            cancel_at=times.get("cancel_at"),
            trial_end=times.get("trial_end"),
            period_end=times.get("period_end"),
            plans=[
                PlanSold(
                    plan=plan.name,
                    title=plan.title,
                    price_cents=plan.price_cents,
                    queries_limit=plan.queries_limit,
                    trial_days=plan.trial_days,
                )
                for plan in call.services.plans
                if not plan.legacy
            ],
        )

    @operation(
        "GET /v1/billing/invoices",
        tag="Billing",
        role=Role.OWNER,
        active=False,
        unproven=True,
        raises=(BillingUnavailable,),
    )
    def list_invoices(self, call: MemberCall, query: InvoicesQuery) -> Invoices:
        """Invoices."""
        page = invoices_of(self._billing.synchroniser, call.nation_slug, limit=query.limit, after=query.after)
        return Invoices(
            invoices=[
                InvoiceBody(
                    id=each.id,
                    number=each.number,
                    status=each.status,
                    created=timestamp(each.created),
                    period_start=timestamp(each.period_start),
                    period_end=timestamp(each.period_end),
                    total_cents=each.total_cents,
                    due_cents=each.due_cents,
                    currency=each.currency,
                    url=each.url,
                    pdf=each.pdf,
                )
                for each in page.invoices
            ],
            next=page.next,
        )

    @operation(
        "POST /v1/billing/checkout",
        tag="Billing",
        example=PlanWanted(plan="nat_pro"),
        raises=(
            NotAMember,
            RoleInsufficient,
            PlanUnknown,
            AlreadySubscribed,
            NationBeingDeleted,
            BillingError,
            BillingUnavailable,
        ),
    )
    def begin_checkout(self, call: NationCall, body: PlanWanted) -> CheckoutBody:
        """A page to subscribe on.

        For the owner, or anybody for a nation without members: they become its provisional owner. One open
        page per nation. Somebody who has nothing to do with a nation that is subscribed already gets a page
        as well, which does not tell so; what they subscribe there is ended at once.
        """
        memberships, caller = call.services.memberships, call.caller
        memberships.require_living(caller.user_id)
        member = memberships.known(caller.nation_slug, caller.user_id)
        if member is not None and not member.role.at_least(Role.OWNER):
            raise RoleInsufficient
        taken = member is None and bool(memberships.of_nation(caller.nation_slug))
        if taken and memberships.outsider(caller.nation_slug, caller.user_id) is not None:
            raise NotAMember
        page = self._billing.checkout.begin(
            Subscriber(caller.nation_slug, caller.user_id, caller.email, stranger=taken),
            body.plan,
            self._back(call),
        )
        return CheckoutBody(session=page.session_id, url=page.url, plan=page.plan, trial_days=page.trial_days)

    @operation(
        "POST /v1/billing/portal",
        tag="Billing",
        role=Role.OWNER,
        active=False,
        unproven=True,
        example=PortalWanted(card=True),
        raises=_CHANGING,
    )
    def open_portal(self, call: MemberCall, body: PortalWanted = _ANY_PAGE) -> Portal:
        """Stripe's pages for card, invoices and cancellation."""
        url = open_portal(self._billing.synchroniser, call.nation_slug, self._back(call), card=body.card)
        return Portal(url=url)

    @operation(
        "POST /v1/billing/preview",
        tag="Billing",
        role=Role.OWNER,
        active=False,
        unproven=True,
        example=PlanWanted(plan="nat"),
        raises=(*_CHANGING, PlanUnknown),
    )
    def preview_plan(self, call: MemberCall, body: PlanWanted) -> QuoteBody:
        """What another plan would cost now."""
        quote = self._billing.plan_change.preview(call.nation_slug, body.plan)
        return QuoteBody(
            plan=quote.plan,
            current_plan=quote.current_plan,
            due_cents=quote.due_cents,
            total_cents=quote.total_cents,
            monthly_cents=quote.monthly_cents,
            currency=quote.currency,
            at=int(quote.at.timestamp()),
            expires_at=timestamp(quote.at + QUOTE_LIFE),
            period_end=timestamp(quote.period_end),
            lines=[
                QuoteLineBody(description=each.description, amount_cents=each.amount_cents)
                for each in quote.lines
            ],
        )

    @operation(
        "POST /v1/billing/change",
        tag="Billing",
        role=Role.OWNER,
        active=False,
        unproven=True,
        raises=(*_CHANGING, PlanUnknown, QuoteChanged, PaymentDeclined),
    )
    def change_plan(self, call: MemberCall, body: QuoteConfirmed) -> Subscription:
        """Take another plan, for the amount that was shown.

        Within 15 minutes of the preview. A declined card changes nothing.
        """
        nation = self._billing.plan_change.change(
            call.nation_slug,
            body.plan,
            at=_moment(body.at),
            due_cents=body.due_cents,
            by=call.member.user_id,
        )
        return subscription_of(call.services.check.state_of(nation))

    @operation(
        "POST /v1/billing/cancel",
        tag="Billing",
        role=Role.OWNER,
        active=False,
        unproven=True,
        example=CancelWanted(resume=False),
        raises=_CHANGING,
    )
    def cancel_subscription(self, call: MemberCall, body: CancelWanted = _TO_END) -> EndingBody:
        """End with the period, or go on after all."""
        plan_change = self._billing.plan_change
        nation = (plan_change.resume if body.resume else plan_change.cancel)(call.nation_slug)
        return extended(
            subscription_of(call.services.check.state_of(nation)),
            EndingBody,
            cancel_at=self._times(call).get("cancel_at"),
        )

    def _times(self, call: MemberCall) -> dict[str, str]:
        """The times of the subscription's row that are set."""
        row = self._billing.synchroniser.storage.rows.read(call.nation_slug)
        values: Mapping[str, object] = {} if row is None else row.values
        return {name: timestamp(each) for name, each in values.items() if isinstance(each, datetime)}

    def _back(self, call: Call) -> str:
        """The web app that the person came from, if it is one of ours; extensions are none."""
        origin = call.request.headers.get("origin", "")
        return origin if origin in self._origins and origin.startswith("http") else self._app_url


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadRequest("`at` is a time, as the preview gave it.") from None


@cache
def api() -> Api:
    """The billing routes of this process, from its environment."""
    origins = frozenset(filter(None, settings.read_optional(Variable.ALLOWED_ORIGINS).split(",")))
    routes = BillingRoutes(services.billing(), settings.read(Variable.APP_URL), origins)
    return Api(Services.of_process(), answering(routes).get)


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return api()(event)
