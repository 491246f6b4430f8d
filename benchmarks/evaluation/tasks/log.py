"""What happened with somebody, written down."""

from typing import Final

from benchmarks.evaluation.checks import asks_back, made, set_to, unchanged
from benchmarks.evaluation.seeded import plain, record
from benchmarks.evaluation.seeded import says as asks
from benchmarks.evaluation.task import Task, task

TASKS: Final[tuple[Task, ...]] = (
    task(
        "call",
        asks("Log a call with {0}: will host a house party", 1),
        checks=(made("contacts", signup_id=record(1), contact_method="phone_call", content="house party"),),
    ),
    task(
        "no-answer",
        asks("I called {0} and got no answer, log it", 2),
        checks=(made("contacts", signup_id=record(2), contact_status="no_answer"),),
    ),
    task(
        "voicemail",
        asks("Record that I left a voicemail for {0}", 3),
        checks=(made("contacts", signup_id=record(3), contact_status="left_message"),),
    ),
    task(
        "door",
        asks("Log a door knock at {0}, meaningful interaction, wants a yard sign", 4),
        checks=(made("contacts", signup_id=record(4), contact_method="door_knock"),),
    ),
    task(
        "meeting",
        asks("log a meeting with {0}", 5),
        checks=(made("contacts", signup_id=record(5), contact_method="meeting"),),
    ),
    task(
        "text",
        asks("I texted {0} about the rally, please log that", 6),
        checks=(made("contacts", signup_id=record(6), contact_method="text"),),
    ),
    task(
        "this-person",
        "log a call with this person, they refused",
        checks=(made("contacts", signup_id=record(7), contact_status="refused"),),
        opened=lambda n: ("person", str(plain(n, 7)["id"])),
    ),
    task("whom", "Log a call", checks=(asks_back, unchanged)),
    task(
        "note",
        asks("Add a note to {0}: prefers evenings", 8),
        checks=(set_to("signups", record(8), note="prefers evenings"),),
    ),
    task(
        "survey",
        asks("Record that {0} answered Transit to What matters most to you?", 9),
        checks=(made("survey_question_responses", signup_id=record(9)),),
    ),
)
