"""Deciding where people are: by socket and by HTTP, with one outcome and the others told why."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from botocore.credentials import Credentials
from ulid import ULID

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from nat.approvals.approval import Approval
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.push import Push
from nat.channels.websocket import Followers, Sockets
from nat.contract.events import ToolFinished
from nat.contract.messages import ApprovalState
from nat.conversations.turns import TurnKind, TurnState
from nat.handlers.api import Api
from nat.handlers.services import Services
from nat.handlers.ws import SocketDoor
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import SocketAction, Table, Variable
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission, Admitted
from nat.turns.queue import TurnQueue
from nat.turns.sweep import Sweep
from nat.turns.tickets import TicketHolder, Tickets
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import calls, says, use
from tests.unit.nat.api_event import api_event
from tests.unit.nat.changes.bench import SLUG, bench
from tests.unit.nat.gateway import Gateway, running_gateway
from tests.unit.nat.turns.board import Board
from tests.unit.nat.turns.stage import Stage

Wire = dict[str, Any]


@pytest.fixture(scope="module")
def nationbuilder() -> Iterator[RunningNationBuilder]:
    with running_nationbuilder() as server:
        yield server


@dataclass
class Surfaces:
    """A conversation of u1 with a proposal for two people, open in a socket of u1's and by HTTP."""

    board: Board
    gateway: Gateway
    push: Push
    door: SocketDoor
    api: Api

    def __post_init__(self) -> None:
        self.people, self.tag = self.board.office.people(2), self.board.office.new_tag("major")
        self.approval = self.board.propose(self.people, self.tag)
        self.mine = self.connect("u1")

    def connect(self, user: str) -> str:
        """An open connection of a person."""
        connection = f"c-{ULID()}"
        ticket = Tickets(Store(clients.dynamodb(), self.board.stage.tables)).issue(
            TicketHolder(NationSlug("demo"), UserId(user)), self.board.stage.clock()
        )
        self.door(
            {
                "requestContext": {"routeKey": "$connect", "connectionId": connection},
                "queryStringParameters": {"ticket": ticket},
            }
        )
        return connection

    def follow(self, connection: str) -> None:
        """Open the conversation on a connection."""
        turn = self.approval.ref.turn_id
        self.send(connection, SocketAction.RESUME, turn=turn)

    def send(self, connection: str, action: SocketAction, **message: Any) -> list[Wire]:
        """Send a message; what the connection has received by then."""
        body = {"action": action, "conversation": self.board.conversation_id, **message}
        context = {"routeKey": action.value, "connectionId": connection, "requestId": "r1"}
        assert self.door({"requestContext": context, "body": json.dumps(body)}) == {"statusCode": 200}
        return self.gateway.events(connection)

    def decide(self, action: SocketAction, connection: str | None = None, **message: Any) -> Wire:
        """Send a decision about the proposal; the last thing that the connection has received."""
        body = {"decision": str(ULID()), **self.seen(self.approval), **message}
        return self.send(connection or self.mine, action, **body)[-1]

    def call(
        self,
        route: str,
        body: Wire | None = None,
        *,
        user: str = "u1",
        query: dict[str, str] | None = None,
        **path: str,
    ) -> tuple[int, Wire]:
        """Call the HTTP API as a person: status and body."""
        named = {"conversation": self.board.conversation_id, **path}
        answer = self.api(api_event(route, user=user, body=body, path=named, query=query))
        return answer["statusCode"], json.loads(answer["body"])

    def post(self, route: str, *, user: str = "u1", **body: Any) -> tuple[int, Wire]:
        """Decide about the proposal by HTTP."""
        full = {"decision": str(ULID()), "fingerprint": self.approval.fingerprint, **body}
        return self.call(route, full, user=user, approval=self.approval.id)

    def work(self, decision: str) -> None:
        """Let a worker carry out the turn of a decision."""
        turns = self.board.stage.turns
        self.board.carry_out(
            Admitted(
                turns.get(NationSlug("demo"), ConversationId(self.board.conversation_id), TurnId(decision))
            )
        )

    def state(self) -> ApprovalState:
        """Where the proposal is."""
        return self.board.settled(self.approval).state

    def done(self) -> str:
        """Approve by HTTP and carry out; gives the change's reference."""
        _, admitted = self.post("POST /v1/conversations/{conversation}/approvals/{approval}/approve")
        self.work(admitted["turn"])
        return str(self.approval.ref)

    @staticmethod
    def seen(approval: Approval) -> dict[str, str]:
        """What a decision quotes of what the person saw."""
        return {"approval": approval.id, "fingerprint": approval.fingerprint}


