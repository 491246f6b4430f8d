"""Waits for the head of an answer, but not when the person has stopped the turn.

Until the head arrives there is nothing that could be closed: the SDK blocks in its call. So the call is
made in a thread of its own, which a stopped turn leaves behind; it closes the stream as soon as it gets it.
A thread costs about 0.1 ms, and being no pool's it holds up neither other calls nor the end of the process.
"""

import contextvars
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from anthropic import Stream

    from nat.agent.models.stream import RawEvent

_POLL_SECONDS: Final = 0.2


class Opening:
    """One call that is on its way to its head."""

    def __init__(self, open_stream: Callable[[], "Stream[RawEvent]"]) -> None:
        self._open_stream = open_stream
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._abandoned = False
        self._stream: Stream[RawEvent] | None = None
        self._error: Exception | None = None
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._open,), name="model-open", daemon=True).start()

    def wait(self, stopped: Callable[[], bool]) -> "Stream[RawEvent] | None":
        """The stream; `None` if the turn was stopped before. Raises what the call raised."""
        try:
            while not self._done.wait(_POLL_SECONDS):
                if stopped():
                    self._abandon()
                    return None
        except BaseException:
            self._abandon()
            raise
        if self._error is not None:
            raise self._error
        return self._stream

    def _open(self) -> None:
        try:
            stream = self._open_stream()
        except Exception as error:
            self._error = error
        else:
            with self._lock:
                if self._abandoned:
                    stream.close()
                else:
                    self._stream = stream
        self._done.set()

    def _abandon(self) -> None:
        with self._lock:
            self._abandoned = True
            if self._stream is not None:
                self._stream.close()
