"""Every minute: turns that were admitted and never queued are sent again, or failed and refunded; proposals
whose time is over are marked."""

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache

from nat import aws, log, settings
from nat.channels.push import Push
from nat.channels.websocket import Subscriptions
from nat.names import Variable
from nat.settings import TableNames
from nat.turns.queue import TurnQueue
from nat.turns.sweep import Sweep


@cache
def sweep() -> Sweep:
    """The sweep of this process, from its environment."""
    client, tables = aws.dynamodb(), TableNames.read()
    push = Push.of_process(settings.read(Variable.SOCKET_ENDPOINT))
    return Sweep(
        client,
        tables,
        TurnQueue(aws.sqs(), settings.read(Variable.TURN_QUEUE_URL)),
        Subscriptions(client, tables, push).deliver,
        lambda: datetime.now(UTC),
    )


def handler(event: object, context: object) -> dict[str, int]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point; gives how many turns were sent again and failed, and proposals expired."""
    swept = asdict(sweep().run())
    log.structured().info("swept", extra=swept)
    return swept
