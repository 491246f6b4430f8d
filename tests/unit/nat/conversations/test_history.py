"""What turns leave behind for people."""

from datetime import timedelta

from nat import aws
from nat.conversations.history import Answered, History, put_answer
from nat.conversations.turns import State
from nat.events import Link
from nat.names import Table
from nat.settings import TableNames
from nat.transactions import write
from tests.unit.nat.turns.test_publish import TURN
from tests.unit.nat.world import START


def history_of(tables: TableNames) -> History:
    return History(aws.dynamodb(), tables[Table.CONVERSATIONS])


def test_answers_are_listed_as_people_read_them(tables: TableNames) -> None:
    links = (Link("Ann", "https://demo.nationbuilder.com/admin/signups/1"),)
    answered = Answered("t1", "Who?", State.FINISHED, "Ann.", START, START + timedelta(seconds=3), links)

    write(aws.dynamodb(), [put_answer(tables[Table.CONVERSATIONS], answered, TURN)])

    assert history_of(tables).answers("demo", "c1") == [answered]
