"""The durable steps of a turn: what is stored, what is read back, and who may store."""

import pytest

from nat.agent.ports import Step
from nat.agent.pricing import ModelPrices, Price, Rates
from nat.agent.values import Usage
from nat.aws import clients
from nat.aws.store import Store
from nat.conversations.steps import StoredSteps, read_steps
from nat.conversations.turns import Turn
from nat.errors import TurnLost
from tests.unit.nat.turns.stage import Stage

PRICES = ModelPrices({"m": Price(Rates(1_000_000, 0, 0, 5_000_000))})
STEP = Step(0, ({"type": "text", "text": "I look."},), "tool_use", Usage(100, 0, 0, 10), model="m")


@pytest.fixture
def stage(tables: object) -> Stage:
    return Stage(tables)  # type: ignore[arg-type] # the fixture's value is `TableNames`


def steps_of(stage: Stage, turn: Turn) -> StoredSteps:
    return StoredSteps(Store(clients.dynamodb(), stage.tables, stage.clock), turn, PRICES)


def test_a_first_attempt_has_no_steps(stage: Stage) -> None:
    turn = stage.turns.begin(stage.admitted())

    assert steps_of(stage, turn).load() == ()


def test_a_second_attempt_reads_messages_and_results(stage: Stage) -> None:
    first = stage.turns.begin(stage.admitted())
    results = ({"type": "tool_result", "tool_use_id": "x", "content": "23"},)
    steps_of(stage, first).save_message(STEP)
    steps_of(stage, first).save_results(0, results)

    second = stage.turns.begin(first)

    assert steps_of(stage, second).load() == (
        Step(0, STEP.content, "tool_use", STEP.usage, results=results, model="m"),
    )


def test_a_message_without_results_says_so(stage: Stage) -> None:
    first = stage.turns.begin(stage.admitted())
    steps_of(stage, first).save_message(STEP)

    [found] = steps_of(stage, stage.turns.begin(first)).load()

    assert found.results is None


def test_steps_beyond_one_item_come_back_whole_and_in_order(stage: Stage) -> None:
    first = stage.turns.begin(stage.admitted())
    for index in range(12):
        steps = steps_of(stage, first)
        steps.save_message(Step(index, STEP.content, "tool_use", STEP.usage, model="m"))
        steps.save_results(
            index, ({"type": "tool_result", "content": str(index) * (700_000 if index == 5 else 1)},)
        )

    found = steps_of(stage, stage.turns.begin(first)).load()

    assert [step.index for step in found] == list(range(12))
    assert found[5].results == ({"type": "tool_result", "content": "5" * 700_000},)


def test_a_worker_that_lost_the_turn_stores_nothing(stage: Stage) -> None:
    first = stage.turns.begin(stage.admitted())
    second = stage.turns.begin(first)

    with pytest.raises(TurnLost):
        steps_of(stage, first).save_message(STEP)
    with pytest.raises(TurnLost):
        steps_of(stage, first).save_results(0, ())

    assert steps_of(stage, second).load() == ()


def test_a_step_remembers_what_it_cost_when_it_was_written(stage: Stage) -> None:
    turn = stage.turns.begin(stage.admitted())
    steps_of(stage, turn).save_message(STEP)

    [paid] = read_steps(Store(clients.dynamodb(), stage.tables), turn)

    assert paid.cost_micros == 150


def test_what_was_paid_includes_earlier_attempts(stage: Stage) -> None:
    first = stage.turns.begin(stage.admitted())
    steps_of(stage, first).save_message(STEP)
    steps = steps_of(stage, stage.turns.begin(first))

    steps.save_message(Step(1, STEP.content, "end_turn", STEP.usage, model="unknown"))

    assert [each.cost_micros for each in steps.paid] == [150, None]
