"""Answers in direct messages stream: each text stands once, also when a stream ends before the answer."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.slack.api import LOST
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.slack import SlackThreads
from nat.channels.slack_client import Bots
from nat.channels.slack_push import PREFIX, SlackPush
from nat.channels.slack_queue import SlackQueue
from nat.channels.slack_stream import GOES_ON, ROLLED_OVER
from nat.contract.events import Envelope, Event, TextDelta, ToolStarted, TurnFinished, TurnRestarted
from nat.conversations.events import Events, wire_text
from nat.conversations.turns import Turn, Turns
from nat.handlers import slack_work
from nat.ids import ConversationId, NationSlug, TurnId
from tests.unit.nat.agent.scripted_model import says
from tests.unit.nat.slack.conftest import APP, Office, taken
from tests.unit.nat.world import Clock

DIRECT = "D0ANN"


@dataclass
class Streaming:
    """A question in a direct message, whose events come by hand."""

    office: Office
    turn: Turn
    clock: Clock
    seq: int = field(default=10)

    def comes(self, *events: Event) -> list[str]:
        """Events are stored and shown; gives what Nat has written."""
        store = Store(clients.dynamodb(), self.office.stage.tables, self.clock)
        for each in events:
            self.seq += 1
            wire = wire_text(Envelope(self.turn.turn_id, 1, self.seq, each))
            Events(store).append(self.turn, self.seq, wire, self.clock())
        SlackThreads(store, Bots.of_process(store), app_url=APP).show(self.turn.turn_id)
        return [each["text"] for each in self.office.posted(DIRECT)]

    @property
    def message(self) -> dict[str, Any]:
        return self.office.posted(DIRECT)[-1]

    def calls(self, method: str) -> int:
        return sum(name == method for name, _ in self.office.slack.workspace.calls)


@pytest.fixture
def streaming(office: Office) -> Streaming:
    office.send(office.slack.sender.message("U0ANN", DIRECT, "how many?"))
    office.work()
    [asked] = office.turns()
    store = Store(clients.dynamodb(), office.stage.tables)
    turn = Turns(store).get(
        NationSlug("demo"), ConversationId(asked["conversation_id"]), TurnId(asked["turn_id"])
    )
    return Streaming(office, turn, Clock(datetime.now(UTC)))


def test_text_comes_piece_by_piece_and_ends_as_the_stored_answer(streaming: Streaming) -> None:
    assert streaming.comes(ToolStarted("1", "find", "Looking for people")) == [""]
    assert streaming.message["tasks"] == {"work": ("Looking for people", "in_progress")}
    assert streaming.comes(TextDelta("There are ")) == ["There are "]
    assert streaming.comes(TextDelta("**12** <")) == ["There are **12** &lt;"]

    assert streaming.comes(TurnFinished("There are **12** <")) == ["There are *12* &lt;"]

    assert streaming.office.slack.workspace.streams == {}
    assert streaming.message["metadata"]["event_payload"] == {"turn": streaming.turn.turn_id}


def test_news_without_news_asks_slack_nothing(streaming: Streaming) -> None:
    streaming.comes(TextDelta("There"))

    streaming.comes()

    assert streaming.calls("chat.startStream") == 1
    assert streaming.calls("chat.appendStream") == 1


def test_before_slack_ends_a_stream_the_next_begins_with_the_whole_text(streaming: Streaming) -> None:
    streaming.comes(TextDelta("There are "))
    streaming.clock.now += ROLLED_OVER + timedelta(seconds=1)

    assert streaming.comes(TextDelta("12")) == [GOES_ON, "There are 12"]
    assert streaming.comes(TurnFinished("There are 12.")) == [GOES_ON, "There are 12."]


@pytest.mark.parametrize("fault", ["message_not_in_streaming_state", "message_not_found"])
def test_a_stream_that_had_ended_loses_no_text(streaming: Streaming, fault: str) -> None:
    streaming.comes(TextDelta("There are "))
    streaming.office.slack.api.faults["chat.appendStream"] = [fault]

    assert streaming.comes(TextDelta("12")) == [GOES_ON, "There are 12"]


def losing(streaming: Streaming, method: str, *events: Event) -> None:
    """Events are shown, and Slack's answer to one call is lost."""
    streaming.office.slack.api.faults[method] = [LOST]
    with pytest.raises(OSError):
        streaming.comes(*events)


