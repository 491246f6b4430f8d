"""The 190 operations: one generic engine over the schema, and the few that are special (API facts, §9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local.loopback import JSON, JSON_API, Clock, Request, Response, json_response
from local.nationbuilder import jobs
from local.nationbuilder.access import check_headers, check_permission
from local.nationbuilder.bodies import Payload, read_object, read_payload
from local.nationbuilder.documents import Renderer
from local.nationbuilder.errors import not_found
from local.nationbuilder.filters import in_order, narrow, select
from local.nationbuilder.query import Page, Query, link, pairs, parse
from local.nationbuilder.rules.paths import end_journey
from local.nationbuilder.rules.people import SLOTS, with_email
from local.nationbuilder.schema import PREFIX, Operation, Row, schema
from local.nationbuilder.settings import Settings
from local.nationbuilder.store import Nation
from local.nationbuilder.writes import Writer

PUSH_KEYS: Final = (
    "civicrm_id",
    "county_file_id",
    "dw_id",
    "external_id",
    "email",
    "facebook_username",
    "ngp_id",
    "salesforce_id",
    "twitter_login",
    "van_id",
)
"""What `/signups/push` matches on. Two of them are no attributes of V2, so no body can carry them."""


@dataclass(frozen=True)
class Call:
    """One call of an operation, with everything an operation needs."""

    nation: Nation
    operation: Operation
    record_id: str | None
    request: Request
    given: list[tuple[str, str]]
    query: Query
    user_id: str

    @property
    def kind(self) -> str:
        """The type the operation belongs to."""
        return self.operation.type

    @property
    def row(self) -> Row:
        """The record of the path. Raises `Flat` 404."""
        found = self.nation[self.kind].get(self.record_id)
        if found is None:
            raise not_found()
        return found


class Api:
    """Answers requests below `/api/v2` of callers that have proved who they are."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._special: dict[str, Callable[[Call], Response]] = {
            "me": self._me,
            "push": self._push,
            "signups": self._members,
            "archive": self._archive,
            **dict.fromkeys(jobs.ACTIONS, self._list_action),
            **dict.fromkeys(("abandon", "complete", "reactivate", "void"), self._journey),
        }
        self._usual: dict[str, Callable[[Call], Response]] = {
            "index": self._index,
            "show": self._show,
            "create": self._create,
            "update": self._update,
            "delete": self._delete,
        }

    def answer(self, nation: Nation, user_id: str, request: Request) -> Response:
        """Run one request under the nation's lock. Raises `ApiError`."""
        found = schema().route(request.method, request.path)
        if found is None:
            raise not_found()
        operation, record_id = found
        check_headers(request.headers, operation.has_body)
        given = pairs(request.query)
        with nation.lock:
            jobs.settle(nation, self._clock.now())
            if operation.type == "async_processes":
                check_permission(nation, user_id, operation, Query().include)
                return json_response(200, jobs.status(nation, record_id or ""))
            query = parse(given, schema().resources[operation.returns], operation)
            check_permission(nation, user_id, operation, query.include)
            call = Call(nation, operation, record_id, request, given, query, user_id)
            return (self._special.get(operation.action) or self._usual[operation.action])(call)

    def _index(self, call: Call) -> Response:
        resource = schema().resources[call.kind]
        return self._page(call, call.kind, select(call.nation, resource, call.query.filters), JSON_API)

    def _members(self, call: Call) -> Response:
        """`GET /lists/{id}/signups`."""
        signups = schema().resources["signups"]
        members = call.nation.list_members.get(call.row["id"], {})
        rows = [call.nation["signups"].rows[each] for each in members]
        return self._page(call, "signups", narrow(call.nation, signups, rows, call.query.filters), JSON)

    def _page(self, call: Call, kind: str, rows: list[Row], content_type: str) -> Response:
        page, total = call.query.page, len(rows)
        rows = in_order(schema().resources[kind], rows, call.query.sort, page=page.number)
        rows = rows[(page.number - 1) * page.size : page.number * page.size]
        document = Renderer(call.nation, call.query).documents(kind, rows)
        path = call.request.path
        links = {"self": link(path, call.given, page)}
        if page.number > 1:
            links["prev"] = link(path, call.given, Page(page.number - 1, page.size))
        if rows:
            links["next"] = link(path, call.given, Page(page.number + 1, page.size))
        document["links"] = links
        document["meta"] = {"stats": {"total": {"count": total}}} if call.query.count else {}
        return json_response(200, document, content_type)

    def _show(self, call: Call) -> Response:
        return self._one(call, 200, call.row)

    def _me(self, call: Call) -> Response:
        owner = call.nation["signups"].get(call.user_id)
        if owner is None:
            raise not_found()
        return self._one(call, 200, owner)

    def _create(self, call: Call) -> Response:
        return self._write(call, 201, self._payload(call, None))

    def _update(self, call: Call) -> Response:
        row = call.row
        return self._write(call, 200, self._payload(call, row["id"]))

    def _delete(self, call: Call) -> Response:
        row = call.row
        with call.nation.transaction():
            Writer(call.nation, self._clock.now(), call.user_id).delete(call.kind, row["id"])
        return json_response(200, {"meta": {}}, JSON_API)

    def _push(self, call: Call) -> Response:
        """`PATCH /signups/push`: update who matches, else create."""
        payload = self._payload(call, None)
        match = _matching(call.nation, payload)
        if match is None:
            return self._write(call, 201, payload)
        payload.record_id, payload.method = match["id"], "update"
        return self._write(call, 200, payload)

    def _archive(self, call: Call) -> Response:
        """`PATCH /automations/{id}/archive`."""
        row = call.row
        with call.nation.transaction():
            call.nation["automations"].update(row["id"], {"status": "archived"})
        return self._one(call, 200, call.row)

    def _journey(self, call: Call) -> Response:
        """`PATCH /path_journeys/{id}/complete` and its siblings."""
        row, reason = call.row, call.query.others.get("path_journey_status_change_id")
        with call.nation.transaction():
            row = end_journey(
                call.nation, row, call.operation.action, reason, self._clock.now(), call.user_id
            )
        return self._one(call, 200, row)

    def _list_action(self, call: Call) -> Response:
        document = read_object(call.request.body)
        job = jobs.start(
            call.nation,
            call.operation.action,
            call.record_id or "",
            document,
            self._clock.now(),
            self._settings.async_delay_seconds,
        )
        call.nation.version += 1
        return json_response(202, {"token": job.token}, JSON_API)

    def _payload(self, call: Call, record_id: str | None) -> Payload:
        return read_payload(call.nation, call.kind, record_id, read_object(call.request.body))

    def _write(self, call: Call, status: int, payload: Payload) -> Response:
        writer = Writer(call.nation, self._clock.now(), call.user_id)
        with call.nation.transaction():
            row = writer.save(payload)
        renderer = Renderer(call.nation, call.query, writer.temp_ids)
        document = renderer.document(call.kind, row)
        for kind, record_id in writer.touched:
            sideposted = call.nation[kind].get(record_id)
            if sideposted is not None:
                renderer.add(kind, sideposted)
        if renderer.included:
            document["included"] = renderer.included
        return json_response(status, document, JSON_API)

    def _one(self, call: Call, status: int, row: Row) -> Response:
        return json_response(status, Renderer(call.nation, call.query).document(call.kind, row), JSON_API)


def _matching(nation: Nation, payload: Payload) -> Row | None:
    """The signup that a push means: by email in any of the four places, or by another system's id."""
    for slot in ("email", *SLOTS):
        email: Any = payload.attributes.get(slot)
        found = with_email(nation, email) if email else None
        if found is not None:
            return found
    wanted = {name: payload.attributes[name] for name in PUSH_KEYS if payload.attributes.get(name)}
    wanted.pop("email", None)
    for row in nation["signups"].rows.values():
        if any(row.get(name) == value for name, value in wanted.items()):
            return row
    return None


def is_api(path: str) -> bool:
    """Whether a path belongs to the V2 API."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")
