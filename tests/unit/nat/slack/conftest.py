"""A workspace of the stand-in, linked to a nation, and the deployed functions around it."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import asdict

from local.slack import RunningSlack, running_slack
from local.slack.sender import SIGNING_SECRET, Delivery
from local.slack.state import BOT, BOT_TOKEN, CLIENT_ID, CLIENT_SECRET, TEAM
from nat.agent.ports import ModelReply
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.slack_client import Bots
from nat.channels.slack_push import SlackPush
from nat.channels.websocket import Followers
from nat.connections.slack_workspaces import BotToken, Workspace
from nat.handlers import slack, slack_work
from nat.ids import NationSlug, UserId
from nat.names import Secret, Variable
from nat.settings import TableNames
from nat.slack import services
from nat.turns.queue import TurnMessage
from nat.turns.signals import Signals
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import ScriptedModel
from tests.unit.nat.turns.stage import Stage

CHANNEL = "C0GENERAL"
APP = "https://app.nat.test"
NOBODY = "http://127.0.0.1:9/socket"


@dataclass
class SlackStage(Stage):
    """A stage whose events go to the followers of their conversation."""

    followers: Followers | None = None

    def deliver(self, conversation: str, wire: str) -> None:
        assert self.followers is not None
        self.followers.deliver(conversation, wire)


@dataclass
class Office:
    """A workspace with Ann in it, who is a member of the nation `demo`."""

    slack: RunningSlack
    stage: SlackStage
    turn_queue: str
    slack_queue: str

    def connect(self) -> None:
        """Install the app for the nation, and let Ann be known."""
        store = Store(clients.dynamodb(), self.stage.tables)
        known = Bots.of_process(store).workspaces
        known.install(Workspace(TEAM, "Demo", BOT, store.clock()), BotToken(BOT_TOKEN))
        known.link(TEAM, "Demo", NationSlug("demo"), by="ann")
        known.prove(TEAM, known.new_code(UserId("ann")), slack_user="U0ANN")

    def send(self, deliveries: Delivery | Iterable[Delivery]) -> list[int]:
        """Bring deliveries to the public door; gives the statuses."""
        listed = [deliveries] if isinstance(deliveries, Delivery) else list(deliveries)
        return [self.answer(each)["statusCode"] for each in listed]

    def answer(self, delivery: Delivery) -> dict[str, Any]:
        """What the door answers."""
        event = {
            "requestContext": {"routeKey": f"POST {delivery.path}", "requestId": uuid.uuid4().hex},
            "headers": delivery.headers,
            "body": delivery.body,
        }
        return slack.handler(event, None)

    def waiting(self) -> list[str]:
        """What is on the queue to the working function, taken off it."""
        return taken(self.slack_queue)

    def work(self) -> int:
        """Let the working function do all that waits; gives how many messages that were."""
        done = 0
        while bodies := self.waiting():
            records = [{"messageId": str(at), "body": body} for at, body in enumerate(bodies)]
            assert slack_work.handler({"Records": records}, None) == {"batchItemFailures": []}
            done += len(bodies)
        return done

    def turns(self) -> list[dict[str, Any]]:
        """Turns on their way to the workers."""
        return [json.loads(each) for each in taken(self.turn_queue)]

    def run(self, turn: dict[str, Any], *replies: ModelReply | Exception) -> None:
        """Let a worker run a turn, and Slack show it."""
        message = TurnMessage(turn["nation_slug"], turn["conversation_id"], turn["turn_id"])
        self.stage.runner(ScriptedModel(list(replies))).run(message, Signals())
        self.work()

    def posted(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """What Nat has written in a channel."""
        return [each for each in self.slack.workspace.messages.get(channel, []) if each["user"] == BOT]

    @property
    def told(self) -> list[str]:
        """What was told to one person alone."""
        return [each["text"] for each in self.slack.workspace.ephemeral]


def taken(queue: str) -> list[str]:
    """Every message of a queue, which is empty afterwards."""
    found: list[str] = []
    while messages := clients.sqs().receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for each in messages:
            found.append(each["Body"])
            clients.sqs().delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
    return found


@pytest.fixture
def office(tables: TableNames, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The office, its person connected."""
    cached: tuple[Callable[[], Any], ...] = (slack.door, services.services)
    for each in cached:
        each.cache_clear()  # type: ignore[attr-defined] # functools.cache
    slack_queue, turn_queue = world.create_turn_queue(), world.create_turn_queue()
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "signing_secret": SIGNING_SECRET}
    with running_slack() as running:
        world.put_secret(Secret.SLACK, json.dumps(app))
        key = clients.kms().create_key()["KeyMetadata"]["Arn"]
        for variable, value in (
            (Variable.SLACK_URL, running.api_url),
            (Variable.SLACK_QUEUE_URL, slack_queue),
            (Variable.TURN_QUEUE_URL, turn_queue),
            (Variable.SOCKET_ENDPOINT, NOBODY),
            (Variable.DATA_KEY_ARN, key),
            (Variable.PLANS, json.dumps([asdict(plan) for plan in world.PLANS])),
            (Variable.APP_URL, APP),
            (Variable.BRANDS, json.dumps([{"name": "Nat", "sender": "nat@nat.test", "apps": [APP]}])),
        ):
            monkeypatch.setenv(variable, value)
        store = Store(clients.dynamodb(), tables)
        stage = SlackStage(tables, clock=world.Clock(datetime.now(UTC)))
        stage.followers = Followers(store, SlackPush.of_process())
        world.store_members(tables, "demo", ["ann"])
        made = Office(running, stage, turn_queue, slack_queue)
        made.connect()
        yield made
    for each in cached:
        each.cache_clear()  # type: ignore[attr-defined] # functools.cache
