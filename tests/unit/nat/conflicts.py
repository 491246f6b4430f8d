"""A server between boto3 and the embedded AWS that makes DynamoDB transactions conflict."""

import json
import os
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError


@contextmanager
def conflicting(times: int, code: str = "TransactionConflict") -> Iterator[str]:
    """The URL of a DynamoDB that cancels its first `times` transactions for `code`; the rest goes through."""
    upstream = os.environ["AWS_ENDPOINT_URL"]
    left = threading.Semaphore(times)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            transaction = self.headers["X-Amz-Target"].endswith(".TransactWriteItems")
            if transaction and left.acquire(blocking=False):
                self._send(400, _cancelled(len(json.loads(body)["TransactItems"]), code))
                return
            request = urllib.request.Request(upstream, body, dict(self.headers), method="POST")
            try:
                with urllib.request.urlopen(request) as answer:
                    self._send(answer.status, answer.read())
            except HTTPError as error:
                self._send(error.code, error.read())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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
