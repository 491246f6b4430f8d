"""Proposals as buttons in Slack: decided once, told where it was decided, undone, stopped."""

import json
from datetime import UTC, datetime, timedelta
from threading import Timer
from typing import Any

import pytest

from local.slack.state import TEAM
from nat.approvals.approval import approval_item
from nat.aws import clients
from nat.aws.items import epoch_ms
from nat.aws.store import Store
from nat.aws.writes import Delete, Update
from nat.connections.slack_workspaces import Workspaces
from nat.contract.messages import ApprovalState
from nat.conversations.feedback import Feedbacks, Thumb
from nat.conversations.turns import LOCK_ITEM, conversation_key, lock
from nat.ids import ApprovalId, ConversationId, NationSlug, UserId
from nat.names import Table
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.slack import services
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import calls, says, use
from tests.unit.nat.slack.conftest import CHANNEL, Office


@pytest.fixture
def proposal(office: Office) -> dict[str, Any]:
    """The message of a proposal that waits in a thread of Ann's, who is an admin."""
    Memberships(Store(clients.dynamodb(), office.stage.tables)).put(
        Membership(NationSlug("demo"), UserId("ann"), Role.ADMIN, world.START)
    )
    office.send(office.slack.sender.mention("U0ANN", CHANNEL, "delete person 1"))
    office.work()
    [turn] = office.turns()
    office.run(turn, calls(use("delete_person")), says("I propose it."))
    [found] = [each for each in office.posted() if each.get("blocks", [{}])[-1].get("type") == "actions"]
    return found


def click(office: Office, ts: str, button: str, user: str = "U0ANN") -> None:
    office.send(office.slack.sender.click(user, CHANNEL, ts, button))
    office.work()


def row_of(proposal: dict[str, Any]) -> dict[str, str]:
    """The key under which a proposal is stored."""
    value = json.loads(proposal["blocks"][-1]["elements"][0]["value"])
    conversation = conversation_key(NationSlug("demo"), ConversationId(value["c"]))
    return {"conversation": conversation, "item": approval_item(ApprovalId(value["a"]))}


def words(message: dict[str, Any]) -> str:
    return " ".join(each["text"]["text"] for each in message["blocks"] if each["type"] == "section")


def test_a_no_stands_on_the_card_with_who_said_it(office: Office, proposal: dict[str, Any]) -> None:
    click(office, proposal["ts"], "nat_reject")

    assert "Rejected, decided by <@U0ANN> in Slack." in words(proposal)
    assert [each["type"] for each in proposal["blocks"]] == ["section", "section"]


def test_a_late_click_gets_its_reason(office: Office, proposal: dict[str, Any]) -> None:
    late = office.slack.sender.click("U0ANN", CHANNEL, proposal["ts"], "nat_approve")
    click(office, proposal["ts"], "nat_reject")

    office.send(late)
    office.work()

    assert office.told
    assert office.turns() == []
    assert "Rejected, decided by <@U0ANN> in Slack." in words(proposal)


@pytest.mark.parametrize("button", ["nat_approve", "nat_reject", "nat_choose"])
def test_a_button_of_a_proposal_whose_time_is_over_says_so(
    office: Office, proposal: dict[str, Any], button: str
) -> None:
    over = datetime.now(UTC) - timedelta(seconds=1)
    times = {"expires_at": over.isoformat(), "expires_ms": epoch_ms(over)}
    Store(clients.dynamodb(), office.stage.tables).write(Update(Table.ACTIONS, row_of(proposal), set=times))

    click(office, proposal["ts"], button)

    [told] = office.told
    assert "expired" in told
    assert office.turns() == []


def test_after_the_link_has_ended_a_click_is_refused_and_no_card_says_what_became_of_it(
    office: Office, proposal: dict[str, Any]
) -> None:
    row = row_of(proposal)
    Workspaces(Store(clients.dynamodb(), office.stage.tables)).unlink(TEAM, NationSlug("demo"))

    click(office, proposal["ts"], "nat_reject")
    Store(clients.dynamodb(), office.stage.tables).write(
        Update(Table.ACTIONS, row, set={"state": ApprovalState.REJECTED.value})
    )
    services.services().threads.update(ApprovalId(row["item"].removeprefix("approval#")))

    assert office.told == ["This workspace is no longer linked to that nation."]
    assert proposal["blocks"][-1]["type"] == "actions"


