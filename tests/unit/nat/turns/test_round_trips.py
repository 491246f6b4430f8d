"""How many AWS calls of a question stand one after another."""

import pytest

from nat.settings import TableNames
from tests.unit.nat.turns.round_trips import PUSH, Trips, trips


@pytest.fixture
def made(tables: TableNames) -> Trips:
    return trips(tables)


def test_a_question_is_queued_by_its_fourth_call_and_noted_as_queued_off_the_path(made: Trips) -> None:
    assert made.door == ["GetItem", "BatchGetItem", "TransactWriteItems", "SendMessage", "UpdateItem"]
    assert made.queued_after == 4


def test_a_worker_asks_the_model_after_three_calls(made: Trips) -> None:
    assert made.before_model[0] == "BatchGetItem"
    assert sorted(made.before_model[1:-1]) == ["GetItem", "Query", "Query", "TransactWriteItems"]
    assert made.before_model[-1] == "GetSecretValue"
    assert made.model_after == 3


def test_an_event_is_stored_and_pushed_and_followers_are_looked_for_once(made: Trips) -> None:
    assert made.published[:3] == ["PutItem", "Query", PUSH]
    assert made.published.count("Query") == 1
    assert made.per_event == 2
