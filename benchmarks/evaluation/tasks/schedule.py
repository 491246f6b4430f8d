"""Events: made, moved, filled, cancelled."""

from datetime import UTC, datetime
from typing import Final

from benchmarks.evaluation.checks import asked_first, asks_back, made, unchanged, used
from benchmarks.evaluation.seeded import record
from benchmarks.evaluation.seeded import says as asks
from benchmarks.evaluation.task import Task, task
from local.nationbuilder import figures
from local.nationbuilder.store import Nation


def _next(nation: Nation) -> str:
    return str(figures.upcoming_events(nation, datetime.now(UTC))[0]["id"])


TASKS: Final[tuple[Task, ...]] = (
    task(
        "event",
        "Create an event called Spring rally on 2027-04-10 at 18:00",
        checks=(asked_first(), made("events"), made("pages", name="Spring rally")),
    ),
    task(
        "event-refused",
        "Create an event called Spring rally on 2027-04-10 at 18:00",
        checks=(asked_first(), unchanged),
        decides="no",
    ),
    task("event-when", "Create an event called Mystery night", checks=(asks_back, unchanged)),
    task(
        "event-in-the-past",
        "Create an event called Old news on 2019-01-01 at 18:00",
        checks=(asked_first(), unchanged),
        decides="no",
    ),
    task(
        "rsvp",
        lambda n: f"RSVP {asks('{0}', 11)(n)} for event {_next(n)}",
        checks=(asked_first(1), made("event_rsvps", signup_id=record(11), event_id=_next)),
    ),
    task(
        "capacity",
        "What is the capacity of our next event?",
        checks=(used("get_event", "list_events"), unchanged),
    ),
    task(
        "delete-event",
        lambda n: f"Delete the event {_next(n)}",
        checks=(asked_first(), unchanged),
        decides="no",
    ),
    task("next-event", "When is our next event?", checks=(used("list_events"), unchanged)),
)
