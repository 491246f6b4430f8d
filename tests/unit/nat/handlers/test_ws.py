"""The socket's routes: one clear answer to everything, and the connection lives."""

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.credentials import Credentials

from nat.aws import clients
from nat.aws.store import Store
from nat.channels.push import Push
from nat.channels.websocket import Followers, Sockets
from nat.contract.events import Envelope, TextDelta
from nat.contract.fields import Limit
from nat.contract.messages import AskMessage
from nat.conversations.events import Events, wire_text
from nat.conversations.turns import Turns
from nat.handlers.ws import SocketDoor
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import Table
from nat.nations.record import Nations, SubscriptionStatus
from nat.people.memberships import Memberships
from nat.people.person_limits import PersonLimits
from nat.settings import TableNames
from nat.turns.admission import Admission
from nat.turns.queue import TurnQueue
from nat.turns.tickets import TicketHolder, Tickets
from tests.unit.nat.gateway import Gateway, running_gateway
from tests.unit.nat.world import (
    PLANS,
    START,
    Clock,
    create_turn_queue,
    nation,
    queued,
    rows,
    store_members,
    store_nation,
    used,
)

TALK = ConversationId("01J000000000000000000000C1")
TURN = TurnId("01J000000000000000000000T1")
OTHER = "01J000000000000000000000T2"
APPROVAL = {"conversation": TALK, "approval": f"{TURN}#000#t1"}
DECISION: dict[str, dict[str, Any]] = {
    "approve": {**APPROVAL, "fingerprint": "f"},
    "reject": {**APPROVAL, "fingerprint": "f"},
    "edit": {**APPROVAL, "fingerprint": "f", "values": {}},
    "undo": {"conversation": TALK, "change": f"{TURN}#000#t1"},
    "retry": {"conversation": TALK, "change": f"{TURN}#000#t1"},
}
"""A message of each kind of decision."""


@dataclass
class World:
    """The door with all that lies behind it, as API Gateway sees it."""

    tables: TableNames
    gateway: Gateway
    queue_url: str
    clock: Clock
    door: SocketDoor
    waits: list[Callable[[], None]]
    """What happens while the door waits for a worker's memory to end."""
    connections: int = field(default=0)

    def event(self, route: str, connection: str, **more: Any) -> dict[str, Any]:
        return {
            "requestContext": {"routeKey": route, "connectionId": connection, "requestId": "r1"},
            "isBase64Encoded": False,
            **more,
        }

    def ticket(self, user: str = "ann", slug: str = "demo") -> str:
        return Tickets(Store(clients.dynamodb(), self.tables)).issue(
            TicketHolder(NationSlug(slug), UserId(user)), self.clock()
        )

    def connect(self, user: str = "ann", slug: str = "demo") -> str:
        """An open connection."""
        self.connections += 1
        connection = f"c{self.connections}"
        query = {"ticket": self.ticket(user, slug)}
        answer = self.door(self.event("$connect", connection, queryStringParameters=query))
        assert answer == {"statusCode": 200}
        return connection

    def send(self, connection: str, message: Any, route: str = "$default", **more: Any) -> None:
        body = message if isinstance(message, str) else json.dumps(message)
        assert self.door(self.event(route, connection, body=body, **more)) == {"statusCode": 200}

    def ask(self, connection: str, **changes: Any) -> None:
        question = {"action": "ask", "turn": TURN, "conversation": TALK, "message": "Who donated?"}
        self.send(connection, {**question, **changes}, "ask")

    def last(self, connection: str) -> dict[str, Any]:
        """The last event that the connection received."""
        return self.gateway.events(connection)[-1]

    def codes(self, connection: str) -> list[str]:
        return [each["code"] for each in self.gateway.events(connection) if each["type"] == "error"]


@pytest.fixture
def world(tables: TableNames) -> Iterator[World]:
    """Nations `demo` (ann, bob) and `other` (eve), no connection yet."""
    store_nation(tables, nation())
    store_nation(tables, nation("other"))
    store_members(tables, "demo", ["ann", "bob"])
    store_members(tables, "other", ["eve"])
    clock = Clock()
    url = create_turn_queue()
    admission = Admission(Store(clients.dynamodb(), tables, clock), TurnQueue(clients.sqs(), url), PLANS)
    waits: list[Callable[[], None]] = []

    def meanwhile() -> None:
        for each in waits:
            each()

    with running_gateway() as gateway:
        push = Push(gateway.url, Credentials("key", "secret"), "us-east-1")
        door = SocketDoor(Store(clients.dynamodb(), tables, sleep=lambda _: meanwhile()), admission, push)
        yield World(tables, gateway, url, clock, door, waits)


