"""The regular looks at Stripe's subscriptions, started by the clock: `{"round": "past_due" | "day"}`.

A run takes page after page while it has time. What it could not reach it says in the log, with the place to
go on from: `{"round": "day", "day": "2026-11-21", "after": "sub_…"}`.
"""

import logging
from datetime import UTC, date, datetime, timedelta

from nat.aws import log
from nat.billing import services
from nat.billing.reconcile import ReconciliationKind
from nat.handlers.invocation import LambdaContext
from nat.handlers.request import LambdaEvent

_log = logging.getLogger(__name__)

RESERVE_MS = 60_000
"""Milliseconds that the last page of a run may take."""


def handler(event: LambdaEvent, context: LambdaContext) -> dict[str, object]:
    """Lambda's entry point; gives what was done. `{"round": "day"}` tells of yesterday, or of `day`."""
    log.structured()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    day = date.fromisoformat(event["day"]) if event.get("day") else yesterday
    after: str | None = event.get("after")
    seen = failed = queries = 0
    while True:
        done = _page(event["round"], day, after)
        seen, failed, queries = seen + done.seen, failed + done.failed, queries + done.queries
        after = done.next
        if after is None or context.get_remaining_time_in_millis() < RESERVE_MS:
            break
    result = {"round": event["round"], "seen": seen, "failed": failed, "queries": queries, "after": after}
    _log.info("billing round", extra=result)
    if after is not None:
        _log.error("billing round unfinished", extra={"after": after})
    return result


def _page(name: str, day: date, after: str | None) -> ReconciliationKind:
    rounds = services.rounds()
    if name == "past_due":
        return rounds.past_due(after)
    if name == "day":
        return rounds.day(day, after)
    raise ValueError(f"There is no round {name}.")
