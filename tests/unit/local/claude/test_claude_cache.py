"""Prompt cache accounting."""

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from local.claude import RunningClaude, running_claude
from local.claude.cache import PromptCache
from tests.unit.local.claude.asking import MODEL

LONG = "All of these words stand before the breakpoint. " * 400  # about 5,300 tokens
MARK = {"cache_control": {"type": "ephemeral"}}


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def cached_claude(clock: Clock) -> Iterator[RunningClaude]:
    with running_claude(cache=PromptCache(clock), min_cache_tokens={"claude-haiku-5-5": 100}) as server:
        yield server


@pytest.fixture
def ask(cached_claude: RunningClaude) -> Iterator[Any]:
    cached_claude.reset()
    with anthropic.Anthropic(base_url=cached_claude.base_url, api_key="key-one", max_retries=0) as client:

        def ask(system: str = LONG, text: str = "hi", **changes: Any) -> anthropic.types.Usage:
            blocks = [{"type": "text", "text": system, **changes.pop("mark", MARK)}]
            body = {"model": MODEL, "max_tokens": 20, "system": blocks, **changes}
            body.setdefault("messages", [{"role": "user", "content": text}])
            key = body.pop("api_key", "key-one")
            usage: anthropic.types.Usage = client.with_options(api_key=key).messages.create(**body).usage
            return usage

        yield ask


def test_the_first_request_writes_and_the_second_reads(ask: Any) -> None:
    first, second = ask(), ask(text="something else")

    assert first.cache_creation_input_tokens > 4_096
    assert first.cache_read_input_tokens == 0
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert second.cache_creation_input_tokens == 0
    assert second.input_tokens < 100


def test_one_changed_byte_misses(ask: Any) -> None:
    ask()

    assert ask(system=LONG.replace("All", "Any", 1)).cache_read_input_tokens == 0


def test_changed_tools_miss(ask: Any) -> None:
    tool = {"name": "a", "input_schema": {"type": "object", "properties": {"x": {}, "y": {}}}}
    other = {"name": "a", "input_schema": {"type": "object", "properties": {"y": {}, "x": {}}}}
    ask(tools=[tool])

    assert ask(tools=[other]).cache_read_input_tokens == 0
    assert ask(tools=[tool]).cache_read_input_tokens > 0


def test_another_key_or_model_misses(ask: Any) -> None:
    ask()

    assert ask(api_key="key-two").cache_read_input_tokens == 0
    assert ask(model="claude-haiku-5-5").cache_read_input_tokens == 0
    assert ask(model="claude-haiku-4-5-20251001").cache_read_input_tokens > 0


def test_below_the_minimum_nothing_is_cached(ask: Any) -> None:
    usages = [ask(system=LONG[:10_000]) for _ in range(2)]

    assert [usage.cache_creation_input_tokens for usage in usages] == [0, 0]
    assert [usage.cache_read_input_tokens for usage in usages] == [0, 0]


def test_the_minimum_can_be_set_by_model(ask: Any) -> None:
    assert ask(system=LONG[:1_000], model="claude-haiku-5-5").cache_creation_input_tokens > 100


def test_without_a_breakpoint_nothing_is_cached(ask: Any) -> None:
    assert ask(mark={}).cache_creation_input_tokens == 0


def test_an_entry_lives_five_minutes_from_its_last_use(ask: Any, clock: Clock) -> None:
    ask()
    clock.seconds += 299
    assert ask().cache_read_input_tokens > 0
    clock.seconds += 299
    assert ask().cache_read_input_tokens > 0

    clock.seconds += 301

    assert ask().cache_read_input_tokens == 0


def test_an_hour_long_entry_is_reported_apart_and_outlives_five_minutes(ask: Any, clock: Clock) -> None:
    mark = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
    first = ask(mark=mark)
    clock.seconds += 3_000

    assert first.cache_creation.ephemeral_1h_input_tokens == first.cache_creation_input_tokens
    assert ask(mark=mark).cache_read_input_tokens > 0


def test_a_growing_conversation_reads_what_it_wrote_and_writes_the_rest(ask: Any) -> None:
    def turn(*texts: str) -> anthropic.types.Usage:
        roles = ("user", "assistant")
        messages: list[dict[str, Any]] = [
            {"role": roles[place % 2], "content": [{"type": "text", "text": text}]}
            for place, text in enumerate(texts)
        ]
        messages[-1]["content"][-1] |= MARK
        usage: anthropic.types.Usage = ask(messages=messages)
        return usage

    first = turn("one " * 100)
    second = turn("one " * 100, "two " * 100, "three " * 100)

    assert first.cache_creation_input_tokens is not None
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert second.cache_creation_input_tokens is not None
    assert 200 < second.cache_creation_input_tokens < 500
    assert second.input_tokens == 0


def test_an_entry_more_than_twenty_blocks_back_is_not_found(ask: Any) -> None:
    def turn(blocks: int) -> anthropic.types.Usage:
        content = [{"type": "text", "text": f"block {number}"} for number in range(blocks)]
        content[-1] = {**content[-1], **MARK}  # type: ignore[dict-item]  # cache_control is an object
        usage: anthropic.types.Usage = ask(mark={}, messages=[{"role": "user", "content": content}])
        return usage

    turn(1)

    assert turn(20).cache_read_input_tokens
    assert not turn(60).cache_read_input_tokens


def test_the_parts_of_the_input_add_up_to_the_prompt(ask: Any) -> None:
    plain = ask(mark={})
    first, second = ask(), ask()

    for usage in (first, second):
        parts = (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens)
        assert sum(parts) == plain.input_tokens


def test_top_level_cache_control_marks_the_last_block(ask: Any) -> None:
    changes = {"mark": {}, "cache_control": {"type": "ephemeral"}}
    first, second = ask(**changes), ask(**changes)

    assert second.cache_read_input_tokens == first.cache_creation_input_tokens > 4_096