@pytest.mark.parametrize("action", ["approve", "reject", "edit", "undo", "retry"])
def test_decisions_of_a_socket_count_with_those_of_the_api(world: World, action: str) -> None:
    connection = world.connect()
    limits = PersonLimits(Store(clients.dynamodb(), world.tables))
    for _ in range(Limit.DECISIONS.a_minute):
        limits.take(Limit.DECISIONS, UserId("ann"), world.clock())

    world.send(connection, {"action": action, "decision": OTHER, **DECISION[action]}, action)

    told = world.last(connection)
    assert (told["type"], told["code"], told["retryable"]) == ("error", "throttled", True)


@pytest.mark.parametrize("query", [None, {}, {"ticket": ""}, {"ticket": "made-up"}])
def test_a_connection_without_a_ticket_is_refused(world: World, query: dict[str, str] | None) -> None:
    answer = world.door(world.event("$connect", "c1", queryStringParameters=query))

    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["error"]["code"] == "ticket_invalid"
    assert rows(world.tables, Table.SOCKETS) == []


def test_a_stale_ticket_is_refused(world: World) -> None:
    ticket = world.ticket()
    world.clock.advance(seconds=61)

    answer = world.door(world.event("$connect", "c1", queryStringParameters={"ticket": ticket}))

    assert answer["statusCode"] == 401


def test_of_twenty_connections_with_one_ticket_one_opens(world: World) -> None:
    ticket = world.ticket()

    def connect(number: int) -> int:
        event = world.event("$connect", f"c{number}", queryStringParameters={"ticket": ticket})
        status: int = world.door(event)["statusCode"]
        return status

    with ThreadPoolExecutor(20) as threads:
        statuses = list(threads.map(connect, range(20)))

    assert sorted(statuses) == [200] + [401] * 19
    assert len({each["connection_id"]["S"] for each in rows(world.tables, Table.SOCKETS)}) == 1


def test_a_connection_acts_for_the_ticket_it_came_with(world: World) -> None:
    connection = world.connect("eve", "other")

    session = Sockets(Store(clients.dynamodb(), world.tables)).session(connection)

    assert (session.user_id, session.nation_slug) == ("eve", "other")


def test_a_closed_connection_is_forgotten(world: World) -> None:
    connection = world.connect()
    world.ask(connection)

    assert world.door(world.event("$disconnect", connection)) == {"statusCode": 200}

    assert rows(world.tables, Table.SOCKETS) == []


def test_a_question_is_accepted_and_followed(world: World) -> None:
    connection = world.connect()

    world.ask(connection, page={"url": "https://demo.nationbuilder.com/admin/signups/7", "kind": "person"})

    assert world.gateway.events(connection) == [
        {
            "v": 1,
            "turn": TURN,
            "attempt": 0,
            "seq": 1,
            "type": "turn.accepted",
            "conversation": TALK,
            "queries_used": 1,
            "queries_limit": 500,
        }
    ]
    assert len(queued(world.queue_url)) == 1
    push = Push(world.gateway.url, Credentials("key", "secret"), "us-east-1")
    assert Followers(Store(clients.dynamodb(), world.tables), push).subscribers(f"demo#{TALK}") == [
        connection
    ]


