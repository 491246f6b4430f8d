"""Whatever a model streams, the message that is kept can be sent back to it and stored."""

import json
from typing import Any

import pytest

from nat.agent.models.stream import INVALID_JSON, Accumulator, Incomplete


def message(*blocks: tuple[dict[str, Any], list[dict[str, Any]]]) -> tuple[Any, list[str]]:
    """The reply of a stream of blocks with their deltas, and the text as it was shown."""
    shown: list[str] = []
    accumulator = Accumulator(shown.append, "test")
    for index, (start, deltas) in enumerate(blocks):
        accumulator.take({"type": "content_block_start", "index": index, "content_block": start})
        for delta in deltas:
            accumulator.take({"type": "content_block_delta", "index": index, "delta": delta})
        accumulator.take({"type": "content_block_stop", "index": index})
    accumulator.take({"type": "message_stop"})
    return accumulator.reply("model"), shown


def tool_call(arguments: str, name: str = "search_people", call: str = "toolu_1") -> Any:
    start = {"type": "tool_use", "id": call, "name": name, "input": {}}
    reply, _ = message((start, [{"type": "input_json_delta", "partial_json": arguments}]))
    (block,) = reply.content
    json.dumps(block, ensure_ascii=False, allow_nan=False).encode()  # the next request holds it
    return block


@pytest.mark.parametrize(
    "arguments",
    [
        '{"name": "\\ud83d"}',
        '{"\\udc00": 1}',
        '{"limit": NaN}',
        '{"limit": 1e999}',
        '{"a": [-Infinity]}',
        "{",
        "[1]",
        '{"a":' * 40 + "1" + "}" * 40,
        '{"a": ' + "[" * 20_000,
        '{"limit": ' + "9" * 5_000 + "}",
    ],
)
def test_arguments_that_cannot_be_sent_back_are_kept_as_text_that_no_tool_runs_on(arguments: str) -> None:
    assert list(tool_call(arguments)["input"]) == [INVALID_JSON]


def test_a_whole_surrogate_pair_in_arguments_is_one_character() -> None:
    assert tool_call('{"name": "\\ud83d\\ude00"}')["input"] == {"name": "😀"}


@pytest.mark.parametrize("name", ['search_people" />', "search people", "", "x" * 300, "größe", "a\nb"])
def test_a_tools_name_has_only_what_the_api_takes(name: str) -> None:
    kept = tool_call("{}", name=name)["name"]

    assert 0 < len(kept) <= 128
    assert kept.isascii()
    assert kept.replace("_", "").replace("-", "").isalnum() or set(kept) <= {"_", "-"}


def test_a_pair_that_is_cut_between_two_parts_is_shown_and_kept_whole() -> None:
    parts = ["Well done \ud83d", "\ude00!", " Half: \udc00"]
    deltas = [{"type": "text_delta", "text": each} for each in parts]

    reply, shown = message(({"type": "text", "text": ""}, deltas))

    (block,) = reply.content
    assert block["text"] == "Well done 😀! Half: \ufffd"
    assert "".join(shown) == block["text"]


@pytest.mark.parametrize(
    "started",
    [
        {"name": "count_people", "input": {"tag": "\ud83d"}},
        {"name": "count_people", "input": [1]},
        {"id": None, "name": None, "input": None},
        {},
    ],
)
def test_a_call_is_whole_whatever_it_begins_with(started: dict[str, Any]) -> None:
    reply, _ = message(({"type": "tool_use", **started}, []))

    (block,) = reply.content
    assert all(isinstance(block[name], str) and block[name] for name in ("id", "name"))
    assert isinstance(block["input"], dict)
    json.dumps(block, ensure_ascii=False, allow_nan=False).encode()


def test_what_could_not_be_sent_back_is_left_out() -> None:
    broken_off = [{"type": "thinking_delta", "thinking": "Let me"}]

    reply, _ = message(
        ({"type": "thinking", "thinking": "", "signature": ""}, broken_off),
        ({"type": "novelty", "content": ""}, [{"type": "novelty_delta", "content": "half of it"}]),
        ({"content": "of no type"}, []),
        ({"type": "text", "text": "Hello."}, []),
    )

    assert reply.content == ({"type": "text", "text": "Hello."},)


@pytest.mark.parametrize(
    "event",
    [
        [],
        {"type": "message_start"},
        {"type": "message_delta", "delta": None},
        {"type": "content_block_start", "index": 1, "content_block": None},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": 5}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta"}},
    ],
)
def test_an_event_that_is_none_breaks_the_stream_off(event: Any) -> None:
    shown: list[str] = []
    accumulator = Accumulator(shown.append, "test")
    text = {"type": "text", "text": ""}
    accumulator.take({"type": "content_block_start", "index": 0, "content_block": text})

    with pytest.raises(Incomplete):
        accumulator.take(event)
