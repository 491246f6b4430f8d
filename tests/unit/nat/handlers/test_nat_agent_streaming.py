"""The streaming host admits a question, tails its stored events, and takes a stream up where it broke."""

import http.client
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.channels.sse import HEARTBEAT_FRAME, tail
from nat.contract.events import Envelope, Event, TextDelta, TurnFinished, TurnStarted
from nat.contract.fields import Limit, Place
from nat.conversations.events import Events, wire_text
from nat.conversations.turns import Turn, Turns
from nat.handlers.sse import StreamHost, build_app, process_streaming_request, stream_agent_response
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import Table
from nat.nations.record import SubscriptionStatus
from nat.people.access_tokens import AccessTokens
from nat.people.memberships import Memberships
from nat.people.person_limits import PersonLimits
from nat.settings import TableNames
from nat.turns.admission import Admission, Surface
from nat.turns.admit import AdmitRequest, admit
from nat.turns.queue import TurnQueue
from tests.unit.nat.serving import CLIENT, UserPool, running_pool, serving
from tests.unit.nat.world import (
    PLANS,
    START,
    Clock,
    create_turn_queue,
    nation,
    queued,
    store_members,
    store_nation,
    used,
)

TALK = ConversationId("01J000000000000000000000C1")
TURN = TurnId("01J000000000000000000000T1")
ORIGIN = "https://app.example"
QUESTION = {"turn": TURN, "conversation": TALK, "message": "Who donated?"}


