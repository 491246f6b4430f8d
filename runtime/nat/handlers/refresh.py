"""Keeps NationBuilder tokens good: every 12 hours those that end soon, every minute what was left behind."""

import json
import time
from dataclasses import asdict
from functools import cache
from typing import Any, Final, Protocol

from nat import aws, log, settings
from nat.connections.announce import Announcements
from nat.connections.due import AT_ONCE, DueNations, RefreshJob
from nat.connections.wiring import Wiring, now
from nat.names import BUS_SOURCE, Bus, Variable
from nat.nationbuilder import pooled_session
from nat.settings import TableNames

SPARE_MILLISECONDS: Final = 60_000
"""Left of Lambda's time when a run ends: what is under way takes a lease at most."""
MOST_RUNS: Final = 8
"""Runs that follow each other: two hours of refreshing, then the next regular run."""


class Context(Protocol):
    """What Lambda tells about the call."""

    def get_remaining_time_in_millis(self) -> int:
        """Time until Lambda ends the call."""
        ...


@cache
def job() -> RefreshJob:
    """The job of this process, from its environment."""
    tables = TableNames.read()
    wiring = Wiring.of_process(tables, pooled_session(AT_ONCE))
    return RefreshJob(
        wiring.refresher, wiring.rows, DueNations(aws.dynamodb(), tables), now=now, sleep=time.sleep
    )


def due(event: dict[str, Any], context: Context) -> dict[str, object]:
    """Lambda's entry point every 12 hours, and again while a run ended before its work did."""
    done = job().refresh_due(lambda: context.get_remaining_time_in_millis() < SPARE_MILLISECONDS)
    log.structured().info("refreshed what is due", extra=asdict(done))
    run = int((event.get("detail") or {}).get("run", 1))
    if done.unfinished and done.refreshed and run < MOST_RUNS:
        aws.events().put_events(
            Entries=[
                {
                    "Source": BUS_SOURCE,
                    "DetailType": Bus.REFRESH_UNFINISHED.value,
                    "Detail": json.dumps({"run": run + 1}),
                    "EventBusName": settings.read(Variable.EVENT_BUS),
                }
            ]
        )
    return asdict(done)


def sweep(event: object, context: object) -> dict[str, object]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point every minute: unfinished refreshes, and announcements that wait."""
    done = job().sweep()
    announcements = Announcements(aws.dynamodb(), TableNames.read(), now)
    announced = announcements.deliver(aws.events(), settings.read(Variable.EVENT_BUS))
    swept = {**asdict(done), "announced": announced}
    log.structured().info("swept refreshes", extra=swept)
    return swept
