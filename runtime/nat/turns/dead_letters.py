"""Turns that no worker will end are failed and refunded: those whose message was delivered too often, so that
the queue gave them up, and those that the sweep finds."""

import logging
from datetime import datetime

from nat.aws.store import Store
from nat.contract.events import Envelope
from nat.conversations.steps import read_steps
from nat.conversations.turns import Turn, Turns
from nat.errors import Internal, NotFound, TurnLost
from nat.turns.publish import Deliver, tell
from nat.turns.queue import TurnMessage
from nat.turns.settle import failure, settle

_log = logging.getLogger(__name__)


def abandon(store: Store, turn: Turn, now: datetime) -> Envelope | None:
    """Fail a turn, refund it, unlock its conversation: once. Gives the event to push.

    Takes the turn from whoever holds it, so a worker that still runs it learns that it is lost. `None` when
    the turn had ended or somebody else took it first.
    """
    if turn.state.final:
        return None
    try:
        held = Turns(store).begin(turn)
        paid = read_steps(store, held)
        return settle(store, held, 1, failure(Internal(), paid, refund=True), now)
    except TurnLost:
        return None


class DeadLetters:
    """Consumes dead letters of all nations, with a role that reaches them all."""

    def __init__(self, store: Store, deliver: Deliver) -> None:
        self._store = store
        self._turns = Turns(store)
        self._deliver = deliver

    def take(self, message: TurnMessage) -> bool:
        """End one turn and tell the person. False when it had ended or is gone: nothing to do."""
        try:
            turn = self._turns.get(message.nation_slug, message.conversation_id, message.turn_id)
        except NotFound:
            return False
        envelope = abandon(self._store, turn, self._store.clock())
        if envelope is None:
            return False
        _log.error("turn given up", extra={"turn": turn.turn_id, "nation": turn.nation_slug})
        tell(self._deliver, turn, envelope)
        return True
