"""DynamoDB in the test's own process: MiniStack's module, without a socket for boto3 of this process.

Two thirds of what a call to the embedded AWS takes are HTTP, on both sides, and the unit suite makes a
hundred thousand calls to DynamoDB. boto3 lets a handler of its event `before-send` answer in place of its
connection; everything before and after (validation, retries, parsing) is as ever, but that nothing is
signed. Other processes, and servers that tests put in between, reach the same tables on loopback.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import Any, Final, cast

from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
from ministack.services import dynamodb

from local.loopback import LoopbackServer, Request, Response, serving
from tests import lazy_tables

JSON: Final = "application/x-amz-json-1.0"
_ONE_AT_A_TIME: Final = Lock()
_own: dict[str, int] = {}
"""URLs of running DynamoDBs, with the process that each is in: a forked child has to ask its parent."""


@contextmanager
def own_dynamodb() -> Iterator[str]:
    """The URL of an empty DynamoDB, until the block ends. Tables come into being when they are asked for."""
    lazy_tables.install()
    logging.getLogger("dynamodb").setLevel(
        logging.WARNING
    )  # it tells of each table, to who reads our own log
    with serving(LoopbackServer("127.0.0.1", 0, _over_http), "dynamodb") as server:
        _own[server.url] = os.getpid()
        try:
            yield server.url
        finally:
            del _own[server.url]


class _Body(BytesIO):
    """A response's body, as boto3 reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _unsigned(request: AWSRequest, **_: Any) -> None:
    if _is_own(request.url):
        request.context["auth_type"] = "none"


def _without_socket(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
    if not _is_own(request.url):
        return None
    body = request.body
    assert isinstance(body, bytes)  # DynamoDB's serializer makes nothing else
    sent = cast("Mapping[str, str | bytes]", request.headers)  # some are bytes after signing
    status, headers, answer = _answer(
        {
            name.lower(): str(value, "ascii") if isinstance(value, bytes) else value
            for name, value in sent.items()
        },
        body,
    )
    return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), _Body(answer))


def _is_own(url: str | None) -> bool:
    return url is not None and _own.get(url.removesuffix("/")) == os.getpid()


def _over_http(request: Request) -> Response:
    status, headers, answer = _answer(request.headers, request.body)
    kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return Response(status, answer, JSON, kept)


def _answer(headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
    """What MiniStack answers, which does one request after the other: it has one loop, and DynamoDB's part
    never waits."""
    with _ONE_AT_A_TIME:
        work = dynamodb.handle_request("POST", "/", dict(headers), body, {})
        try:
            work.send(None)
        except StopIteration as done:
            status, answered, answer = done.value
            return status, answered, answer.encode() if isinstance(answer, str) else answer
    raise RuntimeError("MiniStack's DynamoDB waits for something in the middle of a request.")


BUILTIN_HANDLERS.append(("request-created.dynamodb", _unsigned, REGISTER_FIRST))
# The last of all handlers: a test's own handler of a request comes before the request.
BUILTIN_HANDLERS.append(("before-send", _without_socket, REGISTER_LAST))
