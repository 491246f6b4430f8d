"""Turns whose message was delivered too often: the queue gave them up, so they are failed and refunded."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from nat.conversations.turns import Turns
from nat.errors import NotFound
from nat.names import Table
from nat.settings import TableNames
from nat.turns.abandon import abandon
from nat.turns.message import TurnMessage
from nat.turns.publish import Deliver, tell

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_log = logging.getLogger(__name__)


class DeadLetters:
    """Consumes dead letters of all nations, with a role that reaches them all."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: TableNames,
        deliver: Deliver,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._tables = tables
        self._turns = Turns(client, tables[Table.CONVERSATIONS])
        self._deliver = deliver
        self._now = now

    def take(self, message: TurnMessage) -> bool:
        """End one turn and tell the person. False when it had ended or is gone: nothing to do."""
        try:
            turn = self._turns.get(message.nation_slug, message.conversation_id, message.turn_id)
        except NotFound:
            return False
        envelope = abandon(self._client, self._tables, turn, self._now())
        if envelope is None:
            return False
        _log.error("turn given up", extra={"turn": turn.turn_id, "nation": turn.nation_slug})
        tell(self._deliver, turn, envelope)
        return True
