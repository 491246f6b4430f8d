"""Publishing: order, numbering, collecting text, and what happens when storing or pushing fails."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from nat.aws.isolation import entered_nation, nation
from nat.contract.events import TextDelta, ToolStarted, TurnStarted
from nat.conversations.turns import Turn, TurnState
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.roles import Role
from nat.turns import publish
from nat.turns.publish import (
    LARGEST_DELTA,
    LONGEST_PAUSE,
    SHORTEST_PAUSE,
    FlushPace,
    Publisher,
)
from nat.waiting import Backoff
from tests.unit.nat.turns.stage import wait_for
from tests.unit.nat.world import START, Clock

if TYPE_CHECKING:
    from nat.conversations.events import Events

TURN = Turn(
    nation_slug=NationSlug("demo"),
    conversation_id=ConversationId("c1"),
    turn_id=TurnId("t1"),
    user_id=UserId("u1"),
    question="?",
    role=Role.OWNER,
    surface="websocket",
    time_zone="UTC",
    admitted_at=START,
    state=TurnState.RUNNING,
    attempt=1,
)


@dataclass
class Log:
    """Stands for the event log; can be slow or refuse."""

    stored: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    refusals: int = 0
    nations: list[str] = field(default_factory=list)
    pause: float = 0.0

    def append(self, turn: Turn, seq: int, wire: str, now: datetime) -> None:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError("down")
        time.sleep(self.pause)
        self.nations.append(entered_nation())
        self.stored.append((seq, json.loads(wire)))


@dataclass
class Table:
    """A log, what was pushed, and the publisher between them."""

    log: Log = field(default_factory=Log)
    pushed: list[dict[str, object]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    pace: FlushPace = field(default_factory=FlushPace)

    @contextmanager
    def publisher(self) -> Iterator[Publisher]:
        events: Events = self.log  # type: ignore[assignment] # the one method that is used
        with nation("demo"), Publisher(TURN, events, self._deliver, self.pace, Clock()) as publisher:
            yield publisher

    def _deliver(self, _: str, wire: str) -> None:
        assert len(self.pushed) < len(self.log.stored), "pushed before it was stored"
        self.pushed.append(json.loads(wire))

    @property
    def texts(self) -> list[object]:
        return [wire["text"] for _, wire in self.log.stored if wire["type"] == "text.delta"]


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def slow_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """So long between flushes that a test sees what is collected."""
    monkeypatch.setattr(publish, "SHORTEST_PAUSE", 30.0)
    monkeypatch.setattr(publish, "LONGEST_PAUSE", 30.0)


def test_the_first_text_goes_out_at_once(table: Table, slow_pace: None) -> None:
    with table.publisher() as publisher:
        publisher.emit(TextDelta("Hello"))

        assert wait_for(lambda: table.texts == ["Hello"])


def test_text_after_the_first_is_collected(table: Table, slow_pace: None) -> None:
    with table.publisher() as publisher:
        publisher.emit(TextDelta("1"))
        assert wait_for(lambda: bool(table.texts))
        for number in range(2, 7):
            publisher.emit(TextDelta(str(number)))
        publisher.drain()

    assert table.texts == ["1", "23456"]


def test_collected_text_goes_out_when_its_pause_is_over(table: Table) -> None:
    with table.publisher() as publisher:
        publisher.emit(TextDelta("1"))
        assert wait_for(lambda: bool(table.texts))
        publisher.emit(TextDelta("2"))

        assert wait_for(lambda: table.texts == ["1", "2"])


def test_other_events_go_out_at_once_after_the_text_before_them(table: Table, slow_pace: None) -> None:
    with table.publisher() as publisher:
        publisher.emit(TextDelta("1"))
        assert wait_for(lambda: bool(table.texts))
        publisher.emit(TextDelta("2"))
        publisher.emit(ToolStarted("c", "list_tags", "Looking at tags"))

        assert wait_for(lambda: len(table.pushed) == 3)
    assert [wire["type"] for wire in table.pushed] == ["text.delta", "text.delta", "tool.started"]


def test_events_are_numbered_without_a_gap_from_many_threads(table: Table) -> None:
    with table.publisher() as publisher:

        def emit_some() -> None:
            for number in range(20):
                publisher.emit(ToolStarted(f"c{number}", "list_tags", "Looking"))

        threads = [threading.Thread(target=emit_some) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        following = publisher.drain()

    assert [seq for seq, _ in table.log.stored] == list(range(1, 161))
    assert following == 161


def test_events_are_stored_within_the_nation(table: Table) -> None:
    with table.publisher() as publisher:
        publisher.emit(TurnStarted())
        publisher.drain()

    assert table.log.nations == ["demo"]


def test_long_text_is_cut_into_events_that_fit_a_frame(table: Table) -> None:
    text = 'ä"\n' * 20_000

    with table.publisher() as publisher:
        publisher.emit(TextDelta(text))
        publisher.drain()

    assert "".join(map(str, table.texts)) == text
    assert all(len(str(each).encode()) <= LARGEST_DELTA for each in table.texts)
    assert all(len(json.dumps(wire, ensure_ascii=False).encode()) <= 32_768 for wire in table.pushed)


def test_an_event_that_cannot_be_stored_at_first_is_tried_again(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "STORING", Backoff(tries=5, first=0.01))
    table.log.refusals = 3

    with table.publisher() as publisher:
        publisher.emit(TurnStarted())
        publisher.drain()

    assert [seq for seq, _ in table.log.stored] == [1]


def test_a_log_that_stays_down_is_told_to_who_emits_and_drains(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "STORING", Backoff(tries=5, first=0.01))
    table.log.refusals = 1000

    with table.publisher() as publisher:
        publisher.emit(TurnStarted())
        with pytest.raises(ConnectionError):
            publisher.drain()
        with pytest.raises(ConnectionError):
            publisher.emit(TextDelta("more"))

    assert table.pushed == []


def test_leaving_without_draining_sends_nothing_more(table: Table, slow_pace: None) -> None:
    with table.publisher() as publisher:
        publisher.emit(TextDelta("1"))
        assert wait_for(lambda: bool(table.texts))
        publisher.emit(TextDelta("2"))

    assert table.texts == ["1"]


def test_the_pause_between_flushes_grows_with_the_load() -> None:
    pace = FlushPace()

    def pause_with(turns: int) -> float:
        if not turns:
            return pace.seconds
        with pace.streaming():
            return pause_with(turns - 1)

    assert pause_with(1) == SHORTEST_PAUSE
    assert pause_with(30) == pytest.approx(0.24)
    assert pause_with(60) == pytest.approx(0.48)
    assert pause_with(300) == LONGEST_PAUSE
