"""The HTTP API answers each route, and every error in one shape."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.handlers.api import Api
from nat.handlers.services import Services
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import Table
from nat.nations.record import SubscriptionStatus
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission, Surface
from nat.turns.admit import AdmitRequest, admit
from nat.turns.queue import TurnQueue
from nat.turns.tickets import TicketHolder, Tickets
from tests.unit.nat.api_event import api_event
from tests.unit.nat.world import (
    PLANS,
    Clock,
    create_turn_queue,
    nation,
    rows,
    store_members,
    store_nation,
)


@dataclass
class World:
    """The API, and a way to call it."""

    tables: TableNames
    clock: Clock
    api: Api

    def call(
        self,
        route: str,
        *,
        user: str | None = "ann",
        headers: dict[str, str] | None = None,
        path: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        claims: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Status and body, for an event as API Gateway sends it (payload format 2.0)."""
        slug = "demo" if headers is None else None
        answer = self.api(
            api_event(
                route, user=user or None, slug=slug, path=path, query=query, headers=headers, claims=claims
            )
        )
        assert answer["headers"]["content-type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])

    def code(self, route: str, **call: Any) -> tuple[int, str]:
        status, body = self.call(route, **call)
        return status, body["error"]["code"]

    def ask(self, talk: int, turn: int, question: str = "Who donated?", user: str = "ann") -> None:
        admission = Admission(
            Store(clients.dynamodb(), self.tables, self.clock),
            TurnQueue(clients.sqs(), create_turn_queue()),
            PLANS,
        )
        admit(
            AdmitRequest(
                NationSlug("demo"),
                UserId(user),
                ConversationId(ulid(talk)),
                TurnId(ulid(turn)),
                question,
                Surface.SSE,
            ),
            admission,
        )
        self.clock.advance(seconds=10)


def ulid(number: int) -> str:
    return f"01J0000000000000000000{number:04d}"


@pytest.fixture
def world(tables: TableNames) -> World:
    """Ann is admin of `demo` and viewer of the unpaid `late`; bob is a member of `demo`."""
    store_nation(tables, nation())
    store_nation(tables, nation("late", subscription_status=SubscriptionStatus.CANCELLED))
    store_nation(tables, nation("other"))
    store_members(tables, "demo", ["ann"], Role.ADMIN)
    store_members(tables, "demo", ["bob"])
    store_members(tables, "late", ["ann"], Role.VIEWER)
    clock = Clock()
    return World(tables, clock, Api(Services(clients.dynamodb(), tables, PLANS, clock=clock)))


def test_a_person_sees_their_nations_with_role_and_subscription(world: World) -> None:
    status, body = world.call("GET /v1/me", headers={}, claims={"email": "Ann@example.org"})

    assert status == 200
    assert (body["user_id"], body["email"]) == ("ann", "ann@example.org")
    assert [
        (each["nation_slug"], each["role"], each["subscription"]["active"]) for each in body["memberships"]
    ] == [("demo", "admin", True), ("late", "viewer", False)]


def test_the_first_call_makes_the_user(world: World) -> None:
    world.call("GET /v1/me", user="new", headers={})

    assert rows(world.tables, Table.USERS) == [
        {
            "user_id": {"S": "new"},
            "created_at": {"S": "2026-11-22T09:30:00.000Z"},
            "last_active_at": {"S": "2026-11-22T09:30:00.000Z"},
        }
    ]


def test_a_member_sees_the_subscription_even_when_it_has_ended(world: World) -> None:
    status, body = world.call("GET /v1/nation", headers={"X-Nat-Nation-Slug": "late"})

    assert status == 200
    assert (body["status"], body["active"], body["role"]) == ("cancelled", False, "viewer")


def test_a_nation_that_nobody_subscribed_has_the_state_none(world: World) -> None:
    status, body = world.call("GET /v1/nation", headers={"X-Nat-Nation-Slug": "unknown"})

    assert status == 200
    assert (body["status"], body["active"], body["role"]) == ("none", False, None)


def test_a_ticket_opens_a_socket_for_this_person_and_nation(world: World) -> None:
    status, body = world.call("POST /v1/ws-ticket")

    assert (status, body["expires_in"]) == (200, 60)
    assert Tickets(Store(clients.dynamodb(), world.tables)).consume(
        body["ticket"], world.clock()
    ) == TicketHolder(NationSlug("demo"), UserId("ann"))


def test_conversations_are_listed_newest_first_in_pages(world: World) -> None:
    for number in range(3):
        world.ask(number, number, f"Question {number}")
    world.ask(9, 9, "Not yours", user="bob")

    _, first = world.call("GET /v1/conversations", query={"limit": "2"})
    _, second = world.call("GET /v1/conversations", query={"limit": "2", "after": first["next"]})

    assert [each["title"] for each in first["conversations"]] == ["Question 2", "Question 1"]
    assert [each["conversation"] for each in second["conversations"]] == [ulid(0)]
    assert second["next"] is None
    assert first["conversations"][0]["turns"] == 1


def test_the_events_of_a_turn_are_replayed(world: World) -> None:
    world.ask(1, 2)
    path = {"conversation": ulid(1), "turn": ulid(2)}

    status, body = world.call("GET /v1/conversations/{conversation}/turns/{turn}/events", path=path)
    _, later = world.call(
        "GET /v1/conversations/{conversation}/turns/{turn}/events", path=path, query={"after": "0.1"}
    )

    assert (status, body["state"]) == (200, "queued")
    assert [each["type"] for each in body["events"]] == ["turn.accepted"]
    assert later["events"] == []


@pytest.mark.parametrize(
    "route",
    [
        "GET /v1/nation",
        "POST /v1/ws-ticket",
        "GET /v1/conversations",
        "GET /v1/conversations/{conversation}/turns/{turn}/events",
    ],
)
@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        ({"user": None}, (401, "unauthenticated")),
        ({"claims": {"token_use": "id"}}, (401, "unauthenticated")),
        ({"headers": {}}, (400, "bad_request")),
        ({"headers": {"x-nat-nation-slug": "De mo"}}, (400, "bad_request")),
        ({"headers": {"x-nat-nation-slug": "other"}}, (403, "not_a_member")),
        ({"headers": {"x-nat-nation-slug": "demo", "x-nat-user-id": "bob"}}, (403, "forbidden")),
    ],
)
def test_each_route_refuses_who_is_not_entitled(
    world: World, route: str, call: dict[str, Any], refusal: tuple[int, str]
) -> None:
    path = {"conversation": ulid(1), "turn": ulid(2)}
    if route == "GET /v1/nation" and refusal[1] == "not_a_member":
        return  # it answers, and tells nothing

    assert world.code(route, path=path, **call) == refusal


