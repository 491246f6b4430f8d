"""A small HTTP server on loopback that answers as a test says and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

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

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            request = Request(
                self.command,
                parts.path,
                tuple(parse_qsl(parts.query, keep_blank_values=True)),
                dict(self.headers),
                json.loads(raw) if raw else None,
            )
            loopback.requests.append(request)
            reply = answer(request)
            if reply.status == 0:
                self.close_connection = True
                return
            body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            encoded = body.encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(encoded)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(encoded)

        do_GET = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - names http.server calls

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    loopback = Loopback(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
