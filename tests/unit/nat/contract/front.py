"""API Gateway on loopback, as far as the HTTP API goes: calls become payload format 2.0, with route key,
places of the path and the claims of a token, and answers become HTTP again.

`Authorization: Bearer <user id>` is a verified token of that person, of whom one runs the service. Without
one the authorizer refuses, and what no route has is not found, both in API Gateway's own shape.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.loopback import JSON, Request, Response, answering
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

    def answer(self, request: Request) -> dict[str, Any]:
        """Status, headers and body, as a function gives them."""
        address = urlsplit(request.target)
        for served, pattern in self._served:
            places = pattern.fullmatch(address.path)
            if served.method != request.method or places is None:
                continue
            kind, _, person = request.headers.get("authorization", "").partition(" ")
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
                    "headers": dict(request.headers),
                    "requestContext": {
                        "routeKey": served.key,
                        "requestId": "r1",
                        "authorizer": {"jwt": {"claims": claims}},
                    },
                    "pathParameters": {name: unquote(each) for name, each in places.groupdict().items()},
                    "queryStringParameters": _query(address.query),
                    **_body(request.body),
                }
            )
        return _refusal(404, "Not Found")


@contextmanager
def serving(front: Front) -> Iterator[str]:
    """Serve on a free port; gives the address."""

    def answer(request: Request) -> Response:
        given = front.answer(request)
        headers = dict(given["headers"])
        return Response(
            given["statusCode"], given["body"].encode(), headers.pop("content-type", JSON), headers
        )

    with answering(answer) as url:
        yield url


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
