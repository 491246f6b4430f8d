"""Figures of an answer are looked up in what the model was given."""

import pytest

from nat.agent.figures import Traced, trace
from nat.agent.ports import Message

DATA = '{"data":{"total_cents":123450,"count":640,"at":"2026-03-04T18:30+01:00"}}'
RESULT = f"<untrusted_data>{DATA}</untrusted_data>"


def given(*results: str, question: str = "How many?") -> list[Message]:
    blocks = [{"type": "tool_result", "tool_use_id": "a", "content": each} for each in results]
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": [{"type": "text", "text": "There may be 77."}]},
        {"role": "user", "content": blocks},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "640 people.",
        "There are **640**.",
        "It is $1,234.50 in all.",
        "£1234.50",
        "On 4 March 2026 at 18:30.",
        "It begins at 6:30 pm.",
        "1. Ann\n2. Bob",
        "See [the list](https://northfield.nationbuilder.com/admin/signups/99).",
    ],
)
def test_a_figure_that_a_tool_gave_is_supported(text: str) -> None:
    assert trace(text, given(RESULT)).unsupported == ()


@pytest.mark.parametrize(
    ("text", "unsupported"),
    [
        ("641 people.", ("641",)),
        ("About 1,200, so $12.34 each.", ("1,200", "12.34")),
        ("77 people, as I said.", ("77",)),
        ("It begins at 6:30.", ("6",)),
    ],
)
def test_a_figure_that_stands_nowhere_is_not(text: str, unsupported: tuple[str, ...]) -> None:
    assert trace(text, given(RESULT)).unsupported == unsupported


def test_what_the_person_said_is_supported() -> None:
    assert trace("More than $75: nobody.", given(question="Who gave more than $75?")).unsupported == ()


def test_a_figure_of_an_earlier_turn_is_supported() -> None:
    assert trace("Still 640.", given(), given(RESULT)) == Traced(1, ())


def test_a_figure_counts_once_however_often_it_is_said() -> None:
    assert trace("12, or 12.", given()) == Traced(1, ("12",))


def test_an_answer_without_figures_has_none() -> None:
    assert trace("Nobody.", given(RESULT)) == Traced()
