"""A conversation of many turns, against the stand-in for Claude over the real SDK."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.claude import RunningClaude, running_claude
from nat.agent.compaction import Budget
from nat.agent.models.claude import AnthropicModel, Clients
from nat.agent.models.retries import Patience
from nat.agent.tool import Effect, Tool, ToolOutcome
from nat.conversations.turns import TurnState
from nat.turns.signals import Signals
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.turns.stage import Stage, WorkerDied, message_of
from tests.unit.nat.turns.test_run import Dying

PEOPLE = 25


@dataclass
class Seen:
    """What the model was sent in a conversation, by turn."""

    inputs: list[int] = field(default_factory=list)
    """Tokens of the largest prompt of each turn, as the stand-in counts them."""
    fresh: list[int] = field(default_factory=list)
    """Of these, tokens that were not read from the cache, over the turn's calls."""
    last_messages: list[Any] = field(default_factory=list)
    states: list[TurnState] = field(default_factory=list)


def find_people(nation: Any) -> ToolOutcome:
    """Find people: a page of usual size."""
    people = [
        {"id": str(7_000 + n), "name": f"Person {n}", "city": "Berlin", "note": "z" * 240}
        for n in range(PEOPLE)
    ]
    return ToolOutcome({"people": people}, returned=PEOPLE, total=PEOPLE, complete=True)


TOOLS = {"find_people": Tool("find_people", "people", Effect.READ, "Looking", (), False, None, find_people)}


@pytest.fixture
def claude() -> Iterator[RunningClaude]:
    with running_claude(
        min_cache_tokens=dict.fromkeys(("claude-haiku-4-5", "claude-haiku-5-5"), 1)
    ) as server:
        yield server


def converse(stage: Stage, claude: RunningClaude, model: str, turns: int) -> Seen:
    """Ask so many questions in one conversation; each calls a tool once."""
    seen = Seen()
    first = stage.admitted("Question 0?")
    with Clients(claude.base_url, Patience(first_wait=0.01, longest_wait=0.1)) as clients:
        runner = stage.runner(AnthropicModel(clients, "sk-1", model), TOOLS)
        for number in range(turns):
            turn = (
                stage.admitted(f"Question {number}?", conversation_id=first.conversation_id)
                if number
                else first
            )
            call = {
                "type": "tool_use",
                "id": f"toolu_{number}",
                "name": "find_people",
                "input": {},
            }
            claude.script([call], [{"type": "text", "text": f"Answer {number}. " + "They are these. " * 40}])
            runner.run(message_of(turn), Signals())
            stage.clock.advance(seconds=20)
            usages = [each["answer"]["usage"] for each in claude.requests]
            seen.inputs.append(max(_prompt(usage) for usage in usages))
            seen.fresh.append(sum(_prompt(usage) - usage["cache_read_input_tokens"] for usage in usages))
            seen.last_messages = claude.requests[-1]["body"]["messages"]
            claude.state.journal.clear()
            seen.states.append(stage.stored(turn).state)
    return seen


def _prompt(usage: dict[str, int]) -> int:
    return usage["input_tokens"] + usage["cache_creation_input_tokens"] + usage["cache_read_input_tokens"]


@pytest.mark.parametrize(("model", "turns"), [("claude-haiku-5-5", 80), ("claude-haiku-4-5", 30)])
def test_the_prompt_of_every_turn_stays_under_its_bound_and_is_mostly_cached(
    stage: Stage, claude: RunningClaude, model: str, turns: int
) -> None:
    seen = converse(stage, claude, model, turns)

    own = seen.inputs[0]  # tools, prompt, the turn's own question and result
    assert set(seen.states) == {TurnState.FINISHED}
    assert max(seen.inputs) <= own + Budget().history
    records_made = sum(fresh > Budget().kept for fresh in seen.fresh[1:])
    assert 0 < records_made < turns / 4
    past = json.dumps(seen.last_messages)
    assert f"Question {turns - 2}?" in past
    assert "Record of the older turns" in past
    assert str(7_000 + PEOPLE - 1) in past


def test_a_second_attempt_is_shown_the_same_past_as_the_first(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stage.admitted("Question 0?")
    stage.run(first, says("Answer. " + "x" * 120_000))
    turn = stage.admitted("And now?", conversation_id=first.conversation_id)
    seen = [ScriptedModel([calls(use("count_people"))]), ScriptedModel([says("23.")])]
    with monkeypatch.context() as patched:
        Dying(patched, "save_message", after=True)
        with pytest.raises(WorkerDied):
            stage.runner(seen[0]).run(message_of(turn), Signals())

    stage.runner(seen[1]).run(message_of(turn), Signals())

    before, after = (list(model.requests[0].messages) for model in seen)
    assert "Record of the older turns" in str(before[0])
    assert after[: len(before)] == before
