"""Publishing the events of a running turn: number, store, push, in this order and by one thread per turn.

Text is collected: the first piece goes out at once, later ones when the pace says so, 100 to 500 ms apart by
how many turns this process streams. Everything else goes out at once, after the text before it. What cannot
be pushed is in the log already, so a push that fails never fails the turn.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import datetime
from typing import Final

from nat.contract.events import Envelope, Event, TextDelta
from nat.conversations.documents import pieces
from nat.conversations.events import Events, wire_text
from nat.conversations.turns import Turn
from nat.waiting import Backoff

Deliver = Callable[[str, str], None]
"""Pushes one event, as JSON text, to everybody who follows the conversation with this key."""

Delivery = Callable[[], Deliver]
"""Makes what pushes the events of one attempt of a turn; it may remember for a moment who follows."""

LARGEST_DELTA: Final = 14_000
"""Bytes of text in one event. A WebSocket frame holds 32 KB, and JSON doubles quotes and line breaks."""
SHORTEST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 0.5
PAUSE_PER_TURN: Final = 0.008
"""Seconds between flushes for each streaming turn: a flush costs about 4 ms of CPU, so flushing takes at most
half of one core. 60 turns give 0.48 s."""
STORING: Final = Backoff(tries=5, first=0.3, longest=0.3, least=0.5)
"""Seconds between tries to store an event, on top of boto3's own four."""

_log = logging.getLogger(__name__)


class FlushPace:
    """How often each turn of this process flushes its text. One for all turns."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streaming = 0

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Count a turn while it publishes."""
        with self._lock:
            self._streaming += 1
        try:
            yield
        finally:
            with self._lock:
                self._streaming -= 1

    @property
    def seconds(self) -> float:
        """From one flush of a turn to its next."""
        return min(LONGEST_PAUSE, max(SHORTEST_PAUSE, self._streaming * PAUSE_PER_TURN))


class Publisher:
    """The events of one attempt of one turn. Use it as a context: leaving it ends its thread.

    `emit` may be called from any thread; it only takes the event. Once an event cannot be stored, `emit` and
    `drain` raise what the store raised.
    """

    def __init__(
        self,
        turn: Turn,
        events: Events,
        deliver: Deliver,
        pace: FlushPace,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turn = turn
        self._events = events
        self._deliver = deliver
        self._pace = pace
        self._now = now
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: list[Event] = []
        self._busy = False
        self._closed = False
        self._hurry = False
        self._failed: Exception | None = None
        self._seq = 0
        self._text_sent_at = float("-inf")
        self.first_text_at: datetime | None = None
        """When the first text of this attempt was stored and pushed."""
        # The nation that the turn has entered is a context variable: the thread needs a copy of it.
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._send_all,), name=f"publish-{turn.turn_id}", daemon=True
        )

    def __enter__(self) -> "Publisher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End without sending what still waits: a turn that ends well has drained it before."""
        with self._changed:
            self._waiting.clear()
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def emit(self, event: Event) -> None:
        """Take an event to store and push. Raises what storing an earlier one raised."""
        with self._changed:
            if self._failed is not None:
                raise self._failed
            last = self._waiting[-1] if self._waiting else None
            if isinstance(event, TextDelta) and isinstance(last, TextDelta):
                self._waiting[-1] = TextDelta(last.text + event.text)
            else:
                self._waiting.append(event)
                self._changed.notify_all()

    def drain(self) -> int:
        """Wait until everything taken is stored; gives the place for the next event of the attempt.

        Raises what storing raised.
        """
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._failed is not None or not (self._waiting or self._busy))
            self._hurry = False
            if self._failed is not None:
                raise self._failed
            return self._seq + 1

    def push(self, envelope: Envelope) -> None:
        """Push an event that is stored already. Never raises: who missed it reads it from the log."""
        tell(self._deliver, self._turn, envelope)

    def _send_all(self) -> None:
        with self._pace.streaming():
            while True:
                batch = self._next_batch()
                if not batch:
                    return
                try:
                    for event in batch:
                        self._send(event)
                except Exception as error:
                    _log.error(
                        "event not stored", extra={**about(self._turn), "reason": type(error).__name__}
                    )
                    self._finished(error)
                    return
                self._finished(None)

    def _next_batch(self) -> list[Event]:
        """What is due, in order; nothing when the turn is over."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._closed or bool(self._waiting))
                if self._closed:
                    return []
                left = self._text_sent_at + self._pace.seconds - self._clock()
                only_text = len(self._waiting) == 1 and isinstance(self._waiting[0], TextDelta)
                if not only_text or self._hurry or left <= 0:
                    break
                self._changed.wait(left)
            batch, self._waiting = self._waiting, []
            self._busy = True
            return batch

    def _finished(self, failed: Exception | None) -> None:
        with self._changed:
            self._busy = False
            self._failed = failed
            self._changed.notify_all()

    def _send(self, event: Event) -> None:
        if not isinstance(event, TextDelta):
            self._store_and_push(event)
            return
        for text in pieces(event.text, LARGEST_DELTA):
            self._store_and_push(TextDelta(text))
        self._text_sent_at = self._clock()
        self.first_text_at = self.first_text_at or self._now()

    def _store_and_push(self, event: Event) -> None:
        seq = self._seq + 1
        wire = wire_text(Envelope(self._turn.turn_id, self._turn.attempt, seq, event))
        for pause in STORING.pauses():
            try:
                self._events.append(self._turn, seq, wire, self._now())
                break
            except Exception:
                if pause is None or self._closed:
                    raise
                time.sleep(pause)
        self._seq = seq
        _push(self._deliver, self._turn, wire)


def tell(deliver: Deliver, turn: Turn, envelope: Envelope) -> None:
    """Push an event that is stored already. Never raises: who missed it reads it from the log."""
    _push(deliver, turn, wire_text(envelope))


def _push(deliver: Deliver, turn: Turn, wire: str) -> None:
    try:
        deliver(turn.conversation, wire)
    except Exception as error:
        _log.warning("event not pushed", extra={**about(turn), "reason": type(error).__name__})


def about(turn: Turn) -> dict[str, object]:
    """What every log line on a turn carries."""
    return {"nation": turn.nation_slug, "turn": turn.turn_id, "attempt": turn.attempt}
