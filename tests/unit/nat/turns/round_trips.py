"""Counts the AWS calls of a question that stand one after another: what a machine's noise cannot move.

A call's place is one more than that of the last call before it in its thread, or in the thread that began
this one, for the place travels with the context. Calls beside each other have the same place.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from ulid import ULID

from nat.agent.loop import Agent
from nat.agent.ports import ModelReply, ModelRequest
from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.channels.websocket import Followers, Sockets
from nat.connections.tokens import NbTokens
from nat.connections.vault import SecretsManagerVault
from nat.contract.messages import AskMessage
from nat.conversations.turns import Turn
from nat.handlers.ws import SocketDoor
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission
from nat.turns.queue import TurnMessage, TurnQueue
from nat.turns.run import Agents, Outlets, Platform, Runner
from nat.turns.signals import Signals
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import TOOLS, Nation, ScriptedModel, says
from tests.unit.nat.turns.stage import APP_URL, PRICES

PUSH = "push"
_place: ContextVar[int] = ContextVar("place", default=0)


@dataclass(frozen=True)
class Call:
    """One call: its name, its place, and whether it stores or pushes events beside the turn."""

    name: str
    place: int
    publishing: bool


@dataclass
class Calls:
    """Calls in the order in which they began."""

    made: list[Call] = field(default_factory=list)

    def note(self, name: str) -> None:
        """Take down a call that begins."""
        _place.set(_place.get() + 1)
        publishing = threading.current_thread().name.startswith("publish-")
        self.made.append(Call(name, _place.get(), publishing))

    @property
    def depth(self) -> int:
        """How many stood one after another, without what was published beside them."""
        return max((each.place for each in self.made if not each.publishing), default=0)

    @property
    def published(self) -> list[str]:
        """What storing and pushing events took."""
        return [each.name for each in self.made if each.publishing]


@contextmanager
def counted() -> Iterator[Calls]:
    """Count what this process's clients ask of AWS."""
    calls = Calls()
    begun = _place.set(0)

    def note(model: Any, **_: Any) -> None:
        calls.note(model.name)

    asked = (clients.dynamodb(), clients.sqs(), clients.secrets())
    for each in asked:
        each.meta.events.register("before-call", note)
    try:
        yield calls
    finally:
        _place.reset(begun)
        for each in asked:
            each.meta.events.unregister("before-call", note)


@dataclass(frozen=True)
class Trips:
    """One question, as calls: in the door, in the worker until the model was asked, and of stored events."""

    door: list[str]
    queued_after: int
    before_model: list[str]
    model_after: int
    published: list[str]

    @property
    def per_event(self) -> float:
        """Calls of one stored event, without the look at who follows that comes once in a second."""
        return (len(self.published) - self.published.count("Query")) / self.published.count("PutItem")


@dataclass
class _Watched:
    """A model that notes how many calls stood before it."""

    model: ScriptedModel
    calls: Calls
    before: list[Call] = field(default_factory=list)
    depth: int = 0

    def stream(
        self, request: ModelRequest, *, on_text: Callable[[str], None], stopped: Callable[[], bool]
    ) -> ModelReply:
        self.before = [each for each in self.calls.made if not each.publishing]
        self.depth = self.calls.depth
        return self.model.stream(request, on_text=on_text, stopped=stopped)


def trips(tables: TableNames) -> Trips:
    """Ask one question of a new conversation over a socket and let a worker answer it."""
    clock = world.Clock()
    store = Store(clients.dynamodb(), tables, clock)
    world.store_nation(tables, world.nation())
    world.store_members(tables, "demo", ["ann"])
    vault = SecretsManagerVault(clients.secrets(), clock)
    with nation("demo"):
        vault.store_nb_tokens(
            NbTokens("access", "refresh", clock() + timedelta(days=1), NationSlug("demo"), updated_at=clock())
        )
    Sockets(store).open("c1", NationSlug("demo"), UserId("ann"), clock())
    queue = TurnQueue(clients.sqs(), world.create_turn_queue())
    door = SocketDoor(store, Admission(store, queue, world.PLANS), lambda _connection, _payload: True)
    question = AskMessage(turn=str(ULID()), conversation=str(ULID()), message="How many?")
    with counted() as asking:
        door.ask(Sockets(store).session("c1"), question)
    sent = next(each for each in asking.made if each.name == "SendMessage")

    with counted() as running:
        watched = _Watched(ScriptedModel([says("There are 23 people in your nation.")]), running)
        _runner(store, watched, running).run(
            TurnMessage(NationSlug("demo"), ConversationId(question.conversation), TurnId(question.turn)),
            Signals(),
        )
    return Trips(
        door=[each.name for each in asking.made],
        queued_after=sent.place,
        before_model=[each.name for each in watched.before],
        model_after=watched.depth,
        published=running.published,
    )


def _runner(store: Store, model: _Watched, calls: Calls) -> Runner:
    def push(_connection: str, _payload: str) -> bool:
        calls.note(PUSH)
        return True

    fresh = SecretsManagerVault(clients.secrets(), store.clock)

    @contextmanager
    def connect(turn: Turn) -> Iterator[Any]:
        fresh.get_nb_tokens_by_nation(turn.nation_slug)
        yield Nation()

    def role_now(_nation_slug: str, _user_id: str) -> Role | None:
        return Role.MEMBER

    return Runner(
        store,
        Agents(Agent(model, TOOLS, prices=PRICES), PRICES),
        Outlets(partial(Followers(store, push).remembering, lambda: 0.0)),
        Platform(APP_URL, "test", world.PLANS),
        connect=connect,
        role_now=role_now,
    )
