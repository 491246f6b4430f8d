"""What can go wrong with the model, as people see it: over the real adapter, from the stand-in's faults.

Retried where that is right. Otherwise one friendly event, the query given back, and a conversation that the
next question can go on with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.claude import RunningClaude, running_claude
from nat.agent.models.claude import AnthropicModel, Clients
from nat.agent.models.retries import Patience
from nat.aws import clients
from nat.aws.store import Store
from nat.connections.model_keys import ModelKeys, NationKeys
from nat.contract.events import TurnFailed, TurnFinished
from nat.conversations.turns import Turn, TurnState
from nat.errors import ModelKeyRejected, ModelOverloaded, ModelRefused
from nat.ids import NationSlug
from nat.nations.record import Nations
from nat.turns.run import Runner
from nat.turns.signals import Signals
from nat.worker.model import OwnAgents
from tests.unit.nat.turns.stage import Stage, message_of

MODEL = "claude-haiku-5-5"
LOOK = {"type": "tool_use", "id": "toolu_1", "name": "count_people", "input": {"tag": "volunteer"}}
SAY = [{"type": "text", "text": "There are 23 people."}]
ATTEMPTS = 4
FOR_GOOD = {"count": ATTEMPTS}
OWN_KEY = "sk-ant-nations-own"


@dataclass
class Floor:
    """A worker whose model is the stand-in, with little patience."""

    stage: Stage
    claude: RunningClaude
    claude_clients: Clients

    def runner(self, key: str = "sk-platform", **settings: Any) -> Runner:
        return self.stage.runner(AnthropicModel(self.claude_clients, key, MODEL), **settings)

    def ask(
        self, question: str = "How many?", after: Turn | None = None, runner: Runner | None = None
    ) -> Turn:
        changes = {} if after is None else {"conversation_id": after.conversation_id}
        turn = self.stage.admitted(question, **changes)
        (runner or self.runner()).run(message_of(turn), Signals())
        self.stage.clock.advance(seconds=20)
        return self.stage.stored(turn)

    def assert_failed_kindly(self, turn: Turn, code: str, *, refunded: bool = True) -> None:
        """One event says it in our words, and the query was given back."""
        events = [each for each in self.stage.events(turn) if isinstance(each.event, TurnFailed)]
        assert turn.state is TurnState.FAILED
        assert [each.event.code for each in events if isinstance(each.event, TurnFailed)] == [code]
        assert self.stage.types(turn).count("notice") == 0
        assert turn.refunded is refunded
        assert self.stage.used() == (0 if refunded else 1)
        assert not self.stage.locked(turn)

    def assert_goes_on(self, turn: Turn) -> None:
        """The next question of the conversation is answered."""
        self.claude.state.faults.clear()
        self.claude.script(SAY)
        following = self.ask("And now?", after=turn)
        assert self.stage.last_event(following) == TurnFinished("There are 23 people.")


@pytest.fixture
def claude() -> Iterator[RunningClaude]:
    with running_claude() as server:
        yield server


@pytest.fixture
def floor(stage: Stage, claude: RunningClaude) -> Iterator[Floor]:
    patience = Patience(attempts=ATTEMPTS, first_wait=0.01, longest_wait=0.02, read_timeout=0.5)
    with Clients(claude.base_url, patience) as claude_clients:
        yield Floor(stage, claude, claude_clients)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "overloaded", "count": 2},
        {"kind": "rate_limit", "retry_after": 0.01},
        {"kind": "server_error"},
        {"kind": "stream_error"},
        {"kind": "stream_error", "error_type": "api_error", "events": 1},
        {"kind": "disconnect"},
        {"kind": "silence", "seconds": 2.0},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('events', 0)}",
)
def test_what_passes_is_not_noticed(floor: Floor, fault: dict[str, Any]) -> None:
    floor.claude.fault(**fault)
    floor.claude.script(*[SAY] * 3)

    turn = floor.ask()

    assert floor.stage.last_event(turn) == TurnFinished("There are 23 people.")
    assert (floor.stage.used(), turn.refunded) == (1, False)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "overloaded", **FOR_GOOD}, "model_overloaded"),
        ({"kind": "rate_limit", "retry_after": 0.01, **FOR_GOOD}, "model_overloaded"),
        ({"kind": "server_error", **FOR_GOOD}, "model_error"),
        ({"kind": "stream_error", **FOR_GOOD}, "model_overloaded"),
        ({"kind": "disconnect", **FOR_GOOD}, "model_unavailable"),
        ({"kind": "silence", "seconds": 2.0, **FOR_GOOD}, "model_unavailable"),
        ({"kind": "status", "status": 401}, "model_unavailable"),
        ({"kind": "status", "status": 402}, "model_unavailable"),
        ({"kind": "status", "status": 400, "message": "vendor words"}, "model_error"),
        ({"kind": "stream_error", "events": 6}, "model_overloaded"),
        ({"kind": "disconnect", "events": 6}, "model_unavailable"),
    ],
    ids=lambda value: (
        f"{value['kind']}-{value.get('status', value.get('events', 0))}" if isinstance(value, dict) else ""
    ),
)
def test_what_stays_is_told_once_and_not_counted(floor: Floor, fault: dict[str, Any], code: str) -> None:
    floor.claude.fault(**fault)
    floor.claude.script(*[SAY] * ATTEMPTS)

    turn = floor.ask()

    floor.assert_failed_kindly(turn, code)
    assert "vendor" not in str(floor.stage.last_event(turn))


@pytest.mark.parametrize("events", [0, 6])
def test_a_conversation_goes_on_after_a_failure(floor: Floor, events: int) -> None:
    floor.claude.script(SAY)
    first = floor.ask()
    floor.claude.fault("stream_error", events=events, count=ATTEMPTS)
    floor.claude.script(*[SAY] * (ATTEMPTS if events == 0 else 1))
    failed = floor.ask("And donors?", after=first)
    assert failed.state is TurnState.FAILED
    floor.claude.state.script.clear()

    floor.assert_goes_on(first)

    sent = str(floor.claude.requests[-1]["body"]["messages"])
    assert "How many?" in sent
    assert "And donors?" not in sent


def test_a_failure_after_a_tool_ran_is_given_back_and_its_cost_noted(floor: Floor) -> None:
    floor.claude.script([LOOK])
    floor.claude.fault("overloaded", after=1, **FOR_GOOD)

    turn = floor.ask()

    floor.assert_failed_kindly(turn, "model_overloaded")
    assert turn.usage.output_tokens > 0
    floor.assert_goes_on(turn)


def test_a_refusal_is_told_and_stays_counted(floor: Floor) -> None:
    floor.claude.fault("refusal")
    floor.claude.script(SAY)

    turn = floor.ask()

    floor.assert_failed_kindly(turn, ModelRefused.code, refunded=False)
    floor.assert_goes_on(turn)


def test_a_truncated_tool_call_does_not_run_and_the_model_hears_of_it(floor: Floor) -> None:
    floor.claude.fault("truncate")
    floor.claude.script([LOOK], SAY)

    turn = floor.ask()

    assert floor.stage.nation.done == []
    assert floor.stage.last_event(turn) == TurnFinished("There are 23 people.")
    floor.assert_goes_on(turn)


def test_a_provider_that_is_not_there_is_told_and_not_counted(stage: Stage, claude: RunningClaude) -> None:
    with Clients("http://127.0.0.1:9", Patience(attempts=2, first_wait=0.01)) as nowhere:
        floor = Floor(stage, claude, nowhere)

        turn = floor.ask()

    floor.assert_failed_kindly(turn, "model_unavailable")


def test_thinking_that_the_provider_no_longer_accepts_is_left_behind(floor: Floor) -> None:
    floor.claude.script([{"type": "thinking", "thinking": "Hm.", "signature": "forged"}, *SAY], SAY)
    first = floor.ask()

    floor.ask("And now?", after=first)

    assert [each["status"] for each in floor.claude.requests] == [200, 400, 200]


def test_the_provider_knows_people_by_a_hash_only(floor: Floor) -> None:
    floor.claude.script(SAY, SAY)
    floor.ask()
    floor.ask()

    told = {each["body"]["metadata"]["user_id"] for each in floor.claude.requests}
    assert len(told) == 1
    assert "u1" not in told.pop()


# A nation's own key.


def with_own_key(floor: Floor, key: str = OWN_KEY) -> Runner:
    """The nation has this key, and a worker that uses it. Storing does not try it out here."""
    nations = Nations(Store(clients.dynamodb(), floor.stage.tables))
    ModelKeys(clients.secrets(), nations, lambda _: None).store(
        NationSlug("demo"), key, floor.stage.clock.now
    )
    keys = NationKeys(clients.secrets(), floor.stage.clock)
    return floor.runner(own_agent=OwnAgents(keys, floor.claude_clients, floor.stage.agent, "anthropic"))


def told(floor: Floor, turn: Turn) -> TurnFailed:
    """How the person learns that the turn failed."""
    event = floor.stage.last_event(turn)
    assert isinstance(event, TurnFailed)
    return event


def keys_used(floor: Floor) -> list[str]:
    """By what thinking shows: it is signed with the key of the account."""
    return [each["answer"]["content"][0]["signature"] for each in floor.claude.requests]


@pytest.fixture(autouse=True)
def _no_key_left(stage: Stage) -> Iterator[None]:
    yield
    nations = Nations(Store(clients.dynamodb(), stage.tables))
    ModelKeys(clients.secrets(), nations, lambda _: None).remove(NationSlug("demo"), stage.clock.now)


def test_a_nation_with_a_key_of_its_own_is_answered_with_it(floor: Floor) -> None:
    thinks = [{"type": "thinking", "thinking": "Hm."}, *SAY]
    floor.claude.script(thinks, thinks)
    with_platforms = floor.ask()

    with_own = floor.ask(runner=with_own_key(floor))

    assert [with_platforms.state, with_own.state] == [TurnState.FINISHED] * 2
    assert len(set(keys_used(floor))) == 2


def test_a_conversation_goes_on_when_the_nation_brings_a_key(floor: Floor) -> None:
    thinks = [{"type": "thinking", "thinking": "Hm."}, *SAY]
    floor.claude.script(thinks, thinks, thinks)
    first = floor.ask()
    second = floor.ask("And now?", after=first, runner=with_own_key(floor))

    third = floor.ask("And then?", after=second)

    assert [first.state, second.state, third.state] == [TurnState.FINISHED] * 3
    assert [each["status"] for each in floor.claude.requests] == [200] * 3


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_nations_key_that_is_refused_is_named_and_no_other_is_used(floor: Floor, status: int) -> None:
    runner = with_own_key(floor)
    floor.claude.fault("status", status=status)
    floor.claude.script(SAY)

    turn = floor.ask(runner=runner)

    floor.assert_failed_kindly(turn, ModelKeyRejected.code)
    assert floor.stage.last_event(turn) == TurnFailed(
        ModelKeyRejected.code, ModelKeyRejected.default, retryable=False
    )
    assert len(floor.claude.requests) == 1


def test_a_nations_key_that_cannot_be_read_is_named_and_no_other_is_used(floor: Floor) -> None:
    runner = with_own_key(floor)
    clients.secrets().delete_secret(SecretId="nat/nation/demo/anthropic-key", ForceDeleteWithoutRecovery=True)

    turn = floor.ask(runner=runner)

    floor.assert_failed_kindly(turn, ModelKeyRejected.code)
    assert floor.claude.requests == []


def test_a_nations_key_whose_account_has_not_the_model_is_named(floor: Floor) -> None:
    runner = with_own_key(floor)
    floor.claude.fault("status", status=404)

    turn = floor.ask(runner=runner)

    floor.assert_failed_kindly(turn, ModelKeyRejected.code)
    assert "has no access to the model" in told(floor, turn).message


def test_a_nations_key_that_is_used_too_often_is_named_and_nobody_is_said_to_be_overloaded(
    floor: Floor,
) -> None:
    runner = with_own_key(floor)
    floor.claude.fault("rate_limit", retry_after=0, **FOR_GOOD)

    turn = floor.ask(runner=runner)

    floor.assert_failed_kindly(turn, ModelOverloaded.code)
    assert "more often than its account allows" in told(floor, turn).message
    assert told(floor, turn).retryable


def test_an_overload_is_no_fault_of_a_nations_key(floor: Floor) -> None:
    runner = with_own_key(floor)
    floor.claude.fault("overloaded", **FOR_GOOD)

    floor.assert_failed_kindly(floor.ask(runner=runner), ModelOverloaded.code)


def test_where_bedrock_serves_the_model_a_nations_key_is_not_passed_over(floor: Floor) -> None:
    with_own_key(floor)
    keys = NationKeys(clients.secrets(), floor.stage.clock)
    runner = floor.runner(own_agent=OwnAgents(keys, floor.claude_clients, floor.stage.agent, "bedrock"))

    floor.assert_failed_kindly(floor.ask(runner=runner), ModelKeyRejected.code)
