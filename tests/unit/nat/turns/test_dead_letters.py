"""Dead letters: the turn fails, is refunded once, its conversation goes on, and the person is told."""

from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import TurnFailed
from nat.conversations.turns import TurnState
from nat.ids import ConversationId, NationSlug, TurnId
from nat.turns.dead_letters import DeadLetters
from nat.turns.queue import TurnMessage
from tests.unit.nat.agent.scripted_model import says
from tests.unit.nat.turns.stage import Stage, message_of


def consumer(stage: Stage) -> DeadLetters:
    return DeadLetters(Store(clients.dynamodb(), stage.tables, stage.clock), stage.deliver)


def test_a_turn_that_the_queue_gave_up_fails_and_is_refunded(stage: Stage) -> None:
    turn = stage.turns.begin(stage.admitted())

    assert consumer(stage).take(message_of(turn))

    assert stage.stored(turn).state is TurnState.FAILED
    assert isinstance(stage.last_event(turn), TurnFailed)
    assert stage.used() == 0
    assert not stage.locked(turn)


def test_the_person_is_told(stage: Stage) -> None:
    turn = stage.admitted()

    consumer(stage).take(message_of(turn))

    assert [(wire["type"], wire["conversation"]) for wire in stage.pushed] == [
        ("turn.failed", turn.conversation)
    ]


def test_a_dead_letter_that_comes_twice_is_refunded_once(stage: Stage) -> None:
    turn = stage.admitted()
    consumer(stage).take(message_of(turn))

    assert not consumer(stage).take(message_of(turn))

    assert stage.used() == 0
    assert len(stage.pushed) == 1


def test_a_dead_letter_of_an_answered_turn_has_no_effect(stage: Stage) -> None:
    turn = stage.admitted()
    stage.run(turn, says("23."))

    assert not consumer(stage).take(message_of(turn))

    assert stage.stored(turn).state is TurnState.FINISHED
    assert stage.used() == 1


def test_a_dead_letter_of_a_conversation_that_is_gone_has_no_effect(stage: Stage) -> None:
    assert not consumer(stage).take(TurnMessage(NationSlug("demo"), ConversationId("gone"), TurnId("gone")))
