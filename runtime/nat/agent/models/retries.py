"""One streamed model message, tried again while nobody has seen anything of it.

All retries happen here and not in the SDK: its waits cannot be interrupted when a person stops the turn,
and it does not retry errors that arrive inside a stream. After the first text a failed call fails the turn.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nat.agent.models.failures import as_ours, is_passing, retry_after_seconds
from nat.agent.models.opening import Opening
from nat.agent.models.stream import Accumulator, Incomplete
from nat.agent.models.watch import Watch
from nat.agent.ports import ModelReply
from nat.errors import ModelError, ModelUnavailable
from nat.waiting import Backoff, wait

if TYPE_CHECKING:
    from anthropic import Stream

    from nat.agent.models.stream import RawEvent

log = logging.getLogger(__name__)

WATCH: Final = Watch()


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to try. Seconds."""

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 8.0
    connect_timeout: float = 5.0
    read_timeout: float = 90.0
    """Between two pieces of an answer; the API sends pings while the model is silent."""

    def wait(self, attempt: int, asked: float | None) -> float:
        """Seconds before the next try: what the API asks for, else exponential with jitter; never too
        long."""
        if asked is not None:
            return min(asked, self.longest_wait)
        return Backoff(self.attempts, self.first_wait, self.longest_wait, least=0.75).pause(attempt)


def stream_message(
    open_stream: Callable[[], "Stream[RawEvent]"],
    *,
    model: str,
    origin: str,
    patience: Patience,
    on_text: Callable[[str], None],
    stopped: Callable[[], bool],
) -> ModelReply:
    """Stream one message. Raises `ModelOverloaded`, `ModelUnavailable`, `ModelError`, `PromptTooLong`."""
    import anthropic
    import httpx2

    for attempt in range(patience.attempts):
        message = Accumulator(on_text, origin)
        asked: float | None = None
        try:
            return _once(open_stream, message, model, stopped)
        except anthropic.APIStatusError as error:
            if stopped():
                return message.stopped_reply(model)
            log.warning(
                "model call failed",
                extra={
                    "model": model,
                    "status": error.status_code,
                    "error_type": error.type,
                    "error_code": error.error_code,
                    "request_id": error.request_id,
                },
            )
            failure = as_ours(error)
            if not is_passing(error):
                raise failure from None
            asked = retry_after_seconds(error)
        except (
            anthropic.APIConnectionError,
            httpx2.HTTPError,
            httpx2.StreamError,
            OSError,
            json.JSONDecodeError,
            Incomplete,
        ) as error:
            if stopped():
                return message.stopped_reply(model)
            log.warning("model connection failed", extra={"model": model, "error": type(error).__name__})
            failure = ModelUnavailable()
        if message.shown or attempt + 1 == patience.attempts:
            raise failure
        if not wait(patience.wait(attempt, asked), stopped):
            return message.stopped_reply(model)
    raise ModelError


def _once(
    open_stream: Callable[[], "Stream[RawEvent]"],
    message: Accumulator,
    model: str,
    stopped: Callable[[], bool],
) -> ModelReply:
    events = None if stopped() else Opening(open_stream).wait(stopped)
    if events is None:
        return message.stopped_reply(model)
    try:
        with WATCH.watching(stopped, events.response):
            for event in events:
                message.take(event)
                if stopped():
                    return message.stopped_reply(model)
    finally:
        events.close()
    return message.reply(model)
