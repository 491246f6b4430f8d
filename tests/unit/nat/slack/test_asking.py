"""Questions in Slack, from the signed request to the answer in the thread, with the real Bolt and SDK."""

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from local.slack.sender import SIGNING_SECRET
from local.slack.state import TEAM
from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind
from nat.automations.schedule import AutomationSchedule
from nat.aws import clients
from nat.aws.store import Store
from nat.aws.writes import Update
from nat.channels.slack_queue import SlackQueue
from nat.connections.slack_app import SlackApp, SlackApps
from nat.connections.slack_workspaces import Workspaces
from nat.conversations.turns import Turns
from nat.errors import SlackSignatureInvalid
from nat.handlers import slack_work
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import Table
from nat.slack import services
from nat.slack.door import READ_ANEW, SlackDoor
from nat.slack.inbound import Kind
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import says
from tests.unit.nat.slack.conftest import APP, CHANNEL, Office


def ask(office: Office, text: str = "how many?", thread: str | None = None) -> dict[str, object]:
    office.send(office.slack.sender.mention("U0ANN", CHANNEL, text, thread))
    office.work()
    [turn] = office.turns()
    return turn


def test_a_mention_is_answered_in_its_thread_by_one_message(office: Office) -> None:
    turn = ask(office)
    [working] = office.posted()
    assert working["text"] == "_Working on it …_"

    office.run(turn, says("There are **12**."))

    [message] = office.posted()
    assert message["text"] == "There are *12*."
    assert message["thread_ts"] == office.slack.workspace.messages[CHANNEL][0]["ts"]


def test_a_nation_unlinked_while_the_turn_runs_gives_no_answer_to_the_thread(office: Office) -> None:
    turn = ask(office)
    Workspaces(Store(clients.dynamodb(), office.stage.tables)).unlink(TEAM, NationSlug("demo"))

    office.run(turn, says("There are **12**."))

    [message] = office.posted()
    assert message["text"].startswith("This workspace is no longer linked to the nation")
    assert f"{APP}/c/{turn['conversation_id']}" in json.dumps(message["blocks"])
    assert "12" not in json.dumps(message["blocks"]).replace(str(turn["conversation_id"]), "")


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_a_mention_counts_once_in_whatever_order_and_number_it_comes(
    office: Office, order: tuple[int, ...]
) -> None:
    deliveries = office.slack.sender.mention("U0ANN", CHANNEL, "how many?") * 4
    for at in order:
        office.send(deliveries[at * 2 : at * 2 + 2])
        office.work()

    assert len(office.turns()) == 1
    assert world.used(office.stage.tables) == 2  # the stage begins with one
    assert len(office.posted()) == 1


def test_a_reply_in_the_thread_goes_on_without_a_mention(office: Office) -> None:
    first = ask(office)
    office.run(first, says("12."))
    forget_cooldown(office)
    root = office.slack.workspace.messages[CHANNEL][0]["ts"]

    office.send(office.slack.sender.message("U0ANN", CHANNEL, "and last week?", root))
    office.work()

    [second] = office.turns()
    assert second["conversation_id"] == first["conversation_id"]


@pytest.mark.parametrize(("channel", "kept"), [(CHANNEL, f"T0DEMO/{CHANNEL}"), ("D0ANN", None)])
def test_the_channel_in_which_is_asked_is_known_to_the_turn(
    office: Office, channel: str, kept: str | None
) -> None:
    office.send(office.slack.sender.mention("U0ANN", channel, "how many?")[1])
    office.work()
    [turn] = office.turns()

    found = office.stage.turns.get(NationSlug("demo"), turn["conversation_id"], turn["turn_id"])

    assert found.channel == kept


def test_a_thread_without_nat_and_a_channel_are_left_alone(office: Office) -> None:
    sender = office.slack.sender
    office.send(sender.message("U0ANN", CHANNEL, "hello all"))
    office.send(sender.message("U0ANN", CHANNEL, "yes", "1700000000.000001"))

    assert office.work() == 0


def test_a_direct_message_needs_no_mention(office: Office) -> None:
    office.send(office.slack.sender.message("U0ANN", "D0ANN", "how many?"))
    office.work()
    [turn] = office.turns()

    office.run(turn, says("12."))

    assert [each["text"] for each in office.posted("D0ANN")] == ["12."]
    assert list(office.slack.workspace.sessions.values()) == [["processing", "active"]]


