"""The client of one nation's V2 API."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar, Unpack
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nat.errors import BadRequest, NationBuilderDown, WriteUncertain
from nat.names import SLUG_PATTERN
from nat.nationbuilder.bodies import Related, write_body
from nat.nationbuilder.documents import Collection, Document, Included, Page, Record, read_document, read_page
from nat.nationbuilder.limits import Limiter
from nat.nationbuilder.panel import panel_path
from nat.nationbuilder.query import PAGE_SIZE, Filters, IndexQuery, index_parameters
from nat.nationbuilder.transport import TIMEOUT, Bearer, Transport, pooled_session
from nat.nationbuilder.withheld import WithholdingTransport
from nat.parallel import AT_ONCE, together
from nat.wording import Worded

T = TypeVar("T")

if TYPE_CHECKING:
    import requests

BASE_URL: Final = "https://{slug}.nationbuilder.com"
MAX_RECORDS: Final = 10_000
"""Bound of a reading of all pages, unless the caller sets another: 100 requests."""
_RESOURCE: Final = re.compile(r"[a-z_]+(/\d+/[a-z_]+)?")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PATH: Final = re.compile(r"/?[a-z_]+(/[A-Za-z0-9_-]{1,100}){0,2}")


class NationBuilder:
    """One nation through V2. Thread-safe; cheap to make when `session` and `limiter` are shared.

    `token` gives the access token and is asked before each request. `renew` is called when V2 says that
    the token has expired, and gives a fresh one. `refused` is called with the token when V2 refuses otherwise
    (401, 403), and says whether that was the token's fault and another one can be sent now. `base_url` may
    have a `{slug}` place. `time_zone` is an IANA name: "this week" means the nation's. `timeout` is (connect,
    read) in seconds. `withheld` are areas (`nat.nationbuilder.areas`) that are closed to the person for whom
    this is done, whatever the token allows.

    Every method raises errors of the `NationBuilderError` family: `RecordNotFound`, `PermissionDenied`,
    `TokenExpired`, `TokenRejected`, `QueryRejected`, `ValidationFailed`, `RateLimited`, `NationBuilderDown`,
    and `WriteUncertain` for writes.
    """

    def __init__(
        self,
        slug: str,
        *,
        token: Callable[[], str],
        renew: Callable[[], str] | None = None,
        refused: Callable[[str], bool] | None = None,
        base_url: str = BASE_URL,
        limiter: Limiter | None = None,
        time_zone: str = "UTC",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        session: "requests.Session | None" = None,
        timeout: tuple[float, float] = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        if not re.fullmatch(SLUG_PATTERN, slug):
            raise BadRequest(Worded("refused.no_slug"))
        self._slug = slug
        self._zone = _zone(time_zone)
        self._now = now
        self._session = session or pooled_session()
        self._owns_session = session is None
        self._host = base_url.replace("{slug}", slug).rstrip("/")
        bearer = Bearer(token, renew, refused)
        transport = Transport(slug, f"{self._host}/api/v2", bearer, self._session, limiter, timeout, sleep)
        self._transport = WithholdingTransport(transport, withheld) if withheld else transport

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"NationBuilder({self._slug!r})"

    def close(self) -> None:
        """Close the connections, unless the session was given."""
        if self._owns_session:
            self._session.close()

    @property
    def slug(self) -> str:
        """The nation's slug."""
        return self._slug

    @property
    def time_zone(self) -> str:
        """IANA name of the nation's time zone; UTC where the setting is unknown."""
        return self._zone.key

    @property
    def zone(self) -> ZoneInfo:
        """The nation's time zone."""
        return self._zone

    def now(self) -> datetime:
        """The present moment in the nation's time zone."""
        return self._now().astimezone(self._zone)

    def panel_url(self, kind: str, record_id: str | None = None, *, site_id: str | None = None) -> str | None:
        """URL in the control panel by a confirmed pattern (see `nat.nationbuilder.panel`), or None."""
        path = panel_path(kind, record_id, site_id=site_id)
        return None if path is None else f"{BASE_URL.replace('{slug}', self._slug)}{path}"

    def index(
        self,
        resource: str,
        *,
        filters: Filters | None = None,
        include: Iterable[str] = (),
        fields: Mapping[str, Iterable[str]] | None = None,
        extra_fields: Mapping[str, Iterable[str]] | None = None,
        sort: Iterable[str] = (),
        page_size: int = PAGE_SIZE,
        page: int = 1,
        count: bool = False,
    ) -> Page:
        """One page of a resource such as `signups` or `lists/5/signups`. `fields` and `extra_fields` are by
        record type; `count` asks for the total. The last key of every order is the id: records that are equal
        otherwise would come in any order, so that pages repeat some and leave others out."""
        order = tuple(sort)
        if page_size > 1 and not {"id", "-id"} & set(order):
            order = (*order, "id")
        query = index_parameters(
            filters=filters,
            include=include,
            fields=fields,
            extra_fields=extra_fields,
            sort=order,
            page_size=page_size,
            page=page,
            count=count,
        )
        body = self._transport.send("GET", _checked(resource), query=query)
        return _read(partial(read_page, body, page))

    def pages(
        self, resource: str, *, max_records: int = MAX_RECORDS, **query: Unpack[IndexQuery]
    ) -> Iterator[Page]:
        """All pages, in order, up to `max_records`; `query` is what `index` takes, but no page.

        The first page asks for the total; the others are then read a few at a time. Where V2 gives no total,
        or the last of these pages is as full as can be, pages are read one by one until one that is not full
        or has no next link: a total may lag behind.
        """
        limit = max(1, -(-max_records // PAGE_SIZE))
        page = self.index(resource, **query, page_size=PAGE_SIZE, count=True)
        yield page
        last = 1
        if page.total is not None:
            last = max(1, min(limit, -(-page.total // PAGE_SIZE)))
            for start in range(2, last + 1, AT_ONCE):
                numbers = range(start, min(start + AT_ONCE, last + 1))
                for page in together(
                    [
                        partial(self.index, resource, **query, page_size=PAGE_SIZE, page=each)
                        for each in numbers
                    ]
                ):
                    yield page
            if len(page.records) < PAGE_SIZE:
                return
        for number in range(last + 1, limit + 1):
            if not page.has_next:
                return
            page = self.index(resource, **query, page_size=PAGE_SIZE, page=number)
            yield page

    def read_all(
        self, resource: str, *, max_records: int = MAX_RECORDS, **query: Unpack[IndexQuery]
    ) -> Collection:
        """The records of all pages up to `max_records`, each once, and whether that was all of them.

        A record that moved between pages while they were read is not given twice; if one was skipped, fewer
        than the total were found and `complete` is False.
        """
        records: dict[str, Record] = {}
        included: list[Record] = []
        pages = list(self.pages(resource, max_records=max_records, **query))
        for page in pages:
            records.update((record.id, record) for record in page.records)
            included.extend(page.included)
        found = tuple(records.values())[:max_records]
        total = None if pages[0].total is None else max(pages[0].total, len(records))
        complete = len(found) >= (len(records) if total is None else total)
        if total is None and pages[-1].has_next:
            complete = False
        return Collection(found, Included(included), total, complete)

    def count(self, resource: str, filters: Filters | None = None) -> int:
        """How many records there are, by `stats[total]=count`."""
        page = self.index(resource, filters=filters, page_size=1, count=True)
        if page.total is None:
            raise NationBuilderDown
        return page.total

    def find(
        self, resource: str, ids: Iterable[str], *, fields: Mapping[str, Iterable[str]] | None = None
    ) -> Mapping[str, Record]:
        """Records by id, 100 in a request. Ids that do not exist are left out."""
        wanted = sorted(set(ids), key=lambda each: (len(each), each))
        parts = [wanted[start : start + PAGE_SIZE] for start in range(0, len(wanted), PAGE_SIZE)]
        pages = together(
            [partial(self.index, resource, filters={"id": part}, fields=fields) for part in parts]
        )
        return {record.id: record for page in pages for record in page.records}

    def show(
        self,
        resource: str,
        record_id: str,
        *,
        include: Iterable[str] = (),
        fields: Mapping[str, Iterable[str]] | None = None,
        extra_fields: Mapping[str, Iterable[str]] | None = None,
    ) -> Document:
        """One record. `show("signups", "me")` is the person whose token this is."""
        query = index_parameters(include=include, fields=fields, extra_fields=extra_fields)
        body = self._transport.send("GET", f"{_checked(resource)}/{_checked_id(record_id)}", query=query)
        return _read(partial(read_document, body))

    def process(self, token: str) -> Mapping[str, object]:
        """State of a list action: a flat object `{"id", "status", "message"}`."""
        body = self._transport.send("GET", f"async_processes/{_checked_id(token)}")
        return _read(partial(_object, body))

    def create(
        self,
        resource: str,
        attributes: Mapping[str, object],
        *,
        related: Related | None = None,
        include: Iterable[str] = (),
    ) -> Document:
        """Make a record, with sideposted ones if given."""
        body = write_body(_checked(resource), attributes, related=related)
        return self._write("POST", resource, body, include)

    def push(
        self,
        attributes: Mapping[str, object],
        *,
        related: Related | None = None,
        include: Iterable[str] = (),
    ) -> Document:
        """Update the person that an identifier such as the email finds, else make one."""
        return self._write(
            "PATCH", "signups/push", write_body("signups", attributes, related=related), include
        )

    def update(
        self,
        resource: str,
        record_id: str,
        attributes: Mapping[str, object],
        *,
        related: Related | None = None,
        include: Iterable[str] = (),
    ) -> Document:
        """Change a record."""
        body = write_body(_checked(resource), attributes, record_id=record_id, related=related)
        return self._write("PATCH", f"{resource}/{_checked_id(record_id)}", body, include)

    def delete(self, resource: str, record_id: str) -> None:
        """Delete a record for good: V2 has no trash."""
        self._transport.send("DELETE", f"{_checked(resource)}/{_checked_id(record_id)}")

    def action(
        self,
        resource: str,
        record_id: str,
        name: str,
        data: Mapping[str, object] | None = None,
        *,
        query: Sequence[tuple[str, str]] = (),
    ) -> Mapping[str, object]:
        """An action on one record: `add_signups`, `remove_signups`, `tag`, `untag` of a list (answer
        `{"token"}`), `complete`, `abandon`, `reactivate`, `void` of a path journey, `archive` of an
        automation.

        `data` lies beside, not inside, `attributes`: `{"signup_ids": […]}`, `{"tag": "…"}`.
        """
        _checked(resource)
        body = None if data is None else {"data": {"id": record_id, "type": resource, **data}}
        path = f"{resource}/{_checked_id(record_id)}/{_checked(name)}"
        answer = self._transport.send("PATCH", path, query=list(query), body=body)
        return _read(partial(_object, answer), WriteUncertain)

    def exchange(
        self,
        method: Literal["POST", "PATCH", "DELETE"],
        path: str,
        body: Mapping[str, object] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> tuple[int, Mapping[str, Any]]:
        """One writing request as it was frozen in a change; `path` is below `/api/v2`, such as `contacts/5`.

        Gives status and document: a push tells by the status whether it found somebody (200) or made somebody
        new (201)."""
        query = sorted((params or {}).items())
        status, answer = self._transport.exchange(method, _checked_path(path), query=query, body=body)
        return status, _read(partial(_object, answer), WriteUncertain)

    def look(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, object]:
        """One GET as it was frozen in a change; gives the document as it came."""
        answer = self._transport.send("GET", _checked_path(path), query=sorted((params or {}).items()))
        return _read(partial(_object, answer))

    def _write(self, method: str, path: str, body: Mapping[str, object], include: Iterable[str]) -> Document:
        query = index_parameters(include=include)
        answer = self._transport.send(method, path, query=query, body=body)
        return _read(partial(read_document, answer), WriteUncertain)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _checked(resource: str) -> str:
    """A resource as code writes it. Anything else in a path is a defect."""
    if not _RESOURCE.fullmatch(resource):
        raise ValueError("A resource is a name such as signups, or a nested one such as lists/5/signups.")
    return resource


def _checked_id(record_id: str) -> str:
    if not _ID.fullmatch(record_id):
        raise BadRequest(Worded("refused.no_id"))
    return quote(record_id, safe="")


def _checked_path(path: str) -> str:
    """A path as code composed it, of at most three parts. Anything else is a defect."""
    if not _PATH.fullmatch(path):
        raise ValueError("A path is a resource, a record of it, or an action on one.")
    return path.removeprefix("/")


def _object(body: object) -> Mapping[str, object]:
    if not isinstance(body, dict):
        raise TypeError("An object was expected.")
    return body


def _read(parse: Callable[[], T], otherwise: type[NationBuilderDown] = NationBuilderDown) -> T:
    """What an answer holds. JSON that is no V2 document counts as no answer."""
    try:
        return parse()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise otherwise from None
