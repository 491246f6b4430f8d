"""Whatever a model streams, the message that is kept can be sent back to it and stored."""

import json
from typing import Any

import pytest

from nat.agent.models.stream import INVALID_JSON, Accumulator


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
