"""Commands that tools answer without a model: at once, free of cost, and to who asked alone."""

import json

import pytest

from nat.agent.tool import Effect, Tool, ToolOutcome
from nat.aws import clients
from nat.aws.store import Store
from nat.aws.writes import Update
from nat.handlers import slack_work
from nat.names import Table
from nat.turns.queue import TurnMessage
from nat.turns.signals import Signals
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import Nation, ScriptedModel
from tests.unit.nat.slack.conftest import CHANNEL, Office


def list_events(nation: Nation, *, limit: int) -> ToolOutcome:
    """Look at events."""
    nation.work("list_events")
    row = {"id": "1", "name": "Canvass <!channel>", "panel_url": "https://demo.nationbuilder.com/e/1"}
    return ToolOutcome({"query": "events", "items": [row] * limit}, returned=limit, total=12)


TOOLS = {"list_events": Tool("list_events", "events", Effect.READ, "Looking", (), False, None, list_events)}


def look_up(office: Office, channel: str = CHANNEL) -> None:
    """Ann types `/nat events`, and a worker runs it: its model says nothing."""
    office.send(office.slack.sender.command("U0ANN", channel, "events"))
    office.work()
    for turn in office.turns():
        message = TurnMessage(turn["nation_slug"], turn["conversation_id"], turn["turn_id"])
        office.stage.runner(ScriptedModel([]), TOOLS).run(message, Signals())
    office.work()


@pytest.mark.parametrize("channel", [CHANNEL, "C0ELSEWHERE", "D0ANN"])
def test_a_look_up_is_answered_to_one_person_in_any_channel_and_counts_as_a_query(
    office: Office, channel: str
) -> None:
    used = world.used(office.stage.tables)

    look_up(office, channel)

    [told] = office.slack.workspace.ephemeral
    assert told["text"].startswith(
        "*12 events*, 10 of them here:\n• <https://demo.nationbuilder.com/e/1|Canv"
    )
    assert "<!channel" not in json.dumps(told)
    assert told["response_type"] == "ephemeral"
    assert office.posted(channel) == []
    assert world.used(office.stage.tables) == used + 1


def test_a_look_up_that_comes_many_times_is_answered_once(office: Office) -> None:
    delivery = office.slack.sender.command("U0ANN", CHANNEL, "events")
    office.send([delivery] * 4)
    bodies = office.waiting()
    for body in bodies * 3:
        slack_work.take(body)
    [turn] = office.turns()
    message = TurnMessage(turn["nation_slug"], turn["conversation_id"], turn["turn_id"])
    for _ in range(2):
        office.stage.runner(ScriptedModel([]), TOOLS).run(message, Signals())
        office.work()
    slack_work.take(json.dumps({"kind": "news", "turn": turn["turn_id"]}))

    assert len(bodies) == 1
    assert len(office.told) == 1
    assert office.stage.nation.done == ["list_events"]


def test_where_a_command_can_be_answered_no_more_it_is_answered_in_a_direct_message(office: Office) -> None:
    office.slack.api.faults["response_url"] = ["expired_url"]

    look_up(office)

    assert office.told == []
    [message] = office.posted("D0ANN")
    assert message["text"].startswith("*12 events*")


def test_blocks_that_slack_does_not_take_there_go_as_text(office: Office) -> None:
    office.slack.api.faults["response_url"] = ["invalid_blocks"]

    look_up(office)

    [told] = office.slack.workspace.ephemeral
    assert told["blocks"] == []


def test_a_look_up_of_a_stranger_and_one_too_many_are_refused_to_them_alone(office: Office) -> None:
    office.send(office.slack.sender.command("U0BOB", CHANNEL, "events"))
    office.work()
    assert office.told[-1].startswith("I don't know yet who you are")

    look_up(office)
    look_up(office)

    assert "seconds" in office.told[-1]
    assert office.stage.nation.done == ["list_events"]


def test_a_look_up_that_fails_says_so_and_does_not_count(office: Office) -> None:
    used = world.used(office.stage.tables)
    office.stage.refuse_connection = RuntimeError("broken")

    look_up(office)

    assert "went wrong" in office.told[-1]
    assert world.used(office.stage.tables) == used


def test_a_look_up_in_a_nation_without_a_subscription_is_refused(office: Office) -> None:
    key = {"nation_slug": "demo"}
    none = Update(Table.NATIONS, key, {"subscription_status": "cancelled"})
    Store(clients.dynamodb(), office.stage.tables).write(none)

    look_up(office)

    assert office.turns() == []
    assert "subscription" in office.told[-1]
