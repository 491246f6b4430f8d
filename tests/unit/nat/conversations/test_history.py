"""What turns leave behind for people."""

from datetime import timedelta

from nat.aws import clients
from nat.aws.transactions import write
from nat.contract.events import Link
from nat.conversations.history import Answered, History, put_answer
from nat.conversations.turns import TurnState
from nat.names import Table
from nat.settings import TableNames
from tests.unit.nat.turns.test_publish import TURN
from tests.unit.nat.world import START


def history_of(tables: TableNames) -> History:
    return History(clients.dynamodb(), tables[Table.CONVERSATIONS])


def test_answers_are_listed_as_people_read_them(tables: TableNames) -> None:
    links = (Link("Ann", "https://demo.nationbuilder.com/admin/signups/1"),)
    answered = Answered("t1", "Who?", TurnState.FINISHED, "Ann.", START, START + timedelta(seconds=3), links)

    write(clients.dynamodb(), [put_answer(tables[Table.CONVERSATIONS], answered, TURN)])

    assert history_of(tables).answers("demo", "c1") == [answered]