@pytest.fixture
def at(
    tables: TableNames, nationbuilder: RunningNationBuilder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Surfaces]:
    """Both surfaces over one nation."""
    nationbuilder.standin.reset()
    url = world.create_turn_queue()
    with bench(nationbuilder, SLUG) as office, running_gateway() as gateway:
        monkeypatch.setenv(Variable.TURN_QUEUE_URL, url)
        monkeypatch.setenv(Variable.SOCKET_ENDPOINT, gateway.url)
        board = Board(Stage(tables), office, url)
        clock = board.stage.clock
        admission = Admission(
            Store(clients.dynamodb(), tables, clock), TurnQueue(clients.sqs(), url), world.PLANS
        )
        push = Push(gateway.url, Credentials("key", "secret"), "us-east-1")
        yield Surfaces(
            board,
            gateway,
            push,
            SocketDoor(Store(clients.dynamodb(), tables), admission, push),
            Api(Services(clients.dynamodb(), tables, world.PLANS, clock=clock)),
        )


def become(at: Surfaces, user: str, role: Role) -> None:
    Memberships(Store(clients.dynamodb(), at.board.stage.tables)).put(
        Membership(NationSlug("demo"), UserId(user), role, world.START)
    )


# By socket.


def test_a_yes_by_socket_is_accepted_and_carried_out(at: Surfaces) -> None:
    decision = str(ULID())

    accepted = at.decide(SocketAction.APPROVE, decision=decision)
    at.work(decision)

    assert (accepted["type"], accepted["turn"]) == ("turn.accepted", decision)
    assert at.board.office.carriers(at.tag) == sorted(at.people, key=int)
    assert at.state() is ApprovalState.DONE


def test_a_yes_to_some_records_changes_only_those(at: Surfaces) -> None:
    decision, chosen = str(ULID()), at.approval.card["sample"][0]

    at.decide(SocketAction.APPROVE, decision=decision, records=[chosen["key"]])
    at.work(decision)

    assert at.board.office.carriers(at.tag) == [chosen["id"]]


def test_who_decides_follows_their_conversation(at: Surfaces) -> None:
    at.decide(SocketAction.APPROVE)

    session = Sockets(Store(clients.dynamodb(), at.board.stage.tables)).session(at.mine)
    assert session.conversations == {at.board.conversation}


def test_an_admin_decides_for_another_person_without_following_their_conversation(at: Surfaces) -> None:
    admins = at.connect("u2")

    accepted = at.decide(SocketAction.APPROVE, admins)

    session = Sockets(Store(clients.dynamodb(), at.board.stage.tables)).session(admins)
    assert accepted["type"] == "turn.accepted"
    assert session.conversations == frozenset()


def test_the_events_of_an_admins_decision_are_read_by_both(at: Surfaces) -> None:
    decision, admins = str(ULID()), at.connect("u2")
    at.decide(SocketAction.APPROVE, admins, decision=decision)
    at.work(decision)

    for connection in (admins, at.mine):
        assert at.send(connection, SocketAction.RESUME, turn=decision)[-1]["type"] == "turn.finished"
    for user in ("u1", "u2"):
        assert (
            at.call("GET /v1/conversations/{conversation}/turns/{turn}/events", user=user, turn=decision)[1][
                "state"
            ]
            == "finished"
        )


def test_a_no_by_socket_is_told_to_all_who_follow(at: Surfaces) -> None:
    other = at.connect("u1")
    at.follow(other)

    told = at.decide(SocketAction.REJECT)

    assert told == {
        "v": 1,
        "type": "approval.updated",
        "conversation": at.board.conversation_id,
        "approval": at.approval.id,
        "state": "rejected",
        "by": "u1",
    }
    assert at.gateway.events(other)[-1] == told


