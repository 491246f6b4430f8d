"""Token counts and keys."""

import anthropic
import pytest

from local.claude import RunningClaude
from tests.unit.local.claude.asking import MODEL, message_body, post
from tests.unit.local.claude.catalogue import READ_TOOLS


def test_tokens_are_counted_like_the_input_of_a_message(client: anthropic.Anthropic) -> None:
    counted = client.messages.count_tokens(
        model=MODEL,
        system="Be brief.",
        messages=[{"role": "user", "content": "hi"}],
        tools=READ_TOOLS,  # type: ignore[arg-type]  # plain JSON
    )
    message = client.messages.create(
        model=MODEL,
        max_tokens=50,
        system="Be brief.",
        messages=[{"role": "user", "content": "hi"}],
        tools=READ_TOOLS,  # type: ignore[arg-type]  # plain JSON
    )

    assert counted.input_tokens == message.usage.input_tokens
    assert counted.input_tokens > 1_000


def test_a_bearer_token_is_as_good_as_a_key(claude: RunningClaude) -> None:
    with anthropic.Anthropic(base_url=claude.base_url, auth_token="token", api_key=None) as client:
        client.messages.create(model=MODEL, max_tokens=50, messages=[{"role": "user", "content": "hi"}])

    assert claude.requests[-1]["status"] == 200


def test_without_a_key_nothing_is_answered(claude: RunningClaude) -> None:
    status, _, data = post(claude, "/v1/messages", message_body(), {"anthropic-version": "2026-10-21"})

    assert status == 401
    assert b'"type":"authentication_error"' in data


def test_a_key_that_says_invalid_is_refused(claude: RunningClaude) -> None:
    with (
        anthropic.Anthropic(base_url=claude.base_url, api_key="sk-invalid", max_retries=0) as client,
        pytest.raises(anthropic.AuthenticationError),
    ):
        client.messages.create(model=MODEL, max_tokens=50, messages=[{"role": "user", "content": "hi"}])
