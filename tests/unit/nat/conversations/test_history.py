"""What turns leave behind for people."""

from datetime import timedelta

from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import Link
from nat.conversations.history import Answered, History, put_answer
from nat.conversations.turns import TurnState
from nat.ids import ConversationId, NationSlug, TurnId
from nat.settings import TableNames
from tests.unit.nat.turns.test_publish import TURN
from tests.unit.nat.world import START


def history_of(tables: TableNames) -> History:
    return History(Store(clients.dynamodb(), tables))


def test_answers_are_listed_as_people_read_them(tables: TableNames) -> None:
    links = (Link("Ann", "https://demo.nationbuilder.com/admin/signups/1"),)
    answered = Answered(
        TurnId("t1"), "Who?", TurnState.FINISHED, "Ann.", START, START + timedelta(seconds=3), links
    )

    Store(clients.dynamodb(), tables).write(put_answer(answered, TURN))

    assert history_of(tables).answers(NationSlug("demo"), ConversationId("c1")) == [answered]
