"""Usage of the selected nation: admins see everybody's, with tokens and cost, members their own."""

from typing import Final

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.items import timestamp
from nat.handlers.request import HttpAnswer, HttpRequest, download
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route
from nat.people.usage_report import UsageReports


def usage(services: Services, request: HttpRequest) -> HttpAnswer:
    """The pool of this period, and what was used by day and by person, `?first=&last=` in UTC days."""
    member = services.member(request)
    nation = services.nations.require(member.nation_slug)
    return HttpAnswer(_reports(services).report(member, nation, *_days(request)))


def usage_export(services: Services, request: HttpRequest) -> HttpAnswer:
    """The same as a CSV file, a row for each day and person. Works without a subscription."""
    member = services.member(request, active=False)
    nation = services.nations.require(member.nation_slug)
    text = _reports(services).as_csv(member, nation, *_days(request))
    Audit(services.store).append(
        member.nation_slug,
        AuditKind.DATA_EXPORTED,
        by=member.user_id,
        about="usage",
        summary="Exported usage",
    )
    name = f"nat-usage-{member.nation_slug}-{timestamp(services.clock())[:10]}.csv"
    return download(text, name=name, content_type="text/csv")


def _reports(services: Services) -> UsageReports:
    return UsageReports(services.store, services.plans, now=services.clock())


def _days(request: HttpRequest) -> tuple[str | None, str | None]:
    return request.query.get("first"), request.query.get("last")


ROUTES: Final[Routes] = {Route.USAGE: usage, Route.USAGE_EXPORT: usage_export}
