"""People moved along paths, memberships and automations."""

from typing import Final

from benchmarks.evaluation.checks import asked_first, asks_back, made, unchanged
from benchmarks.evaluation.seeded import record
from benchmarks.evaluation.seeded import says as asks
from benchmarks.evaluation.task import Task, task

TASKS: Final[tuple[Task, ...]] = (
    task(
        "start",
        asks("Put {0} on the path Become a volunteer", 20),
        checks=(made("path_journeys", signup_id=record(20), path_id="3"),),
    ),
    task(
        "start-in-other-words",
        asks("Start {0} on Become a donor", 21),
        checks=(made("path_journeys", signup_id=record(21), path_id="2"),),
    ),
    task(
        "membership",
        asks("Give {0} a Student membership", 22),
        checks=(asked_first(1), made("memberships", signup_id=record(22), membership_type_id="2")),
    ),
    task(
        "membership-refused",
        asks("Give {0} a Student membership", 23),
        checks=(asked_first(1), unchanged),
        decides="no",
    ),
    task(
        "enrol",
        asks("Enroll {0} in Event reminders", 24),
        checks=(asked_first(1), made("automation_enrollments", signup_id=record(24), automation_id="3")),
    ),
    task(
        "unknown-path",
        asks("Put {0} on the path Become an astronaut", 25),
        checks=(unchanged,),
    ),
    task("which-path", asks("Put {0} on a path", 26), checks=(asks_back, unchanged)),
    task(
        "relationship",
        asks("Record that {0} is the spouse of {1}", 27, 28),
        checks=(made("relationships"),),
    ),
)
