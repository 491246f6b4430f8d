"""The HTTP server, also inside a test: `with running_nationbuilder() as server: server.base_url`."""

import contextlib
import socket
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import unquote

from local.nationbuilder.clock import Clock
from local.nationbuilder.control import PREFIX, Control
from local.nationbuilder.exchange import Request, Response, json_response
from local.nationbuilder.faults import Fault
from local.nationbuilder.oauth import App
from local.nationbuilder.request_log import RequestLog
from local.nationbuilder.settings import Settings
from local.nationbuilder.standin import StandIn
from local.nationbuilder.state import Keeper, load
from local.nationbuilder.store import Effect, Nation
from local.nationbuilder.tokens import Token

BACKLOG: Final = 256


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length") or "0"
        if not length.isdigit() or "transfer-encoding" in headers:
            self.close_connection = True
            self._send(Response(411), headers)
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client died while it was sending
            self.close_connection = True
            return
        request = Request(self.command, unquote(path), query, headers, body, self.client_address[0])
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
        with contextlib.suppress(ConnectionError):
            self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + response.body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = _serve  # noqa: N815 (names http.server calls)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr: `--log` is the log."""


class Server(ThreadingHTTPServer):
    """One thread for each connection; all of them end with the server."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = BACKLOG
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], standin: StandIn) -> None:
        self.standin = standin
        self._control = Control(standin)
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, _Handler)

    def answer(self, request: Request) -> Response:
        """Control requests, the front page, or a nation."""
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            return self._control.answer(request)
        if request.path == "/":
            return json_response(200, {"stand-in": "nationbuilder", "nations": list(self.standin.nations)})
        try:
            return self.standin.handle(request)
        except Exception:
            # A defect of the stand-in must look like one, to the client and on the screen.
            traceback.print_exc()
            return json_response(500, {"code": "server_error", "message": "The stand-in has a defect"})

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
        self.standin.stopping.set()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
        super().server_close()


@dataclass(frozen=True)
class RunningNationBuilder:
    """A running stand-in. `base_url` has a place for the slug, as `NAT_NATIONBUILDER_URL` does."""

    base_url: str
    control_url: str
    standin: StandIn

    def url(self, slug: str) -> str:
        """Where a nation is."""
        return self.base_url.format(slug=slug)

    def nation(self, slug: str) -> Nation:
        """A nation's records, to compute figures from."""
        return self.standin.nations[slug]

    def issue(self, slug: str, user: str | None = None, *, seconds: float | None = None) -> Token:
        """A token pair of one of the nation's users, the first by default."""
        return self.standin.tokens.issue(
            slug, user or next(iter(self.nation(slug).users)), "nat-local", seconds=seconds
        )

    def access_token(self, slug: str, user: str | None = None) -> str:
        """An access token of one of the nation's users, the first by default."""
        return self.issue(slug, user).access_token

    def register(self, app: App) -> None:
        """Register an app."""
        self.standin.oauth.apps[app.client_id] = app

    def fault(self, kind: str, **details: Any) -> None:
        """Let something go wrong with the next matching requests; see `faults.Fault`."""
        self.standin.faults.add(Fault(kind, **details))

    def effects(self, slug: str) -> Sequence[Effect]:
        """What would have reached people."""
        return tuple(self.nation(slug).effects)

    @property
    def clock(self) -> Clock:
        """The clock, to be shifted."""
        return self.standin.clock

    @property
    def settings(self) -> Settings:
        """The settings, to be changed."""
        return self.standin.settings


@contextlib.contextmanager
def running_nationbuilder(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    log: Path | None = None,
    state: Path | None = None,
    seed_date: datetime | None = None,
    settings: Settings | None = None,
) -> Iterator[RunningNationBuilder]:
    """Run the stand-in until the block ends. Port 0 lets the system choose.

    `settings` defaults to no rate limit, unlike the command, since tests ask faster than people do.
    Raises `OSError` where the port is taken, `StateUnusable` for a bad state file.
    """
    chosen = settings or Settings(rate_limit=0, async_delay_seconds=0.05)
    with contextlib.ExitStack() as stack:
        written = stack.enter_context(contextlib.closing(RequestLog(log)))
        standin = StandIn.new(seed_date=seed_date, settings=chosen, log=written)
        if state is not None and state.exists():
            load(standin, state)
        server = Server((host, port), standin)
        if state is not None:
            keeper = Keeper(standin, state)
            keeper.start()
            stack.callback(keeper.stop)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="nationbuilder")
        thread.start()
        base = f"http://{host}:{server.server_address[1]}"
        try:
            yield RunningNationBuilder(f"{base}/{{slug}}", f"{base}{PREFIX}", standin)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
