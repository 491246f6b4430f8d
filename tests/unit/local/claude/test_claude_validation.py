"""What the API refuses, the stand-in refuses in the same shape."""

import json
from typing import Any

import pytest

from local.claude import RunningClaude
from tests.unit.local.claude.asking import HEADERS, MODEL, message_body, post, user

CALL = {"type": "tool_use", "id": "toolu_1", "name": "list_tags", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "{}"}
TOOL = {"name": "list_tags", "input_schema": {"type": "object"}}
MARK = {"type": "ephemeral"}


def marked(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "cache_control": MARK}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no model": ({"model": None}, "model: Field required"),
    "no max_tokens": ({"max_tokens": None}, "max_tokens: Field required"),
    "no messages": ({"messages": None}, "messages: Field required"),
    "too many tokens": ({"max_tokens": 64_001}, "64001 > 64000"),
    "text for a number": ({"max_tokens": "9"}, "max_tokens: Input should be a valid integer"),
    "temperature": ({"temperature": 0.2}, "temperature"),
    "top_p": ({"top_p": 0.2}, "top_p"),
    "top_k": ({"top_k": 2}, "top_k"),
    "unknown field": ({"colour": "red"}, "colour: Extra inputs are not permitted"),
    "empty list": ({"messages": []}, "at least one message is required"),
    "assistant first": ({"messages": [{"role": "assistant", "content": "hi"}]}, "first message must use"),
    "unknown role": ({"messages": [{"role": "robot", "content": "hi"}]}, "messages.0.role"),
    "empty text": ({"messages": [user("")]}, "non-empty content"),
    "empty blocks": ({"messages": [{"role": "user", "content": []}]}, "non-empty content"),
    "empty block": (
        {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]},
        "text content blocks must be non-empty",
    ),
    "unknown block": ({"messages": [{"role": "user", "content": [{"type": "smell"}]}]}, "Input tag 'smell'"),
    "citations": (
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a", "citations": [{}]}]}]},
        "citations",
    ),
    "document of assistant": (
        {"messages": [user("a"), {"role": "assistant", "content": [{"type": "document"}]}, user("b")]},
        "`document` blocks",
    ),
    "call without result": (
        {"messages": [user("a"), {"role": "assistant", "content": [CALL]}, user("b")]},
        "without `tool_result` blocks immediately after: toolu_1",
    ),
    "result without call": (
        {
            "messages": [
                user("a"),
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": [RESULT]},
            ]
        },
        "unexpected `tool_use_id`",
    ),
    "result twice": (
        {
            "messages": [
                user("a"),
                {"role": "assistant", "content": [CALL]},
                {"role": "user", "content": [RESULT, RESULT]},
            ]
        },
        "single result",
    ),
    "result after text": (
        {
            "messages": [
                user("a"),
                {"role": "assistant", "content": [CALL]},
                {"role": "user", "content": [{"type": "text", "text": "x"}, RESULT]},
            ]
        },
        "must come before other content",
    ),
    "five breakpoints": (
        {"system": [marked(str(number)) for number in range(5)]},
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    "long life after short": (
        {"system": [marked("a"), {**marked("b"), "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
        "must not come after",
    ),
    "tool without name": ({"tools": [{"input_schema": {"type": "object"}}]}, "tools.0.custom.name"),
    "tool with a bad name": ({"tools": [{**TOOL, "name": "list tags"}]}, "String should match pattern"),
    "two tools of a name": ({"tools": [TOOL, TOOL]}, "Tool names must be unique"),
    "tool without schema": ({"tools": [{"name": "a"}]}, "input_schema: Field required"),
    "schema of no object": ({"tools": [{"name": "a", "input_schema": {"type": "array"}}]}, "'object'"),
    "broken schema": (
        {"tools": [{"name": "a", "input_schema": {"type": "object", "properties": {"b": {"type": "text"}}}}]},
        "JSON schema is invalid",
    ),
    "choice of no tool": ({"tools": [TOOL], "tool_choice": {"type": "tool", "name": "b"}}, "not found"),
    "small budget": ({"thinking": {"type": "enabled", "budget_tokens": 100}}, "1024"),
    "adaptive on 4.5": ({"thinking": {"type": "adaptive"}}, "not supported"),
    "trailing blank": (
        {"messages": [user("a"), {"role": "assistant", "content": "b "}]},
        "trailing whitespace",
    ),
    "prompt too long": ({"messages": [user("word " * 150_000)]}, "prompt is too long"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_that_breaks_a_rule_is_refused(claude: RunningClaude, case: str) -> None:
    changes, message = REFUSED[case]

    status, headers, data = post(claude, "/v1/messages", message_body(**changes))

    answer = json.loads(data)
    assert status == 400
    assert answer["type"] == "error"
    assert answer["error"]["type"] == "invalid_request_error"
    assert message in answer["error"]["message"]
    assert answer["request_id"] == headers["request-id"]


def test_an_unknown_model_is_404(claude: RunningClaude) -> None:
    status, _, data = post(claude, "/v1/messages", message_body(model="claude-nothing"))

    assert (status, json.loads(data)["error"]) == (
        404,
        {"type": "not_found_error", "message": "model: claude-nothing"},
    )


def test_the_old_version_still_takes_sampling_parameters(claude: RunningClaude) -> None:
    headers = {**HEADERS, "anthropic-version": "2023-06-01"}

    status, _, _ = post(claude, "/v1/messages", message_body(temperature=0.2), headers)

    assert status == 200


@pytest.mark.parametrize("version", [None, "2020-01-01"])
def test_a_missing_or_unknown_version_is_refused(claude: RunningClaude, version: str | None) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != "anthropic-version"}
    if version:
        headers["anthropic-version"] = version

    status, _, data = post(claude, "/v1/messages", message_body(), headers)

    assert status == 400
    assert b"anthropic-version" in data


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"'])
def test_a_body_that_is_no_object_is_refused(claude: RunningClaude, body: bytes) -> None:
    status, _, _ = post(claude, "/v1/messages", body)

    assert status == 400


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [("GET", "/v1/messages", 405), ("GET", "/v1/messages/count_tokens", 405), ("POST", "/v1/complete", 404)],
)
def test_other_routes_are_refused(claude: RunningClaude, method: str, path: str, expected: int) -> None:
    status, _, _ = post(claude, path, {}, method=method)

    assert status == expected


def test_results_may_answer_over_consecutive_messages_of_one_role(claude: RunningClaude) -> None:
    messages = [
        user("a"),
        {"role": "assistant", "content": [CALL]},
        {"role": "user", "content": [RESULT]},
        user("b"),
    ]

    status, _, _ = post(claude, "/v1/messages", message_body(messages=messages))

    assert status == 200


def test_counting_tokens_asks_for_no_max_tokens(claude: RunningClaude) -> None:
    body = {"model": MODEL, "messages": [user("hi")]}

    status, _, data = post(claude, "/v1/messages/count_tokens", body)

    assert status == 200
    assert json.loads(data)["input_tokens"] > 0