def test_an_admin_who_says_no_for_another_person_is_told_too(at: Surfaces) -> None:
    told = at.decide(SocketAction.REJECT, at.connect("u2"))

    assert (told["state"], told["by"]) == ("rejected", "u2")


def test_undo_by_socket_takes_back_what_was_done(at: Surfaces) -> None:
    change, decision = at.done(), str(ULID())

    at.send(at.mine, SocketAction.UNDO, decision=decision, change=change)
    at.work(decision)

    assert at.board.office.carriers(at.tag) == []


def test_undo_of_one_record_leaves_the_others(at: Surfaces) -> None:
    change, decision, (one, other) = at.done(), str(ULID()), at.approval.card["sample"]

    at.send(at.mine, SocketAction.UNDO, decision=decision, change=change, records=[one["key"]])
    at.work(decision)

    assert at.board.office.carriers(at.tag) == [other["id"]]


def test_retry_by_socket_of_what_is_done_is_refused(at: Surfaces) -> None:
    at.done()

    refused = at.send(at.mine, SocketAction.RETRY, decision=str(ULID()), approval=at.approval.id)[-1]

    assert (refused["type"], refused["code"]) == ("error", "approval_closed")


def test_a_change_that_ran_at_once_is_named_by_its_reference(at: Surfaces) -> None:
    (person,), tag = at.board.office.people(1), at.board.office.new_tag("single")
    turn = at.board.ask(calls(use("tag_person", person=person, tag=tag)), says("Done."))
    (change,) = [
        each.event.change for each in at.board.stage.events(turn) if isinstance(each.event, ToolFinished)
    ]

    refused = at.send(at.mine, SocketAction.RETRY, decision=str(ULID()), change=change)[-1]
    status, told = at.call(
        "GET /v1/conversations/{conversation}/changes/{change}", change=quote(str(change), safe="")
    )

    assert refused["code"] == "approval_closed"
    assert (status, told["undoable"], told["approval"]) == (200, 1, None)


@pytest.mark.parametrize(
    ("action", "message", "code"),
    [
        (SocketAction.APPROVE, {"decision": "not-a-ulid"}, "bad_request"),
        (SocketAction.APPROVE, {"decision": None}, "bad_request"),
        (SocketAction.APPROVE, {"fingerprint": None}, "bad_request"),
        (SocketAction.APPROVE, {"fingerprint": "of something else"}, "approval_changed"),
        (SocketAction.APPROVE, {"approval": "01J000000000000000000000A1"}, "not_found"),
        (SocketAction.APPROVE, {"approval": "a#b"}, "not_found"),
        (SocketAction.APPROVE, {"records": "all"}, "bad_request"),
        (SocketAction.APPROVE, {"records": []}, "bad_request"),
        (SocketAction.APPROVE, {"records": [1]}, "bad_request"),
        (SocketAction.APPROVE, {"records": ["nobody"]}, "bad_request"),
        (SocketAction.APPROVE, {"conversation": "01J000000000000000000000C9"}, "not_found"),
        (SocketAction.REJECT, {"fingerprint": "of something else"}, "approval_changed"),
        (SocketAction.EDIT, {"values": None}, "bad_request"),
        (SocketAction.EDIT, {"values": {}}, "bad_request"),
        (SocketAction.EDIT, {"values": {"people": "1"}}, "bad_request"),
        (SocketAction.EDIT, {"values": {"tag": 7}}, "bad_request"),
        (SocketAction.RETRY, {}, "approval_closed"),
        (SocketAction.UNDO, {"change": "not a change"}, "not_found"),
        (SocketAction.UNDO, {"change": None}, "bad_request"),
    ],
)
def test_what_cannot_be_decided_gives_one_error_and_changes_nothing(
    at: Surfaces, action: SocketAction, message: Wire, code: str
) -> None:
    refused = at.decide(action, **message)

    assert (refused["type"], refused["code"]) == ("error", code)
    assert at.state() is ApprovalState.PENDING


def test_an_error_names_the_decision_that_it_answers(at: Surfaces) -> None:
    decision = str(ULID())

    refused = at.decide(SocketAction.APPROVE, decision=decision, fingerprint="of something else")

    assert refused["turn"] == decision


