"""The adapter for Anthropic's API, against a server on loopback that says exactly what a test scripted."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nat.agent.models.claude import AnthropicModel, Clients, bedrock_version, origin_of
from nat.agent.models.failures import KeyRefused, ModelWithheld, PromptTooLong, ThinkingRejected
from nat.agent.models.retries import Patience
from nat.agent.ports import Message, ModelReply, ModelRequest
from nat.agent.values import Usage
from nat.errors import ModelError, ModelOverloaded, ModelUnavailable
from tests.unit.nat.agent.models.scripted import (
    Script,
    Server,
    failure,
    message,
    scripted,
    start,
    text,
    thinking,
    tool_use,
)

QUICK = Patience(attempts=3, first_wait=0.01, longest_wait=0.05, read_timeout=5.0)
QUESTION: list[Message] = [{"role": "user", "content": "How many people?"}]
HELLO = Script(message(text("Hel", "lo.")))
REQUEST = ModelRequest(
    system="Be brief.",
    tools_json='[{"name":"count","description":"","input_schema":{"type":"object"}}]',
    messages=QUESTION,
)


def ask(
    server: Server,
    request: ModelRequest = REQUEST,
    *,
    said: list[str] | None = None,
    stopped: Callable[[], bool] = lambda: False,
    key: str = "key-1",
    patience: Patience = QUICK,
) -> ModelReply:
    with Clients(server.url, patience) as clients:
        model = AnthropicModel(clients, key)
        return model.stream(
            request, on_text=said.append if said is not None else lambda _: None, stopped=stopped
        )


def test_text_is_passed_on_piece_by_piece() -> None:
    said: list[str] = []

    with scripted(HELLO) as server:
        ask(server, said=said)

    assert said == ["Hel", "lo."]


def test_a_reply_carries_content_stop_reason_and_model() -> None:
    with scripted(HELLO) as server:
        reply = ask(server)

    assert reply.content == ({"type": "text", "text": "Hello."},)
    assert (reply.stop_reason, reply.model) == ("end_turn", "claude-haiku-4-5-20251001")


def test_usage_counts_each_kind_of_token_once() -> None:
    with scripted(HELLO) as server:
        reply = ask(server)

    assert reply.usage == Usage(input_tokens=5, cache_write_tokens=11, cache_read_tokens=13, output_tokens=7)


def test_tool_arguments_are_put_together_from_fragments() -> None:
    script = Script(message(tool_use("t1", "count", '{"ta', 'g":"volunteer"', "}"), stop_reason="tool_use"))

    with scripted(script) as server:
        reply = ask(server)

    assert reply.content == (
        {"type": "tool_use", "id": "t1", "name": "count", "input": {"tag": "volunteer"}},
    )


def test_two_parallel_tool_calls_keep_their_order() -> None:
    script = Script(message(tool_use("t1", "a"), tool_use("t2", "b", "{}"), stop_reason="tool_use"))

    with scripted(script) as server:
        reply = ask(server)

    assert [(block["id"], block["input"]) for block in reply.content] == [("t1", {}), ("t2", {})]


def test_unreadable_tool_arguments_are_kept_apart_from_real_ones() -> None:
    script = Script(message(tool_use("t1", "count", '{"tag":"vol'), stop_reason="max_tokens"))

    with scripted(script) as server:
        reply = ask(server)

    assert reply.content[0]["input"] == {"invalid_json": '{"tag":"vol'}


def test_unknown_events_and_deltas_are_ignored() -> None:
    events = message(text("Hello."))
    events[1:1] = [
        {"type": "ping"},
        {"type": "weather_report", "sun": True},
        {"type": "content_block_delta", "index": 9, "delta": {"type": "text_delta", "text": "lost"}},
    ]
    events.insert(-3, {"type": "content_block_delta", "index": 0, "delta": {"type": "glitter_delta"}})

    with scripted(Script(events)) as server:
        reply = ask(server)

    assert reply.content == ({"type": "text", "text": "Hello."},)


def test_a_blank_text_block_is_left_out_of_the_reply() -> None:
    script = Script(message(text("\n"), tool_use("t1", "count"), stop_reason="tool_use"))

    with scripted(script) as server:
        reply = ask(server)

    assert [block["type"] for block in reply.content] == ["tool_use"]


def test_an_unknown_stop_reason_is_handed_on_as_it_is() -> None:
    with scripted(Script(message(text("Hm."), stop_reason="compaction"))) as server:
        reply = ask(server)

    assert reply.stop_reason == "compaction"


def test_the_key_goes_out_and_the_sdk_itself_never_retries() -> None:
    with scripted(HELLO) as server:
        ask(server, key="key-of-a-nation")

    sent = server.headers[0]
    assert "key-of-a-nation" in (sent.get("authorization", "") + sent.get("x-api-key", ""))
    assert sent["x-stainless-retry-count"] == "0"


def test_tools_and_system_are_sent_with_one_breakpoint_after_them() -> None:
    with scripted(HELLO) as server:
        ask(server)

    body = server.requests[0]
    assert body["tools"][0]["name"] == "count"
    assert body["system"] == [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]


def test_no_sampling_parameters_are_sent() -> None:
    with scripted(HELLO) as server:
        ask(server)

    assert set(server.requests[0]) == {"model", "max_tokens", "stream", "messages", "system", "tools"}


@pytest.mark.parametrize("kind", ["overloaded_error", "rate_limit_error", "api_error"])
def test_an_error_inside_a_stream_is_tried_again_while_nothing_was_shown(kind: str) -> None:
    with scripted(Script([start(), failure(kind)]), HELLO) as server:
        reply = ask(server)

    assert reply.content[0]["text"] == "Hello."


def test_an_error_inside_a_stream_after_text_fails_the_call() -> None:
    events = [*message(text("Half"))[:3], failure("overloaded_error")]

    with scripted(Script(events), HELLO) as server, pytest.raises(ModelOverloaded):
        ask(server)

    assert len(server.requests) == 1


def test_a_connection_dropped_before_text_is_tried_again() -> None:
    with scripted(Script([start()], then="drop"), HELLO) as server:
        reply = ask(server)

    assert reply.content[0]["text"] == "Hello."


def test_a_connection_dropped_after_text_fails_the_call() -> None:
    with (
        scripted(Script(message(text("Half"))[:3], then="drop"), HELLO) as server,
        pytest.raises(ModelUnavailable),
    ):
        ask(server)

    assert len(server.requests) == 1


def test_a_stream_that_ends_without_its_end_is_not_taken_for_complete() -> None:
    with scripted(Script(message(text("Half"))[:3])) as server, pytest.raises(ModelUnavailable):
        ask(server)


@pytest.mark.parametrize("status", [429, 500, 529])
def test_a_passing_status_is_tried_again(status: int) -> None:
    busy = Script(status=status, body={"type": "error", "error": {"type": "x", "message": "busy"}})

    with scripted(busy, busy, HELLO) as server:
        reply = ask(server)

    assert reply.content[0]["text"] == "Hello."


def test_trying_again_ends_after_the_allowed_attempts() -> None:
    busy = Script(status=529, body={"type": "error", "error": {"type": "overloaded_error", "message": "m"}})

    with scripted(busy) as server, pytest.raises(ModelOverloaded):
        ask(server)

    assert len(server.requests) == QUICK.attempts


def test_retry_after_is_obeyed_but_never_for_long() -> None:
    patience = Patience(first_wait=0.01, longest_wait=0.2)

    assert patience.wait(0, 0.15) == 0.15
    assert patience.wait(0, 3600.0) == 0.2


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (401, "authentication_error", KeyRefused),
        (402, "billing_error", KeyRefused),
        (403, "permission_error", KeyRefused),
        (404, "not_found_error", ModelWithheld),
        (400, "invalid_request_error", ModelError),
        (413, "request_too_large", PromptTooLong),
    ],
)
def test_an_error_that_will_stay_fails_at_once(status: int, kind: str, expected: type[ModelError]) -> None:
    broken = Script(status=status, body={"type": "error", "error": {"type": kind, "message": "vendor"}})

    with scripted(broken) as server, pytest.raises(ModelError) as caught:
        ask(server)

    assert type(caught.value) is expected
    assert len(server.requests) == 1


def test_a_prompt_over_the_context_window_is_told_apart() -> None:
    body = {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000"},
    }

    with scripted(Script(status=400, body=body)) as server, pytest.raises(PromptTooLong):
        ask(server)


def test_errors_never_carry_the_vendors_words() -> None:
    broken = Script(status=400, body={"type": "error", "error": {"type": "x", "message": "vendor words"}})

    with scripted(broken) as server, pytest.raises(ModelError) as caught:
        ask(server)

    assert "vendor" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_that_is_not_there_is_unavailable() -> None:
    nowhere = Server("http://127.0.0.1:9")

    with pytest.raises(ModelUnavailable):
        ask(nowhere)


def test_stopping_between_events_returns_what_was_said() -> None:
    said: list[str] = []

    with scripted(Script(message(text("One. ", "Two. ", "Three.")))) as server:
        reply = ask(server, said=said, stopped=lambda: bool(said))

    assert (reply.stop_reason, reply.content) == ("stopped", ({"type": "text", "text": "One. "},))


def test_stopping_a_silent_stream_closes_the_connection() -> None:
    said: list[str] = []
    began = time.monotonic()

    with scripted(Script(message(text("One. "))[:3], then="hang")) as server:
        reply = ask(server, said=said, stopped=lambda: bool(said) and time.monotonic() > began + 0.3)
        gone = server.dropped.wait(60)

    assert reply.stop_reason == "stopped"
    assert gone


def test_stopping_during_the_wait_for_another_try_ends_it() -> None:
    busy = Script(status=529, body={}, headers={"retry-after": "100"})
    began = time.monotonic()

    with scripted(busy) as server:
        reply = ask(
            server,
            stopped=lambda: time.monotonic() > began + 0.2,
            patience=Patience(attempts=3, longest_wait=200.0),
        )

    assert reply.stop_reason == "stopped"
    assert time.monotonic() - began < 90


def test_a_half_finished_tool_call_is_not_part_of_a_stopped_reply() -> None:
    events = message(text("Looking."), tool_use("t1", "count", '{"a"'))[:6]
    said: list[str] = []
    began = time.monotonic()

    with scripted(Script(events, then="hang")) as server:
        reply = ask(server, said=said, stopped=lambda: bool(said) and time.monotonic() > began + 0.3)

    assert reply.content == ({"type": "text", "text": "Looking."},)


def test_nothing_is_asked_when_the_turn_is_already_stopped() -> None:
    with scripted(HELLO) as server:
        ask(server, stopped=lambda: True)

    assert server.requests == []


def test_an_error_of_the_stop_flag_reaches_the_caller() -> None:
    asked: list[int] = []

    def lost() -> bool:
        asked.append(1)
        if len(asked) > 2:
            raise LookupError("lost")
        return False

    with scripted(HELLO) as server, pytest.raises(LookupError):
        ask(server, stopped=lost)


def test_thinking_goes_back_to_the_same_account_unchanged() -> None:
    with scripted(Script(message(thinking("Hmm.", "sig"), text("Five.")))) as server:
        first = ask(server)
        again = [*QUESTION, {"role": "assistant", "content": list(first.content)}, *QUESTION]
        ask(server, ModelRequest(REQUEST.system, REQUEST.tools_json, again))

    sent: list[Any] = server.requests[1]["messages"][1]["content"]
    assert sent[0] == {"type": "thinking", "thinking": "Hmm.", "signature": "sig"}


def test_thinking_of_another_account_is_left_out() -> None:
    with scripted(Script(message(thinking("Hmm.", "sig"), text("Five.")))) as server:
        first = ask(server)
        again = [*QUESTION, {"role": "assistant", "content": list(first.content)}, *QUESTION]
        ask(server, ModelRequest(REQUEST.system, REQUEST.tools_json, again), key="key-2")

    sent = server.requests[1]["messages"][1]["content"]
    assert [block["type"] for block in sent] == ["text"]


def test_the_origin_of_thinking_does_not_show_the_key() -> None:
    assert "key-1" not in origin_of("claude-haiku-5-5", "key-1")


def test_clients_of_two_keys_share_one_pool() -> None:
    with scripted(HELLO) as server, Clients(server.url, QUICK) as clients:
        one, other = clients.client("key-1"), clients.client("key-2")

    assert one is not other
    assert one._client is other._client


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", "bedrock-2023-05-31"),
        ("anthropic.claude-haiku-4-5", "bedrock-2023-05-31"),
        ("anthropic.claude-haiku-5-5", None),
        ("anthropic.claude-opus-4-8", None),
        ("anthropic.claude-sonnet-5", None),
    ],
)
def test_models_before_4_7_on_bedrock_speak_the_old_version(model: str, version: str | None) -> None:
    assert bedrock_version(model) == version


def test_replayed_thinking_that_is_refused_is_told_apart() -> None:
    words = "messages.1.content.0: Invalid `signature` in `thinking` block"
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": words}}

    with scripted(Script(status=400, body=body)) as server, pytest.raises(ThinkingRejected):
        ask(server)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}),
        (400, {"type": "invalid_request_error", "message": "Your credit balance is too low"}),
        (400, {"type": "invalid_request_error", "message": "You have reached your API usage limits"}),
    ],
)
def test_an_account_that_may_not_spend_more_is_not_asked_again(status: int, error: dict[str, str]) -> None:
    body = {"type": "error", "error": {"message": "vendor", **error}}

    with scripted(Script(status=status, body=body)) as server, pytest.raises(KeyRefused):
        ask(server)

    assert len(server.requests) == 1


def test_the_person_is_told_to_the_provider_by_the_given_hash() -> None:
    with scripted(HELLO) as server:
        ask(server, replace(REQUEST, metadata={"user_id": "0a1b"}))

    assert server.requests[0]["metadata"] == {"user_id": "0a1b"}


def test_a_client_is_forgotten_with_its_key_after_a_while_without_use() -> None:
    now = [0.0]

    with Clients("http://127.0.0.1:9", clock=lambda: now[0]) as clients:
        first = clients.client("key-1")
        now[0] = 200.0
        assert clients.client("key-1") is first
        now[0] = 501.0
        clients.client("key-2")

        assert clients.client("key-1") is not first