def test_an_answer_does_not_depend_on_slack_knowing_an_agent(office: Office) -> None:
    office.slack.api.faults["agents.sessions.setStatus"] = ["not_authorized", "not_authorized"]
    office.send(office.slack.sender.message("U0ANN", "D0ANN", "how many?"))
    office.work()
    [turn] = office.turns()

    office.run(turn, says("12."))

    assert [each["text"] for each in office.posted("D0ANN")] == ["12."]


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("U0BOB", "I don't know yet who you are"),
        ("U0GUEST", "Only full members of this workspace"),
        ("U0OTHER", "Only full members of this workspace"),
    ],
)
def test_who_is_not_known_is_told_why_and_nothing_is_asked(office: Office, user: str, reason: str) -> None:
    office.send(office.slack.sender.mention(user, CHANNEL, "how many?"))
    office.work()

    assert office.turns() == []
    [told] = office.told
    assert reason in told


def test_records_can_mention_nobody_in_slack(office: Office) -> None:
    turn = ask(office)

    office.run(turn, says("<!channel> <@U0BOB> <#C0GENERAL>"))

    [message] = office.posted()
    assert "<" not in json.dumps([message["text"], message["blocks"]])


def test_a_table_becomes_a_table_and_text_where_slack_refuses_it(office: Office) -> None:
    table = "Total: 3\n\n| Donor | Amount |\n|---|---|\n| Ann | $5 |\n| Bob |  |"
    turn = ask(office)
    office.run(turn, says(table))
    [message] = office.posted()
    assert [each["type"] for each in message["blocks"]] == ["section", "table", "context_actions"]

    forget_cooldown(office)
    second = ask(office, "again")
    office.slack.api.faults["chat.update"] = ["invalid_blocks", "invalid_blocks"]
    office.run(second, says(table))

    assert "| Ann | $5 |" in office.posted()[-1]["text"]
    assert not office.posted()[-1]["blocks"]


def test_tables_that_slack_cuts_come_as_files_once_and_are_safe_to_open(office: Office) -> None:
    long = "\n".join(f"| =Person {at} | $5 |" for at in range(150))
    turn = ask(office)

    office.run(turn, says(f"All:\n\n| Donor | Amount |\n|---|---|\n{long}\n\nTotal: 150"))
    slack_work.take(json.dumps({"kind": "news", "turn": turn["turn_id"]}))

    answer, file = office.posted()
    assert "There is more" in json.dumps(answer["blocks"])
    assert file["thread_ts"] == answer["thread_ts"]
    assert file["file"]["content"].count("\n") == 151
    assert "'=Person 149,$5" in file["file"]["content"]


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_an_answer_does_not_depend_on_its_files(office: Office, method: str) -> None:
    tables = "\n\n".join("| Donor |\n|---|\n| Ann |" for _ in range(2))
    turn = ask(office)
    office.slack.api.faults[method] = ["missing_scope"]

    office.run(turn, says(tables))

    assert len(office.posted()) == 1


def test_a_workspace_without_thumbs_keeps_its_table(office: Office) -> None:
    turn = ask(office)
    office.slack.api.faults["chat.update"] = ["invalid_blocks"]

    office.run(turn, says("Total: 3\n\n| Donor | Amount |\n|---|---|\n| Ann | $5 |"))

    [message] = office.posted()
    assert [each["type"] for each in message["blocks"]] == ["section", "table"]


def test_a_message_that_is_gone_is_posted_anew(office: Office) -> None:
    turn = ask(office)
    messages = office.slack.workspace.messages[CHANNEL]
    messages.remove(office.posted()[0])

    office.run(turn, says("12."))

    assert [each["text"] for each in office.posted()] == ["12."]


def test_where_slack_says_to_wait_it_is_waited_for(office: Office) -> None:
    turn = ask(office)
    office.slack.api.faults["chat.update"] = [0, 0]

    office.run(turn, says("12."))

    assert [each["text"] for each in office.posted()] == ["12."]


