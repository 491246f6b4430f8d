"""The turn row: encoding, and the conditions that decide who holds it."""

from datetime import timedelta

import boto3
import pytest
from msgspec.structs import replace

from nat.agent.values import OpenPage, Usage
from nat.aws import clients
from nat.aws.items import decode, encode
from nat.aws.store import Cancelled, Store
from nat.conversations.turns import (
    LOCK_SECONDS,
    Turns,
    TurnState,
    acquire_lock,
    conversation_key,
    event_item,
    from_item,
    step_item,
    title_of,
    to_item,
    turn_item,
    upsert_meta,
)
from nat.errors import NotFound, TurnLost
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import TTL_ATTRIBUTE
from tests.unit.nat.faults import losing_answers
from tests.unit.nat.turns.stage import Stage
from tests.unit.nat.turns.test_publish import TURN
from tests.unit.nat.world import START


@pytest.fixture
def stage(tables: object) -> Stage:
    return Stage(tables)  # type: ignore[arg-type] # the fixture's value is `TableNames`


def test_a_turn_comes_back_from_its_row_as_it_was() -> None:
    turn = replace(
        TURN,
        page=OpenPage("person", "7"),
        period_start="2026-11-20T09:30:00.000Z",
        ended_at=START + timedelta(seconds=9),
        error="internal",
        model="m",
        usage=Usage(1, 2, 3, 4),
        cost_micros=0,
        refunded=True,
    )

    assert from_item(decode(encode(to_item(turn)))) == turn


def test_only_an_admitted_turn_is_listed_for_the_sweeper() -> None:
    assert to_item(replace(TURN, state=TurnState.ADMITTED))["pending"] == "admitted"
    assert to_item(replace(TURN, state=TurnState.QUEUED))["pending"] is None


@pytest.mark.parametrize("identifier", ["", "a#b", "a b", "x" * 65, "a\n", "../a"])
def test_ids_that_could_reach_into_other_keys_are_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match="id"):
        conversation_key(NationSlug("demo"), ConversationId(identifier))
    with pytest.raises(ValueError, match="id"):
        turn_item(TurnId(identifier))


def test_keys_sort_as_their_numbers_do() -> None:
    assert event_item(TurnId("t"), 2, 9) < event_item(TurnId("t"), 2, 10) < event_item(TurnId("t"), 10, 1)
    assert step_item(TurnId("t"), 9) < step_item(TurnId("t"), 10)


def test_a_title_is_the_beginning_of_the_question_on_one_line() -> None:
    assert title_of("  Who\n donated? ") == "Who donated?"
    assert len(title_of("word " * 50)) <= 80


def test_a_nations_retention_ends_the_row_and_thirty_days_its_events() -> None:
    kept_long, kept_short = replace(TURN, retention_days=365), replace(TURN, retention_days=7)

    assert to_item(kept_long)[TTL_ATTRIBUTE] == int((START + timedelta(days=365)).timestamp())
    assert kept_long.replay_expires(START) == int((START + timedelta(days=30)).timestamp())
    assert kept_short.replay_expires(START) == int((START + timedelta(days=7)).timestamp())


def test_a_turn_that_does_not_exist_is_not_found(stage: Stage) -> None:
    with pytest.raises(NotFound):
        stage.turns.get(NationSlug("demo"), ConversationId("c1"), TurnId("t1"))


def test_beginning_raises_the_attempt(stage: Stage) -> None:
    turn = stage.admitted()

    held = stage.turns.begin(turn)

    assert (held.attempt, held.state, held.crashes) == (1, TurnState.RUNNING, 0)
    assert stage.stored(turn) == held


def test_of_two_that_begin_the_same_row_one_wins(stage: Stage) -> None:
    turn = stage.admitted()
    stage.turns.begin(turn)

    with pytest.raises(TurnLost):
        stage.turns.begin(turn)


def test_beginning_a_turn_that_was_left_running_counts_a_crash(stage: Stage) -> None:
    held = stage.turns.begin(stage.admitted())

    assert stage.turns.begin(held).crashes == 1


def test_a_released_turn_counts_no_crash(stage: Stage) -> None:
    held = stage.turns.begin(stage.admitted())
    stage.turns.release(held)

    assert stage.turns.begin(stage.stored(held)).crashes == 0


def test_a_worker_that_lost_the_turn_cannot_release_it(stage: Stage) -> None:
    first = stage.turns.begin(stage.admitted())
    stage.turns.begin(first)

    stage.turns.release(first)

    assert stage.stored(first).state is TurnState.RUNNING


def test_a_turn_that_a_worker_has_is_not_set_back_to_queued(stage: Stage) -> None:
    turn = stage.admitted()
    stage.turns.begin(turn)

    stage.turns.mark_queued(turn)

    assert stage.stored(turn).state is TurnState.RUNNING


def test_a_lock_keeps_other_turns_out_until_it_expires(stage: Stage) -> None:
    store = Store(clients.dynamodb(), stage.tables)
    held = stage.admitted()
    other = replace(held, turn_id=TurnId("other"))

    with pytest.raises(Cancelled):
        store.transact([acquire_lock(other, START)])

    store.transact([acquire_lock(other, START + timedelta(seconds=LOCK_SECONDS + 1))])


def test_a_conversation_stays_with_its_person(stage: Stage) -> None:
    store = Store(clients.dynamodb(), stage.tables)
    turn = stage.admitted()

    with pytest.raises(Cancelled):
        store.transact([upsert_meta(replace(turn, user_id=UserId("u2")), START)])


def test_an_attempt_whose_answer_was_lost_is_this_workers(stage: Stage) -> None:
    turn = stage.admitted()

    with losing_answers("TransactWriteItems") as url:
        store = Store(boto3.client("dynamodb", endpoint_url=url), stage.tables)
        taken = Turns(store).begin(turn)

    assert (taken.attempt, stage.stored(turn)) == (1, taken)
    with pytest.raises(TurnLost):
        stage.turns.begin(turn)
