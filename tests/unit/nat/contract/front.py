"""API Gateway on loopback, as far as the HTTP API goes: calls become payload format 2.0, with route key,
places of the path and the claims of a token, and answers become HTTP again.

`Authorization: Bearer <user id>` is a verified token of that person, of whom one runs the service. Without
one the authorizer refuses, and what no route has is not found, both in API Gateway's own shape.
"""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from nat.contract.declared import routes
from nat.names import GROUPS_CLAIM, OPERATORS

OPERATOR = "operator"
"""Who runs the service, and belongs to no nation."""

Function = Callable[[Mapping[str, Any]], dict[str, Any]]
"""What answers an event, as a Lambda function does."""


@dataclass(frozen=True)
class Served:
    """A route and the function behind it."""

    key: str
    function: Function

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0]

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.key.partition(" ")[2]))


class Front:
    """The gateway's work on one call, without the socket."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        """Functions by the module that declares what they answer."""
        served = [Served(key, function) for module, function in functions.items() for key in routes(module)]
        # A written part of a path goes before a place.
        self._served = [(each, each.pattern) for each in sorted(served, key=lambda each: each.key.count("{"))]

    def answer(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> dict[str, Any]:
        """Status, headers and body, as a function gives them."""
        address = urlsplit(target)
        for served, pattern in self._served:
            places = pattern.fullmatch(address.path)
            if served.method != method or places is None:
                continue
            lowered: dict[str, list[str]] = {}
            for name, value in headers:
                lowered.setdefault(name.lower(), []).append(value)
            joined = {name: ",".join(values) for name, values in lowered.items()}
            kind, _, person = joined.get("authorization", "").partition(" ")
            if kind != "Bearer" or not person:
                return _refusal(401, "Unauthorized")
            claims = {"sub": person, "token_use": "access", "email": f"{person}@example.org"}
            if person == OPERATOR:
                claims[GROUPS_CLAIM] = f"[{OPERATORS} others]"
            return served.function(
                {
                    "version": "2.0",
                    "routeKey": served.key,
                    "rawPath": address.path,
                    "rawQueryString": address.query,
                    "headers": joined,
                    "requestContext": {
                        "routeKey": served.key,
                        "requestId": "r1",
                        "authorizer": {"jwt": {"claims": claims}},
                    },
                    "pathParameters": {name: unquote(each) for name, each in places.groupdict().items()},
                    "queryStringParameters": _query(address.query),
                    **_body(body),
                }
            )
        return _refusal(404, "Not Found")


@contextmanager
def serving(front: Front) -> Iterator[str]:
    """Serve on a free port; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = front.answer(self.command, self.path, self.headers.items(), body)
            content = given["body"].encode()
            self.send_response(given["statusCode"])
            for name, value in given["headers"].items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD" and given["statusCode"] != 204:
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 # the library's names

        def log_message(self, format: str, *args: object) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _query(text: str) -> dict[str, str] | None:
    """Each name once; several values stand together with commas between them."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in found.items()} or None


def _body(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    try:
        return {"body": content.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}


def _refusal(status: int, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": message}),
    }