@pytest.mark.parametrize(("tokens", "known"), [({"oauth": ["U0ANN"]}, ["demo"]), ({"bot": ["U0NAT"]}, [])])
def test_a_token_that_was_revoked_ends_nats_access_if_it_was_nats(
    office: Office, tokens: dict[str, list[str]], known: list[str]
) -> None:
    office.send(office.slack.sender.event({"type": "tokens_revoked", "tokens": tokens}))
    office.work()

    assert services.services().workspaces.nations("T0DEMO") == known


def test_a_refusal_of_admission_is_told_in_the_thread(office: Office) -> None:
    ask(office)

    office.send(office.slack.sender.mention("U0ANN", CHANNEL, "and?"))
    office.work()

    assert office.turns() == []
    assert "seconds" in office.told[-1]


def test_a_failed_turn_is_never_silence(office: Office) -> None:
    turn = ask(office)

    office.run(turn, RuntimeError("broken"))

    [message] = office.posted()
    assert "went wrong" in message["text"]


def test_an_uninstalled_workspace_is_forgotten_and_left_in_peace(office: Office) -> None:
    turn = ask(office)
    office.send(office.slack.sender.event({"type": "app_uninstalled"}))
    office.work()

    office.run(turn, says("12."))

    assert [each["text"] for each in office.posted()] == ["_Working on it …_"]
    assert services.services().workspaces.nations("T0DEMO") == []


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("help", "What you can ask me"),
        ("usage", "of 500 queries used"),
        ("nation", "*demo*"),
        ("connect WRONGONE", "This code is wrong"),
        ("stop", "nothing of yours"),
        ("automations", "You have no automations"),
        ("nation elsewhere", "not linked to such a nation"),
    ],
)
def test_commands_that_ask_nothing_are_answered_to_one_person(
    office: Office, command: str, told: str
) -> None:
    office.send(office.slack.sender.command("U0ANN", CHANNEL, command))
    office.work()

    assert told in office.told[-1]
    assert office.posted() == []


def test_a_persons_automations_are_listed_without_a_question(office: Office) -> None:
    store = Store(clients.dynamodb(), office.stage.tables)
    for owner, name in (("ann", "Figures <all>"), ("bob", "Secret")):
        form = {"kind": "weekly", "time": "09:00", "zone": "Europe/Berlin", "days": ["MON"]}
        made = Automation.new(
            nation_slug=NationSlug("demo"),
            owner_id=owner,
            name=name,
            prompt="How many?",
            schedule=AutomationSchedule.of(form),
            deliveries=(Delivery(DeliveryKind.EMAIL, owner),),
            now=store.clock(),
        )
        Automations(store).create(made)

    office.send(office.slack.sender.command("U0ANN", CHANNEL, "automations"))
    office.work()

    [told] = office.told
    assert "*Figures &lt;all&gt;* – Mondays at 9:00, Europe/Berlin; paused" in told
    assert "Secret" not in told
    assert office.turns() == []


def test_a_command_asks_in_a_thread_of_its_own(office: Office) -> None:
    office.send(office.slack.sender.command("U0ANN", CHANNEL, "ask how many donations?"))
    office.work()
    [turn] = office.turns()

    office.run(turn, says("$5."))

    root, message = office.posted()
    assert root["text"] == "<@U0ANN> asks: how many donations?"
    assert (message["thread_ts"], message["text"]) == (root["ts"], "$5.")


def test_a_command_that_comes_again_from_the_queue_asks_once(office: Office) -> None:
    office.send(office.slack.sender.command("U0ANN", CHANNEL, "donations in Berlin"))
    [body] = office.waiting()

    for _ in range(2):
        slack_work.take(body)

    assert len(office.turns()) == 1
    assert [each["text"][:14] for each in office.posted()] == ["<@U0ANN> asks:", "_Working on it"]


def test_a_channel_without_nat_is_said_to_be_one(office: Office) -> None:
    office.send(office.slack.sender.command("U0ANN", "C0ELSEWHERE", "ask how many?"))
    office.work()

    assert "Invite me first" in office.told[-1]
    assert office.turns() == []


def test_a_code_tells_who_somebody_is_once(office: Office) -> None:
    world.store_members(office.stage.tables, "demo", ["bob"])
    code = services.services().workspaces.new_code(UserId("bob"))
    for user in ("U0BOB", "U0ANN"):
        office.send(office.slack.sender.command(user, CHANNEL, f"connect {code}"))
        office.work()

    assert ["I know you now" in each for each in office.told] == [True, False]
    assert services.services().workspaces.person("T0DEMO", slack_user="U0BOB") == "bob"


