"""SES with its list of addresses that take no emails; every other email is taken."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import boto3

from local.aws.suppressed import Suppressed

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


@contextmanager
def listing_ses() -> Iterator["SESV2Client"]:
    """A client of it."""
    suppressed = Suppressed()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            sent = 200, {"Content-Type": "application/json"}, b'{"MessageId": "1"}'
            status, headers, text = suppressed.answer(self.command, self.path, body) or sent
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = do_DELETE = do_POST = _answer  # noqa: N815 # http.server's names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield boto3.client(
            "sesv2",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        server.shutdown()
