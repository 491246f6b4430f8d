"""HTTP on loopback, one thread for each connection, in the foreground or inside a test."""

import contextlib
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import unquote

from local.loopback.exchange import Request, Response, json_response

BACKLOG: Final = 256
Answering = Callable[[Request], Response]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "LoopbackServer"

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): ",".join(self.headers.get_all(name, ())) for name in self.headers}
        length = headers.get("content-length") or "0"
        if not length.isdigit() or "transfer-encoding" in headers:
            self.close_connection = True
            self._send(Response(411), headers)
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client died while it was sending
            self.close_connection = True
            return
        peer = self.client_address[0]
        request = Request(self.command, unquote(path), query, headers, body, peer, self.path)
        self._send(self.server.answer(request), headers)

    def _send(self, response: Response, headers: dict[str, str]) -> None:
        if response.dropped:
            self.close_connection = True
            return
        lines = [
            f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}",
            f"Date: {self.date_time_string()}",
            f"Content-Type: {response.content_type}",
            f"Content-Length: {len(response.body)}",
            *(f"{name}: {value}" for name, value in response.headers.items()),
        ]
        if headers.get("connection", "").lower() == "close":
            self.close_connection = True
            lines.append("Connection: close")
        body = b"" if self.command == "HEAD" else response.body
        with contextlib.suppress(ConnectionError):
            self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    # The names that http.server calls.
    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""


class LoopbackServer(ThreadingHTTPServer):
    """Answers every request with what `answering` says. All of its threads end with it; `on_close` is told
    before, so that who waits inside an answer stops waiting."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = BACKLOG
    allow_reuse_address = True

    def __init__(
        self, host: str, port: int, answering: Answering, *, on_close: Callable[[], None] = lambda: None
    ) -> None:
        self._answering = answering
        self._on_close = on_close
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def answer(self, request: Request) -> Response:
        """An answer. A defect of the stand-in must look like one, to the client and on the screen."""
        try:
            return self._answering(request)
        except Exception:
            traceback.print_exc()
            words = {"code": "server_error", "message": "The stand-in has a defect"}
            return json_response(500, {**words, "error": {"type": "api_error", **words}})

    def get_request(self) -> tuple[socket.socket, Any]:
        """Remember the connection."""
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """End idle and waiting connections, then close."""
        self._on_close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
        super().server_close()


@contextlib.contextmanager
def serving(server: LoopbackServer, name: str) -> Iterator[LoopbackServer]:
    """Run a server in a thread of its own until the block ends."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name=name)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def answering(answer: Answering) -> Iterator[str]:
    """The address of a server on a free port that answers with what a function says, until the block ends."""
    with serving(LoopbackServer("127.0.0.1", 0, answer), "loopback") as server:
        yield server.url