def test_a_member_does_not_see_what_others_proposed(at: Surfaces) -> None:
    refused = at.decide(SocketAction.APPROVE, at.connect("member"))

    assert refused["code"] == "not_found"


# By HTTP.


def test_a_yes_by_http_is_answered_with_its_turn(at: Surfaces) -> None:
    decision = str(ULID())

    status, admitted = at.post(
        "POST /v1/conversations/{conversation}/approvals/{approval}/approve", decision=decision
    )
    at.work(decision)

    assert status == 202
    assert admitted == {
        "turn": decision,
        "conversation": at.board.conversation_id,
        "kind": TurnKind.COMMIT.value,
        "state": TurnState.QUEUED.value,
    }
    assert at.board.office.carriers(at.tag) == sorted(at.people, key=int)


def test_a_no_by_http_is_told_to_open_sockets(at: Surfaces) -> None:
    at.follow(at.mine)

    status, rejected = at.post("POST /v1/conversations/{conversation}/approvals/{approval}/reject")

    assert (status, rejected["state"], rejected["decided_by"]) == (200, "rejected", "u1")
    assert at.gateway.events(at.mine)[-1]["state"] == "rejected"


def test_the_inbox_holds_ones_own_and_for_admins_everybodys(at: Surfaces) -> None:
    inboxes = {
        user: [each["approval"] for each in at.call("GET /v1/approvals", user=user)[1]["approvals"]]
        for user in ("u1", "u2", "member")
    }

    assert inboxes == {"u1": [at.approval.id], "u2": [at.approval.id], "member": []}


def test_the_inbox_comes_in_pages(at: Surfaces) -> None:
    replies = [
        calls(use("tag_people", people=at.people, tag=at.board.office.new_tag(name)))
        for name in ("one", "two", "three")
    ]
    at.board.ask(*replies, says("They wait."))

    _, first = at.call("GET /v1/approvals", query={"limit": "2"})
    _, second = at.call("GET /v1/approvals", query={"limit": "2", "after": first["next"]})

    found = [each["approval"] for page in (first, second) for each in page["approvals"]]
    assert (len(first["approvals"]), len(found), len(set(found))) == (2, 3, 3)
    assert second["next"] is None


@pytest.mark.parametrize("after", ["x", "WzEsMl0=", "WyJhIiwiYiIsImMiXQ=="])
def test_a_place_in_the_inbox_that_no_page_gave_is_refused(at: Surfaces, after: str) -> None:
    assert at.call("GET /v1/approvals", query={"after": after})[0] == 400


def test_a_conversation_lists_its_proposals_to_its_person_and_to_admins(at: Surfaces) -> None:
    listed = {
        user: [
            each["state"]
            for each in at.call("GET /v1/conversations/{conversation}/approvals", user=user)[1]["approvals"]
        ]
        for user in ("u1", "u2", "member")
    }

    assert listed == {"u1": ["pending"], "u2": ["pending"], "member": []}


def test_a_proposal_is_shown_with_its_card_and_without_results_while_it_waits(at: Surfaces) -> None:
    status, shown = at.call(
        "GET /v1/conversations/{conversation}/approvals/{approval}", approval=at.approval.id
    )

    assert (status, shown["state"], shown["results"]) == (200, "pending", [])
    assert shown["card"] == at.approval.card
    assert shown["change"] == str(at.approval.ref)


@pytest.mark.parametrize("query", [{"limit": "501"}, {"limit": "-1"}, {"after": "nothing"}])
def test_a_page_of_results_is_checked_also_where_there_are_none_yet(
    at: Surfaces, query: dict[str, str]
) -> None:
    status, refused = at.call(
        "GET /v1/conversations/{conversation}/approvals/{approval}", approval=at.approval.id, query=query
    )

    assert (status, refused["error"]["code"]) == (400, "bad_request")


