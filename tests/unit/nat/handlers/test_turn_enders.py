"""Entry points of the sweep and of dead letters, in the environment of their functions."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nat.conversations.turns import Turn, TurnState
from nat.handlers import dead_letters, sweep
from nat.names import Variable
from nat.settings import TableNames
from nat.turns.dead_letters import DeadLetters
from nat.turns.queue import TurnMessage
from tests.unit.nat import world
from tests.unit.nat.turns.stage import Stage

NOBODY = "http://127.0.0.1:9/socket"


@pytest.fixture
def stage(tables: TableNames, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv(Variable.TURN_QUEUE_URL, world.create_turn_queue())
    monkeypatch.setenv(Variable.SOCKET_ENDPOINT, NOBODY)
    sweep.sweep.cache_clear()
    dead_letters.dead_letters.cache_clear()
    yield Stage(tables, clock=world.Clock(datetime.now(UTC)))
    sweep.sweep.cache_clear()
    dead_letters.dead_letters.cache_clear()


def record(message_id: str, body: str) -> dict[str, Any]:
    return {"messageId": message_id, "body": body}


def letter(turn: Turn) -> str:
    return json.dumps(
        {
            "nation_slug": turn.nation_slug,
            "conversation_id": turn.conversation_id,
            "turn_id": turn.turn_id,
        }
    )


def test_the_sweep_says_what_it_did(stage: Stage) -> None:
    stage.clock.now -= timedelta(minutes=1)
    stage.admitted()
    stage.clock.now -= timedelta(minutes=9)
    old = stage.admitted()

    assert sweep.handler({}, None) == {
        "resent": 1,
        "failed": 1,
        "expired": 0,
        "deleted": 0,
        "ending_earlier": 0,
    }

    assert stage.stored(old).state is TurnState.FAILED


def test_dead_letters_end_their_turns(stage: Stage) -> None:
    turn = stage.admitted()

    answer = dead_letters.handler({"Records": [record("m1", letter(turn))]}, None)

    assert answer == {"batchItemFailures": []}
    assert stage.stored(turn).state is TurnState.FAILED


@pytest.mark.parametrize("ids", [("demo", "a#b", "t"), ("*", "c", "t"), ("demo", "c", 1), ("demo", "c")])
def test_a_dead_letter_that_names_no_turn_is_dropped(stage: Stage, ids: tuple[object, ...]) -> None:
    body = json.dumps(dict(zip(("nation_slug", "conversation_id", "turn_id"), ids, strict=False)))

    assert dead_letters.handler({"Records": [record("m1", body)]}, None) == {"batchItemFailures": []}


def test_only_dead_letters_that_failed_come_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = stage.admitted(), stage.admitted()
    take = DeadLetters.take

    def fail_one(consumer: DeadLetters, message: TurnMessage) -> bool:
        if message.turn_id == broken.turn_id:
            raise ConnectionError("down")
        return take(consumer, message)

    monkeypatch.setattr(DeadLetters, "take", fail_one)

    answer = dead_letters.handler(
        {"Records": [record("m1", letter(broken)), record("m2", letter(sound))]}, None
    )

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert stage.stored(sound).state is TurnState.FAILED
