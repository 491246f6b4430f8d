"""A server between boto3 and the embedded AWS that lets DynamoDB's requests fail on demand."""

import json
import os
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError

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

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = behave(
                self.headers["X-Amz-Target"].rpartition(".")[2], body, lambda: self._forward(body)
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _forward(self, body: bytes) -> Answer:
            request = urllib.request.Request(upstream, body, dict(self.headers), method="POST")
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status, answer.read()
            except HTTPError as error:
                return error.code, error.read()

        def log_message(self, format: str, *args: object) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