def test_what_became_of_each_record_is_shown_in_pages(at: Surfaces) -> None:
    at.done()

    _, first = at.call(
        "GET /v1/conversations/{conversation}/approvals/{approval}",
        approval=at.approval.id,
        query={"limit": "1"},
    )
    _, second = at.call(
        "GET /v1/conversations/{conversation}/approvals/{approval}",
        approval=at.approval.id,
        query={"limit": "1", "after": first["next"]},
    )

    results = [*first["results"], *second["results"]]
    assert (first["state"], first["counts"]) == ("done", {"done": 2})
    assert [each["id"] for each in results] == at.people
    assert {each["state"] for each in results} == {"done"}
    assert second["next"] is None


def test_a_change_says_until_when_it_can_be_taken_back(at: Surfaces) -> None:
    change = at.done()

    _, told = at.call("GET /v1/conversations/{conversation}/changes/{change}", change=change)

    assert (told["operations"], told["undoable"]) == (2, 2)
    assert told["undo_until"] == "2026-12-22T09:30:00.000Z"


def test_a_change_that_was_taken_back_says_so_of_each_record(at: Surfaces) -> None:
    change = quote(at.done(), safe="")

    status, undoing = at.call(
        "POST /v1/conversations/{conversation}/changes/{change}/undo",
        {"decision": str(ULID())},
        change=change,
    )
    at.work(undoing["turn"])
    _, told = at.call("GET /v1/conversations/{conversation}/changes/{change}", change=change)

    assert (status, undoing["kind"]) == (202, "undo")
    assert (told["undoable"], told["undo_until"]) == (0, None)
    assert {each["undo"]["state"] for each in told["results"]} == {"done"}


@pytest.mark.parametrize(
    "route",
    [
        "GET /v1/conversations/{conversation}/approvals/{approval}",
        "GET /v1/conversations/{conversation}/changes/{change}",
    ],
)
def test_what_others_proposed_or_changed_does_not_exist_for_members(at: Surfaces, route: str) -> None:
    status, _ = at.call(route, user="member", approval=at.approval.id, change=str(at.approval.ref))

    assert status == 404


@pytest.mark.parametrize(
    "route",
    [
        "GET /v1/conversations/{conversation}/approvals/{approval}",
        "GET /v1/conversations/{conversation}/approvals",
        "GET /v1/conversations/{conversation}/changes/{change}",
        "POST /v1/conversations/{conversation}/approvals/{approval}/approve",
    ],
)
def test_a_conversation_that_cannot_be_is_not_found_or_a_bad_request(at: Surfaces, route: str) -> None:
    body = {"decision": str(ULID()), "fingerprint": at.approval.fingerprint}

    status, _ = at.call(route, body, approval=at.approval.id, change=str(at.approval.ref), conversation="a#b")

    assert status in (400, 404)


def test_a_body_that_names_something_else_than_its_path_is_refused(at: Surfaces) -> None:
    status, _ = at.post(
        "POST /v1/conversations/{conversation}/approvals/{approval}/approve",
        approval="01J000000000000000000000A1",
    )

    assert status == 400


# One outcome.


def test_of_a_double_click_one_is_admitted_and_the_other_told_why(at: Surfaces) -> None:
    connections = [at.mine, at.connect("u1")]

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda each: at.decide(SocketAction.APPROVE, each), connections))

    outcomes = sorted(str(each.get("code", each["type"])) for each in told)
    assert outcomes[1] == "turn.accepted"
    assert outcomes[0] in ("approval_closed", "conversation_busy")


def test_the_same_click_twice_is_one_turn(at: Surfaces) -> None:
    decision = str(ULID())
    at.decide(SocketAction.APPROVE, decision=decision)

    again = at.decide(SocketAction.APPROVE, decision=decision)
    status, admitted = at.post(
        "POST /v1/conversations/{conversation}/approvals/{approval}/approve", decision=decision
    )

    assert (again["type"], again["turn"]) == ("turn.accepted", decision)
    assert (status, admitted["turn"]) == (202, decision)
    assert len(world.queued(at.board.queue_url)) == 1


def test_of_a_socket_and_http_at_once_one_decides(at: Surfaces) -> None:
    def by_socket() -> bool:
        return bool(at.decide(SocketAction.APPROVE)["type"] == "turn.accepted")

    def by_http() -> bool:
        return (
            at.post("POST /v1/conversations/{conversation}/approvals/{approval}/reject", user="u2")[0] == 200
        )

    clicks: list[Callable[[], bool]] = [by_socket, by_http]
    with ThreadPoolExecutor(2) as pool:
        approved, rejected = pool.map(lambda click: click(), clicks)

    assert approved is not rejected
    assert at.state() is (ApprovalState.APPROVED if approved else ApprovalState.REJECTED)


