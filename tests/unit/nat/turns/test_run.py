"""One turn in a worker: how it begins, goes on after a crash, ends, and what it leaves behind."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from nat.agent.ports import ModelReply, ModelRequest
from nat.aws import clients
from nat.aws.isolation import NationNotEntered, entered_nation
from nat.aws.store import Store
from nat.contract.events import (
    Notice,
    TurnFailed,
    TurnFinished,
    TurnRestarted,
    TurnStopped,
)
from nat.conversations.steps import StoredSteps
from nat.conversations.turns import TurnState
from nat.errors import ModelOverloaded, ModelRefused, Reconnect, TurnLost
from nat.ids import NationSlug, TurnId
from nat.names import METRICS_DIMENSION, METRICS_NAMESPACE, Metric, Table
from nat.nations.record import Nations
from nat.turns.signals import Signals
from nat.wording import Worded
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.turns.stage import Interrupted, Stage, WorkerDied, message_of


def test_a_turn_goes_from_started_over_text_to_finished(stage: Stage) -> None:
    turn = stage.admitted()

    stage.run(turn, says("There are 23."))

    assert stage.types(turn) == ["turn.accepted", "turn.started", "text.delta", "turn.finished"]
    assert stage.last_event(turn) == TurnFinished("There are 23.")


def test_what_is_pushed_is_what_is_stored_in_the_same_order(stage: Stage) -> None:
    turn = stage.admitted()

    stage.run(turn, calls(use("count_people"), text="I look."), says("23."))

    stored = [json.loads(json.dumps(each.as_wire())) for each in stage.events(turn)[1:]]
    assert [{k: v for k, v in each.items() if k != "conversation"} for each in stage.pushed] == stored


def test_numbers_count_from_one_within_the_attempt(stage: Stage) -> None:
    turn = stage.admitted()

    stage.run(turn, says("23."))

    assert [(each.attempt, each.seq) for each in stage.events(turn)] == [(0, 1), (1, 1), (1, 2), (1, 3)]


def test_a_finished_turn_unlocks_its_conversation_and_notes_what_it_cost(stage: Stage) -> None:
    turn = stage.admitted()

    ended = stage.run(turn, says("23."))

    assert ended.state is TurnState.FINISHED
    assert not stage.locked(turn)
    assert ended.cost_micros == 150
    assert stage.usage()["queries"] == 1
    assert stage.usage()["cost_micros"] == 150
    assert stage.usage()["input_tokens"] == 100


def test_a_finished_turn_stays_counted(stage: Stage) -> None:
    stage.run(stage.admitted(), says("23."))

    assert stage.used() == 1


def test_the_next_turn_sees_this_one(stage: Stage) -> None:
    first = stage.admitted("How many volunteers?")
    stage.run(first, says("23."))
    second = stage.admitted("And donors?", conversation_id=first.conversation_id)
    model = ScriptedModel([says("7.")])

    stage.runner(model).run(message_of(second), Signals())

    said = [message["role"] for message in model.requests[0].messages]
    assert said == ["user", "assistant", "user"]
    assert [(each.question, each.text) for each in stage.answers(first)] == [
        ("How many volunteers?", "23."),
        ("And donors?", "7."),
    ]


def test_a_turn_runs_within_its_nation_and_leaves_it(stage: Stage) -> None:
    stage.nation.probe = entered_nation

    stage.run(stage.admitted(), calls(use("count_people")), says("23."))

    assert stage.nation.seen == ["demo"]
    with pytest.raises(NationNotEntered):
        entered_nation()


def test_a_second_delivery_of_a_finished_turn_has_no_effect(stage: Stage) -> None:
    turn = stage.admitted()
    stage.run(turn, says("23."))
    before = stage.events(turn), stage.usage(), stage.stored(turn)

    stage.run(turn)

    assert (stage.events(turn), stage.usage(), stage.stored(turn)) == before


def test_a_message_without_a_row_has_no_effect(stage: Stage) -> None:
    turn = stage.admitted()
    ghost = replace(message_of(turn), turn_id=TurnId("01ARZ3NDEKTSV4RRFFQ69G5FAV"))

    stage.runner(ScriptedModel([])).run(ghost, Signals())

    assert stage.pushed == []


class Dying:
    """A worker's steps that die at a chosen moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str, *, after: bool) -> None:
        original: Callable[..., None] = getattr(StoredSteps, method)

        def die(steps: StoredSteps, *arguments: Any) -> None:
            if after:
                original(steps, *arguments)
            raise WorkerDied

        monkeypatch.setattr(StoredSteps, method, die)