@pytest.mark.parametrize(
    "headers",
    [{"x-slack-signature": "v0=00"}, {"x-slack-request-timestamp": "1700000000"}, {"x-slack-signature": ""}],
)
def test_a_request_that_slack_did_not_sign_now_is_refused(office: Office, headers: dict[str, str]) -> None:
    delivery = office.slack.sender.message("U0ANN", "D0ANN", "how many?")

    assert office.send(replace(delivery, headers={**delivery.headers, **headers})) == [401]
    assert office.waiting() == []


def test_slacks_challenge_is_answered(office: Office) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c1"})
    delivery = office.slack.sender.signed("/slack/events", body, "application/json")

    assert json.loads(office.answer(delivery)["body"]) == {"challenge": "c1"}


def forget_cooldown(office: Office) -> None:
    """Let the cooldown of Ann's last question pass."""
    key = {"user_id": "ann"}
    Store(clients.dynamodb(), office.stage.tables).write(
        Update(Table.USERS, key, set={"last_query_ms": None})
    )


def test_a_signing_secret_that_was_replaced_is_taken_up_at_most_once_a_minute(
    office: Office,
) -> None:
    read: list[int] = []
    clock = world.Clock(datetime.now(UTC))
    apps = [SlackApps((SlackApp("1", "s", secret),)) for secret in ("old", SIGNING_SECRET)]

    def current() -> SlackApps:
        read.append(1)
        return apps[min(len(read), 2) - 1]

    store = Store(clients.dynamodb(), office.stage.tables, clock)
    door = SlackDoor(store, current, SlackQueue(clients.sqs(), office.slack_queue))
    found = office.slack.sender.message("U0ANN", "D0ANN", "how many?")

    def take() -> None:
        headers = found.headers
        door.take(
            Kind.EVENT,
            found.body.encode(),
            timestamp=headers["x-slack-request-timestamp"],
            signature=headers["x-slack-signature"],
        )

    for _ in range(3):
        with pytest.raises(SlackSignatureInvalid):
            take()
    assert len(read) == 1
    clock.now += READ_ANEW
    take()

    assert len(office.waiting()) == 1


@pytest.mark.parametrize(
    ("method", "refusal"),
    [
        ("users.info", "token_revoked"),
        ("users.info", "account_inactive"),
        ("users.info", "team_access_not_granted"),
        ("chat.postMessage", "restricted_action"),
    ],
)
def test_where_nobody_can_be_reached_any_more_nothing_comes_again(
    office: Office, method: str, refusal: str
) -> None:
    office.slack.api.faults[method] = [refusal] * 3

    office.send(office.slack.sender.mention("U0ANN", CHANNEL, "how many?"))

    office.work()


@pytest.mark.parametrize("refusal", ["user_not_in_channel", "is_archived", "channel_not_found"])
def test_a_refusal_that_does_not_reach_its_person_does_not_come_again(office: Office, refusal: str) -> None:
    office.slack.api.faults["chat.postEphemeral"] = [refusal]

    office.send(office.slack.sender.mention("U0BOB", CHANNEL, "how many?"))

    office.work()
    assert office.told == []


def test_somebody_whom_slack_does_not_know_any_more_is_refused(office: Office) -> None:
    office.slack.api.faults["users.info"] = ["user_not_found"]

    office.send(office.slack.sender.mention("U0ANN", CHANNEL, "how many?"))

    office.work()
    assert office.turns() == []
    assert "full members" in office.told[0]


def test_a_command_in_an_archived_channel_says_that_it_is(office: Office) -> None:
    office.slack.api.faults["chat.postMessage"] = ["is_archived"]

    office.send(office.slack.sender.command("U0ANN", CHANNEL, "ask how many?"))

    office.work()
    assert "This channel is archived" in office.told[0]


def test_a_question_is_composed_on_the_way_in(office: Office) -> None:
    turn = ask(office, "Who lives in Que\u0301bec?")

    row = Turns(Store(clients.dynamodb(), office.stage.tables)).get(
        NationSlug("demo"), ConversationId(str(turn["conversation_id"])), TurnId(str(turn["turn_id"]))
    )
    assert row.question == "Who lives in Québec?"
