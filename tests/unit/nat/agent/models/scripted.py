"""A Messages endpoint on loopback that says exactly what a test scripted, byte by byte."""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Event = dict[str, Any]


@dataclass
class Script:
    """One answer: events as SSE, or an error body with a status. `then` is close, hang or drop."""

    events: Sequence[Event] = ()
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    then: str = "close"


@dataclass
class Server:
    """What was asked, and where."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    dropped: threading.Event = field(default_factory=threading.Event)
    """Set when a client went away from a hanging answer."""


@contextmanager
def scripted(*scripts: Script) -> Iterator[Server]:
    """Serve the scripts in order; the last one repeats."""
    server = Server("")
    remaining = list(scripts)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            server.raw.append(raw)
            server.requests.append(json.loads(raw))
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            script = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            if script.body is not None or script.status != 200:
                self._answer(script)
            else:
                self._stream(script)

        def _answer(self, script: Script) -> None:
            body = json.dumps(script.body).encode()
            self.send_response(script.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            for name, value in script.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, script: Script) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for event in script.events:
                self._chunk(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
            if script.then == "close":
                self.wfile.write(b"0\r\n\r\n")
                return
            self.close_connection = True
            if script.then == "hang":
                self.wfile.flush()
                self.connection.settimeout(10)
                if self.connection.recv(1) == b"":
                    server.dropped.set()

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def message(
    *blocks: Iterable[Event], stop_reason: str = "end_turn", usage: dict[str, int] | None = None
) -> list[Event]:
    """The events of one whole message."""
    events: list[Event] = [start(usage)]
    for index, block in enumerate(blocks):
        events.extend({**event, "index": index} for event in block)
    return [
        *events,
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason, "stop_sequence": None},
            "usage": {"output_tokens": 7},
        },
        {"type": "message_stop"},
    ]


def start(usage: dict[str, int] | None = None) -> Event:
    """`message_start`."""
    counts = {
        "input_tokens": 5,
        "cache_creation_input_tokens": 11,
        "cache_read_input_tokens": 13,
        "output_tokens": 1,
    }
    return {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-haiku-4-5-20251001",
            "content": [],
            "stop_reason": None,
            "usage": {**counts, **(usage or {})},
        },
    }


def text(*pieces: str) -> list[Event]:
    """A text block in pieces."""
    return _block({"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces])


def tool_use(call: str, name: str, *fragments: str) -> list[Event]:
    """A tool call whose JSON arrives in fragments."""
    return _block(
        {"type": "tool_use", "id": call, "name": name, "input": {}},
        [{"type": "input_json_delta", "partial_json": fragment} for fragment in fragments],
    )


def thinking(words: str, signature: str) -> list[Event]:
    """A thinking block with its signature."""
    return _block(
        {"type": "thinking", "thinking": "", "signature": ""},
        [
            {"type": "thinking_delta", "thinking": words},
            {"type": "signature_delta", "signature": signature},
        ],
    )


def failure(kind: str, words: str = "vendor words") -> Event:
    """An error inside a stream."""
    return {"type": "error", "error": {"type": kind, "message": words}}


def _block(block: Event, deltas: list[Event]) -> list[Event]:
    return [
        {"type": "content_block_start", "content_block": block},
        *({"type": "content_block_delta", "delta": delta} for delta in deltas),
        {"type": "content_block_stop"},
    ]
