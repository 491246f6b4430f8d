"""How a turn ends early: a person stops it, or a limit is reached."""

import json
import threading
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nat.agent.loop import CONVERSATION_FULL, TOO_LONG, USED_UP, TurnLimits
from nat.agent.models.failures import PromptTooLong
from nat.agent.ports import AgentAnswer, Message, ModelReply
from nat.agent.pricing import ModelPrices
from nat.agent.values import Usage
from nat.contract.events import Notice, TextDelta, ToolStarted
from nat.errors import ModelSilent
from tests.unit.nat.agent.scripted_model import MODEL_ID, USAGE, Nation, Table, calls, says, table, use

FREE_OF_CHARGE = {"input": 0, "cache_write": 0, "cache_read": 0, "output": 1_000_000}


def assert_valid(messages: tuple[Message, ...]) -> None:
    """A turn as history needs it: it begins with the question, answers every call, ends with the model."""
    assert messages[0]["role"] == "user"
    assert messages[-1]["role"] == "assistant"
    open_calls: list[str] = []
    for before, message in zip([None, *messages], messages, strict=False):
        assert before is None or before["role"] != message["role"]
        blocks: list[Any] = [] if isinstance(message["content"], str) else message["content"]
        answered = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        assert answered == open_calls
        open_calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        assert message["content"]
    assert open_calls == []


def last_text(answer: AgentAnswer) -> str:
    return str(answer.messages[-1]["content"][-1]["text"])


def test_stopping_in_mid_sentence_keeps_what_was_said() -> None:
    turn = table(says("One two three four"))
    turn.stopped = lambda: len(turn.events) >= 2

    answer = turn.answer()

    assert (answer.outcome, answer.text) == ("stopped", "One two")
    assert_valid(answer.messages)


def test_stopping_while_a_slow_read_runs_does_not_wait_for_it() -> None:
    let_go = threading.Event()  # who waited for the reads would wait for ever
    turn = table(calls(use("count_people", "t1"), use("list_types", "t2")), nation=Nation(until=let_go.wait))
    turn.stopped = lambda: any(isinstance(event, ToolStarted) for event in turn.events)

    answer = turn.answer()
    let_go.set()

    assert answer.outcome == "stopped"
    assert_valid(answer.messages)


def test_stopping_between_writes_leaves_the_rest_undone() -> None:
    turn = table(calls(use("update_person", "t1"), use("update_person", "t2")))
    turn.stopped = lambda: bool(turn.nation.done)

    answer = turn.answer()

    assert turn.nation.done == ["update_person"]
    results = answer.messages[2]["content"]
    assert ("is_error" in results[0], results[1]["content"]) == (
        False,
        "Not done: the person stopped the answer.",
    )


def test_a_write_that_runs_is_seen_through_when_the_person_stops() -> None:
    turn = table(calls(use("update_person", "t1")), nation=Nation(until=lambda: time.sleep(0.1)))
    turn.stopped = lambda: bool(turn.nation.done)

    answer = turn.answer()

    assert "is_error" not in answer.messages[2]["content"][0]


def test_a_turn_stopped_before_it_began_asks_nothing() -> None:
    turn = table(stopped=lambda: True)

    answer = turn.answer()

    assert (answer.outcome, turn.model.requests) == ("stopped", [])
    assert_valid(answer.messages)


def test_calls_over_the_limit_are_refused_and_the_model_may_still_answer() -> None:
    turn = table(
        calls(*(use("count_people", f"t{n}") for n in range(5))),
        says("Of three."),
        limits=TurnLimits(tool_calls=3),
    )

    answer = turn.answer()

    assert len(turn.nation.done) == 3
    assert answer.text == "Of three."
    assert_valid(answer.messages)


def test_a_model_that_keeps_calling_over_the_limit_is_ended_honestly() -> None:
    over = [calls(use("count_people", f"t{n}"), text=f"Look {n}.") for n in range(4)]
    turn = table(*over, limits=TurnLimits(tool_calls=1))

    answer = turn.answer()

    assert answer.text.endswith(USED_UP)
    assert len(turn.model.requests) == 3
    assert_valid(answer.messages)


def test_too_many_messages_end_honestly() -> None:
    turn = table(
        *(calls(use("count_people", f"t{n}")) for n in range(3)), limits=TurnLimits(model_messages=3)
    )

    answer = turn.answer()

    assert (answer.outcome, answer.text) == ("finished", USED_UP)
    assert_valid(answer.messages)


def test_too_many_tokens_end_honestly() -> None:
    turn = table(calls(use("count_people")), limits=TurnLimits(output_tokens=USAGE.output_tokens))

    assert turn.answer().text == USED_UP


