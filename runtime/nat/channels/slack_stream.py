"""An answer that streams in a direct message: what is being done, then the text as it comes.

Slack ends a stream some five minutes after it began, however steadily text comes, and one that is silent
(`message_not_in_streaming_state`). So before that, and whenever a stream is found to have ended, the next one
begins with the whole text, and the message before says that the answer goes on below: no text is lost between
two of them, and none stands twice. Where Slack's answer to the start of one was lost, the thread is read and
what began there is taken away before the next one. At the end the message is changed to the answer as it is
stored, with its table and buttons.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from slack_sdk.errors import SlackApiError

from nat.aws.items import epoch_ms
from nat.aws.store import Store
from nat.aws.writes import Update
from nat.channels.slack_sending import PASSING
from nat.channels.slack_text import LONGEST_MESSAGE, escaped
from nat.names import Table

if TYPE_CHECKING:
    from slack_sdk.web import WebClient

ROLLED_OVER: Final = timedelta(minutes=4)
"""How long one stream is written to."""
GOES_ON: Final = "_The answer goes on below._"
ENDED: Final = frozenset({"message_not_in_streaming_state", "message_not_found"})
"""What Slack says of a stream that is no more."""
_TASK: Final = "work"

_log = logging.getLogger(__name__)


class SlackStream:
    """The stream of one turn. `row` is what is kept of it: `ts`, `streaming`, `streamed` (characters),
    `restarts`, `began_ms`, `status`, and `posting` while it is not certain that another one has begun."""

    def __init__(
        self, store: Store, client: "WebClient", channel: str, thread_ts: str, row: Mapping[str, Any]
    ) -> None:
        self._store = store
        self._client = client
        self._channel = channel
        self._thread_ts = thread_ts
        self._row = row

    @property
    def running(self) -> bool:
        """Whether a stream was begun that nobody has ended."""
        return bool(self._row.get("streaming"))

    def write(self, status: str, text: str, restarts: int) -> dict[str, Any]:
        """Bring the stream up to a text and a status; gives what to keep. `restarts` counts how often the
        text began anew. Raises `SlackApiError`."""
        if not self.running:
            return self._begin(status, text, restarts)
        now = epoch_ms(self._store.clock())
        sent = int(self._row["streamed"])
        over = now - int(self._row["began_ms"]) > ROLLED_OVER.total_seconds() * 1000
        if over or restarts != self._row["restarts"]:
            return self._anew(status, text, restarts)
        chunks = [] if status == self._row["status"] else [_task(status, "in_progress")]
        more = text[sent:LONGEST_MESSAGE]
        if more:
            chunks.append(_text(more))
        if chunks:
            try:
                self._client.chat_appendStream(channel=self._channel, ts=self._row["ts"], chunks=chunks)
            except SlackApiError as error:
                if error.response["error"] not in ENDED:
                    raise
                return self._anew(status, text, restarts)
        return {"streamed": sent + len(more), "status": status}

    def end(self, metadata: Mapping[str, Any] | None = None) -> None:
        """End it: what stays is changed by who ends it, so one that has ended already is none the worse."""
        try:
            self._client.chat_stopStream(
                channel=self._channel,
                ts=self._row["ts"],
                chunks=[_task(str(self._row["status"]), "complete")],
                metadata=None if metadata is None else dict(metadata),
            )
        except SlackApiError as error:
            _log.info("stream had ended", extra={"reason": error.response["error"]})

    def _anew(self, status: str, text: str, restarts: int) -> dict[str, Any]:
        self.end()
        try:
            self._client.chat_update(channel=self._channel, ts=self._row["ts"], text=GOES_ON, blocks=[])
        except SlackApiError as error:  # it is gone, or stays as it is
            _log.info("stream not replaced", extra={"reason": error.response["error"]})
        return self._begin(status, text, restarts)

    def forget(self, lost: str) -> None:
        """Take a stream away whose beginning Slack did not confirm. Raises `SlackApiError` for what may
        pass."""
        for call in (self._client.chat_stopStream, self._client.chat_delete):
            try:
                call(channel=self._channel, ts=lost)
            except SlackApiError as error:
                if error.response["error"] in PASSING:
                    raise
                _log.info("stream not taken away", extra={"reason": error.response["error"]})

    def _begin(self, status: str, text: str, restarts: int) -> dict[str, Any]:
        begins = {"posting": True}
        self._store.write(Update(Table.ONCE, {"key": self._row["key"]}, set=begins))
        shown = text[:LONGEST_MESSAGE]
        chunks = [_task(status, "in_progress"), *([_text(shown)] if shown else [])]
        begun = self._client.chat_startStream(channel=self._channel, thread_ts=self._thread_ts, chunks=chunks)
        return {
            "ts": begun["ts"],
            "streaming": True,
            "streamed": len(shown),
            "restarts": restarts,
            "began_ms": epoch_ms(self._store.clock()),
            "status": status,
        }


def _task(title: str, status: str) -> dict[str, Any]:
    return {"type": "task_update", "id": _TASK, "title": title[:250], "status": status}


def _text(markdown: str) -> dict[str, Any]:
    return {"type": "markdown_text", "text": escaped(markdown)}
