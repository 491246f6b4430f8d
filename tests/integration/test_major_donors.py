"""Scenario 7: people are found, a proposal is approved, carried out with progress, and taken back."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from ulid import ULID

from local.machine import Machine
from local.streaming import stream
from nat.names import Header
from nat.roles import Role
from tests.integration.conftest import NATION, PATIENCE, Person, Socket
from tests.integration.office import Office

REQUEST = "Tag everyone who donated over $100 as major donor"
TAG = "major donor"
MAJOR_DONORS = 23

Wire = dict[str, Any]


@pytest.fixture
def admin(new_person: Callable[..., Person]) -> Person:
    """Somebody who may let bulk changes happen."""
    return new_person(role=Role.ADMIN)


@pytest.fixture
def office(machine: Machine) -> Iterator[Office]:
    """The nation's NationBuilder, in which there is no such tag; every test leaves it so."""
    office = Office(machine, NATION)
    assert office.tag_ids(TAG) == []
    yield office
    assert office.tag_ids(TAG) == []


def of_type(events: list[Wire], kind: str) -> list[Wire]:
    return [each for each in events if each["type"] == kind]


def propose(socket: Socket) -> tuple[str, Wire]:
    """Ask for the tag; gives the conversation and the proposal's event."""
    asked = socket.ask(REQUEST)
    (requested,) = of_type(socket.until_end(), "approval.requested")
    return asked["conversation"], requested


def decide(socket: Socket, action: str, conversation: str, **details: Any) -> list[Wire]:
    """Send a decision; gives the events of its turn."""
    decision = str(ULID())
    socket.send({"action": action, "decision": decision, "conversation": conversation, **details})
    return socket.until_end()


def seen(requested: Wire) -> dict[str, str]:
    """What a decision quotes of the card."""
    return {"approval": requested["approval"], "fingerprint": requested["card"]["fingerprint"]}


def http(person: Person, method: str, path: str, body: Wire | None = None) -> tuple[int, Wire]:
    """A call of the HTTP API: status and body."""
    session = person.session
    answer = requests.request(
        method,
        f"{person.machine.sign_in.profile.api_url}/v1/{path}",
        json=body,
        headers={
            "Authorization": f"Bearer {session.access_token}",
            Header.USER_ID.value: session.user_id,
            Header.NATION_SLUG.value: NATION,
        },
        timeout=PATIENCE,
    )
    return answer.status_code, answer.json()


def tail(person: Person, turn: str, conversation: str) -> list[Wire]:
    """The events of a turn by SSE, from the first one to the last."""
    body = {"turn": turn, "conversation": conversation}
    url = person.machine.stream_url
    return [each.as_wire() for _, each in stream(url, person.session, NATION, body, last_event_id="0.0")]


def test_the_proposal_says_how_many_whom_and_what_becomes_of_them(admin: Person, office: Office) -> None:
    with admin.socket() as socket:
        _, requested = propose(socket)

    card = requested["card"]
    changed = [each for each in card["sample"] if each["type"] == "person"]
    assert card["summary"] == f"Tag {MAJOR_DONORS} people as “{TAG}”"
    assert card["people"] == MAJOR_DONORS
    assert card["filter"] == "people; donated in all more than 100.00"
    assert {each["id"] for each in changed} <= set(office.donors_over(10_000))
    assert all(each["before"] is None and each["after"] == {"tag": TAG} for each in changed)
    assert office.carriers(TAG) == []


def test_over_the_websocket_it_is_approved_carried_out_with_progress_and_taken_back(
    admin: Person, office: Office
) -> None:
    donors = office.donors_over(10_000)
    with admin.socket() as socket:
        conversation, requested = propose(socket)

        done = decide(socket, "approve", conversation, **seen(requested))
        tagged = office.carriers(TAG)
        _, approval = http(admin, "GET", f"conversations/{conversation}/approvals/{requested['approval']}")
        undone = decide(socket, "undo", conversation, change=approval["change"])

    assert len(donors) == MAJOR_DONORS
    assert tagged == donors
    assert [each["state"] for each in of_type(done, "approval.updated")] == ["committing", "done"]
    assert of_type(done, "progress")[-1]["done"] == MAJOR_DONORS + 1
    assert (approval["state"], {each["state"] for each in approval["results"]}) == ("done", {"done"})
    assert undone[-1]["text"].startswith("Taken back:")
    assert office.carriers(TAG) == []


def test_over_server_sent_events_it_is_approved_by_http_and_the_decision_is_tailed(
    machine: Machine, admin: Person, office: Office
) -> None:
    asked = {"turn": str(ULID()), "conversation": str(ULID()), "message": REQUEST}
    answer = [each.as_wire() for _, each in stream(machine.stream_url, admin.session, NATION, asked)]
    (requested,) = of_type(answer, "approval.requested")
    approvals = f"conversations/{asked['conversation']}/approvals/{requested['approval']}"
    decision = {"decision": str(ULID()), "fingerprint": requested["card"]["fingerprint"]}

    status, admitted = http(admin, "POST", f"{approvals}/approve", decision)
    done = tail(admin, admitted["turn"], asked["conversation"])
    tagged = office.carriers(TAG)
    _, approval = http(admin, "GET", approvals)
    change = f"conversations/{asked['conversation']}/changes/{quote(approval['change'], safe='')}"
    _, before = http(admin, "GET", change)
    _, undoing = http(admin, "POST", f"{change}/undo", {"decision": str(ULID())})
    undone = tail(admin, undoing["turn"], asked["conversation"])
    _, after = http(admin, "GET", change)

    assert (status, admitted["turn"], admitted["kind"]) == (202, decision["decision"], "commit")
    assert tagged == office.donors_over(10_000)
    assert of_type(done, "progress")[-1]["done"] == MAJOR_DONORS + 1
    assert (before["undoable"], after["undoable"]) == (MAJOR_DONORS + 1, 0)
    assert undone[-1]["type"] == "turn.finished"


def test_two_surfaces_at_once_have_one_outcome_and_the_other_is_told_why(
    admin: Person, office: Office
) -> None:
    with admin.socket() as socket:
        conversation, requested = propose(socket)
        rejecting = {"decision": str(ULID()), "fingerprint": requested["card"]["fingerprint"]}

        status, rejected = http(
            admin, "POST", f"conversations/{conversation}/approvals/{requested['approval']}/reject", rejecting
        )
        pushed = socket.until("approval.updated")[-1]
        socket.send(
            {
                "action": "approve",
                "decision": str(ULID()),
                "conversation": conversation,
                **seen(requested),
            }
        )
        told = socket.until("error")[-1]

    assert (status, rejected["state"]) == (200, "rejected")
    assert (pushed["approval"], pushed["state"]) == (requested["approval"], "rejected")
    assert told["code"] == "approval_closed"
    assert office.carriers(TAG) == []


def test_a_member_gets_no_proposal_for_what_takes_an_admin(person: Person, office: Office) -> None:
    with person.socket() as socket:
        socket.ask(REQUEST)
        events = socket.until_end()

    tagging = of_type(events, "tool.finished")[-1]
    assert (tagging["tool"], tagging["ok"]) == ("bulk_tag_people", False)
    assert of_type(events, "approval.requested") == []
    assert office.carriers(TAG) == []
