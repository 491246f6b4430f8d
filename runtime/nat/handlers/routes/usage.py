"""Usage of the selected nation: admins see everybody's, with tokens and cost, members their own."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.items import timestamp
from nat.contract.endpoint import FileTypes
from nat.contract.fields import Count, Limit, Moment, Query, ResponseBody
from nat.errors import NationUnknown
from nat.handlers.endpoints import Download, MemberCall, operation
from nat.handlers.services import Services
from nat.ids import UserId
from nat.people.usage_report import UsageReports
from nat.roles import Role

Written = Annotated[str, Meta(extra_json_schema={"format": "date"})]


class Days(Query, frozen=True, kw_only=True):
    """Which days."""

    first: Written | None = None
    """The first UTC day; by default that of the billing period."""
    last: Written | None = None
    """The last UTC day, included; by default today."""


class Figures(ResponseBody, frozen=True, kw_only=True):
    """A sum. Tokens and cost are for admins."""

    queries: Count
    input_tokens: Count | UnsetType = UNSET
    cache_write_tokens: Count | UnsetType = UNSET
    cache_read_tokens: Count | UnsetType = UNSET
    output_tokens: Count | UnsetType = UNSET
    cost_micros: Count | UnsetType = UNSET
    """Micro-dollars, at the list price of the day."""
    unpriced: Count | UnsetType = UNSET
    """Turns whose model had no price: with any of them the cost is too low."""


class Day(Figures, frozen=True, kw_only=True):
    """One UTC day."""

    day: date


class BudgetOf(ResponseBody, frozen=True, kw_only=True):
    """A budget and what was used of it in this period, in queries."""

    limit: Count
    used: Count


class PersonUsed(Figures, frozen=True, kw_only=True):
    """One person."""

    user_id: UserId
    role: Role | None
    """Null for somebody who is no member any more."""
    email: str | UnsetType | None = UNSET
    budget: BudgetOf | UnsetType | None = UNSET


class ToolUsed(ResponseBody, frozen=True, kw_only=True):
    """One tool of the agent."""

    tool: str
    calls: Count
    """Calls that gave a result. What was refused or failed is none."""


class PeriodBody(ResponseBody, frozen=True, kw_only=True):
    """The billing period."""

    start: Moment
    end: Moment


class UsageBody(ResponseBody, frozen=True, kw_only=True):
    """The pool of this period, and what was used in the days asked for."""

    plan: str | None
    cap: Literal["hard", "soft"]
    """With a soft cap questions go on beyond the limit."""
    period: PeriodBody
    used: Count
    limit: Count | None
    """Null is unlimited."""
    remaining: Count | None
    limit_reached: bool
    scope: Literal["nation", "own"]
    """Whose figures these are: admins see the nation's, the others their own."""
    budget: BudgetOf | None
    first: date
    last: date
    total: Figures
    days: list[Day]
    tools: list[ToolUsed]
    """The most used first."""
    people: list[PersonUsed]


@operation("GET /v1/usage", tag="Nation")
def get_usage(call: MemberCall, query: Days) -> UsageBody:
    """What was used, by day, by person and by tool.

    Admins see everybody's, with tokens and cost; the others their own queries.
    """
    nation = call.services.nations.require(call.nation_slug)
    report = _reports(call.services).report(call.member, nation, query.first, query.last)
    return msgspec.convert(report, UsageBody)


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
