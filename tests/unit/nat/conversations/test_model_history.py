"""What later turns see of a conversation: every turn while it is short, then a record and the newest."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from nat.agent.compaction import Budget, Past
from nat.agent.ports import Message
from nat.aws import clients
from nat.aws.items import encode
from nat.aws.store import Store
from nat.conversations.history import History
from nat.conversations.model_history import ModelHistories
from nat.conversations.turns import Turn, put_new_turn
from nat.errors import TurnLost
from nat.ids import ConversationId, NationSlug, TurnId
from nat.names import Table
from nat.settings import TableNames
from tests.unit.nat.turns.test_publish import TURN
from tests.unit.nat.world import START

BUDGET = Budget(history=900, kept=400, record=500)


def pasts_of(tables: TableNames) -> ModelHistories:
    return ModelHistories(Store(clients.dynamodb(), tables), BUDGET)


def remember(tables: TableNames, number: int, text: str = "answer", **changes: Any) -> None:
    turn = replace(TURN, **{"turn_id": f"t{number}", **changes})
    messages: tuple[Message, ...] = (
        {"role": "user", "content": f"question {number}"},
        {"role": "assistant", "content": [{"type": "text", "text": text}]},
    )
    ended = START + timedelta(minutes=number)
    store = Store(clients.dynamodb(), tables)
    store.transact([History(store).put_memory(turn, messages, ended)])


def running(tables: TableNames) -> Turn:
    """A turn that a worker holds."""
    turn = replace(TURN, turn_id=TurnId("running"))
    Store(clients.dynamodb(), tables).transact([put_new_turn(turn)])
    return turn


def before(tables: TableNames, turn: Turn, minutes: float = 60) -> Past:
    return pasts_of(tables).before(turn, START + timedelta(minutes=minutes))


def questions(past: Past) -> list[object]:
    return [each.messages[0]["content"] for each in past.turns]


def item(tables: TableNames, name: str) -> dict[str, Any]:
    key = encode({"conversation": "demo#c1", "item": name})
    return dict(clients.dynamodb().get_item(TableName=tables[Table.CONVERSATIONS], Key=key).get("Item", {}))


def test_turns_are_remembered_in_the_order_they_ended(tables: TableNames) -> None:
    for number in (2, 10, 1):
        remember(tables, number)

    assert questions(pasts_of(tables).of(NationSlug("demo"), ConversationId("c1"))) == [
        "question 1",
        "question 2",
        "question 10",
    ]


def test_a_new_conversation_has_no_past(tables: TableNames) -> None:
    assert pasts_of(tables).of(NationSlug("demo"), ConversationId("c1")).messages == []


def test_another_conversation_is_not_remembered(tables: TableNames) -> None:
    remember(tables, 1, conversation_id="c2")

    assert pasts_of(tables).of(NationSlug("demo"), ConversationId("c1")).messages == []


def test_a_short_past_is_not_compacted(tables: TableNames) -> None:
    remember(tables, 1)

    before(tables, running(tables))

    assert item(tables, "record") == {}


def test_a_long_past_is_stored_as_a_record_and_read_so_from_then_on(tables: TableNames) -> None:
    for number in range(10):
        remember(tables, number, "x" * 400)

    made = before(tables, running(tables))

    assert made.record is not None
    assert questions(made) == ["question 8", "question 9"]
    assert pasts_of(tables).of(NationSlug("demo"), ConversationId("c1")) == made
    assert pasts_of(tables).of(NationSlug("demo"), ConversationId("c1")).messages == made.messages


def test_later_turns_stand_behind_the_record(tables: TableNames) -> None:
    for number in range(10):
        remember(tables, number, "x" * 400)
    before(tables, running(tables))

    remember(tables, 11)

    assert questions(pasts_of(tables).of(NationSlug("demo"), ConversationId("c1"))) == [
        "question 8",
        "question 9",
        "question 11",
    ]


def test_a_worker_that_lost_the_turn_stores_no_record(tables: TableNames) -> None:
    for number in range(10):
        remember(tables, number, "x" * 400)
    lost = replace(running(tables), attempt=7)

    with pytest.raises(TurnLost):
        before(tables, lost)
    assert item(tables, "record") == {}


def test_a_record_ends_with_the_retention_of_its_oldest_turn(tables: TableNames) -> None:
    for number in range(10):
        remember(tables, number, "x" * 400)
    turn = running(tables)

    made = before(tables, turn)

    assert made.record is not None
    first = START + timedelta(minutes=made.record.left_out)
    assert int(item(tables, "record")["ttl"]["N"]) == turn.expires(first)
