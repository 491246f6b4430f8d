"""Automations by the clock: what is due is asked, what was left behind is taken up, schedules are compared
with the rows."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache

from nat.automations.comparison import Comparison
from nat.automations.firing import Firing
from nat.automations.scheduler import ClockSchedules, SchedulePlace
from nat.aws import clients, log
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.settings import TableNames
from nat.turns.admission import Admission


@cache
def firing() -> Firing:
    """What carries occurrences on in this process, from its environment."""
    store = Store(clients.dynamodb(), TableNames.read())
    return Firing(store, Admission.of_process(store))


def fire(event: Mapping[str, str], context: object) -> dict[str, str | None]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point for an occurrence, as its schedule says it (`nat.automations.scheduler`)."""
    log.structured()
    run = firing().fire(
        NationSlug(event["nation_slug"]), event["task_id"], datetime.fromisoformat(event["scheduled_for"])
    )
    told = {"state": None if run is None else run.state.value}
    log.structured().info("occurrence", extra={"nation": event["nation_slug"], **told})
    return told


def sweep(event: object, context: object) -> dict[str, int]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point every minute; gives how many runs it moved, by the state they were in."""
    done = {state.value: count for state, count in firing().sweep().items()}
    log.structured().info("swept automations", extra=done)
    return done


def compare(event: object, context: object) -> dict[str, int]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point every hour; gives how many schedules were made, mended and removed."""
    store = Store(clients.dynamodb(), TableNames.read())
    done = asdict(Comparison(store, ClockSchedules(clients.scheduler(), SchedulePlace.read())).run())
    log.structured().info("compared schedules", extra=done)
    return done
