"""Turns that the queue gave up: failed, refunded, and told to the person."""

import logging
from datetime import UTC, datetime
from functools import cache
from typing import Any

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.channels.push import Push
from nat.channels.websocket import Followers
from nat.names import Variable
from nat.settings import TableNames
from nat.turns.dead_letters import DeadLetters
from nat.turns.message import MessageUnreadable, TurnMessage

_log = logging.getLogger(__name__)


@cache
def dead_letters() -> DeadLetters:
    """The consumer of this process, from its environment."""
    client, tables = clients.dynamodb(), TableNames.read()
    push = Push.of_process(settings.read(Variable.SOCKET_ENDPOINT))
    return DeadLetters(
        Store(client, tables, lambda: datetime.now(UTC)), Followers(client, tables, push).deliver
    )


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point. Names the messages that failed, so that only they come again.

    The queue is FIFO, but turns do not depend on each other's end, so one failure does not hold the rest up.
    """
    log.structured()
    failed = []
    for record in event["Records"]:
        try:
            dead_letters().take(TurnMessage.read(record["body"]))
        except MessageUnreadable:
            _log.error("dead letter unreadable", extra={"message_id": record["messageId"]})
        except Exception as error:
            log.defect(error, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
