"""Faults on demand, as the SDK meets them."""

import json
import time
from typing import Any

import anthropic
import httpx2
import pytest

from local.claude import RunningClaude, running_claude
from tests.unit.local.claude.asking import create, kinds, message_body, post, stream, user
from tests.unit.local.claude.catalogue import READ_TOOLS
from tests.unit.local.claude.talking import question

ASKED = {"messages": [question("who donated this week?")], "tools": READ_TOOLS}


def test_a_rate_limit_says_when_to_come_back(claude: RunningClaude, client: anthropic.Anthropic) -> None:
    claude.fault("rate_limit", retry_after=7)

    with pytest.raises(anthropic.RateLimitError) as caught:
        create(client)

    headers = caught.value.response.headers
    assert headers["retry-after"] == "7"
    assert headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert caught.value.type == "rate_limit_error"


def test_overload_is_529_and_over_after_the_asked_number(
    claude: RunningClaude, client: anthropic.Anthropic
) -> None:
    claude.fault("overloaded", count=2)

    for _ in range(2):
        with pytest.raises(anthropic.OverloadedError):
            create(client)

    assert create(client).stop_reason == "end_turn"


def test_the_sdk_retries_an_overload_by_itself(claude: RunningClaude) -> None:
    claude.fault("rate_limit", retry_after=0.01)
    with anthropic.Anthropic(base_url=claude.base_url, api_key="key", max_retries=2) as client:
        message = create(client)

    assert message.stop_reason == "end_turn"
    assert [each["status"] for each in claude.requests] == [429, 200]


def test_a_server_error_is_500(claude: RunningClaude, client: anthropic.Anthropic) -> None:
    claude.fault("server_error")

    with pytest.raises(anthropic.InternalServerError) as caught:
        create(client)

    assert caught.value.type == "api_error"


def test_any_status_can_be_asked_for(claude: RunningClaude, client: anthropic.Anthropic) -> None:
    claude.fault("status", status=402, message="Over budget", error_code="enforced_spend_limit_reached")

    with pytest.raises(anthropic.PaymentRequiredError) as caught:
        create(client)

    assert (caught.value.type, caught.value.error_code) == ("billing_error", "enforced_spend_limit_reached")


def test_a_fault_can_wait_for_later_requests(claude: RunningClaude, client: anthropic.Anthropic) -> None:
    claude.fault("overloaded", after=1)

    create(client)

    with pytest.raises(anthropic.OverloadedError):
        create(client)


def test_an_error_inside_a_stream_comes_with_status_200(
    claude: RunningClaude, client: anthropic.Anthropic
) -> None:
    claude.fault("stream_error", events=4)

    with (
        pytest.raises(anthropic.APIStatusError) as caught,
        client.messages.stream(**message_body()) as opened,
    ):
        opened.until_done()

    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


def test_what_came_before_the_error_is_whole_events(claude: RunningClaude) -> None:
    claude.fault("stream_error", events=4)

    found = stream(claude)

    assert kinds(found) == ["message_start", "ping", "content_block_start", "content_block_delta", "error"]
    assert found[-1]["request_id"]


@pytest.mark.parametrize("events", [0, 3])
def test_a_dropped_connection_is_a_connection_error(
    claude: RunningClaude, client: anthropic.Anthropic, events: int
) -> None:
    claude.fault("disconnect", events=events)

    with (
        pytest.raises((anthropic.APIConnectionError, httpx2.RemoteProtocolError)),
        client.messages.stream(**message_body()) as opened,
    ):
        opened.until_done()


@pytest.mark.parametrize("events", [0, 3])
def test_silence_lasts_as_long_as_asked(claude: RunningClaude, events: int) -> None:
    claude.fault("silence", seconds=0.2, events=events)

    started = time.monotonic()
    found = stream(claude)

    assert time.monotonic() - started >= 0.2
    assert kinds(found)[-1] == "message_stop"


def test_a_client_that_waits_too_little_times_out(claude: RunningClaude, client: anthropic.Anthropic) -> None:
    claude.fault("silence", seconds=5)

    with pytest.raises(anthropic.APITimeoutError):
        create(client.with_options(timeout=0.1))


def test_a_refusal_has_its_stop_reason_and_details(
    claude: RunningClaude, client: anthropic.Anthropic
) -> None:
    claude.fault("refusal")

    message = create(client)

    assert message.stop_reason == "refusal"
    assert message.stop_details.type == "refusal"


def test_a_truncated_tool_call_has_broken_json_and_max_tokens(claude: RunningClaude) -> None:
    claude.fault("truncate")

    found = stream(claude, **ASKED)

    deltas = [event["delta"]["partial_json"] for event in found if event["type"] == "content_block_delta"]
    with pytest.raises(json.JSONDecodeError):
        json.loads("".join(deltas))
    assert found[-2]["delta"]["stop_reason"] == "max_tokens"


def test_a_slow_stream_keeps_its_pace(claude: RunningClaude) -> None:
    claude.script([{"type": "text", "text": "word " * 20}])
    claude.fault("slow", tokens_per_second=100, first_token_ms=50)

    started = time.monotonic()
    stream(claude)

    assert time.monotonic() - started >= 0.2


def test_a_stream_error_is_a_plain_one_without_stream(
    claude: RunningClaude, client: anthropic.Anthropic
) -> None:
    claude.fault("stream_error")

    with pytest.raises(anthropic.OverloadedError):
        create(client)


def test_faults_scripts_and_resets_come_over_http_too(
    claude: RunningClaude, client: anthropic.Anthropic
) -> None:
    post(claude, "/_standin/script", {"replies": [{"content": [{"type": "text", "text": "scripted"}]}]})
    first = create(client).content[0].text
    post(claude, "/_standin/faults", [{"kind": "overloaded"}])
    with pytest.raises(anthropic.OverloadedError):
        create(client)
    status, _, data = post(claude, "/_standin/requests", b"", method="GET")
    asked = json.loads(data)["requests"]
    post(claude, "/_standin/reset", {})

    assert first == "scripted"
    assert (status, [each["status"] for each in asked]) == (200, [200, 529])
    assert claude.requests == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_standin/faults", {"kind": "earthquake"}),
        ("/_standin/faults", {"kind": "silence", "minutes": 1}),
        ("/_standin/script", {"content": [{"type": "tool_use"}]}),
        ("/_standin/script", {"content": "text"}),
    ],
)
def test_what_cannot_be_steered_is_refused(claude: RunningClaude, path: str, body: Any) -> None:
    status, _, _ = post(claude, path, body)

    assert status == 400


def test_a_client_that_leaves_ends_the_stream() -> None:
    with (
        running_claude(tokens_per_second=20) as claude,
        anthropic.Anthropic(base_url=claude.base_url, api_key="key", max_retries=0) as client,
    ):
        claude.script([{"type": "text", "text": "word " * 400}])

        with client.messages.stream(**message_body(max_tokens=1000)) as opened:
            next(iter(opened.text_stream))
        deadline = time.monotonic() + 5
        while not claude.requests and time.monotonic() < deadline:
            time.sleep(0.01)

        answer = claude.requests[0]["answer"]
    assert answer["stop_reason"] is None
    assert len(answer["content"][0]["text"]) < 1000


def test_a_prompt_before_the_first_token_takes_its_time() -> None:
    with running_claude(first_token_ms=150) as claude:
        started = time.monotonic()
        stream(claude, messages=[user("hi")])

        assert time.monotonic() - started >= 0.15
