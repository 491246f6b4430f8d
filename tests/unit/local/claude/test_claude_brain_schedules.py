"""The brain fills the form of an automation from a person's words, and says what no schedule can say."""

from typing import Any

import pytest

from nat.agent.tools import load
from tests.unit.local.claude.talking import talk

TOOLS = [tool.as_definition() for tool in load().values()]
DRAFTED = {
    "data": {
        "state": "drafted",
        "schedule": "Mondays at 9:00, America/New_York",
        "zone_was_said": False,
        "next_runs": ["2026-11-23T09:00-05:00"],
        "warnings": [],
    }
}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (
            "Every Monday at 9 tell me how many people joined last week",
            {
                "kind": "weekly",
                "days": ["MON"],
                "time": "09:00",
                "question": "How many people joined last week",
            },
        ),
        (
            "every Monday at 9am, send me a summary of new signups and donations",
            {"kind": "weekly", "days": ["MON"], "time": "09:00", "question": "New signups and donations"},
        ),
        (
            "Who donated yesterday? Every weekday at 7:30 pm in Europe/Berlin",
            {
                "kind": "weekly",
                "time": "19:30",
                "zone": "Europe/Berlin",
                "question": "Who donated yesterday?",
            },
        ),
        (
            "email me who donated each Tuesday and Friday at 18:05",
            {"kind": "weekly", "days": ["TUE", "FRI"], "time": "18:05", "question": "Who donated"},
        ),
        ("every day tell me who donated", {"kind": "daily", "time": "09:00", "question": "Who donated"}),
        ("on the last day of every month show me all donations", {"kind": "monthly", "day": "last"}),
        ("on the 3rd of each month show me all donations", {"kind": "monthly", "day": 3}),
    ],
)
def test_words_become_a_form(text: str, form: dict[str, Any]) -> None:
    heard = talk(text, {"schedule_question": DRAFTED}, tools=TOOLS)

    (name, arguments) = heard.calls[0]
    assert name == "schedule_question"
    load()[name].arguments.model_validate(arguments)
    assert arguments.items() >= form.items()
    assert "does not run yet" in heard.text
    assert "2026-11-23T09:00-05:00" in heard.text


@pytest.mark.parametrize(
    "text", ["every second Monday tell me who donated", "every 90 minutes show donations"]
)
def test_what_no_schedule_can_say_is_refused_with_the_nearest(text: str) -> None:
    heard = talk(text, tools=TOOLS)

    assert heard.calls == []
    assert "every week" in heard.text
