"""Turns that the queue gave up: failed, refunded, and told to the person."""

import logging
from functools import cache

from nat.aws import clients
from nat.aws.store import Store
from nat.channels.slack_push import SlackPush
from nat.channels.websocket import Followers
from nat.handlers.invocation import Failed, each_message
from nat.handlers.request import LambdaEvent
from nat.settings import TableNames
from nat.turns.dead_letters import DeadLetters
from nat.turns.queue import MessageUnreadable, TurnMessage

_log = logging.getLogger(__name__)


@cache
def dead_letters() -> DeadLetters:
    """The consumer of this process, from its environment."""
    store = Store(clients.dynamodb(), TableNames.read())
    return DeadLetters(store, Followers(store, SlackPush.of_process()).deliver)


def handler(event: LambdaEvent, context: object) -> Failed:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return each_message(event, _take)


def _take(body: str) -> None:
    try:
        message = TurnMessage.read(body)
    except MessageUnreadable:
        _log.error("dead letter unreadable")
    else:
        dead_letters().take(message)
