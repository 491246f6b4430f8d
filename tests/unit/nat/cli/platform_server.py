"""The platform on loopback: sign-in, ticket and socket, as a client sees them, with faults on demand."""

import base64
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nat.cli.profile import Profile, SignInSession
from nat.contract.events import Envelope, Event

Wire = dict[str, Any]


@dataclass
class Socket:
    """One open WebSocket on the server's side."""

    handler: BaseHTTPRequestHandler
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Wire) -> None:
        payload = json.dumps(message).encode()
        size = len(payload)
        head = struct.pack("!BB", 0x81, size) if size < 126 else struct.pack("!BBH", 0x81, 126, size)
        with self.lock:
            self.handler.wfile.write(head + payload)

    def drop(self) -> None:
        self.handler.close_connection = True
        self.handler.connection.shutdown(socket.SHUT_RDWR)

    def receive(self) -> Wire | None:
        """The next message. As API Gateway does, a frame over 32 KB closes the connection."""
        data = b""
        while True:
            head = self.handler.rfile.read(2)
            if len(head) < 2 or head[0] & 0x0F == 8:
                return None
            size = head[1] & 0x7F
            if size > 125:
                form, length = ("!H", 2) if size == 126 else ("!Q", 8)
                (size,) = struct.unpack(form, self.handler.rfile.read(length))
            if size > 32 * 1024:
                self.drop()
                return None
            mask = self.handler.rfile.read(4)
            data += bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.handler.rfile.read(size)))
            if head[0] & 0x80:
                value: Wire = json.loads(data)
                return value


OnMessage = Callable[["Platform", Socket, Wire], None]


@dataclass
class Platform:
    """What the server knows and saw."""

    url: str = ""
    received: list[Wire] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    opened: int = 0
    on_message: OnMessage = lambda platform, socket, wire: None
    accepted_tokens: set[str] = field(default_factory=lambda: {"access-1", "access-2"})
    refuse: tuple[int, Wire] | None = None
    refresh_refused: bool = False
    posted: list[tuple[str, Wire]] = field(default_factory=list)
    """Paths and bodies of calls besides those for tickets."""
    answers: dict[str, Wire] = field(default_factory=dict)
    """What calls are answered with, by path; nothing else exists."""
    lose_answers: int = 0
    """How many of the next calls are cut off after they were taken."""
    refuse_sockets: int = 0
    """How many of the next sockets are refused."""

    def profile(self, folder: Path) -> Profile:
        return Profile.from_json(self.profile_json(), folder / "profile.json")

    def profile_json(self, redirect_uri: str = "https://elsewhere.example/callback") -> Wire:
        return {
            "api_url": self.url,
            "socket_url": f"ws{self.url[4:]}/socket",
            "authorize_url": f"{self.url}/oauth2/authorize",
            "token_url": f"{self.url}/oauth2/token",
            "client_id": "cli",
            "scopes": ["openid", "nat/use"],
            "redirect_uri": redirect_uri,
        }

    def actions(self) -> list[str]:
        return [wire["action"] for wire in self.received]


def session(token: str = "access-1", *, minutes: float = 60) -> SignInSession:
    """A session that the server accepts."""
    return SignInSession(token, "refresh-1", datetime.now(UTC) + timedelta(minutes=minutes))


def wires(turn: str, *events: Event, attempt: int = 1) -> list[Wire]:
    """Events as on the wire, from 1 on."""
    return [Envelope(turn, attempt, seq, event).as_wire() for seq, event in enumerate(events, 1)]


def answering(*events: Event) -> OnMessage:
    """Answers every question with the events, and a resume with those that come after."""

    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        after = wire.get("after", {"attempt": 0, "seq": 0})
        if wire["action"] in {"ask", "resume"}:
            for event in wires(wire["turn"], *events):
                if (event["attempt"], event["seq"]) > (after["attempt"], after["seq"]):
                    socket.send(event)

    return on_message


@contextmanager
def running_platform(on_message: OnMessage | None = None) -> Iterator[Platform]:
    """Serve until the block ends."""
    platform = Platform()
    if on_message is not None:
        platform.on_message = on_message

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/oauth2/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                platform.forms.append(query)
                self.send_response(302)
                self.send_header("location", f"{query['redirect_uri']}?code=code-1&state={query['state']}")
                self.send_header("content-length", "0")
                self.end_headers()
                return
            if parts.path.startswith("/v1/"):
                self._call({})
                return
            ticket = parse_qs(parts.query).get("ticket", [""])[0]
            if platform.refuse_sockets or ticket not in platform.tickets:
                status = 503 if platform.refuse_sockets else 401
                platform.refuse_sockets = max(0, platform.refuse_sockets - 1)
                self._json(status, {"message": "no"})
                return
            platform.tickets.discard(ticket)
            self._upgrade()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            if self.path == "/oauth2/token":
                form = {name: values[0] for name, values in parse_qs(body).items()}
                platform.forms.append(form)
                if platform.refresh_refused and form["grant_type"] == "refresh_token":
                    self._json(400, {"error": "invalid_grant"})
                    return
                new = {"access_token": "access-2", "expires_in": 3600}
                if form["grant_type"] == "authorization_code":
                    new["refresh_token"] = "refresh-1"
                self._json(200, new)
                return
            platform.headers.append({name.lower(): value for name, value in self.headers.items()})
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            if token not in platform.accepted_tokens:
                self._json(401, {"message": "Unauthorized"})
            elif platform.refuse is not None:
                self._json(*platform.refuse)
            elif self.path != "/v1/ws-ticket":
                self._call(json.loads(body))
            else:
                ticket = f"ticket-{len(platform.headers)}"
                platform.tickets.add(ticket)
                self._json(200, {"ticket": ticket, "expires_in": 60})

        def _call(self, body: Wire) -> None:
            platform.posted.append((self.path, body))
            if platform.lose_answers:
                platform.lose_answers -= 1
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            elif self.path in platform.answers:
                self._json(200, platform.answers[self.path])
            else:
                self._json(404, {"error": {"code": "not_found", "message": "Nothing here."}})

        def _json(self, status: int, value: Wire) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _upgrade(self) -> None:
            key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_response(101)
            self.send_header("upgrade", "websocket")
            self.send_header("connection", "Upgrade")
            accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
            self.send_header("sec-websocket-accept", accept)
            self.end_headers()
            self.close_connection = True
            platform.opened += 1
            opened = Socket(self)
            try:
                while (wire := opened.receive()) is not None:
                    platform.received.append(wire)
                    platform.on_message(platform, opened, wire)
            except (OSError, ValueError):
                return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        http.block_on_close = False
        platform.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield platform
        finally:
            http.shutdown()
            thread.join()