def test_a_message_may_not_use_more_tokens_than_the_turn_has_left() -> None:
    turn = table(
        calls(use("count_people")), says("23."), limits=TurnLimits(output_tokens=25, message_tokens=20)
    )

    turn.answer()

    assert [request.max_tokens for request in turn.model.requests] == [20, 15]


def test_reaching_the_cost_limit_ends_honestly() -> None:
    turn = table(
        calls(use("count_people")),
        limits=TurnLimits(cost_micros=10),
        prices=ModelPrices.from_json({MODEL_ID: FREE_OF_CHARGE}),
    )

    answer = turn.answer()

    assert (answer.text, answer.cost_micros) == (USED_UP, 10)


def test_words_of_ours_are_streamed_like_the_models() -> None:
    turn = table(says("A long answer", stop_reason="max_tokens"))

    answer = turn.answer()

    assert answer.text == f"A long answer\n\n{TOO_LONG}"
    assert "".join(e.text for e in turn.events if isinstance(e, TextDelta)) == answer.text


def test_a_call_cut_off_by_the_token_limit_does_not_run() -> None:
    turn = table(
        calls(use("count_people", "t1"), use("update_person", "t2"), stop_reason="max_tokens"), says("Done.")
    )

    answer = turn.answer()

    assert turn.nation.done == ["count_people"]
    assert "cut off" in answer.messages[2]["content"][1]["content"]
    assert_valid(answer.messages)


def test_a_prompt_that_is_too_long_is_tried_again_without_history() -> None:
    history = table(says("Good morning.")).answer("Hello").messages
    turn = table(PromptTooLong(), says("23."))

    answer = turn.answer(history=history)

    assert answer.text == "23."
    assert any(isinstance(event, Notice) for event in turn.events)
    assert len(turn.model.requests[1].messages) == 1


def test_a_question_too_long_on_its_own_ends_kindly() -> None:
    answer = table(PromptTooLong()).answer()

    assert (answer.outcome, answer.text) == ("finished", CONVERSATION_FULL)


@pytest.mark.parametrize("content", [(), ({"type": "text", "text": "So far"},)])
def test_a_full_context_window_ends_kindly(content: tuple[dict[str, str], ...]) -> None:
    full = ModelReply(content, "model_context_window_exceeded", USAGE, MODEL_ID)

    answer = table(full).answer()

    assert answer.text.endswith(CONVERSATION_FULL)
    assert_valid(answer.messages)


replies = st.one_of(
    st.builds(
        says, st.sampled_from(["Yes.", ""]), st.sampled_from(["end_turn", "max_tokens", "odd", "pause_turn"])
    ),
    st.builds(
        lambda names, text, reason: calls(
            *(use(name, name) for name in names), text=text, stop_reason=reason
        ),
        st.lists(
            st.sampled_from(["count_people", "update_person", "delete_person", "nonsense"]), unique=True
        ),
        st.sampled_from(["", "Let me look."]),
        st.sampled_from(["tool_use", "max_tokens", "end_turn", "model_context_window_exceeded"]),
    ),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(replies, min_size=1, max_size=5), st.integers(0, 40))
def test_however_a_turn_goes_its_messages_are_valid_history(
    script: list[ModelReply], stop_after: int
) -> None:
    turn = _with_ending(script)
    asked_times = iter(range(10**6))
    turn.stopped = lambda: next(asked_times) >= stop_after

    try:
        answer = turn.answer(role="member")
    except ModelSilent:
        return

    assert_valid(answer.messages)
    json.dumps(answer.messages)


@settings(deadline=None, max_examples=40)
@given(st.lists(replies, min_size=1, max_size=5))
def test_what_people_saw_is_what_is_stored(script: list[ModelReply]) -> None:
    turn = _with_ending(script)

    try:
        answer = turn.answer(role="member")
    except ModelSilent:
        return

    assert "".join(e.text for e in turn.events if isinstance(e, TextDelta)) == answer.text


def _with_ending(script: list[ModelReply]) -> Table:
    cleaned = [
        reply
        if all(block.get("text", "x") for block in reply.content)
        else ModelReply((), reply.stop_reason, Usage(), MODEL_ID)
        for reply in script
    ]
    return table(*cleaned, says("The end."), limits=TurnLimits(tool_calls=4))


def test_abandoned_reads_do_not_hold_up_the_next_turn() -> None:
    let_go = threading.Event()
    slow = table(calls(use("count_people")), nation=Nation(until=let_go.wait))
    slow.stopped = lambda: bool(slow.events)
    slow.answer()

    answer = table(calls(use("count_people")), says("23.")).answer()
    let_go.set()

    assert answer.text == "23."
