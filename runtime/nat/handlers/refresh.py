"""Keeps NationBuilder tokens good: every 12 hours those that end soon, every minute what was left behind."""

import json
import time
from dataclasses import asdict
from functools import cache
from typing import Final

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.connections.outbox import Outbox
from nat.connections.refresh_job import AT_ONCE, DueNations, RefreshJob
from nat.connections.services import ConnectionServices, now
from nat.handlers.invocation import LambdaContext
from nat.handlers.request import LambdaEvent
from nat.names import BUS_SOURCE, Bus, Variable
from nat.nationbuilder import pooled_sessions
from nat.settings import TableNames

SPARE_MILLISECONDS: Final = 60_000
"""Left of Lambda's time when a run ends: what is under way takes a lease at most."""
MOST_RUNS: Final = 8
"""Runs that follow each other: two hours of refreshing, then the next regular run."""


@cache
def job() -> RefreshJob:
    """The job of this process, from its environment."""
    tables = TableNames.read()
    wiring = ConnectionServices.of_process(tables, pooled_sessions(AT_ONCE))
    return RefreshJob(
        wiring.refresher,
        wiring.rows,
        DueNations(Store(clients.dynamodb(), tables)),
        now=now,
        sleep=time.sleep,
    )


def due(event: LambdaEvent, context: LambdaContext) -> dict[str, object]:
    """Lambda's entry point every 12 hours, and again while a run ended before its work did."""
    done = job().refresh_due(lambda: context.get_remaining_time_in_millis() < SPARE_MILLISECONDS)
    log.structured().info("refreshed what is due", extra=asdict(done))
    run = int((event.get("detail") or {}).get("run", 1))
    if done.unfinished and done.refreshed and run < MOST_RUNS:
        clients.events().put_events(
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
    announcements = Outbox(Store(clients.dynamodb(), TableNames.read(), now))
    announced = announcements.deliver(clients.events(), settings.read(Variable.EVENT_BUS))
    swept = {**asdict(done), "announced": announced}
    log.structured().info("swept refreshes", extra=swept)
    return swept
