"""The loop and the adapter together, against the stand-in for Claude over the real SDK."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.claude import RunningClaude, running_claude
from nat import errors
from nat.agent.loop import Agent
from nat.agent.models.claude import AnthropicModel, Clients
from nat.agent.models.retries import Patience
from nat.agent.ports import AgentAnswer, Message
from tests.unit.nat.agent.scripted_model import TOOLS, KeptSteps, Nation, asked

LOOK: list[dict[str, Any]] = [
    {"type": "text", "text": "Let me look."},
    {"type": "tool_use", "id": "toolu_1", "name": "count_people", "input": {"tag": "volunteer"}},
    {"type": "tool_use", "id": "toolu_2", "name": "list_types", "input": {}},
]
SAY: list[dict[str, Any]] = [{"type": "text", "text": "23 people."}]


@pytest.fixture
def claude() -> Iterator[RunningClaude]:
    with running_claude(min_cache_tokens={"claude-haiku-4-5": 1, "claude-haiku-5-5": 1}) as server:
        yield server


def answer(
    claude: RunningClaude,
    *,
    model: str = "claude-haiku-4-5",
    history: tuple[Message, ...] = (),
    key: str = "sk-1",
    stopped: Callable[[], bool] = lambda: False,
    **varies: Any,
) -> AgentAnswer:
    nation: Any = Nation()
    with Clients(claude.base_url, Patience(first_wait=0.01, longest_wait=0.1)) as clients:
        return Agent(AnthropicModel(clients, key, model), TOOLS).answer(
            asked(**varies),
            history=history,
            steps=KeptSteps(),
            v2=nation,
            emit=lambda _: None,
            stopped=stopped,
        )


def requests(claude: RunningClaude, count: int) -> list[dict[str, Any]]:
    """What was asked: the stand-in writes a request down after it has answered."""
    until = time.monotonic() + 5
    while len(claude.requests) < count and time.monotonic() < until:
        time.sleep(0.01)
    return claude.requests


def statuses(claude: RunningClaude, count: int) -> list[int]:
    return [request["status"] for request in requests(claude, count)]


def test_a_question_with_two_tools_is_answered(claude: RunningClaude) -> None:
    claude.script(LOOK, SAY)

    assert answer(claude).text == "Let me look.\n\n23 people."


def test_every_request_is_one_that_the_api_accepts(claude: RunningClaude) -> None:
    claude.script(LOOK, SAY, LOOK, SAY)

    first = answer(claude)
    answer(claude, history=first.messages)

    assert statuses(claude, 4) == [200] * 4


def test_tools_and_prompt_are_cached_across_nations_and_roles(claude: RunningClaude) -> None:
    claude.script(SAY, SAY)

    first = answer(claude, nation_slug="demo", role="viewer")
    other = answer(claude, nation_slug="greens", role="owner", time_zone="America/New_York")

    assert first.usage.cache_read_tokens == 0
    assert other.usage.cache_read_tokens > 1_000


def test_a_follow_up_reads_the_whole_conversation_from_the_cache(claude: RunningClaude) -> None:
    claude.script(LOOK, SAY, SAY)

    first = answer(claude)
    follow_up = answer(claude, history=first.messages, question="And now?")

    assert follow_up.usage.cache_read_tokens > 0.9 * (
        first.usage.cache_write_tokens + follow_up.usage.input_tokens
    )
    assert follow_up.usage.input_tokens < 200


@pytest.mark.parametrize("kind", ["overloaded", "rate_limit"])
def test_a_passing_fault_is_not_noticed(claude: RunningClaude, kind: str) -> None:
    claude.fault(kind)
    claude.script(SAY)

    assert answer(claude).text == "23 people."


def test_thinking_goes_along_within_a_turn(claude: RunningClaude) -> None:
    claude.script([{"type": "thinking", "thinking": "Hm."}, *LOOK], SAY)

    assert answer(claude, model="claude-haiku-5-5").text.endswith("23 people.")
    sent = requests(claude, 2)[1]["body"]["messages"][1]["content"]
    assert sent[0]["type"] == "thinking"


def test_a_nations_own_key_in_mid_conversation_leaves_thinking_behind(claude: RunningClaude) -> None:
    claude.script([{"type": "thinking", "thinking": "Hm."}, *SAY], SAY)

    first = answer(claude, model="claude-haiku-5-5", key="sk-platform")
    answer(claude, model="claude-haiku-5-5", key="sk-nation", history=first.messages)

    assert statuses(claude, 2) == [200, 200]
    assert "thinking" not in str(requests(claude, 2)[1]["body"]["messages"])


def test_stopping_does_not_wait_for_a_model_that_says_nothing_at_all(claude: RunningClaude) -> None:
    claude.fault("silence", seconds=8.0)
    began = time.monotonic()

    stopped = answer(claude, stopped=lambda: time.monotonic() > began + 0.3)

    assert stopped.outcome == "stopped"
    assert time.monotonic() - began < 6


def test_a_refusal_is_told_as_one(claude: RunningClaude) -> None:
    claude.script({"content": SAY, "stop_reason": "refusal"})

    with pytest.raises(errors.ModelRefused):
        answer(claude)
