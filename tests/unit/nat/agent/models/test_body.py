"""Where cache breakpoints go and which thinking is sent."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nat.agent.models.body import as_bytes, head, tail, with_breakpoints
from nat.agent.ports import Message, ModelRequest


def question(text: str = "How many?") -> Message:
    return {"role": "user", "content": text}


def round_of(calls: int) -> list[Message]:
    return [
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": f"t{n}", "name": "x", "input": {}} for n in range(calls)],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": f"t{n}", "content": "1"} for n in range(calls)
            ],
        },
    ]


def marks(messages: list[Message]) -> list[tuple[int, int]]:
    return [
        (at, index)
        for at, message in enumerate(messages)
        if not isinstance(message["content"], str)
        for index, block in enumerate(message["content"])
        if "cache_control" in block
    ]


def test_a_lone_question_carries_one_breakpoint() -> None:
    assert marks(with_breakpoints([question()])) == [(0, 0)]


def test_history_and_the_newest_block_are_marked() -> None:
    messages = [question(), {"role": "assistant", "content": [{"type": "text", "text": "Five."}]}, question()]

    assert marks(with_breakpoints(messages)) == [(1, 0), (2, 0)]


def test_a_long_round_gets_a_breakpoint_every_fifteen_blocks() -> None:
    messages = [question(), *round_of(15)]

    assert marks(with_breakpoints(messages)) == [(0, 0), (1, 14), (2, 14)]


def test_thinking_never_carries_a_breakpoint() -> None:
    messages = [question(), {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm"}]}]

    assert marks(with_breakpoints(messages)) == [(0, 0)]


@settings(deadline=None)
@given(st.lists(st.integers(1, 15), max_size=6), st.integers(0, 3))
def test_there_are_never_more_than_three_and_the_last_block_is_marked(rounds: list[int], turns: int) -> None:
    messages: list[Message] = []
    for _ in range(turns):
        messages += [question(), {"role": "assistant", "content": [{"type": "text", "text": "Five."}]}]
    messages.append(question())
    for calls in rounds:
        messages += round_of(calls)

    found = marks(with_breakpoints(messages))

    assert 1 <= len(found) <= 3
    assert found[-1][0] == len(messages) - 1


@settings(deadline=None)
@given(st.lists(st.integers(1, 15), min_size=1, max_size=8))
def test_every_call_finds_the_cache_entry_of_the_call_before(rounds: list[int]) -> None:
    messages: list[Message] = [question()]
    written = 0
    for calls in rounds:
        messages += round_of(calls)
        numbered = [(at, index) for at, message in enumerate(messages) for index in range(_size(message))]
        now = [numbered.index(mark) for mark in marks(with_breakpoints(messages))]

        assert any(mark - 20 <= written <= mark for mark in now)

        written = now[-1]


def test_marking_leaves_the_given_messages_alone() -> None:
    messages = [question(), *round_of(2)]

    with_breakpoints(messages)

    assert marks(messages) == []


def test_the_prefix_is_the_same_bytes_whatever_the_messages() -> None:
    one = ModelRequest("s", '[{"name":"a"}]', [question("who?")], metadata={"user_id": "1"})
    other = ModelRequest("s", '[{"name":"a"}]', [question("what?")])

    prefixes = {as_bytes(head(each), tail(each, "m", "o")).split(b'"model"')[0] for each in (one, other)}

    assert len(prefixes) == 1


def test_a_message_of_nothing_but_foreign_thinking_is_left_out() -> None:
    messages: list[Message] = [
        question(),
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm", "origin": "elsewhere"}]},
    ]

    sent: list[Any] = tail(ModelRequest("s", "[]", messages), "m", "here")["messages"]

    assert [message["role"] for message in sent] == ["user"]


def _size(message: Message) -> int:
    return 1 if isinstance(message["content"], str) else len(message["content"])