def test_a_yes_is_one_turn_however_often_it_is_clicked(office: Office, proposal: dict[str, Any]) -> None:
    clicks = [office.slack.sender.click("U0ANN", CHANNEL, proposal["ts"], "nat_approve") for _ in range(2)]
    for each in clicks * 2:
        office.send(each)
        office.work()

    assert len(office.turns()) == 1
    assert len(office.told) == 1


@pytest.mark.parametrize("user", ["U0BOB", "U0GUEST"])
def test_somebody_elses_click_decides_nothing(office: Office, proposal: dict[str, Any], user: str) -> None:
    click(office, proposal["ts"], "nat_approve", user)

    assert office.turns() == []
    assert office.told
    assert proposal["blocks"][-1]["type"] == "actions"


def test_what_was_approved_is_carried_out_and_said_on_the_card(
    office: Office, proposal: dict[str, Any]
) -> None:
    click(office, proposal["ts"], "nat_approve")
    [turn] = office.turns()

    office.run(turn)

    assert "decided by <@U0ANN> in Slack." in words(proposal)
    assert proposal["blocks"][-1]["type"] == "section"


def test_a_yes_that_comes_while_the_answer_is_still_written_waits_for_its_end(
    office: Office, proposal: dict[str, Any]
) -> None:
    store = Store(clients.dynamodb(), office.stage.tables)
    value = json.loads(proposal["blocks"][-1]["elements"][0]["value"])
    conversation = conversation_key(NationSlug("demo"), ConversationId(value["c"]))
    store.write(lock(conversation, "01J00000000000000000000000", datetime.now(UTC)))
    free = Delete(Table.CONVERSATIONS, {"conversation": conversation, "item": LOCK_ITEM})
    end = Timer(0.4, store.write, [free])
    end.start()

    click(office, proposal["ts"], "nat_approve")

    end.join()
    assert office.told == []
    assert len(office.turns()) == 1


def open_dialog(office: Office, proposal: dict[str, Any]) -> dict[str, Any]:
    click(office, proposal["ts"], "nat_choose")
    return office.slack.workspace.views[-1]


def test_a_dialog_that_is_sent_off_as_it_is_approves_all_once(
    office: Office, proposal: dict[str, Any]
) -> None:
    view = open_dialog(office, proposal)
    sent = office.slack.sender.submit("U0ANN", view, {})
    for each in [sent] * 3:
        office.send(each)
        office.work()

    [turn] = office.turns()
    office.run(turn)
    assert "decided by <@U0ANN> in Slack." in words(proposal)
    assert office.told == []


def test_a_dialog_of_somebody_else_and_a_late_one_get_their_reason(
    office: Office, proposal: dict[str, Any]
) -> None:
    view = open_dialog(office, proposal)
    office.send(office.slack.sender.submit("U0BOB", view, {}))
    office.work()
    click(office, proposal["ts"], "nat_reject")
    office.send(office.slack.sender.submit("U0ANN", view, {}))
    office.work()

    assert office.turns() == []
    assert len(office.told) == 2


def edited(office: Office, view: dict[str, Any], amount: str) -> dict[str, Any]:
    """Ann sends a dialog off with a number that she has changed; gives what the door answers."""
    number = {"type": "number_input", "is_decimal_allowed": False, "initial_value": "5", "action_id": "v"}
    field = {"type": "input", "block_id": "value#amount", "label": {"text": "Amount"}, "element": number}
    shown = {**view, "blocks": [*view["blocks"], field]}
    answer = office.answer(office.slack.sender.submit("U0ANN", shown, {"value#amount": amount}))
    found: dict[str, Any] = json.loads(answer["body"])
    return found


def test_what_is_no_number_is_said_in_the_dialog_and_nothing_is_done(
    office: Office, proposal: dict[str, Any]
) -> None:
    answer = edited(office, open_dialog(office, proposal), "many")

    assert answer == {"response_action": "errors", "errors": {"value#amount": "This is a whole number."}}
    assert office.waiting() == []