def test_a_repeated_question_gets_the_stored_events_and_is_counted_once(world: World) -> None:
    connection = world.connect()
    world.ask(connection)
    again = world.connect()

    world.ask(again)

    assert world.gateway.events(again) == world.gateway.events(connection)
    assert used(world.tables) == 1


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "bad_request"),
        ("{", "bad_request"),
        ("[]", "bad_request"),
        ('"ask"', "bad_request"),
        ("1" * 5_000, "bad_request"),
        ("[" * 100_000, "bad_request"),
        ("{}", "unknown_action"),
        ('{"action":"dance"}', "unknown_action"),
        ('{"action":{"x":1}}', "unknown_action"),
        ('{"action":"ask"}', "bad_request"),
        ('{"action":"resume","conversation":1,"turn":2}', "bad_request"),
        ('{"action":"stop"}', "bad_request"),
        ('{"action":"stop","conversation":"x#y","turn":"z"}', "not_found"),
    ],
)
def test_what_cannot_be_understood_gives_one_error_and_the_connection_lives(
    world: World, message: str, code: str
) -> None:
    connection = world.connect()

    world.send(connection, message)

    assert world.codes(connection) == [code]
    assert used(world.tables) == 0
    world.ask(connection)
    assert world.last(connection)["type"] == "turn.accepted"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"message": ""}, "message_empty"),
        ({"message": "x" * 40_000}, "message_too_long"),
        ({"message": "x" * 200_000}, "message_too_long"),
        ({"message": "\ud800"}, "bad_request"),
        ({"message": 7}, "bad_request"),
        ({"turn": "1"}, "bad_request"),
        ({"conversation": None}, "bad_request"),
        ({"page": "home"}, "bad_request"),
        ({"page": "https://demo.nationbuilder.com/admin"}, "bad_request"),
        ({"page": {"url": "x", "kind": []}}, "bad_request"),
        ({"page": {"url": "x", "kind": "shell"}}, "bad_request"),
        ({"page": {"url": "x", "record_id": "../1"}}, "bad_request"),
        ({"page": {"url": "x", "record_id": "1" * 33}}, "bad_request"),
    ],
)
def test_a_bad_question_gives_one_error_and_is_not_counted(
    world: World, changes: dict[str, Any], code: str
) -> None:
    connection = world.connect()

    world.ask(connection, **changes)

    assert world.codes(connection) == [code]
    assert used(world.tables) == 0
    assert rows(world.tables, Table.CONVERSATIONS) == []
    assert queued(world.queue_url) == []


def test_an_error_names_the_turn_it_is_about(world: World) -> None:
    connection = world.connect()

    world.ask(connection, message="x" * 200_000)

    assert world.last(connection) == {
        "v": 1,
        "type": "error",
        "code": "message_too_long",
        "message": "The message is too long. Shorten it to 32 KB or attach less text.",
        "retryable": False,
        "turn": TURN,
    }


def test_a_message_without_a_body_is_refused_not_dropped(world: World) -> None:
    connection = world.connect()

    world.door(world.event("$default", connection))

    assert world.codes(connection) == ["bad_request"]


def test_a_binary_message_is_read_as_text(world: World) -> None:
    connection = world.connect()
    message = json.dumps({"action": "ping"}).encode()

    world.send(connection, base64.b64encode(message).decode(), isBase64Encoded=True)
    world.send(connection, "%", isBase64Encoded=True)
    world.send(connection, base64.b64encode(b"\xff").decode(), isBase64Encoded=True)

    assert world.gateway.events(connection)[0] == {"v": 1, "type": "pong"}
    assert world.codes(connection) == ["bad_request", "bad_request"]


def test_a_connection_that_nobody_opened_may_do_nothing(world: World) -> None:
    world.ask("stranger")

    assert world.codes("stranger") == ["unauthenticated"]
    assert used(world.tables) == 0


@pytest.mark.parametrize("action", ["ask", "stop", "resume", "ping"])
def test_who_is_no_member_any_more_may_do_nothing(world: World, action: str) -> None:
    connection = world.connect()
    world.ask(connection)
    Memberships(Store(clients.dynamodb(), world.tables)).remove(NationSlug("demo"), UserId("ann"))

    world.ask(connection, action=action)

    assert world.codes(connection) == ["not_a_member"]


@pytest.mark.parametrize("action", ["ask", "stop", "resume", "ping"])
def test_a_nation_that_stopped_paying_may_do_nothing(world: World, action: str) -> None:
    connection = world.connect()
    world.ask(connection)
    Nations(Store(clients.dynamodb(), world.tables)).update(
        NationSlug("demo"), {"subscription_status": SubscriptionStatus.CANCELLED.value}
    )

    world.ask(connection, action=action)

    assert world.codes(connection) == ["subscription_inactive"]


@pytest.mark.parametrize("action", ["stop", "resume", "ping"])
@pytest.mark.parametrize(("user", "slug"), [("bob", "demo"), ("eve", "other")])
def test_another_persons_turn_does_not_exist(world: World, action: str, user: str, slug: str) -> None:
    world.ask(world.connect())
    connection = world.connect(user, slug)

    world.ask(connection, action=action)

    assert world.codes(connection) == ["not_found"]
    assert len(world.gateway.events(connection)) == 1


