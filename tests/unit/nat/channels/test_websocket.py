"""Sockets know who is behind them and which conversations they follow."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.credentials import Credentials

from nat.aws import clients
from nat.aws.store import Store
from nat.channels.push import Push, PushFailed
from nat.channels.websocket import Followers, Session, Sockets
from nat.errors import Unauthenticated
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.settings import TableNames
from tests.unit.nat.gateway import Gateway, running_gateway
from tests.unit.nat.world import START, rows

TALK = "demo#01J000000000000000000000C1"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as running:
        yield running


@pytest.fixture
def sockets(tables: TableNames) -> Sockets:
    return Sockets(Store(clients.dynamodb(), tables))


@pytest.fixture
def subscriptions(tables: TableNames, gateway: Gateway) -> Followers:
    push = Push(gateway.url, Credentials("key", "secret"), "us-east-1")
    return Followers(Store(clients.dynamodb(), tables), push)


def test_a_connection_knows_its_person_and_what_it_follows(
    sockets: Sockets, subscriptions: Followers
) -> None:
    sockets.open("c1", NationSlug("demo"), UserId("ann"), START)

    assert subscriptions.subscribe(TALK, "c1", START)

    assert sockets.session("c1") == Session("c1", NationSlug("demo"), UserId("ann"), frozenset({TALK}))


def test_an_unknown_connection_has_to_connect_again(sockets: Sockets) -> None:
    with pytest.raises(Unauthenticated):
        sockets.session("c1")


def test_a_closed_connection_leaves_nothing(
    tables: TableNames, sockets: Sockets, subscriptions: Followers
) -> None:
    sockets.open("c1", NationSlug("demo"), UserId("ann"), START)
    for number in range(30):
        subscriptions.subscribe(f"demo#talk{number}", "c1", START)

    sockets.close("c1")
    sockets.close("c1")

    assert rows(tables, Table.SOCKETS) == []


def test_a_connection_that_ended_cannot_follow(tables: TableNames, subscriptions: Followers) -> None:
    assert subscriptions.subscribe(TALK, "c1", START) is False
    assert rows(tables, Table.SOCKETS) == []


def test_an_event_reaches_every_follower_and_nobody_else(
    sockets: Sockets, subscriptions: Followers, gateway: Gateway
) -> None:
    for connection, conversation in (("c1", TALK), ("c2", TALK), ("c3", TALK + "X")):
        sockets.open(connection, NationSlug("demo"), UserId("ann"), START)
        subscriptions.subscribe(conversation, connection, START)

    subscriptions.deliver(TALK, "hello")

    assert dict(gateway.pushed) == {"c1": ["hello"], "c2": ["hello"]}


def test_a_connection_that_is_gone_is_forgotten_and_the_others_are_served(
    tables: TableNames, sockets: Sockets, subscriptions: Followers, gateway: Gateway
) -> None:
    for connection in ("c1", "c2"):
        sockets.open(connection, NationSlug("demo"), UserId("ann"), START)
        subscriptions.subscribe(TALK, connection, START)
    gateway.gone.add("c1")

    subscriptions.deliver(TALK, "hello")

    assert gateway.pushed["c2"] == ["hello"]
    assert subscriptions.subscribers(TALK) == ["c2"]
    assert {each["connection_id"]["S"] for each in rows(tables, Table.SOCKETS)} == {"c2"}


def test_a_follower_whose_session_is_missing_is_forgotten_too(
    tables: TableNames, sockets: Sockets, subscriptions: Followers, gateway: Gateway
) -> None:
    sockets.open("c1", NationSlug("demo"), UserId("ann"), START)
    subscriptions.subscribe(TALK, "c1", START)
    clients.dynamodb().delete_item(
        TableName=tables[Table.SOCKETS],
        Key={"subject": {"S": "connection#c1"}, "connection_id": {"S": "c1"}},
    )
    gateway.gone.add("c1")

    subscriptions.deliver(TALK, "hello")

    assert subscriptions.subscribers(TALK) == []


def test_a_push_that_fails_keeps_the_subscription(
    sockets: Sockets, subscriptions: Followers, gateway: Gateway
) -> None:
    for connection in ("c1", "c2"):
        sockets.open(connection, NationSlug("demo"), UserId("ann"), START)
        subscriptions.subscribe(TALK, connection, START)
    gateway.failures = [403]

    subscriptions.deliver(TALK, "hello")

    assert subscriptions.subscribers(TALK) == ["c1", "c2"]
    assert dict(gateway.pushed) == {"c2": ["hello"]}


def test_many_threads_push_at_once(sockets: Sockets, subscriptions: Followers, gateway: Gateway) -> None:
    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(lambda number: subscriptions.push(f"c{number}", "x"), range(64)))

    assert len(gateway.pushed) == 64


def test_who_is_shut_out_of_a_nation_follows_nothing_there(
    tables: TableNames, sockets: Sockets, subscriptions: Followers
) -> None:
    for connection, user, slug in (
        ("c1", "ann", "demo"),
        ("c2", "ann", "demo"),
        ("c3", "bob", "demo"),
        ("c4", "ann", "other"),
    ):
        sockets.open(connection, NationSlug(slug), UserId(user), START)
        subscriptions.subscribe(TALK, connection, START)
    ended: list[str] = []

    assert sockets.shut_out(NationSlug("demo"), UserId("ann"), ended.append) == 2

    assert sorted(ended) == ["c1", "c2"]
    assert subscriptions.subscribers(TALK) == ["c3", "c4"]
    assert not subscriptions.subscribe(TALK, "c1", START)
    assert {each["connection_id"]["S"] for each in rows(tables, Table.SOCKETS)} == {"c3", "c4"}


def test_a_connection_that_cannot_be_ended_at_once_follows_nothing_either(
    sockets: Sockets, subscriptions: Followers
) -> None:
    sockets.open("c1", NationSlug("demo"), UserId("ann"), START)
    subscriptions.subscribe(TALK, "c1", START)

    def fail(connection: str) -> None:
        raise PushFailed(f"No answer for {connection}.")

    sockets.shut_out(NationSlug("demo"), UserId("ann"), fail)

    assert subscriptions.subscribers(TALK) == []
    with pytest.raises(Unauthenticated):
        sockets.session("c1")
