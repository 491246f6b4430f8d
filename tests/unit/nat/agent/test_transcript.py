"""History that fits: whole turns, a stable cut, and no thinking after one."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nat.agent import transcript
from nat.agent.ports import Message, Step
from nat.agent.transcript import LEFT_OUT, closed, settled_text, starts_turn, trimmed
from nat.agent.values import Usage


def turn(number: int, size: int = 400) -> list[Message]:
    return [
        {"role": "user", "content": f"Question {number}"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "s"},
                {"type": "tool_use", "id": f"t{number}", "name": "x", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": f"t{number}", "content": "y" * size}],
        },
        {"role": "assistant", "content": [{"type": "text", "text": f"Answer {number}"}]},
    ]


def history(turns: int) -> list[Message]:
    return [message for number in range(turns) for message in turn(number)]


def test_a_short_history_stays_whole() -> None:
    assert trimmed(history(2), 100_000) == (history(2), False)


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(300, 6_000))
def test_what_is_kept_begins_with_a_question_and_ends_as_it_did(turns: int, limit: int) -> None:
    whole = history(turns)

    kept, left_out = trimmed(whole, limit)

    if kept:
        assert starts_turn(kept[0])
        assert kept[-1] == whole[-1]
    assert left_out == (len(kept) < len(whole))


def test_a_cut_history_says_so_and_has_no_thinking() -> None:
    kept, _ = trimmed(history(10), 4_000)

    assert kept[0]["content"][0] == {"type": "text", "text": LEFT_OUT}
    assert "thinking" not in {
        block["type"] for m in kept if isinstance(m["content"], list) for block in m["content"]
    }


def test_the_cut_stays_where_it_is_for_several_turns() -> None:
    firsts = [str(trimmed(history(turns), 8_000)[0][0]) for turns in range(13, 17)]

    assert len(set(firsts)) <= 2


def test_settled_text_is_what_people_have_read() -> None:
    steps = [
        Step(0, ({"type": "text", "text": "Let me look."},), "tool_use", Usage()),
        Step(1, ({"type": "tool_use", "id": "t", "name": "x", "input": {}},), "tool_use", Usage()),
        Step(2, ({"type": "text", "text": "23."},), "end_turn", Usage()),
    ]

    assert settled_text(steps) == "Let me look.\n\n23."


def test_a_call_without_a_result_does_not_stay_in_a_closed_turn() -> None:
    messages = [*turn(1)[:2]]

    assert closed(messages, "Stopped.")[-1]["content"] == [{"type": "text", "text": "Stopped."}]


@pytest.mark.parametrize("run", [" ", "-", "\n", "漢", "\x01", '"'])
def test_an_answer_goes_through_a_socket_in_one_message_whatever_its_tokens_are(run: str) -> None:
    fitting = transcript.fitting(run * 400_000)

    assert len(json.dumps(fitting, ensure_ascii=False).encode()) < 100_000
    assert fitting.endswith(transcript.TOO_LONG)
    assert transcript.fitting(run * 14_000) == run * 14_000