@pytest.mark.parametrize(
    "route",
    [
        "POST /v1/ws-ticket",
        "GET /v1/conversations",
        "GET /v1/conversations/{conversation}/turns/{turn}/events",
    ],
)
def test_without_a_subscription_only_its_state_is_shown(world: World, route: str) -> None:
    path = {"conversation": ulid(1), "turn": ulid(2)}

    assert world.code(route, path=path, headers={"x-nat-nation-slug": "late"}) == (
        402,
        "subscription_inactive",
    )


@pytest.mark.parametrize(
    ("route", "call", "refusal"),
    [
        ("GET /v1/nowhere", {}, (404, "not_found")),
        ("GET /v1/me", {"headers": {"x-nat-user-id": "bob"}}, (403, "forbidden")),
        ("GET /v1/conversations", {"query": {"limit": "many"}}, (400, "bad_request")),
        ("GET /v1/conversations", {"query": {"after": "x"}}, (400, "bad_request")),
        ("GET /v1/conversations", {"query": {"after": "WyJhIiwiYiJd"}}, (400, "bad_request")),
        ("GET /v1/conversations", {"query": {"after": "WzEsMl0="}}, (400, "bad_request")),
        (
            "GET /v1/conversations/{conversation}/turns/{turn}/events",
            {"query": {"after": "x"}},
            (400, "bad_request"),
        ),
        ("GET /v1/conversations/{conversation}/turns/{turn}/events", {}, (404, "not_found")),
        (
            "GET /v1/conversations/{conversation}/turns/{turn}/events",
            {"path": {"conversation": "a#b", "turn": "c"}},
            (404, "not_found"),
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(
    world: World, route: str, call: dict[str, Any], refusal: tuple[int, str]
) -> None:
    path = {"conversation": ulid(1), "turn": ulid(2)}

    assert world.code(route, **{"path": path, **call}) == refusal


def test_another_persons_turn_does_not_exist(world: World) -> None:
    world.ask(1, 2)
    path = {"conversation": ulid(1), "turn": ulid(2)}

    assert world.code("GET /v1/conversations/{conversation}/turns/{turn}/events", user="bob", path=path) == (
        404,
        "not_found",
    )


def test_a_defect_of_ours_is_told_without_details(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    clients.dynamodb().delete_table(TableName=world.tables[Table.USERS])

    status, body = world.call("GET /v1/me", headers={}, claims={"email": "ann@example.org"})

    assert (status, body["error"]["code"], body["error"]["retryable"]) == (500, "internal", True)
    assert "ResourceNotFound" not in json.dumps(body)
    assert "ann@" not in "".join(capfd.readouterr())
