"""Tells people of ended runs, and lets automations go on when their nation may be asked again."""

import logging
from functools import cache

from nat.automations.automation import Automation
from nat.automations.delivery import RunDelivery
from nat.automations.resuming import resume
from nat.automations.scheduler import ClockSchedules, SchedulePlace
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.channels.slack_posts import SlackPosts
from nat.handlers.invocation import ComeAgain, Failed, each_message
from nat.handlers.request import LambdaEvent
from nat.names import AUTOMATION_EVENTS, Bus
from nat.notices.nation_event import NationEvent
from nat.notices.receipts import NotAllTold
from nat.settings import TableNames

_log = logging.getLogger(__name__)


@cache
def delivery() -> RunDelivery:
    """What tells people, from this process's environment."""
    store = _store()
    return RunDelivery(store, clients.mail(), brands=Brands.read(), slack=SlackPosts.of_process(store))


def handler(event: LambdaEvent, context: object) -> Failed:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point. A message of which some place was not told comes again."""
    return each_message(event, _take)


def _take(body: str) -> None:
    happening = NationEvent.read(body, AUTOMATION_EVENTS)
    if happening.event is not Bus.AUTOMATION_ENDED:
        resume(_store(), happening.nation_slug, _follow)
        return
    try:
        reached = delivery().take(happening)
    except NotAllTold as some:
        raise ComeAgain(str(some)) from None
    _log.info("told of a run", extra={"nation": happening.nation_slug, "reached": reached})


def _follow(automation: Automation) -> None:
    ClockSchedules(clients.scheduler(), SchedulePlace.read()).follow(automation)


def _store() -> Store:
    return Store(clients.dynamodb(), TableNames.read())
