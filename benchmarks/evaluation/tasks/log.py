"""What happened with somebody, written down."""

from collections.abc import Iterator
from typing import Any

from benchmarks.evaluation import truth
from benchmarks.evaluation.diff import New, Set
from benchmarks.evaluation.task import Task, Turn, call, task
from benchmarks.evaluation.wording import find, looked_up, name, on_page
from benchmarks.evaluation.world import World


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""

    def contact(title: str, number: int, says: str, method: str, **more: Any) -> Task:
        person = w.person(number)
        turn = looked_up(says.format(name(person)), person, "log_contact", method=method, **more)
        values = {"signup_id": person["id"], "contact_method": method}
        values |= {"contact_status": more["outcome"]} if "outcome" in more else {}
        values |= {"content": more["note"]} if "note" in more else {}
        return task(title, turn, wanted=(New("contacts", values),))

    yield contact(
        "call",
        1,
        "Log a phone call with {}: will host a house party",
        "phone_call",
        note="will host a house party",
    )
    yield contact("no-answer", 2, "phone call with {}, no answer, log it", "phone_call", outcome="no_answer")
    yield contact(
        "left-message",
        3,
        "Log a phone call with {}, outcome left message",
        "phone_call",
        outcome="left_message",
    )
    yield contact(
        "door", 4, "Log a door knock at {}: wants a yard sign", "door_knock", note="wants a yard sign"
    )
    yield contact("meeting", 5, "log a meeting with {}", "meeting")
    yield contact("text", 6, "log a text to {}: asked about the rally", "text", note="asked about the rally")
    yield contact("video", 8, "pls log video call w {}, answered", "video_call", outcome="answered")
    person = w.person(7)
    for title, says, outcome in (
        ("this-person", "log a phone call with this person, they refused", "refused"),
        ("this-person-again", "log a phone call here: not interested", "not_interested"),
    ):
        yield task(
            title,
            on_page(says, person, "log_contact", method="phone_call", outcome=outcome),
            wanted=(
                New(
                    "contacts",
                    {"signup_id": person["id"], "contact_method": "phone_call", "contact_status": outcome},
                ),
            ),
            opened=("person", str(person["id"])),
        )
    _, question, choices = w.words.survey
    question_id = next(
        row["id"] for row in truth.rows(w.nation, "survey_questions") if row["content"] == question
    )
    for number, choice in ((9, choices[0]), (10, choices[1])):
        person = next(
            each
            for each in map(w.person, range(number, 40))
            if not any(
                row["signup_id"] == each["id"] for row in truth.rows(w.nation, "survey_question_responses")
            )
        )
        choice_id = next(
            row["id"]
            for row in truth.rows(w.nation, "survey_question_possible_responses")
            if row["survey_question_id"] == question_id and row["name"] == choice
        )
        yield task(
            f"survey-{number}",
            Turn(
                f"{name(person)} answered “{choice}” to “{question}”, record that",
                "Recorded.",
                (
                    (find(person), call("list_surveys", question_id=question_id)),
                    (
                        call(
                            "record_survey_response",
                            person_id=person["id"],
                            question_id=question_id,
                            choice_id=choice_id,
                        ),
                    ),
                ),
                (),
                "either",
                1,
            ),
            wanted=(
                New(
                    "survey_question_responses",
                    {"signup_id": person["id"], "survey_question_possible_response_id": choice_id},
                ),
                Set("signups", person["id"], {}),
            ),
        )