def test_at_the_moment_of_its_expiry_a_proposal_is_refused_on_every_surface(at: Surfaces) -> None:
    at.board.stage.clock.now = at.approval.expires_at

    assert at.decide(SocketAction.APPROVE)["code"] == "approval_expired"
    assert (
        at.post("POST /v1/conversations/{conversation}/approvals/{approval}/approve")[1]["error"]["code"]
        == "approval_expired"
    )
    assert (
        at.call("GET /v1/conversations/{conversation}/approvals/{approval}", approval=at.approval.id)[1][
            "state"
        ]
        == "expired"
    )


def test_a_moment_before_its_expiry_a_proposal_is_approved(at: Surfaces) -> None:
    at.board.stage.clock.now = at.approval.expires_at
    at.board.stage.clock.advance(milliseconds=-1)

    assert at.decide(SocketAction.APPROVE)["type"] == "turn.accepted"


def test_an_expiry_is_told_once_to_those_who_follow(at: Surfaces) -> None:
    at.follow(at.mine)
    at.board.stage.clock.advance(minutes=16)
    sweep = Sweep(
        Store(clients.dynamodb(), at.board.stage.tables, at.board.stage.clock),
        TurnQueue(clients.sqs(), at.board.queue_url),
        Followers(Store(clients.dynamodb(), at.board.stage.tables), at.push).deliver,
    )

    swept = [sweep.run().expired, sweep.run().expired]

    told = [each for each in at.gateway.events(at.mine) if each.get("state") == "expired"]
    assert swept == [1, 0]
    assert [each["approval"] for each in told] == [at.approval.id]


def test_who_lost_the_role_before_the_commit_changes_nothing_and_is_told(at: Surfaces) -> None:
    decision = str(ULID())
    at.decide(SocketAction.APPROVE, decision=decision)
    become(at, "u1", Role.MEMBER)

    at.work(decision)

    last = at.send(at.mine, SocketAction.RESUME, turn=decision)[-1]
    assert (last["type"], last["code"]) == ("turn.failed", "role_insufficient")
    assert at.board.office.carriers(at.tag) == []
    assert at.state() is ApprovalState.FAILED


def test_who_lost_the_role_before_the_click_is_refused_on_every_surface(at: Surfaces) -> None:
    become(at, "u1", Role.MEMBER)

    assert at.decide(SocketAction.APPROVE)["code"] == "role_insufficient"
    assert (
        at.post("POST /v1/conversations/{conversation}/approvals/{approval}/approve")[1]["error"]["code"]
        == "role_insufficient"
    )


def test_what_a_newer_proposal_has_superseded_cannot_be_decided(at: Surfaces) -> None:
    at.board.propose(at.people[:1], at.board.office.new_tag("newer"))

    assert at.decide(SocketAction.APPROVE)["code"] == "approval_superseded"
    assert (
        at.post("POST /v1/conversations/{conversation}/approvals/{approval}/reject")[1]["error"]["code"]
        == "approval_superseded"
    )


def test_a_decision_while_a_question_runs_has_to_wait(at: Surfaces) -> None:
    at.board.stage.admitted(conversation_id=at.board.conversation_id)

    refused = at.decide(SocketAction.APPROVE)

    assert (refused["code"], refused["retryable"]) == ("conversation_busy", True)
    assert at.state() is ApprovalState.PENDING


def test_without_a_subscription_nothing_is_decided(at: Surfaces) -> None:
    clients.dynamodb().update_item(
        TableName=at.board.stage.tables[Table.NATIONS],
        Key={"nation_slug": {"S": "demo"}},
        UpdateExpression="SET subscription_status = :cancelled",
        ExpressionAttributeValues={":cancelled": {"S": "cancelled"}},
    )

    assert at.decide(SocketAction.APPROVE)["code"] == "subscription_inactive"
    assert at.post("POST /v1/conversations/{conversation}/approvals/{approval}/reject")[0] == 402