def crash(stage: Stage, turn: Any, *replies: ModelReply) -> None:
    with pytest.raises(WorkerDied):
        stage.run(turn, *replies)


def test_a_worker_that_dies_before_the_message_is_stored_costs_one_more_question(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = stage.admitted()
    with monkeypatch.context() as patched:
        Dying(patched, "save_message", after=False)
        crash(stage, turn, says("23."))

    stage.run(turn, says("23."))

    assert stage.last_event(turn) == TurnFinished("23.")


def test_a_stored_message_is_not_asked_for_again_and_its_tools_run(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = stage.admitted()
    with monkeypatch.context() as patched:
        Dying(patched, "save_message", after=True)
        crash(stage, turn, calls(use("count_people"), text="I look."))
    assert stage.nation.done == []

    stage.run(turn, says("23."))

    assert stage.nation.done == ["count_people"]
    assert stage.last_event(turn).text == "I look.\n\n23."  # type: ignore[union-attr] # finished


def test_stored_results_are_not_fetched_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = stage.admitted()
    with monkeypatch.context() as patched:
        Dying(patched, "save_results", after=True)
        crash(stage, turn, calls(use("count_people"), text="I look."))

    stage.run(turn, says("23."))

    assert stage.nation.done == ["count_people"]


def test_a_worker_that_dies_before_it_settles_is_followed_by_one_that_asks_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = stage.admitted()
    with monkeypatch.context() as patched:
        Dying(patched, "save_message", after=True)
        crash(stage, turn, says("23."))

    ended = stage.run(turn)

    assert ended.state is TurnState.FINISHED
    assert stage.usage()["queries"] == 1
    assert stage.usage()["input_tokens"] == 100


def test_a_second_worker_says_what_was_settled_and_drops_the_rest(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = stage.admitted()
    with monkeypatch.context() as patched:
        Dying(patched, "save_results", after=True)
        crash(stage, turn, calls(use("count_people"), text="I look."))

    stage.run(turn, says("23."))

    restarted = [each for each in stage.events(turn) if isinstance(each.event, TurnRestarted)]
    assert [(each.attempt, each.seq, each.event) for each in restarted] == [(2, 1, TurnRestarted("I look."))]


def test_a_turn_that_takes_three_workers_down_fails_and_is_refunded(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = stage.admitted()
    with monkeypatch.context() as patched:
        Dying(patched, "save_message", after=False)
        for _ in range(3):
            crash(stage, turn, says("23."))

    ended = stage.run(turn)

    assert ended.state is TurnState.FAILED
    assert stage.used() == 0
    assert not stage.locked(turn)


def test_of_two_workers_with_the_same_turn_the_later_one_wins(stage: Stage) -> None:
    turn = stage.admitted()
    other: list[Any] = []

    def overtake() -> None:
        if not other:
            other.append(stage.run(turn, says("42.")))

    slow = stage.runner(Interrupted(ScriptedModel([says("23 in all.")]), overtake))
    with pytest.raises(TurnLost):
        slow.run(message_of(turn), Signals())

    assert stage.last_event(turn) == TurnFinished("42.")
    assert stage.usage()["queries"] == 1
    assert [each.text for each in stage.answers(turn)] == ["42."]


def test_a_turn_whose_message_was_lost_stores_nothing_more(stage: Stage) -> None:
    turn = stage.admitted()
    signals = Signals()
    runner = stage.runner(Interrupted(ScriptedModel([says("23 in all.")]), signals.lose))

    with pytest.raises(TurnLost):
        runner.run(message_of(turn), signals)

    assert stage.stored(turn).state is TurnState.RUNNING
    assert "turn.finished" not in stage.types(turn)
    assert stage.usage() == {}


def test_a_released_turn_goes_on_elsewhere_and_no_crash_is_counted(stage: Stage) -> None:
    turn = stage.admitted()
    signals = Signals()
    runner = stage.runner(Interrupted(ScriptedModel([says("23 in all.")]), signals.release))
    with pytest.raises(TurnLost):
        runner.run(message_of(turn), signals)
    assert stage.stored(turn).state is TurnState.QUEUED

    ended = stage.run(turn, says("23."))

    assert (ended.state, ended.attempt, ended.crashes) == (TurnState.FINISHED, 2, 0)


def test_a_stopped_turn_keeps_what_was_said_and_stays_counted(stage: Stage) -> None:
    turn = stage.admitted()
    signals = Signals()

    stage.runner(Interrupted(ScriptedModel([says("23 in all.")]), signals.stop)).run(
        message_of(turn), signals
    )

    assert stage.last_event(turn) == TurnStopped("23")
    assert stage.stored(turn).state is TurnState.STOPPED
    assert not stage.locked(turn)
    assert stage.used() == 1


def test_a_failing_model_fails_the_turn_and_the_query_is_refunded(stage: Stage) -> None:
    turn = stage.admitted()

    ended = stage.run(turn, ModelOverloaded())

    assert stage.last_event(turn) == TurnFailed("model_overloaded", ModelOverloaded.default, retryable=True)
    assert (ended.state, ended.error, ended.refunded) == (TurnState.FAILED, "model_overloaded", True)
    assert stage.used() == 0
    assert stage.usage()["queries"] == 0


def test_a_refusal_of_the_model_stays_counted(stage: Stage) -> None:
    turn = stage.admitted()

    stage.run(turn, says("", stop_reason="refusal"))

    assert stage.last_event(turn) == TurnFailed("model_refused", ModelRefused.default, retryable=False)
    assert stage.used() == 1


def test_a_failed_turn_is_charged_with_what_the_model_was_paid(stage: Stage) -> None:
    turn = stage.admitted()

    ended = stage.run(turn, calls(use("count_people")), ModelOverloaded())

    assert ended.cost_micros == 150
    assert stage.usage()["output_tokens"] == 10


def test_a_defect_fails_the_turn_without_a_word_of_its_cause(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    turn = stage.admitted("secret question")

    stage.run(turn, RuntimeError("secret cause"))

    failed = stage.last_event(turn)
    assert isinstance(failed, TurnFailed)
    assert failed.code == "internal"
    assert stage.used() == 0
    assert "secret" not in caplog.text


def test_a_lost_connection_to_nationbuilder_asks_to_reconnect(stage: Stage) -> None:
    stage.refuse_connection = Reconnect()
    turn = stage.admitted()

    stage.run(turn)

    events = [each.event for each in stage.events(turn)]
    assert events[-2] == Notice.of(
        "reconnect", Worded("notice.reconnect"), "https://app.nat.test/settings/connections"
    )
    assert events[-1] == TurnFailed("reconnect", Reconnect.default, retryable=False)


def test_people_reconnect_in_the_web_app_of_their_nations_brand(stage: Stage) -> None:
    Nations(Store(clients.dynamodb(), stage.tables)).update(
        NationSlug("demo"), {"web_app": "https://desk.civic.test"}
    )
    stage.refuse_connection = Reconnect()
    turn = stage.admitted()

    stage.run(turn)

    (notice,) = [each.event for each in stage.events(turn) if isinstance(each.event, Notice)]
    assert notice.url == "https://desk.civic.test/settings/connections"


def test_a_turn_that_fails_before_the_model_was_asked_does_not_count(stage: Stage) -> None:
    stage.refuse_connection = Reconnect()

    stage.run(stage.admitted())

    assert stage.used() == 0


def test_a_refund_of_a_period_that_is_over_changes_nothing(stage: Stage) -> None:
    turn = stage.admitted()
    Nations(Store(clients.dynamodb(), stage.tables)).update(
        NationSlug("demo"), {"billing_period_start": stage.clock.now}
    )

    ended = stage.run(turn, ModelOverloaded())

    assert ended.state is TurnState.FAILED
    assert stage.used() == 1


def test_a_turn_ends_although_its_lock_has_passed_to_another(stage: Stage) -> None:
    turn = stage.admitted()
    stage.clock.advance(minutes=20)
    second = stage.admitted(conversation_id=turn.conversation_id)

    stage.run(turn, says("23."))

    assert stage.stored(turn).state is TurnState.FINISHED
    assert stage.locked(second)


def test_pushes_that_fail_do_not_fail_the_turn(stage: Stage) -> None:
    stage.push_fails = True
    turn = stage.admitted()

    ended = stage.run(turn, says("23."))

    assert ended.state is TurnState.FINISHED


def test_a_nations_policy_reaches_the_gates(stage: Stage) -> None:
    Nations(Store(clients.dynamodb(), stage.tables)).update(
        NationSlug("demo"), {"policy": {"tools": {"count_people": "deny"}}}
    )

    stage.run(stage.admitted(), calls(use("count_people")), says("I may not."))

    assert stage.nation.done == []


def test_a_policy_that_cannot_be_read_stops_everything(stage: Stage) -> None:
    Nations(Store(clients.dynamodb(), stage.tables)).update(
        NationSlug("demo"), {"policy": {"tools": {"count_people": "maybe"}}}
    )

    ended = stage.run(stage.admitted(), calls(use("count_people")), says("23."))

    assert ended.state is TurnState.FAILED
    assert stage.nation.done == []


def test_an_ending_that_cannot_be_stored_leaves_the_turn_to_the_next_delivery(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = stage.admitted()
    monkeypatch.setitem(stage.tables.names, Table.USAGE, "gone")

    with pytest.raises(Exception, match="ResourceNotFound"):
        stage.run(turn, says("23."))

    assert stage.stored(turn).state is TurnState.RUNNING


def test_the_question_carries_role_zone_and_time(stage: Stage) -> None:
    model = ScriptedModel([says("23.")])

    stage.runner(model).run(message_of(stage.admitted()), Signals())

    request: ModelRequest = model.requests[0]
    text = str(request.messages[-1]["content"])
    assert "Europe/Berlin" in text
    assert "owner" in text


def test_the_end_of_a_turn_is_measured_for_dashboards_and_alarms(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="nat.turns.run")
    turn = stage.admitted()

    stage.run(turn, says("There are 23."))

    line = vars(next(each for each in caplog.records if each.message == "turn ended"))
    declared = line["_aws"]["CloudWatchMetrics"][0]
    assert declared["Namespace"] == METRICS_NAMESPACE
    assert declared["Dimensions"] == [[METRICS_DIMENSION]]
    assert line[METRICS_DIMENSION] == "test"
    assert line[Metric.TURNS_FINISHED] == 1
    assert {each["Name"] for each in declared["Metrics"]} >= {
        Metric.TURNS_FINISHED,
        Metric.TURN_DURATION,
        Metric.FIRST_TEXT,
        Metric.TURN_COST,
        Metric.FIGURES,
        Metric.UNSUPPORTED_FIGURES,
    }
    assert (line[Metric.FIGURES], line[Metric.UNSUPPORTED_FIGURES]) == (1, 1)
    assert all(line[each["Name"]] >= 0 for each in declared["Metrics"])


def test_a_failed_turn_is_measured_as_failed(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="nat.turns.run")
    turn = stage.admitted()

    stage.run(turn, ModelOverloaded())

    line = vars(next(each for each in caplog.records if each.message == "turn ended"))
    assert line[Metric.TURNS_FAILED] == 1
    assert Metric.FIRST_TEXT.value not in line
