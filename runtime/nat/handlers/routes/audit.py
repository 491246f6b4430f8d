"""The audit log, for admins of the nation."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from nat.audit.entry import AuditKind
from nat.audit.export import Format, export
from nat.audit.log import LARGEST_PAGE, PAGE, Audit, Filter
from nat.aws.items import timestamp
from nat.contract.endpoint import FileTypes
from nat.contract.fields import Limit, Moment, Paged, ResponseBody
from nat.errors import BadRequest
from nat.handlers.endpoints import Download, MemberCall, operation
from nat.roles import Role

_FORMATS: Final[dict[Format, str]] = {"csv": "text/csv", "json": "application/json"}


class AuditFilter(Paged, frozen=True, kw_only=True):
    """Which entries."""

    since: Moment | None = None
    """Not before this time."""
    until: Moment | None = None
    """Before this time."""
    by: str | None = None
    """Who acted."""
    kind: AuditKind | None = None
    """What it is about."""


class AuditQuery(AuditFilter, frozen=True, kw_only=True):
    """A page of them."""

    limit: Annotated[int, Meta(ge=1, le=LARGEST_PAGE)] = PAGE
    """How many at most."""


class AuditExportQuery(AuditFilter, frozen=True, kw_only=True):
    """A file of them. `after` is what `x-nat-next` said."""

    format: Literal["csv", "json"] = "csv"
    """What kind of file."""


class AuditEntryBody(ResponseBody, frozen=True, kw_only=True):
    """One entry of the append-only log; `hash` covers it and `previous`."""

    number: Annotated[int, Meta(ge=1)]
    at: Moment
    kind: AuditKind
    by: str
    """A user id, or `system`, `stripe`, `nationbuilder`."""
    about: str
    summary: str
    details: dict[str, Any]
    surface: str
    previous: str
    hash: str


class AuditPageBody(ResponseBody, frozen=True, kw_only=True):
    """Entries, newest first."""

    entries: list[AuditEntryBody]
    next: str | None


@operation("GET /v1/audit", tag="Nation", role=Role.ADMIN, active=False)
def list_audit(call: MemberCall, query: AuditQuery) -> AuditPageBody:
    """The audit log."""
    page = Audit(call.services.store).page(
        call.nation_slug, _filter(query), limit=query.limit, after=query.after
    )
    entries = [msgspec.convert(each.as_body(), AuditEntryBody) for each in page.entries]
    return AuditPageBody(entries=entries, next=page.next)


@operation(
    "GET /v1/audit/export",
    tag="Nation",
    role=Role.ADMIN,
    active=False,
    files=FileTypes(("text/csv", "application/json"), more=True),
    limit=Limit.EXPORTS,
)
def export_audit(call: MemberCall, query: AuditExportQuery) -> Download:
    """The audit log as a file.

    Taking it is an entry of the log. `x-nat-next` says that the file is not complete, and what `after` goes
    on with.
    """
    services, admin = call.services, call.member
    log = Audit(services.store)
    exported = export(log, admin.nation_slug, _filter(query), query.format, after=query.after)
    log.append(
        admin.nation_slug,
        AuditKind.DATA_EXPORTED,
        by=admin.user_id,
        about="audit",
        summary=f"Exported {exported.entries} audit entries as {query.format}",
    )
    name = f"nat-audit-{admin.nation_slug}-{timestamp(services.clock())[:10]}.{query.format}"
    return Download(exported.text, name, _FORMATS[query.format], exported.next)


def _filter(query: AuditFilter) -> Filter:
    return Filter(
        since=_time(query.since, "since"),
        until=_time(query.until, "until"),
        by=query.by,
        kind=query.kind,
    )


def _time(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    try:
        # A plus sign in a query is a space, if the client did not encode it.
        at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        if at.tzinfo is None:
            raise ValueError
        timestamp(at)
    except (ValueError, OverflowError):
        raise BadRequest(f"`{name}` is a time with its zone, such as 2026-11-22T09:30:00Z.") from None
    return at
