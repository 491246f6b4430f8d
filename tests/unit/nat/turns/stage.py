"""A turn on the embedded AWS, from its row to its last event, with a scripted model in the middle."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ulid import ULID

from nat.agent.compaction import Past
from nat.agent.loop import Agent
from nat.agent.ports import ModelReply
from nat.agent.pricing import ModelPrices, Price, Rates
from nat.aws import clients
from nat.aws.items import decode, encode, timestamp
from nat.aws.store import Store
from nat.contract.events import Envelope, Event, TurnAccepted
from nat.conversations.events import Events, put_event
from nat.conversations.history import Answered, History
from nat.conversations.model_history import ModelHistories
from nat.conversations.turns import Turn, Turns, acquire_lock, put_new_turn, upsert_meta
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.record import Nations
from nat.nations.usage import day_user
from nat.people.memberships import Memberships
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.queue import TurnMessage
from nat.turns.run import Agents, Outlets, OwnAgent, Platform, Runner, no_own_agent
from nat.turns.signals import Signals
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import MODEL_ID, TOOLS, Nation, ScriptedModel

PRICES = ModelPrices({MODEL_ID: Price(Rates(1_000_000, 1_250_000, 100_000, 5_000_000))})
APP_URL = "https://app.nat.test"


@dataclass
class Stage:
    """One nation, its tables and a clock; turns are admitted by hand and run by real runners."""

    tables: TableNames
    clock: world.Clock = field(default_factory=world.Clock)
    pushed: list[dict[str, Any]] = field(default_factory=list)
    nation: Nation = field(default_factory=Nation)
    push_fails: bool = False
    refuse_connection: Exception | None = None

    def __post_init__(self) -> None:
        self.record = world.store_nation(self.tables, world.nation(queries_used_this_period=1))
        self.turns = Turns(Store(clients.dynamodb(), self.tables))

    def admitted(self, question: str = "How many?", **changes: Any) -> Turn:
        """A turn as admission stores it."""
        values: dict[str, Any] = {
            "nation_slug": "demo",
            "conversation_id": str(ULID()),
            "turn_id": str(ULID()),
            "user_id": "u1",
            "question": question,
            "role": Role.OWNER,
            "surface": "websocket",
            "time_zone": "Europe/Berlin",
            "admitted_at": self.clock.now,
            "period_start": timestamp(self.record.billing_period_start),
        }
        turn = Turn(**{**values, **changes})
        accepted = Envelope(turn.turn_id, 0, 1, TurnAccepted(turn.conversation_id))
        Store(clients.dynamodb(), self.tables).transact(
            [
                put_new_turn(turn),
                acquire_lock(turn, self.clock.now),
                upsert_meta(turn, self.clock.now),
                put_event(turn, accepted, self.clock.now),
            ]
        )
        return turn

    def deliver(self, conversation: str, wire: str) -> None:
        """What stands for the channel: remembers, or fails on demand."""
        if self.push_fails:
            raise ConnectionError("nobody there")
        self.pushed.append({"conversation": conversation, **json.loads(wire)})

    def agent(self, model: Any, tools: Any = TOOLS) -> Agent:
        """An agent with prices. `model` is a `ScriptedModel` or another one of our protocol."""
        return Agent(model, tools, prices=PRICES)

    def runner(self, model: Any, tools: Any = TOOLS, own_agent: OwnAgent = no_own_agent) -> Runner:
        """A worker's runner. `own_agent` is that of a nation with a key of its own."""

        @contextmanager
        def connect(_: Turn) -> Iterator[Any]:
            if self.refuse_connection is not None:
                raise self.refuse_connection
            yield self.nation

        return Runner(
            Store(clients.dynamodb(), self.tables, self.clock),
            Agents(self.agent(model, tools), PRICES, own_agent),
            Outlets(lambda: self.deliver),
            Platform(APP_URL, "test", world.PLANS),
            connect=connect,
            role_now=self.role_now,
        )

    def role_now(self, nation_slug: NationSlug, user_id: UserId) -> Role | None:
        """The person's role at this moment, as a worker reads it."""
        membership = Memberships(Store(clients.dynamodb(), self.tables)).get(nation_slug, user_id)
        return None if membership is None else membership.role

    def run(self, turn: Turn, *replies: ModelReply | Exception, signals: Signals | None = None) -> Turn:
        """One delivery to a fresh worker; gives the row afterwards."""
        self.runner(ScriptedModel(list(replies))).run(message_of(turn), signals or Signals())
        return self.stored(turn)

    def stored(self, turn: Turn) -> Turn:
        """The row as it is now."""
        return self.turns.get(turn.nation_slug, turn.conversation_id, turn.turn_id)

    def events(self, turn: Turn) -> list[Envelope]:
        """The log, in order."""
        events = Events(Store(clients.dynamodb(), self.tables))
        return [
            each.envelope for each in events.after(NationSlug("demo"), turn.conversation_id, turn.turn_id)
        ]

    def last_event(self, turn: Turn) -> Event:
        """The last event of the log."""
        return self.events(turn)[-1].event

    def types(self, turn: Turn) -> list[str]:
        """Types of the events in the log, in order."""
        return [each.event.type for each in self.events(turn)]

    def locked(self, turn: Turn) -> bool:
        """Whether the conversation's lock is held."""
        found = clients.dynamodb().get_item(
            TableName=self.tables[Table.CONVERSATIONS],
            Key=encode({"conversation": turn.conversation, "item": "lock"}),
            ConsistentRead=True,
        )
        return "Item" in found

    def used(self) -> int:
        """Queries of the nation in this period."""
        return (
            Nations(Store(clients.dynamodb(), self.tables))
            .require(NationSlug("demo"))
            .queries_used_this_period
        )

    def usage(self) -> dict[str, Any]:
        """The person's usage today."""
        key = {"nation_slug": "demo", "day_user": day_user(self.clock.now, UserId("u1"))}
        found = clients.dynamodb().get_item(TableName=self.tables[Table.USAGE], Key=encode(key))
        return decode(found.get("Item", {}))

    def answers(self, turn: Turn) -> list[Answered]:
        """What a person reads of the conversation."""
        return History(Store(clients.dynamodb(), self.tables)).answers(
            NationSlug("demo"), turn.conversation_id
        )

    def memory(self, turn: Turn) -> list[Any]:
        """What the next turn's model sees of the conversation."""
        return self.past(turn).messages

    def past(self, turn: Turn) -> Past:
        """The past of a turn's conversation as it is stored."""
        return ModelHistories(Store(clients.dynamodb(), self.tables)).of(
            NationSlug("demo"), turn.conversation_id
        )


@dataclass
class Interrupted:
    """A model that does something in the middle of its stream, then goes on like its script."""

    model: ScriptedModel
    act: Callable[[], None]

    def stream(
        self, request: Any, *, on_text: Callable[[str], None], stopped: Callable[[], bool]
    ) -> ModelReply:
        def first_then(text: str) -> None:
            on_text(text)
            self.act()

        return self.model.stream(request, on_text=first_then, stopped=stopped)


class WorkerDied(BaseException):
    """Ends a runner as a killed process would: nothing of ours handles it."""


def message_of(turn: Turn) -> TurnMessage:
    """What the queue says of a turn."""
    return TurnMessage(turn.nation_slug, turn.conversation_id, turn.turn_id)


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait until something holds; False when it never did. The end is far off: a machine may be busy."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
