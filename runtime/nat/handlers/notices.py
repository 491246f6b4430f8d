"""Tells people what happened to their nation, from the queue of announcements; and notes of which addresses
SES says that they take no emails."""

import json
import logging
from functools import cache

from nat import settings
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.channels.push import Push
from nat.channels.refused_mail import RefusedMail, refusals_of
from nat.channels.slack_posts import SlackPosts
from nat.handlers.invocation import ComeAgain, Failed, each_message
from nat.handlers.request import LambdaEvent
from nat.names import SES_SOURCE, Variable
from nat.nations import plans
from nat.notices.nation_event import NationEvent
from nat.notices.notices import Notices
from nat.notices.receipts import NotAllTold
from nat.settings import TableNames

_log = logging.getLogger(__name__)


@cache
def notices() -> Notices:
    """What tells them, from this process's environment."""
    store = Store(clients.dynamodb(), TableNames.read())
    return Notices(
        store,
        clients.mail(),
        Push.of_process(settings.read(Variable.SOCKET_ENDPOINT)),
        brands=Brands.read(),
        plans=plans.read(),
        slack=SlackPosts.of_process(store),
        operator=settings.read_optional(Variable.OPERATOR_EMAIL) or None,
    )


@cache
def refused() -> RefusedMail:
    """Notes of addresses that take no emails."""
    return RefusedMail(Store(clients.dynamodb(), TableNames.read()))


def handler(event: LambdaEvent, context: object) -> Failed:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point. A message of which somebody was not told comes again."""
    return each_message(event, _take)


def _take(body: str) -> None:
    found = json.loads(body)
    if found["source"] == SES_SOURCE:
        for address, why in refusals_of(found):
            refused().note(address, why)
        return
    try:
        sent = notices().take(NationEvent.read(body))
    except NotAllTold as some:
        raise ComeAgain(str(some)) from None
    _log.info("told", extra={"sent": sent})
