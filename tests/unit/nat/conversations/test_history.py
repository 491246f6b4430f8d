"""What turns leave behind for people and for the next turn's model."""

from datetime import timedelta
from typing import Any

from nat import aws
from nat.agent.ports import Message
from nat.conversations.history import Answered, History, put_answer
from nat.conversations.transactions import write
from nat.conversations.turns import State, Turn
from nat.events import Link
from nat.names import Table
from nat.settings import TableNames
from tests.unit.nat.turns.test_publish import TURN
from tests.unit.nat.world import START


def history_of(tables: TableNames) -> History:
    return History(aws.dynamodb(), tables[Table.CONVERSATIONS])


def remember(tables: TableNames, number: int, text: str = "answer", **changes: Any) -> None:
    turn = Turn(**{**vars(TURN), "turn_id": f"t{number}", **changes})
    messages: tuple[Message, ...] = (
        {"role": "user", "content": f"question {number}"},
        {"role": "assistant", "content": [{"type": "text", "text": text}]},
    )
    ended = START + timedelta(minutes=number)
    write(aws.dynamodb(), [history_of(tables).put_memory(turn, messages, ended)])


def questions(messages: list[Message]) -> list[object]:
    return [message["content"] for message in messages if message["role"] == "user"]


def test_turns_are_remembered_in_the_order_they_ended(tables: TableNames) -> None:
    for number in (2, 10, 1):
        remember(tables, number)

    assert questions(history_of(tables).messages("demo", "c1")) == ["question 1", "question 2", "question 10"]


def test_a_new_conversation_has_no_past(tables: TableNames) -> None:
    assert history_of(tables).messages("demo", "c1") == []


def test_another_conversation_is_not_remembered(tables: TableNames) -> None:
    remember(tables, 1, conversation_id="c2")

    assert history_of(tables).messages("demo", "c1") == []


def test_too_long_a_past_loses_its_oldest_turns_whole(tables: TableNames) -> None:
    for number in range(5):
        remember(tables, number, "x" * 1000)

    found = history_of(tables).messages("demo", "c1", characters=2500)

    assert questions(found) == ["question 3", "question 4"]
    assert len(found) == 4


def test_the_newest_turn_is_remembered_however_long_it_is(tables: TableNames) -> None:
    remember(tables, 1, "y" * 900_000)

    [_, answer] = history_of(tables).messages("demo", "c1", characters=10)

    assert answer["content"] == [{"type": "text", "text": "y" * 900_000}]


def test_no_more_turns_are_read_than_asked_for(tables: TableNames) -> None:
    for number in range(5):
        remember(tables, number)

    assert len(questions(history_of(tables).messages("demo", "c1", turns=3))) == 3


def test_answers_are_listed_as_people_read_them(tables: TableNames) -> None:
    links = (Link("Ann", "https://demo.nationbuilder.com/admin/signups/1"),)
    answered = Answered("t1", "Who?", State.FINISHED, "Ann.", START, START + timedelta(seconds=3), links)

    write(aws.dynamodb(), [put_answer(tables[Table.CONVERSATIONS], answered, TURN)])

    assert history_of(tables).answers("demo", "c1") == [answered]
