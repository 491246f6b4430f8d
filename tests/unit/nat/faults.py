"""A server between boto3 and the embedded AWS that lets DynamoDB's requests fail on demand."""

import json
import os
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.error import HTTPError

from local.loopback import Request, Response, answering

Answer = tuple[int, bytes]
Forward = Callable[[], Answer]
Behaviour = Callable[[str, bytes, Forward], Answer]
"""What is answered to an operation with a body; `Forward` has the embedded AWS do it."""


@contextmanager
def conflicting(times: int, code: str = "TransactionConflict") -> Iterator[str]:
    """The URL of a DynamoDB that cancels its first `times` transactions for `code`; the rest goes through."""
    left = threading.Semaphore(times)

    def behave(operation: str, body: bytes, forward: Forward) -> Answer:
        if operation == "TransactWriteItems" and left.acquire(blocking=False):
            return 400, _cancelled(len(json.loads(body)["TransactItems"]), code)
        return forward()

    with between(behave) as url:
        yield url


@contextmanager
def losing_answers(*operations: str, times: int = 1) -> Iterator[str]:
    """The URL of a DynamoDB that does its first `times` of these operations and loses the answer: boto3 hears
    of an error of the server and sends the request again."""
    left = threading.Semaphore(times)

    def behave(operation: str, body: bytes, forward: Forward) -> Answer:
        answer = forward()
        if operation in operations and answer[0] == 200 and left.acquire(blocking=False):
            return 500, b'{"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}'
        return answer

    with between(behave) as url:
        yield url


@contextmanager
def between(behave: Behaviour) -> Iterator[str]:
    """The URL of a DynamoDB that answers as `behave` says."""
    upstream = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]

    def answer(request: Request) -> Response:
        operation = request.headers["x-amz-target"].rpartition(".")[2]
        status, text = behave(operation, request.body, lambda: _forward(upstream, request))
        return Response(status, text, "application/x-amz-json-1.0")

    with answering(answer) as url:
        yield url


def _forward(upstream: str, request: Request) -> Answer:
    asked = urllib.request.Request(upstream, request.body, dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def _cancelled(entries: int, code: str) -> bytes:
    """What DynamoDB answers (API reference, TransactWriteItems): one reason per entry."""
    reasons = [{"Code": "None"} for _ in range(entries)]
    reasons[-1] = {"Code": code, "Message": "Not now"}
    return json.dumps(
        {
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
            "CancellationReasons": reasons,
        }
    ).encode()