def test_a_stream_whose_beginning_was_not_confirmed_leaves_no_half(office: Office) -> None:
    office.slack.api.faults["chat.startStream"] = [LOST]
    office.send(office.slack.sender.message("U0ANN", DIRECT, "how many?"))
    [body] = office.waiting()
    record = {"messageId": "1", "body": body}
    assert slack_work.handler({"Records": [record]}, None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert [each["text"] for each in office.posted(DIRECT)] == [""]

    assert slack_work.handler({"Records": [record]}, None) == {"batchItemFailures": []}

    [turn] = office.turns()
    assert len(office.posted(DIRECT)) == 1
    assert sum(name == "chat.startStream" for name, _ in office.slack.workspace.calls) == 2
    office.run(turn, says("12."))
    assert [each["text"] for each in office.posted(DIRECT)] == ["12."]
    assert office.slack.workspace.streams == {}


def test_a_stream_that_rolls_over_without_confirmation_leaves_no_half(streaming: Streaming) -> None:
    streaming.comes(TextDelta("There are "))
    streaming.clock.now += ROLLED_OVER + timedelta(seconds=1)
    losing(streaming, "chat.startStream", TextDelta("12"))

    assert streaming.comes(TextDelta(" people")) == [GOES_ON, "There are 12 people"]
    assert streaming.comes(TurnFinished("There are 12 people.")) == [GOES_ON, "There are 12 people."]


def test_an_answer_that_ends_after_a_beginning_was_lost_stands_once(streaming: Streaming) -> None:
    streaming.comes(TextDelta("There are "))
    streaming.clock.now += ROLLED_OVER + timedelta(seconds=1)
    losing(streaming, "chat.startStream", TextDelta("12"))

    assert streaming.comes(TurnFinished("There are 12.")) == ["There are 12."]


def test_what_nat_said_otherwise_in_the_thread_is_no_half_stream(streaming: Streaming) -> None:
    office = streaming.office
    root = office.slack.workspace.messages[DIRECT][0]["ts"]
    office.send(office.slack.sender.message("U0ANN", DIRECT, "and?", root))
    office.work()
    refusal = office.posted(DIRECT)[-1]["text"]
    assert "wait" in refusal.lower() or "busy" in refusal.lower() or "second" in refusal.lower()
    streaming.clock.now += ROLLED_OVER + timedelta(seconds=1)
    losing(streaming, "chat.startStream", TextDelta("12"))

    assert refusal in streaming.comes(TurnFinished("12."))


@pytest.mark.parametrize("lost", [1, 2])
def test_a_message_whose_answer_was_lost_is_posted_once(office: Office, lost: int) -> None:
    office.slack.api.faults["chat.postMessage"] = [LOST] * lost
    for each in office.slack.sender.mention("U0ANN", "C0GENERAL", "how many?"):
        office.send(each)
    [body] = office.waiting()
    for _ in range(lost + 1):
        slack_work.handler({"Records": [{"messageId": "1", "body": body}]}, None)

    assert len(office.posted()) == 1


def test_text_that_begins_anew_takes_the_place_of_what_was_streamed(streaming: Streaming) -> None:
    streaming.comes(TextDelta("I think"))

    assert streaming.comes(TurnRestarted(), TextDelta("There are 12"))[-1] == "There are 12"


def test_where_slack_streams_nothing_a_message_is_changed(office: Office) -> None:
    office.slack.api.faults["chat.startStream"] = ["not_allowed_token_type"]
    office.send(office.slack.sender.message("U0ANN", DIRECT, "how many?"))
    office.work()
    [turn] = office.turns()
    assert [each["text"] for each in office.posted(DIRECT)] == ["_Working on it …_"]

    office.run(turn, says("12."))

    assert [each["text"] for each in office.posted(DIRECT)] == ["12."]


def test_pieces_of_text_are_news_once_a_second_and_in_direct_messages_alone(office: Office) -> None:
    push = SlackPush(lambda *_: True, SlackQueue(clients.sqs(), office.slack_queue))
    for channel in (DIRECT, "C0GENERAL"):
        for seq in range(3):
            event = {"type": "text.delta", "turn": "t", "attempt": 1, "seq": seq, "text": "x"}
            push(f"{PREFIX}T0DEMO#{channel}#1.1", json.dumps(event))

    [news] = taken(office.slack_queue)
    assert DIRECT in news
