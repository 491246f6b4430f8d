"""The `@connections` side of API Gateway on loopback: takes pushes, keeps them by connection."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


class Gateway:
    """What was pushed. Connections in `gone` answer 410; `failures` statuses are answered first."""

    def __init__(self) -> None:
        self.url = ""
        self.ended: list[str] = []
        self.pushed: dict[str, list[str]] = defaultdict(list)
        self.gone: set[str] = set()
        self.failures: list[int] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []

    def events(self, connection: str) -> list[dict[str, Any]]:
        """What a client of the connection received."""
        return [json.loads(each) for each in self.pushed[connection]]

    def answer(self, path: str, headers: dict[str, str], body: str) -> int:
        self.paths.append(path)
        self.headers.append(headers)
        if self.failures:
            return self.failures.pop(0)
        stage, _, connection = path.partition("/@connections/")
        if stage != "/prod" or not connection:
            return 404
        if unquote(connection) in self.gone:
            return 410
        self.pushed[unquote(connection)].append(body)
        return 200

    def end(self, path: str) -> int:
        """A client's connection is closed from our side."""
        connection = unquote(path.partition("/@connections/")[2])
        if connection in self.gone:
            return 410
        self.ended.append(connection)
        return 204


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """A gateway on a free port; `url` is what `NAT_SOCKET_ENDPOINT` would say."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(gateway.answer(self.path, dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_DELETE(self) -> None:
            status = gateway.end(self.path)
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}/prod"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
