"""Stopping a turn: flags, turns that nobody has begun, and whose turn it is."""

import pytest
from msgspec.structs import replace

from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import Envelope, TurnStopped
from nat.conversations.turns import Turn, TurnState
from nat.errors import NotFound
from nat.ids import TurnId, UserId
from nat.turns.signals import Signals
from nat.turns.stop import request_stop, stopped_turns
from tests.unit.nat.agent.scripted_model import ScriptedModel
from tests.unit.nat.turns.stage import Stage, message_of


def stop(stage: Stage, turn: Turn, user_id: UserId = UserId("u1")) -> Envelope | None:
    return request_stop(
        Store(clients.dynamodb(), stage.tables),
        nation_slug=turn.nation_slug,
        conversation_id=turn.conversation_id,
        turn_id=turn.turn_id,
        user_id=user_id,
        now=stage.clock.now,
    )


def flagged(stage: Stage, *turns: Turn) -> set[Turn]:
    return stopped_turns(Store(clients.dynamodb(), stage.tables), turns)


def test_a_running_turn_is_flagged_and_left_to_its_worker(stage: Stage) -> None:
    turn = stage.turns.begin(stage.admitted())

    assert stop(stage, turn) is None

    assert flagged(stage, turn) == {turn}
    assert stage.stored(turn).state is TurnState.RUNNING


def test_a_turn_that_nobody_has_begun_ends_at_once(stage: Stage) -> None:
    turn = stage.admitted()

    envelope = stop(stage, turn)

    assert envelope == Envelope(turn.turn_id, 1, 1, TurnStopped())
    assert stage.last_event(turn) == TurnStopped()
    assert stage.stored(turn).state is TurnState.STOPPED
    assert not stage.locked(turn)


def test_the_message_of_a_turn_that_was_stopped_in_the_queue_has_no_effect(stage: Stage) -> None:
    turn = stage.admitted()
    stop(stage, turn)

    stage.runner(ScriptedModel([])).run(message_of(turn), Signals())

    assert stage.types(turn) == ["turn.accepted", "turn.stopped"]


def test_a_released_turn_is_flagged_for_its_next_worker(stage: Stage) -> None:
    held = stage.turns.begin(stage.admitted())
    stage.turns.release(held)

    assert stop(stage, held) is None

    assert flagged(stage, held) == {held}


def test_stopping_a_turn_that_has_ended_changes_nothing(stage: Stage) -> None:
    turn = stage.admitted()
    stop(stage, turn)

    assert stop(stage, turn) is None

    assert stage.types(turn) == ["turn.accepted", "turn.stopped"]


def test_another_persons_turn_cannot_be_stopped(stage: Stage) -> None:
    turn = stage.admitted()

    with pytest.raises(NotFound):
        stop(stage, turn, user_id=UserId("u2"))

    assert flagged(stage, turn) == set()


def test_flags_of_more_turns_than_one_read_holds_are_found(stage: Stage) -> None:
    turns = [stage.turns.begin(stage.admitted()) for _ in range(2)]
    many = [*turns, *(_like(turns[0], TurnId(f"t{number}")) for number in range(150))]
    stop(stage, turns[1])

    assert flagged(stage, *many) == {turns[1]}


def test_no_running_turn_needs_no_read(stage: Stage) -> None:
    assert flagged(stage) == set()


def _like(turn: Turn, turn_id: TurnId) -> Turn:
    return replace(turn, turn_id=turn_id)
