"""Every minute: turns that were admitted and never queued are sent again, or failed and refunded; proposals
whose time is over are marked; a retention that was made shorter is carried out."""

from dataclasses import asdict
from functools import cache

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.channels.slack_push import SlackPush
from nat.channels.websocket import Followers
from nat.conversations.retention import Shortening
from nat.names import Variable
from nat.settings import TableNames
from nat.turns.queue import TurnQueue
from nat.turns.sweep import Sweep


@cache
def sweep() -> Sweep:
    """The sweep of this process, from its environment."""
    store = Store(clients.dynamodb(), TableNames.read())
    return Sweep(
        store,
        TurnQueue(clients.sqs(), settings.read(Variable.TURN_QUEUE_URL)),
        Followers(store, SlackPush.of_process()).deliver,
    )


def handler(event: object, context: object) -> dict[str, int]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point; gives how many turns were sent again and failed, proposals expired, and rows that
    a shorter retention deleted or lets end earlier."""
    swept = asdict(sweep().run())
    shortened = asdict(Shortening(Store(clients.dynamodb(), TableNames.read())).run())
    done = {**swept, "deleted": shortened["deleted"], "ending_earlier": shortened["ending_earlier"]}
    log.structured().info("swept", extra=done)
    return done
