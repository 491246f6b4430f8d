"""The billing routes of the HTTP API, in a function of their own: it carries Stripe's library.

    GET  /v1/billing            plan, status, dates, what is sold
    GET  /v1/billing/invoices   ?limit=&after=
    POST /v1/billing/checkout   {"plan"} → {"url", …}
    POST /v1/billing/portal     {"card": true?} → {"url"}
    POST /v1/billing/preview    {"plan"} → what it costs now
    POST /v1/billing/change     {"plan", "at", "due_cents"} as the preview gave them
    POST /v1/billing/cancel     {"resume": true?}

None of them needs an active subscription; all but the first Checkout of a nation need the owner.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from nat import settings
from nat.aws.items import timestamp
from nat.billing import services
from nat.billing.checkout import Subscriber
from nat.billing.invoices import invoices_of
from nat.billing.portal import open_portal
from nat.billing.services import Billing
from nat.errors import BadRequest, NotAMember
from nat.handlers.api import Api
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda
from nat.handlers.services import Services
from nat.names import BillingRoute, Variable
from nat.people.memberships import Membership
from nat.roles import Role

Answering = Callable[[Services, HttpRequest], HttpAnswer]


class BillingRoutes:
    """The routes, on given billing. `app_url` is where people come back to from Stripe's pages, unless they
    came from another web app of ours, one of `origins`."""

    def __init__(self, billing: Billing, app_url: str, origins: frozenset[str] = frozenset()) -> None:
        self._billing = billing
        self._app_url = app_url.rstrip("/")
        self._origins = origins
        self._routes: Mapping[str, Answering] = {
            BillingRoute.OVERVIEW: self.overview,
            BillingRoute.INVOICES: self.invoices,
            BillingRoute.CHECKOUT: self.checkout,
            BillingRoute.PORTAL: self.portal,
            BillingRoute.PREVIEW: self.preview,
            BillingRoute.CHANGE: self.change,
            BillingRoute.CANCEL: self.cancel,
        }

    def answering(self, route: str) -> Answering | None:
        """The function behind a route key."""
        return self._routes.get(route)

    def overview(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """What the nation has, until when, and what it could have. For members."""
        membership = services.member(request, active=False)
        state = services.check.state(membership.nation_slug)
        row = self._billing.synchroniser.storage.rows.read(membership.nation_slug)
        values = {} if row is None else row.values
        return HttpAnswer(
            {
                **state.as_body(),
                **{
                    name: None if values.get(name) is None else timestamp(values[name])
                    for name in ("past_due_until", "cancel_at", "trial_end", "period_end")
                },
                "plans": [
                    {
                        "plan": plan.name,
                        "title": plan.title,
                        "price_cents": plan.price_cents,
                        "queries_limit": plan.queries_limit,
                        "trial_days": plan.trial_days,
                    }
                    for plan in services.plans
                    if not plan.legacy
                ],
            }
        )

    def invoices(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Invoices, newest first, in pages."""
        owner = self._owner(services, request)
        page = invoices_of(
            self._billing.synchroniser,
            owner.nation_slug,
            limit=request.page_size(default=20),
            after=request.query.get("after"),
        )
        return HttpAnswer({"invoices": [each.as_body() for each in page.invoices], "next": page.next})

    def checkout(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """A page to subscribe on. A nation that nobody belongs to may be subscribed by anybody: they become
        its provisional owner."""
        caller = services.caller(request)
        if services.memberships.get(caller.user_id, caller.nation_slug) is not None:
            self._owner(services, request)
        elif services.memberships.of_nation(caller.nation_slug):
            raise NotAMember
        page = self._billing.checkout.begin(
            Subscriber(caller.user_id, caller.nation_slug, caller.email),
            _text(request.json(), "plan"),
            self._back(request),
        )
        return HttpAnswer(
            {"session": page.session_id, "url": page.url, "plan": page.plan, "trial_days": page.trial_days}
        )

    def portal(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Stripe's pages for card, invoices and cancellation."""
        owner = self._owner(services, request)
        card = _flag(request.json(), "card")
        url = open_portal(self._billing.synchroniser, owner.nation_slug, self._back(request), card=card)
        return HttpAnswer({"url": url})

    def preview(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """What another plan would cost now."""
        owner = self._owner(services, request)
        quote = self._billing.plan_change.preview(owner.nation_slug, _text(request.json(), "plan"))
        return HttpAnswer(quote.as_body())

    def change(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Take the other plan, for the amount that was shown."""
        owner = self._owner(services, request)
        body = request.json()
        nation = self._billing.plan_change.change(
            owner.nation_slug,
            _text(body, "plan"),
            at=_moment(_whole(body, "at")),
            due_cents=_whole(body, "due_cents"),
            by=owner.user_id,
        )
        return HttpAnswer(services.check.state_of(nation).as_body())

    def cancel(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """End with the period, or with `resume` go on after all."""
        owner = self._owner(services, request)
        plan_change = self._billing.plan_change
        resume = _flag(request.json(), "resume")
        nation = (plan_change.resume if resume else plan_change.cancel)(owner.nation_slug)
        row = self._billing.synchroniser.storage.rows.read(owner.nation_slug)
        end = None if row is None else row.values["cancel_at"]
        return HttpAnswer(
            {
                **services.check.state_of(nation).as_body(),
                "cancel_at": None if end is None else timestamp(end),
            }
        )

    @staticmethod
    def _owner(services: Services, request: HttpRequest) -> Membership:
        return services.member(request, at_least=Role.OWNER, active=False)

    def _back(self, request: HttpRequest) -> str:
        """The web app that the person came from, if it is one of ours; extensions are none."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        origin = headers.get("origin", "")
        return origin if origin in self._origins and origin.startswith("http") else self._app_url


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise BadRequest(f"`{name}` is missing.")
    return value


def _flag(body: Mapping[str, Any], name: str) -> bool:
    """Absent is false. What is neither true nor false is refused: taken for false, it might do the opposite
    of what was meant."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadRequest(f"`{name}` is true or false.")
    return value


def _whole(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**40:
        raise BadRequest(f"`{name}` is a whole number, as the preview gave it.")
    return value


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
    return Api(Services.of_process(), routes.answering)


def handler(event: dict[str, Any], context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return api()(event)
