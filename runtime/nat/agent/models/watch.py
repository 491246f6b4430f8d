"""Stops a blocked HTTP read when a person stops the turn.

A blocking read returns only when bytes arrive, and a model may think for many seconds in silence. One
thread per process asks every running request's `stopped` a few times a second and shuts the socket down,
which ends the read.
"""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

POLL_SECONDS: Final = 0.2

if TYPE_CHECKING:
    import httpx2

    _Running = tuple[Callable[[], bool], httpx2.Response]


class Watch:
    """Watches running requests for being stopped."""

    def __init__(self, poll_seconds: float = POLL_SECONDS) -> None:
        self._poll_seconds = poll_seconds
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._numbers = itertools.count()
        self._running: dict[int, _Running] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watching(self, stopped: Callable[[], bool], response: "httpx2.Response") -> Iterator[None]:
        """While the block runs, shut the response's socket down as soon as `stopped()`."""
        number = next(self._numbers)
        with self._lock:
            self._running[number] = (stopped, response)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="model-stop-watch", daemon=True)
                self._thread.start()
            self._wake.set()
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(number, None)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            for number, (stopped, response) in self._snapshot():
                if self._says_stop(stopped):
                    self._shut(number, response)
            threading.Event().wait(self._poll_seconds)

    def _snapshot(self) -> "list[tuple[int, _Running]]":
        with self._lock:
            if not self._running:
                self._wake.clear()
            return list(self._running.items())

    @staticmethod
    def _says_stop(stopped: Callable[[], bool]) -> bool:
        try:
            return stopped()
        except Exception:
            # Whatever it is, such as a turn that was lost, the request's own thread asks too and raises it
            # there.
            return True

    def _shut(self, number: int, response: "httpx2.Response") -> None:
        # Under the lock: once the request is done, its socket may already serve another one.
        with self._lock:
            if self._running.pop(number, None) is None:
                return
            stream = response.extensions.get("network_stream")
            found = stream.get_extra_info("socket") if stream is not None else None
            if isinstance(found, socket.socket):
                with contextlib.suppress(OSError):
                    # Not `SSLSocket.shutdown`: that would take the TLS state away from the reading thread.
                    socket.socket.shutdown(found, socket.SHUT_RDWR)
