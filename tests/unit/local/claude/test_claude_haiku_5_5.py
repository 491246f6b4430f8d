"""The rules of the newer model: thinking by default, and an append-only history."""

from typing import Any

import anthropic
import pytest

from local.claude import RunningClaude
from tests.unit.local.claude.asking import create, stream, user

MODEL = "claude-haiku-5-5"


def continued(client: anthropic.Anthropic, first: Any, **changes: Any) -> Any:
    """Goes on after `first`, replaying its thinking."""
    content = [block.model_dump(exclude_none=True) for block in first.content]
    messages = [user("hi"), {"role": "assistant", "content": content}, user("thanks")]
    return create(client, **{"model": MODEL, "messages": messages, **changes})


def test_an_answer_starts_with_a_signed_thought(client: anthropic.Anthropic) -> None:
    message = create(client, model=MODEL)

    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].signature
    assert message.usage.output_tokens_details.thinking_tokens > 0


def test_a_thought_streams_as_thinking_then_signature(claude: RunningClaude) -> None:
    deltas = [
        event["delta"]["type"]
        for event in stream(claude, model=MODEL)
        if event.get("index") == 0 and "delta" in event
    ]

    assert deltas[0] == "thinking_delta"
    assert deltas[-1] == "signature_delta"


def test_thinking_can_be_turned_off(client: anthropic.Anthropic) -> None:
    message = create(client, model=MODEL, thinking={"type": "disabled"})

    assert [block.type for block in message.content] == ["text"]


def test_the_older_model_thinks_only_when_told(client: anthropic.Anthropic) -> None:
    quiet = create(client)
    loud = create(client, max_tokens=2000, thinking={"type": "enabled", "budget_tokens": 1024})

    assert [block.type for block in quiet.content] == ["text"]
    assert [block.type for block in loud.content] == ["thinking", "text"]


def test_an_unchanged_history_is_accepted(client: anthropic.Anthropic) -> None:
    assert continued(client, create(client, model=MODEL)).stop_reason == "end_turn"


def test_a_moved_cache_breakpoint_changes_no_history(client: anthropic.Anthropic) -> None:
    marked = [{"type": "text", "text": "system", "cache_control": {"type": "ephemeral"}}]
    first = create(client, model=MODEL, system=marked)

    assert continued(client, first, system="system").stop_reason == "end_turn"


@pytest.mark.parametrize(
    "changes", [{"system": "another"}, {"tools": [{"name": "a", "input_schema": {"type": "object"}}]}]
)
def test_a_changed_prefix_is_refused(client: anthropic.Anthropic, changes: dict[str, Any]) -> None:
    first = create(client, model=MODEL)

    with pytest.raises(anthropic.BadRequestError, match="must not change"):
        continued(client, first, **changes)


def test_a_changed_earlier_message_is_refused(client: anthropic.Anthropic) -> None:
    content = [block.model_dump(exclude_none=True) for block in create(client, model=MODEL).content]

    with pytest.raises(anthropic.BadRequestError, match="must not change"):
        create(
            client,
            model=MODEL,
            messages=[user("hello"), {"role": "assistant", "content": content}, user("b")],
        )


def test_thoughts_of_another_account_are_refused(client: anthropic.Anthropic) -> None:
    first = create(client, model=MODEL)

    with pytest.raises(anthropic.BadRequestError, match="Invalid `signature`"):
        continued(client.with_options(api_key="key-two"), first)


def test_a_forged_thought_is_refused(client: anthropic.Anthropic) -> None:
    forged = [{"type": "thinking", "thinking": "x", "signature": "AAAA"}, {"type": "text", "text": "y"}]

    with pytest.raises(anthropic.BadRequestError, match="Invalid `signature`"):
        create(client, model=MODEL, messages=[user("a"), {"role": "assistant", "content": forged}, user("b")])


@pytest.mark.parametrize(
    "changes",
    [
        {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        {"messages": [user("a"), {"role": "assistant", "content": "pre"}]},
    ],
)
def test_budgets_and_prefill_are_refused(client: anthropic.Anthropic, changes: dict[str, Any]) -> None:
    with pytest.raises(anthropic.BadRequestError):
        create(client, model=MODEL, **changes)
