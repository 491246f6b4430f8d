"""Server-Sent Events of a turn: its stored events, tailed until it ends or the client leaves.

The log is read, nothing is pushed: so a stream can be taken up anywhere, by any process, after any event.
`id:` is `attempt.seq`; a client that reconnects sends the last one as `Last-Event-ID`.
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import anyio
from anyio import to_thread

from nat.contract.events import TERMINAL
from nat.contract.fields import Place
from nat.contract.messages import encoded, error_event
from nat.conversations.events import Events, StoredEvent
from nat.conversations.turns import Turn
from nat.errors import NatError

SHORTEST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 0.3
"""Seconds between two reads of the log: short while events come, longer while none do."""
GROWTH: Final = 1.5
HEARTBEAT: Final = 15.0
"""Seconds without an event after which a comment keeps proxies from closing the connection."""
RECHECK: Final = 1.0
"""Seconds between two looks at whether the person still belongs to the nation: with the longest pause and the
reads themselves, a stream ends within two of their removal."""
LONGEST: Final = 14 * 60.0
"""Seconds that one stream lasts; a Lambda ends after 15 minutes. The client then takes it up elsewhere."""

HEARTBEAT_FRAME: Final = ": still there\n\n"


async def tail(
    events: Events,
    turn: Turn,
    after: Place,
    *,
    still: Callable[[], object] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
    heartbeat: float = HEARTBEAT,
    longest: float = LONGEST,
) -> AsyncIterator[str]:
    """Frames of the events after a place, as they are stored, until a terminal one. `still` raises for who
    may not see them any more, and then so does this; it is asked once a second."""
    begun = said = asked = clock()
    pause = SHORTEST_PAUSE
    while clock() - begun < longest:
        if clock() - asked >= RECHECK:
            await to_thread.run_sync(still)
            asked = clock()
        found = await to_thread.run_sync(_read, events, turn, after)
        for event in found:
            after = event.place
            yield frame(event)
            if json.loads(event.wire)["type"] in TERMINAL:
                return
        if found:
            said, pause = clock(), SHORTEST_PAUSE
        elif clock() - said >= heartbeat:
            said = clock()
            yield HEARTBEAT_FRAME
        await anyio.sleep(pause)
        if not found:
            pause = min(LONGEST_PAUSE, pause * GROWTH)


def frame(event: StoredEvent) -> str:
    """One stored event as a frame; its JSON text holds no line breaks."""
    return f"id: {event.place}\ndata: {event.wire}\n\n"


def error_frame(error: NatError, turn: str) -> str:
    """What goes wrong after the stream began: an event as on a socket. It has no id: it is not in the log."""
    return f"data: {encoded(error_event(error, turn))}\n\n"


def _read(events: Events, turn: Turn, after: Place) -> list[StoredEvent]:
    return list(events.after(turn.nation_slug, turn.conversation_id, turn.turn_id, after=after))
