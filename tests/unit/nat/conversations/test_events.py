"""The event log: order, replay from any place, its head."""

import pytest
from msgspec.structs import replace

from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import Envelope, TextDelta
from nat.contract.fields import Place
from nat.conversations.events import Events, wire_text
from nat.ids import ConversationId, NationSlug, TurnId
from nat.settings import TableNames
from tests.unit.nat.turns.test_publish import TURN
from tests.unit.nat.world import START


@pytest.fixture
def events(tables: TableNames) -> Events:
    return Events(Store(clients.dynamodb(), tables))


def fill(events: Events, *places: tuple[int, int], turn_id: TurnId = TurnId("t1")) -> None:
    for attempt, seq in places:
        turn = replace(TURN, turn_id=turn_id, attempt=attempt)
        wire = wire_text(Envelope(turn_id, attempt, seq, TextDelta(f"{attempt}.{seq}")))
        events.append(turn, seq, wire, START)


def places(events: Events, attempt: int = 0, seq: int = 0) -> list[tuple[int, int]]:
    return [
        (each.attempt, each.seq)
        for each in events.after(
            NationSlug("demo"), ConversationId("c1"), TurnId("t1"), after=Place(attempt, seq)
        )
    ]


def test_events_come_back_by_attempt_then_number(events: Events) -> None:
    fill(events, (2, 1), (1, 10), (1, 2), (0, 1))

    assert places(events) == [(0, 1), (1, 2), (1, 10), (2, 1)]


def test_replay_begins_after_the_given_place(events: Events) -> None:
    fill(events, (0, 1), (1, 1), (1, 2), (2, 1))

    assert places(events, attempt=1, seq=1) == [(1, 2), (2, 1)]


def test_a_stored_event_is_what_was_sent(events: Events) -> None:
    fill(events, (1, 1))

    [stored] = events.after(NationSlug("demo"), ConversationId("c1"), TurnId("t1"))

    assert stored.envelope == Envelope("t1", 1, 1, TextDelta("1.1"))


def test_events_of_another_turn_are_not_replayed(events: Events) -> None:
    fill(events, (1, 1))
    fill(events, (1, 1), (1, 2), turn_id=TurnId("t2"))

    assert places(events) == [(1, 1)]


def test_a_log_of_more_than_one_page_is_replayed_whole(events: Events) -> None:
    turn = replace(TURN, attempt=1)
    for seq in range(1, 8):
        events.append(turn, seq, wire_text(Envelope("t1", 1, seq, TextDelta("x" * 300_000))), START)

    assert len(places(events)) == 7


def test_the_head_is_the_last_stored_event(events: Events) -> None:
    fill(events, (0, 1), (1, 12), (1, 2))

    assert events.head(NationSlug("demo"), ConversationId("c1"), TurnId("t1")) == (1, 12)


def test_a_turn_without_events_has_no_head(events: Events) -> None:
    assert events.head(NationSlug("demo"), ConversationId("c1"), TurnId("t1")) == (0, 0)
