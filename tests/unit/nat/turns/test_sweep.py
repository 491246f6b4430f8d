"""The sweep: what never reached the queue is sent again, then failed and refunded."""

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import TurnFailed
from nat.conversations.turns import Turn, TurnState
from nat.turns.queue import TurnQueue
from nat.turns.sweep import Sweep, Swept
from tests.unit.nat import world
from tests.unit.nat.turns.stage import Stage


@pytest.fixture
def queue_url(embedded_aws: object) -> str:
    return world.create_turn_queue()


def sweep(stage: Stage, url: str) -> Swept:
    queue = TurnQueue(clients.sqs(), url)
    return Sweep(Store(clients.dynamodb(), stage.tables, stage.clock), queue, stage.deliver).run()


def queued_turns(url: str) -> list[str]:
    return [each["turn_id"] for each in world.queued(url)]


def aged(stage: Stage, seconds: float) -> Turn:
    turn = stage.admitted()
    stage.clock.advance(seconds=seconds)
    return turn


def test_a_fresh_turn_is_left_to_its_admission(stage: Stage, queue_url: str) -> None:
    aged(stage, 5)

    assert sweep(stage, queue_url) == Swept()

    assert queued_turns(queue_url) == []


def test_a_turn_that_is_not_queued_is_sent_again(stage: Stage, queue_url: str) -> None:
    turn = aged(stage, 30)

    assert sweep(stage, queue_url) == Swept(resent=1)

    assert queued_turns(queue_url) == [turn.turn_id]
    assert stage.stored(turn).state is TurnState.QUEUED


def test_a_turn_that_was_sent_again_is_not_found_any_more(stage: Stage, queue_url: str) -> None:
    aged(stage, 30)
    sweep(stage, queue_url)

    assert sweep(stage, queue_url) == Swept()


def test_a_turn_that_stays_unqueued_fails_and_is_refunded(stage: Stage, queue_url: str) -> None:
    turn = aged(stage, 300)

    assert sweep(stage, queue_url) == Swept(failed=1)

    assert isinstance(stage.last_event(turn), TurnFailed)
    assert stage.used() == 0
    assert not stage.locked(turn)
    assert [wire["type"] for wire in stage.pushed] == ["turn.failed"]


def test_a_failed_turn_is_refunded_once(stage: Stage, queue_url: str) -> None:
    aged(stage, 300)

    sweep(stage, queue_url)
    sweep(stage, queue_url)

    assert stage.used() == 0
    assert len(stage.pushed) == 1


def test_a_queued_turn_is_never_swept(stage: Stage, queue_url: str) -> None:
    stage.turns.mark_queued(aged(stage, 0))
    stage.clock.advance(minutes=10)

    assert sweep(stage, queue_url) == Swept()


def test_a_queue_that_is_down_leaves_turns_to_the_next_minute(stage: Stage, queue_url: str) -> None:
    turn = aged(stage, 30)

    assert sweep(stage, queue_url.replace(".fifo", "-gone.fifo")) == Swept()

    assert stage.stored(turn).state is TurnState.ADMITTED
