"""The stream grammar, seen raw and through the SDK."""

import json
from itertools import groupby
from typing import Any

import anthropic

from local.claude import RunningClaude
from tests.unit.local.claude.asking import MODEL, create, kinds, message_body, post, stream, user
from tests.unit.local.claude.catalogue import READ_TOOLS
from tests.unit.local.claude.talking import question

TWO_CALLS: list[dict[str, Any]] = [
    {"type": "text", "text": "Let me look that up for you."},
    {"type": "tool_use", "name": "list_tags", "input": {"query": "naïve “tag”", "limit": 20}},
    {"type": "tool_use", "name": "get_current_user", "input": {}},
]


def test_events_come_in_the_order_of_the_grammar(claude: RunningClaude) -> None:
    claude.script(TWO_CALLS)

    found = stream(claude, tools=READ_TOOLS)

    assert [kind for kind, _ in groupby(kinds(found))] == [
        *("message_start", "ping"),
        *("content_block_start", "content_block_delta", "content_block_stop") * 3,
        *("message_delta", "message_stop"),
    ]
    blocks = [event for event in found if event["type"].startswith("content_block")]
    assert [event["index"] for event in blocks] == sorted(event["index"] for event in blocks)


def test_the_start_carries_an_empty_message_and_the_input_usage(claude: RunningClaude) -> None:
    start = stream(claude)[0]["message"]

    assert start["id"].startswith("msg_01")
    assert start["content"] == []
    assert start["stop_reason"] is None
    assert start["usage"]["input_tokens"] > 0
    assert start["model"] == "claude-haiku-4-5-20251001"


def test_text_and_tool_input_are_split_into_fragments(claude: RunningClaude) -> None:
    claude.script(TWO_CALLS)

    deltas = [event for event in stream(claude, tools=READ_TOOLS) if event["type"] == "content_block_delta"]
    texts = [event["delta"]["text"] for event in deltas if event["delta"]["type"] == "text_delta"]
    parts = [event["delta"]["partial_json"] for event in deltas if event["index"] == 1]

    assert len(texts) > 1
    assert "".join(texts) == TWO_CALLS[0]["text"]
    assert len(parts) > 2
    assert parts[0] == ""
    assert json.loads("".join(parts)) == TWO_CALLS[1]["input"]


def test_a_call_without_arguments_streams_an_empty_string(claude: RunningClaude) -> None:
    claude.script(TWO_CALLS)

    found = stream(claude, tools=READ_TOOLS)
    deltas = [event["delta"] for event in found if event.get("index") == 2 and "delta" in event]

    assert deltas == [{"type": "input_json_delta", "partial_json": ""}]


def test_the_end_carries_the_stop_reason_and_cumulative_usage(claude: RunningClaude) -> None:
    claude.script(TWO_CALLS)

    end = stream(claude, tools=READ_TOOLS)[-2]

    assert end["delta"]["stop_reason"] == "tool_use"
    assert end["usage"]["output_tokens"] > 10
    assert end["usage"]["input_tokens"] > 0


def test_the_sdk_assembles_the_stream(client: anthropic.Anthropic, claude: RunningClaude) -> None:
    claude.script(TWO_CALLS)

    with client.messages.stream(
        model=MODEL, max_tokens=500, messages=[{"role": "user", "content": "hi"}]
    ) as stream_of_client:
        message = stream_of_client.get_final_message()

    assert [block.type for block in message.content] == ["text", "tool_use", "tool_use"]
    inputs = [block.input for block in message.content if block.type == "tool_use"]
    assert inputs == [TWO_CALLS[1]["input"], {}]
    assert message.stop_reason == "tool_use"
    assert stream_of_client.request_id


def test_streamed_and_whole_answers_say_the_same(client: anthropic.Anthropic, claude: RunningClaude) -> None:
    claude.script(TWO_CALLS, TWO_CALLS)
    streamed = stream(claude)

    whole = create(client)

    text = "".join(
        event["delta"].get("text", "") for event in streamed if event["type"] == "content_block_delta"
    )
    assert whole.content[0].text == text
    assert whole.usage.output_tokens == streamed[-2]["usage"]["output_tokens"]


def test_a_whole_conversation_with_tools_runs_through_the_sdk(client: anthropic.Anthropic) -> None:
    messages = [question("who donated this week?")]

    first = create(client, messages=messages, tools=READ_TOOLS)
    calls = [block for block in first.content if block.type == "tool_use"]
    results = {
        "list_donations": {"data": {"items": []}, "total": 0, "complete": True},
        "summarize_donations": {"data": {"total_cents": 0, "count": 0, "donors": 0}},
    }
    messages += [
        {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": call.id, "content": json.dumps(results[call.name])}
                for call in calls
            ],
        },
    ]
    second = create(client, messages=messages, tools=READ_TOOLS)

    assert [call.name for call in calls] == ["list_donations", "summarize_donations"]
    assert second.stop_reason == "end_turn"
    assert second.content[0].text == "There are no donations this week."


def test_tool_choice_can_forbid_and_narrow_tools(client: anthropic.Anthropic) -> None:
    def calls(choice: dict[str, object]) -> list[str]:
        asked = [question("who donated this week?")]
        message = create(client, messages=asked, tools=READ_TOOLS, tool_choice=choice)
        return [block.name for block in message.content if block.type == "tool_use"]

    assert calls({"type": "none"}) == []
    assert calls({"type": "auto", "disable_parallel_tool_use": True}) == ["list_donations"]


def test_max_tokens_cuts_the_answer(claude: RunningClaude) -> None:
    found = stream(claude, messages=[user("help")], max_tokens=5)

    assert found[-2]["delta"]["stop_reason"] == "max_tokens"
    assert found[-2]["usage"]["output_tokens"] == 5


def test_max_tokens_of_zero_only_fills_the_cache(client: anthropic.Anthropic) -> None:
    message = create(client, max_tokens=0)

    assert message.content == []
    assert message.usage.output_tokens == 0


def test_a_stop_sequence_ends_the_answer_before_it(
    client: anthropic.Anthropic, claude: RunningClaude
) -> None:
    claude.script([{"type": "text", "text": "one two three"}])

    message = create(client, stop_sequences=[" two"])

    assert message.content[0].text == "one"
    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", " two")


def test_ids_differ_and_tool_ids_look_like_the_services(claude: RunningClaude) -> None:
    claude.script(TWO_CALLS, TWO_CALLS)
    ids = [
        event["content_block"]["id"]
        for _ in range(2)
        for event in stream(claude)
        if event.get("content_block", {}).get("type") == "tool_use"
    ]

    assert len(set(ids)) == 4
    assert all(each.startswith("toolu_01") and len(each) == 30 for each in ids)


def test_successes_carry_request_id_and_rate_limits(claude: RunningClaude) -> None:
    _, headers, _ = post(claude, "/v1/messages", message_body())

    assert headers["request-id"].startswith("req_")
    assert int(headers["anthropic-ratelimit-output-tokens-remaining"]) > 0


def test_a_connection_serves_many_requests(client: anthropic.Anthropic, claude: RunningClaude) -> None:
    for _ in range(3):
        create(client)

    assert [each["status"] for each in claude.requests] == [200, 200, 200]
