"""Acts on Stripe's events from the queue. What nobody can act on goes to the dead letters at once."""

import logging

from nat.billing import services
from nat.billing.stripe_event import StripeEvent, StripeEventUnreadable
from nat.billing.webhook import Undeliverable
from nat.handlers.invocation import Failed, each_message
from nat.handlers.request import LambdaEvent

_log = logging.getLogger(__name__)


def handler(event: LambdaEvent, context: object) -> Failed:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return each_message(event, _take)


def _take(body: str) -> None:
    try:
        notification = StripeEvent.read(body)
    except StripeEventUnreadable:
        _log.error("billing message unreadable")
        raise
    about = {"event": notification.event, "type": notification.type}
    try:
        done = services.billing().webhooks.take(notification)
    except Undeliverable as undeliverable:
        _log.error("billing event put aside", extra={**about, "reason": undeliverable.reason})
        services.queue().bury(notification, undeliverable.reason)
    else:
        _log.info("billing event", extra={**about, "done": done})
