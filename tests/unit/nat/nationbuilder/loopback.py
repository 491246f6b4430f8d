"""A small HTTP server on loopback that answers as a test says and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import local.loopback
from local.loopback import Response, answering

JSON_API = "application/vnd.api+json"


@dataclass(frozen=True)
class Request:
    """One request as it arrived. `query` holds decoded pairs."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: Any

    def __getitem__(self, name: str) -> str:
        return dict(self.query)[name]


@dataclass(frozen=True)
class Reply:
    """One answer. A text body is sent as it stands, anything else as JSON; `None` drops the connection."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = JSON_API


HANG_UP = Reply(status=0)
HTML = Reply(200, "<html>Just a moment…</html>", kind="text/html; charset=UTF-8")

Answer = Callable[[Request], Reply]


class Loopback:
    """The server's address and its log."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []

    @property
    def base_url(self) -> str:
        """A nation's base URL, with its place for the slug."""
        return f"{self.url}/{{slug}}"


def in_turn(*replies: Reply) -> Answer:
    """These answers one after the other; the last one again and again."""
    waiting = list(replies)
    lock = threading.Lock()

    def answer(_request: Request) -> Reply:
        with lock:
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return answer


@contextmanager
def serving(answer: Answer) -> Iterator[Loopback]:
    """A running server."""

    def heard(arrived: local.loopback.Request) -> Response:
        request = Request(
            arrived.method,
            arrived.target.partition("?")[0],
            tuple(parse_qsl(arrived.query, keep_blank_values=True)),
            arrived.headers,
            json.loads(arrived.body) if arrived.body else None,
        )
        loopback.requests.append(request)
        reply = answer(request)
        body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        return Response(reply.status, body.encode(), reply.kind, reply.headers, dropped=reply.status == 0)

    with answering(heard) as url:
        loopback = Loopback(url)
        yield loopback


def record(kind: str, record_id: int | str, **attributes: Any) -> dict[str, Any]:
    """A resource object."""
    return {"type": kind, "id": str(record_id), "attributes": attributes}


def index_of(kind: str, total: int) -> Answer:
    """An index of `total` records with ids from 1, with a next link on every page that has records."""

    def answer(request: Request) -> Reply:
        query = dict(request.query)
        number, size = int(query.get("page[number]", 1)), int(query.get("page[size]", 20))
        ids = range((number - 1) * size + 1, min(number * size, total) + 1)
        body: dict[str, Any] = {"data": [record(kind, each) for each in ids], "meta": {}, "links": {}}
        if ids:
            body["links"]["next"] = f"/api/v2/{kind}?page[number]={number + 1}&page[size]={size}"
        if query.get("stats[total]") == "count":
            body["meta"] = {"stats": {"total": {"count": total}}}
        return Reply(body=body)

    return answer