def test_who_asks_in_another_persons_conversation_does_not_follow_it(world: World) -> None:
    world.ask(world.connect())
    connection = world.connect("bob")

    world.ask(connection, turn=OTHER)

    assert world.codes(connection) == ["forbidden"]
    assert Sockets(Store(clients.dynamodb(), world.tables)).session(connection).conversations == frozenset()


def test_a_client_that_comes_back_gets_what_it_missed(world: World) -> None:
    world.ask(world.connect())
    turns = Turns(Store(clients.dynamodb(), world.tables))
    turn = turns.begin(turns.get(NationSlug("demo"), TALK, TURN))
    events = Events(Store(clients.dynamodb(), world.tables))
    for seq in (1, 2, 3):
        events.append(turn, seq, wire_text(Envelope(TURN, 1, seq, TextDelta(f"{seq}"))), START)
    connection = world.connect()

    world.send(
        connection,
        {"action": "resume", "conversation": TALK, "turn": TURN, "after": {"attempt": 1, "seq": 1}},
    )

    assert [(each["attempt"], each["seq"]) for each in world.gateway.events(connection)] == [(1, 2), (1, 3)]
    assert (
        f"demo#{TALK}" in Sockets(Store(clients.dynamodb(), world.tables)).session(connection).conversations
    )


def test_what_a_worker_pushes_to_those_it_remembers_reaches_who_comes_back_too(world: World) -> None:
    world.ask(world.connect())
    turns = Turns(Store(clients.dynamodb(), world.tables))
    turn = turns.begin(turns.get(NationSlug("demo"), TALK, TURN))
    events = Events(Store(clients.dynamodb(), world.tables))
    late = wire_text(Envelope(TURN, 1, 1, TextDelta("late")))
    world.waits.append(lambda: events.append(turn, 1, late, START))
    connection = world.connect()

    world.send(
        connection,
        {"action": "resume", "conversation": TALK, "turn": TURN, "after": {"attempt": 0, "seq": 1}},
    )

    assert [(each["attempt"], each["seq"]) for each in world.gateway.events(connection)] == [(1, 1)]


def test_who_is_gone_before_the_question_is_let_in_follows_nothing_and_the_question_is_asked(
    world: World,
) -> None:
    connection = world.connect()
    session = Sockets(Store(clients.dynamodb(), world.tables)).session(connection)
    Sockets(Store(clients.dynamodb(), world.tables)).close(connection)

    world.door.ask(session, AskMessage(turn=TURN, conversation=TALK, message="Who donated?"))

    assert len(queued(world.queue_url)) == 1
    assert used(world.tables) == 1
    assert rows(world.tables, Table.SOCKETS) == []


@pytest.mark.parametrize("after", [7, "0.1", {"attempt": "1"}, {"seq": -1}, {"seq": True}, {"seq": 10**9}])
def test_a_place_that_cannot_be_is_refused(world: World, after: Any) -> None:
    connection = world.connect()
    world.ask(connection)

    world.ask(connection, action="resume", after=after)

    assert world.codes(connection) == ["bad_request"]


def test_the_pong_tells_the_last_stored_event(world: World) -> None:
    connection = world.connect()
    world.ask(connection)

    world.send(connection, {"action": "ping", "conversation": TALK, "turn": TURN})

    assert world.last(connection) == {"v": 1, "type": "pong", "turn": TURN, "attempt": 0, "seq": 1}


def test_a_turn_that_has_not_begun_is_stopped_at_once(world: World) -> None:
    connection = world.connect()
    world.ask(connection)

    world.send(connection, {"action": "stop", "conversation": TALK, "turn": TURN})

    assert world.last(connection)["type"] == "turn.stopped"
    assert used(world.tables) == 1


def test_a_client_that_went_away_does_not_keep_its_question_from_being_admitted(world: World) -> None:
    connection = world.connect()
    world.gateway.gone.add(connection)

    world.ask(connection)

    assert used(world.tables) == 1
    assert len(queued(world.queue_url)) == 1


def test_a_push_that_fails_does_not_fail_the_question(world: World) -> None:
    connection = world.connect()
    world.gateway.failures = [403]

    world.ask(connection)

    assert used(world.tables) == 1


def test_a_defect_of_ours_is_told_without_details(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    connection = world.connect()
    clients.dynamodb().delete_table(TableName=world.tables[Table.MEMBERSHIPS])

    world.ask(connection, message="my secret question")

    assert world.last(connection)["code"] == "internal"
    assert "secret" not in json.dumps(world.last(connection)) + "".join(capfd.readouterr())
