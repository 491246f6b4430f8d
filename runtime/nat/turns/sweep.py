"""The minute's sweep: turns that were admitted but never seen to reach the queue, and proposals whose time is
over.

Admission stores a turn and then sends it; a process that dies in between leaves it `admitted`. Sending again
is harmless: within five minutes SQS drops the copy, later the worker finds the turn's state in its row. A
turn that still is not queued after a few minutes has failed for the person who waits: it is refunded.

A proposal that nobody decided in time cannot be decided from that moment; here it is marked, and those who
follow its conversation are told.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from nat.approvals.pending import PendingApprovals
from nat.aws.store import Store
from nat.conversations.turns import Turn, Turns, TurnState
from nat.errors import NotFound
from nat.turns.approval_updates import push_approval_update
from nat.turns.dead_letters import abandon
from nat.turns.publish import Deliver, tell
from nat.turns.queue import TurnQueue

RESEND_AFTER: Final = timedelta(seconds=20)
"""Longer than admission takes from its transaction to the queue."""
FAIL_AFTER: Final = timedelta(minutes=4)
"""Shorter than SQS's deduplication (5 minutes), so that no second copy can be queued."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """What one sweep did."""

    resent: int = 0
    failed: int = 0
    expired: int = 0


class Sweep:
    """Sweeps turns and proposals of all nations, with a role that reaches them all."""

    def __init__(self, store: Store, queue: TurnQueue, deliver: Deliver) -> None:
        self._store = store
        self._turns = Turns(store)
        self._inbox = PendingApprovals(store)
        self._queue = queue
        self._deliver = deliver

    def run(self) -> Swept:
        """Sweep once. What fails for one turn is logged and tried again in the next minute."""
        now = self._store.clock()
        resent = failed = 0
        for seen in self._turns.admitted_before(now - RESEND_AFTER):
            try:
                # The index is eventually consistent: the row itself decides.
                turn = self._turns.get(seen.nation_slug, seen.conversation_id, seen.turn_id)
                if turn.state is not TurnState.ADMITTED:
                    continue
                if now - turn.admitted_at >= FAIL_AFTER:
                    failed += self._fail(turn, now)
                else:
                    self._queue.send(turn)
                    self._turns.mark_queued(turn)
                    resent += 1
            except NotFound:
                continue
            except (BotoCoreError, ClientError) as error:
                _log.error(
                    "turn not swept",
                    extra={"turn": seen.turn_id, "nation": seen.nation_slug, "reason": type(error).__name__},
                )
        return Swept(resent, failed, self._expire())

    def _expire(self) -> int:
        try:
            expired = self._inbox.expire()
        except (BotoCoreError, ClientError) as error:
            _log.error("proposals not swept", extra={"reason": type(error).__name__})
            return 0
        for approval in expired:
            push_approval_update(self._deliver, approval)
        return len(expired)

    def _fail(self, turn: Turn, now: datetime) -> int:
        envelope = abandon(self._store, turn, now)
        if envelope is None:
            return 0
        tell(self._deliver, turn, envelope)
        return 1
