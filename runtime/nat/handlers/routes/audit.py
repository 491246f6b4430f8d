"""The audit log, for admins of the nation."""

from datetime import datetime
from typing import Final

from nat.audit.entry import AuditKind
from nat.audit.export import Format, export
from nat.audit.log import LARGEST_PAGE, PAGE, Audit, Filter
from nat.aws.items import timestamp
from nat.errors import BadRequest
from nat.handlers.request import HttpAnswer, HttpRequest, download
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import NEXT_HEADER, Route
from nat.roles import Role

_FORMATS: Final[dict[Format, str]] = {"csv": "text/csv", "json": "application/json"}


def audit(services: Services, request: HttpRequest) -> HttpAnswer:
    """Entries, newest first, in pages: `?since=&until=&by=&kind=&limit=&after=`."""
    admin = services.member(request, at_least=Role.ADMIN, active=False)
    page = Audit(services.store).page(
        admin.nation_slug,
        _wanted(request),
        limit=request.page_size(default=PAGE, most=LARGEST_PAGE),
        after=request.query.get("after"),
    )
    return HttpAnswer({"entries": [each.as_body() for each in page.entries], "next": page.next})


def audit_export(services: Services, request: HttpRequest) -> HttpAnswer:
    """The same entries as a file, `?format=csv|json`. `x-nat-next` says that the file is not complete, and
    what `after` goes on with."""
    admin = services.member(request, at_least=Role.ADMIN, active=False)
    wanted = next((each for each in _FORMATS if each == request.query.get("format", "csv")), None)
    if wanted is None:
        raise BadRequest("`format` is csv or json.")
    log = Audit(services.store)
    exported = export(log, admin.nation_slug, _wanted(request), wanted, after=request.query.get("after"))
    log.append(
        admin.nation_slug,
        AuditKind.DATA_EXPORTED,
        by=admin.user_id,
        about="audit",
        summary=f"Exported {exported.entries} audit entries as {wanted}",
    )
    name = f"nat-audit-{admin.nation_slug}-{timestamp(services.clock())[:10]}.{wanted}"
    answer = download(exported.text, name=name, content_type=_FORMATS[wanted])
    more = {} if exported.next is None else {NEXT_HEADER: exported.next}
    return HttpAnswer(answer.body, answer.status, {**answer.headers, **more})


def _wanted(request: HttpRequest) -> Filter:
    kind = request.query.get("kind")
    try:
        return Filter(
            since=_time(request, "since"),
            until=_time(request, "until"),
            by=request.query.get("by"),
            kind=None if kind is None else AuditKind(kind),
        )
    except ValueError:
        raise BadRequest(f"`kind` is one of {', '.join(AuditKind)}.") from None


def _time(request: HttpRequest, name: str) -> datetime | None:
    text = request.query.get(name)
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


ROUTES: Final[Routes] = {Route.AUDIT: audit, Route.AUDIT_EXPORT: audit_export}
