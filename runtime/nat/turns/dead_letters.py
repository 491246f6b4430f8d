"""Turns whose message was delivered too often: the queue gave them up, so they are failed and refunded."""

import logging

from nat.aws.store import Store
from nat.conversations.turns import Turns
from nat.errors import NotFound
from nat.turns.abandon import abandon
from nat.turns.message import TurnMessage
from nat.turns.publish import Deliver, tell

_log = logging.getLogger(__name__)


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