@dataclass
class World:
    """The host on a port, and the rows behind it."""

    tables: TableNames
    pool: UserPool
    port: int
    queue_url: str
    host: StreamHost
    connections: ExitStack

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """The response, perhaps still streaming; closed with the test."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.connections.callback(connection.close)
        connection.request(method, path, body, headers or {})
        return self.connections.enter_context(connection.getresponse())

    def open(
        self, body: Any = QUESTION, *, user: str = "ann", slug: str = "demo", **headers: str
    ) -> http.client.HTTPResponse:
        """The response to a question, still streaming."""
        sent = {
            "X-Nat-Authorization": f"Bearer {self.pool.token(user)}",
            "X-Nat-Nation-Slug": slug,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", "/v1/stream", data, sent)

    def refusal(self, *args: Any, **kwargs: Any) -> tuple[int, str]:
        response = self.open(*args, **kwargs)
        return response.status, json.loads(response.read())["error"]["code"]

    def work(self, *events: Event) -> Turn:
        """Do what a worker does: take the turn and store its events."""
        store = Store(clients.dynamodb(), self.tables)
        turns, log = Turns(store), Events(store)
        turn = turns.begin(turns.get(NationSlug("demo"), TALK, TURN))
        for seq, event in enumerate(events, 1):
            log.append(turn, seq, wire_text(Envelope(TURN, turn.attempt, seq, event)), START)
        return turn


def frames(response: http.client.HTTPResponse) -> list[tuple[str | None, dict[str, Any]]]:
    """Id and event of every frame until the stream ends."""
    found = []
    for block in response.read().decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in lines:
            found.append((lines.get("id"), json.loads(lines["data"])))
    return found


@pytest.fixture(scope="module")
def pool() -> Iterator[UserPool]:
    with running_pool() as running:
        yield running


@pytest.fixture
def world(tables: TableNames, pool: UserPool) -> Iterator[World]:
    """Nations `demo` (ann, bob) and the unpaid `late` (ann)."""
    store_nation(tables, nation())
    store_nation(tables, nation("late", subscription_status=SubscriptionStatus.CANCELLED))
    store_members(tables, "demo", ["ann", "bob"])
    store_members(tables, "late", ["ann"])
    url = create_turn_queue()
    client = clients.dynamodb()
    host = StreamHost(
        Admission(Store(client, tables, Clock()), TurnQueue(clients.sqs(), url), PLANS),
        AccessTokens(pool.issuer, frozenset({CLIENT}), "nat/use"),
        Events(Store(client, tables)),
        PersonLimits(Store(client, tables)),
    )
    with serving(build_app(lambda: host, origins=(ORIGIN,))) as port, ExitStack() as connections:
        yield World(tables, pool, port, url, host, connections)


def test_an_answer_streams_until_its_end(world: World) -> None:
    response = world.open()
    first = response.readline()
    world.work(TurnStarted(), TextDelta("Ann\nand Bob"), TurnFinished("Ann\nand Bob"))

    rest = frames(response)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert first == b"id: 0.1\n"
    assert [(place, event["type"]) for place, event in rest] == [
        (None, "turn.accepted"),
        ("1.1", "turn.started"),
        ("1.2", "text.delta"),
        ("1.3", "turn.finished"),
    ]
    assert rest[2][1]["text"] == "Ann\nand Bob"
    assert len(queued(world.queue_url)) == 1


def test_a_stream_is_taken_up_after_the_last_event_without_admitting_again(world: World) -> None:
    response = world.open()
    response.readline()
    response.close()
    world.work(TurnStarted(), TextDelta("Ann"), TurnFinished("Ann"))

    resumed = frames(world.open(last_event_id="1.1"))

    assert [place for place, _ in resumed] == ["1.2", "1.3"]
    assert used(world.tables) == 1


def test_a_repeated_question_streams_the_same_answer(world: World) -> None:
    world.open().close()
    world.work(TurnFinished("Ann"))

    again = frames(world.open())

    assert [place for place, _ in again] == ["0.1", "1.1"]
    assert used(world.tables) == 1


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        ({"X_Nat_Authorization": ""}, (401, "unauthenticated")),
        ({"X_Nat_Authorization": "Bearer x.y.z"}, (401, "unauthenticated")),
        ({"X_Nat_User_Id": "bob"}, (403, "forbidden")),
        ({"slug": "other"}, (403, "not_a_member")),
        ({"slug": ""}, (400, "bad_request")),
        ({"slug": "late"}, (402, "subscription_inactive")),
        ({"slug": "late", "last_event_id": "0.1"}, (402, "subscription_inactive")),
        ({"slug": "other", "last_event_id": "0.1"}, (403, "not_a_member")),
        ({"last_event_id": "0.1"}, (404, "not_found")),
        ({"last_event_id": "last"}, (400, "bad_request")),
        ({"body": b""}, (400, "bad_request")),
        ({"body": b"{"}, (400, "bad_request")),
        ({"body": b"[]"}, (400, "bad_request")),
        ({"body": b"\xff"}, (400, "bad_request")),
        ({"body": {**QUESTION, "message": " "}}, (400, "message_empty")),
        ({"body": {**QUESTION, "message": "x" * 40_000}}, (413, "message_too_long")),
        ({"body": {**QUESTION, "message": "x" * 200_000}}, (413, "message_too_long")),
        ({"body": {**QUESTION, "turn": "1"}}, (400, "bad_request")),
        ({"body": {**QUESTION, "turn": "a/b"}, "last_event_id": "0.1"}, (404, "not_found")),
    ],
)
def test_what_is_refused_before_the_stream_has_a_status_and_the_error_shape(
    world: World, call: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert world.refusal(**call) == refusal
    assert used(world.tables) == used(world.tables, "late") == 0


def test_another_persons_stream_cannot_be_taken_up(world: World) -> None:
    world.open().close()

    assert world.refusal(user="bob", last_event_id="0.1") == (404, "not_found")


def test_a_refusal_that_passes_says_when_to_come_back(world: World) -> None:
    world.open().close()

    response = world.open({**QUESTION, "turn": TURN[:-1] + "2", "conversation": TALK[:-1] + "2"})

    assert (response.status, response.headers["retry-after"]) == (429, "5")


def test_a_stream_that_is_reopened_too_often_waits_for_the_next_minute(world: World) -> None:
    world.open().close()
    now = world.host.admission.clock()
    for _ in range(Limit.STREAMS.a_minute):
        world.host.limits.take(Limit.STREAMS, UserId("ann"), now)

    for again in ({}, {"last_event_id": "0.1"}):
        response = world.open(**again)

        assert response.status == 429
        assert int(response.headers["retry-after"]) == 60 - now.second


def test_a_stream_that_breaks_says_so_as_an_event(world: World) -> None:
    response = world.open()
    response.readline()
    clients.dynamodb().delete_table(TableName=world.tables[Table.CONVERSATIONS])

    event = frames(response)[-1]

    assert event[0] is None
    assert (event[1]["type"], event[1]["code"], event[1]["turn"]) == ("error", "internal", TURN)


def test_the_stream_of_who_is_removed_ends_within_two_seconds(world: World) -> None:
    response = world.open()
    response.readline()
    Memberships(Store(clients.dynamodb(), world.tables)).remove(NationSlug("demo"), UserId("ann"))
    removed = time.monotonic()

    heard = frames(response)
    ended = time.monotonic() - removed

    assert (heard[-1][1]["type"], heard[-1][1]["code"]) == ("error", "not_a_member")
    assert ended < 2


def test_the_host_says_that_it_lives(world: World) -> None:
    assert world.request("GET", "/health").read() == b"ok"


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/stream"), ("POST", "/v1/other")])
def test_what_is_not_here_is_refused_in_the_error_shape(world: World, method: str, path: str) -> None:
    response = world.request(method, path)

    assert (response.status, json.loads(response.read())["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(("origin", "allowed"), [(ORIGIN, ORIGIN), ("https://evil.example", None)])
def test_browsers_of_our_origins_only_may_ask(world: World, origin: str, allowed: str | None) -> None:
    asked = "content-type,last-event-id,x-amz-content-sha256,x-nat-authorization,x-nat-nation-slug"
    response = world.request(
        "OPTIONS",
        "/v1/stream",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": asked,
        },
    )

    assert response.headers["access-control-allow-origin"] == allowed
    if allowed:
        allowed_headers = response.headers["access-control-allow-headers"].lower()
        assert all(name in allowed_headers for name in asked.split(","))


def test_behind_a_function_url_the_host_adds_no_second_set_of_headers(world: World) -> None:
    with serving(build_app(lambda: world.host, origins=(ORIGIN,), cross_origin=False)) as world.port:
        response = world.request("GET", "/health", headers={"Origin": ORIGIN})

        assert "access-control-allow-origin" not in response.headers


def test_a_long_silence_is_filled_with_comments(world: World) -> None:
    admitted = admit(
        AdmitRequest(NationSlug("demo"), UserId("ann"), TALK, TURN, "Who?", Surface.SSE), world.host.admission
    ).turn

    async def listen() -> list[str]:
        return [
            frame async for frame in tail(world.host.events, admitted, Place(), heartbeat=0.1, longest=0.6)
        ]

    heard = run(listen)

    assert heard[0].startswith("id: 0.1\n")
    assert HEARTBEAT_FRAME in heard


def test_the_contract_functions_stream_a_turn(world: World) -> None:
    body = process_streaming_request(json.dumps(QUESTION).encode())
    caller = world.host.caller(_headers(world))
    turn = world.host.begin(caller, body)
    threading.Timer(0.1, world.work, (TextDelta("Ann"), TurnFinished("Ann"))).start()

    async def listen() -> list[str]:
        return [frame async for frame in stream_agent_response(world.host, caller, turn, Place())]

    assert [frame.splitlines()[0] for frame in run(listen)] == ["id: 0.1", "id: 1.1", "id: 1.2"]


def _headers(world: World) -> dict[str, str]:
    return {"x-nat-authorization": f"Bearer {world.pool.token()}", "x-nat-nation-slug": "demo"}


def run(listen: Callable[[], Awaitable[list[str]]]) -> list[str]:
    return anyio.run(listen)
