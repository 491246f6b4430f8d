"""Usage of the selected nation: admins see everybody's, with tokens and cost, members their own."""

from typing import Annotated

from msgspec import Meta

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.items import timestamp
from nat.contract.endpoint import FileTypes
from nat.contract.fields import Limit, Query
from nat.errors import NationUnknown
from nat.handlers.endpoints import Download, MemberCall, operation
from nat.handlers.services import Services
from nat.people.usage_report import UsageBody, UsageReports

Written = Annotated[str, Meta(extra_json_schema={"format": "date"})]


class Days(Query, frozen=True, kw_only=True):
    """Which days."""

    first: Written | None = None
    """The first UTC day; by default that of the billing period."""
    last: Written | None = None
    """The last UTC day, included; by default today."""


@operation("GET /v1/usage", tag="Nation")
def get_usage(call: MemberCall, query: Days) -> UsageBody:
    """What was used, by day, by person and by tool.

    Admins see everybody's, with tokens and cost; the others their own queries.
    """
    nation = call.services.nations.require(call.nation_slug)
    return _reports(call.services).report(call.member, nation, query.first, query.last)


@operation(
    "GET /v1/usage/export",
    tag="Nation",
    active=False,
    files=FileTypes(("text/csv",)),
    raises=(NationUnknown,),
    limit=Limit.EXPORTS,
)
def export_usage(call: MemberCall, query: Days) -> Download:
    """The usage as a file.

    A row for each day and person.
    """
    services, member = call.services, call.member
    nation = services.nations.require(member.nation_slug)
    text = _reports(services).as_csv(member, nation, query.first, query.last)
    Audit(services.store).append(
        member.nation_slug,
        AuditKind.DATA_EXPORTED,
        by=member.user_id,
        about="usage",
        summary="Exported usage",
    )
    name = f"nat-usage-{member.nation_slug}-{timestamp(services.clock())[:10]}.csv"
    return Download(text, name, "text/csv")


def _reports(services: Services) -> UsageReports:
    return UsageReports(services.store, services.plans, now=services.clock())
