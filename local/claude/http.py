"""HTTP/1.1 over asyncio, cheap enough to stream to hundreds of clients beside the program under test.

h11 parses requests and keeps the connection's state. The frames of a stream are written to the transport
directly: passing each through an ASGI server costs several times as much, and the stand-in would then
measure itself in a load test.
"""

import asyncio
import json
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

import h11

MAX_BODY_BYTES: Final = 32 * 1024 * 1024
"""The Messages API takes requests of up to 32 MB."""


@dataclass(frozen=True)
class Request:
    """One request. Header names are lower-case; `query` is the raw query string."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    too_large: bool = False


class Exchange:
    """A request and the way to answer it: `answer` once, or `begin`, any number of `write`s, `end`."""

    def __init__(self, connection: "Connection", request: Request) -> None:
        self._connection = connection
        self.request = request
        self.begun = False

    def answer(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        """Send a whole JSON answer."""
        encoded = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        self.begun = True
        self._connection.start(
            status,
            {"content-type": "application/json", **headers, "content-length": str(len(encoded))},
        )
        self._connection.send_whole(encoded)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the head of a streamed answer."""
        self.begun = True
        self._connection.start(status, {**headers, "transfer-encoding": "chunked"})

    async def write(self, data: bytes) -> None:
        """Send a part of a streamed answer; waits while the client reads too slowly."""
        await self._connection.send_chunk(data)

    def end(self) -> None:
        """Finish a streamed answer; the connection stays open for the next request."""
        self._connection.finish()

    def abort(self) -> None:
        """Drop the connection without finishing the answer."""
        self._connection.drop()


Handler = Callable[[Exchange], Awaitable[None]]


class Connection(asyncio.Protocol):
    """One client connection: parses requests one after another and runs the handler for each.

    When the client goes away, the handler's task is cancelled.
    """

    def __init__(self, handler: Handler, open_connections: "set[Connection]") -> None:
        self._handler = handler
        self._open = open_connections
        self._h11 = h11.Connection(h11.SERVER)
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._too_large = False

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("A stream transport is needed.")
        self._transport = transport
        self._open.add(self)

    def data_received(self, data: bytes) -> None:
        self._h11.receive_data(data)
        self._advance()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        self._open.discard(self)
        self._writable.set()
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # Answering

    def start(self, status: int, headers: Mapping[str, str]) -> None:
        """Send a response head."""
        self._write(self._h11.send(h11.Response(status_code=status, headers=list(headers.items()))))

    def send_whole(self, body: bytes) -> None:
        """Send the whole body and finish."""
        self._write(self._h11.send(h11.Data(data=body)))
        self.finish()

    async def send_chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body, past h11, whose writer keeps no count of chunked bodies."""
        self._write(b"%x\r\n%b\r\n" % (len(data), data))
        if not self._writable.is_set():
            await self._writable.wait()

    def finish(self) -> None:
        """End the response."""
        self._write(self._h11.send(h11.EndOfMessage()))

    def drop(self) -> None:
        """Close the socket at once."""
        if self._transport is not None:
            self._transport.abort()

    async def closed(self) -> None:
        """Close, and wait until the handler has ended."""
        task = self._task
        self.drop()
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _write(self, data: bytes | None) -> None:
        if data and self._transport is not None:
            self._transport.write(data)

    # Parsing

    def _advance(self) -> None:
        while self._task is None:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError:
                self.drop()
                return
            if isinstance(event, h11.Request):
                self._head = event
                self._body.clear()
                self._too_large = False
                if self._h11.they_are_waiting_for_100_continue:
                    self._write(
                        self._h11.send(
                            h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
                        )
                    )
            elif isinstance(event, h11.Data):
                if len(self._body) + len(event.data) > MAX_BODY_BYTES:
                    self._too_large = True
                    self._body.clear()
                elif not self._too_large:
                    self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self._task = asyncio.get_running_loop().create_task(self._run(self._request()))
            else:
                if isinstance(event, h11.ConnectionClosed):
                    self.drop()
                return

    def _request(self) -> Request:
        head = self._head
        if head is None:
            raise RuntimeError("h11 ended a message that it never began.")
        path, _, query = head.target.decode("latin-1").partition("?")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        return Request(
            head.method.decode("ascii"), unquote(path), query, headers, bytes(self._body), self._too_large
        )

    async def _run(self, request: Request) -> None:
        exchange = Exchange(self, request)
        try:
            await self._handler(exchange)
        except asyncio.CancelledError:
            self._task = None
            return
        except Exception:
            # A defect of the stand-in: say so on the console, where a person looks, and to the client.
            traceback.print_exc(file=sys.stderr)
            if exchange.begun:
                self.drop()
            else:
                exchange.answer(
                    500, {}, {"type": "error", "error": {"type": "api_error", "message": "Stand-in defect"}}
                )
        self._task = None
        self._next()

    def _next(self) -> None:
        if self._transport is None:
            return
        if self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE:
            self._h11.start_next_cycle()
            self._advance()
        else:
            self._transport.close()