@pytest.mark.parametrize("closed", [False, True])
def test_a_late_dialog_with_edited_values_says_so_in_itself_and_else_in_the_thread(
    office: Office, proposal: dict[str, Any], *, closed: bool
) -> None:
    view = open_dialog(office, proposal)
    click(office, proposal["ts"], "nat_reject")
    assert edited(office, view, "7")["response_action"] == "update"
    if closed:
        office.slack.workspace.views.clear()

    office.work()

    assert office.turns() == []
    said = [each["blocks"][0]["text"]["text"] for each in office.slack.workspace.views]
    [reason] = office.told if closed else said
    assert reason.startswith("This was decided already.")
    assert len(office.told) == int(closed)


def test_a_dialog_that_stayed_open_says_what_came_of_it(office: Office, proposal: dict[str, Any]) -> None:
    edited(office, open_dialog(office, proposal), "7")
    office.work()
    [turn] = office.turns()

    office.run(turn)

    [view] = office.slack.workspace.views
    assert view["callback_id"] == "nat_said"
    assert view["blocks"][0]["text"]["text"] not in ("", "Looking at your values …")


def test_a_dialog_that_slack_does_not_open_leads_to_the_web_app(
    office: Office, proposal: dict[str, Any]
) -> None:
    office.slack.api.faults["views.open"] = ["expired_trigger_id"]

    click(office, proposal["ts"], "nat_choose")

    [told] = office.told
    assert "https://app.nat.test/c/" in told


def test_an_answer_is_rated_by_who_asked_alone(office: Office) -> None:
    office.send(office.slack.sender.mention("U0ANN", CHANNEL, "how many?"))
    office.work()
    [turn] = office.turns()
    office.run(turn, says("12."))
    [answer] = office.posted()
    world.store_members(office.stage.tables, "demo", ["bob"])
    services.services().workspaces.know(TEAM, UserId("bob"), slack_user="U0BOB")

    for user, good in (("U0ANN", False), ("U0BOB", True)):
        office.send(office.slack.sender.rate(user, CHANNEL, answer["ts"], good=good))
        office.work()

    assert office.told == ["Thank you.", "Only who asked can rate an answer."]
    [given] = (
        Feedbacks(Store(clients.dynamodb(), office.stage.tables))
        .of_conversation(NationSlug("demo"), ConversationId(turn["conversation_id"]))
        .values()
    )
    assert given.thumb is Thumb.DOWN


@pytest.mark.parametrize(("user", "told"), [("U0ANN", "Ask me anything"), ("U0BOB", "tell me who you are")])
def test_who_opens_the_pane_is_greeted_once_and_offered_questions(
    office: Office, user: str, told: str
) -> None:
    channel = f"D{user[1:]}"
    for tab in ("messages", "messages", "home"):
        event = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab}
        office.send(office.slack.sender.event(event))
        office.work()

    [greeting] = office.posted(channel)
    assert told in greeting["text"]
    assert len(office.slack.workspace.prompts[channel]) == 4


def test_slacks_own_stop_stops_the_turn(office: Office) -> None:
    office.send(office.slack.sender.mention("U0ANN", CHANNEL, "how many?"))
    office.work()
    root = office.slack.workspace.messages[CHANNEL][0]["ts"]

    stopped = {"type": "agent_session_stopped", "channel": CHANNEL, "thread_ts": root, "user": "U0ANN"}
    office.send(office.slack.sender.event(stopped))
    office.work()

    assert "Stopped." in office.posted()[-1]["text"]


def test_a_session_is_suspended_while_a_proposal_waits(office: Office) -> None:
    Memberships(Store(clients.dynamodb(), office.stage.tables)).put(
        Membership(NationSlug("demo"), UserId("ann"), Role.ADMIN, world.START)
    )
    office.send(office.slack.sender.message("U0ANN", "D0ANN", "delete person 1"))
    office.work()
    [turn] = office.turns()

    office.run(turn, calls(use("delete_person")), says("I propose it."))

    [statuses] = office.slack.workspace.sessions.values()
    assert statuses[-1] == "suspended"
