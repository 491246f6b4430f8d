"""Whatever is wrong gets one clear error; nothing is counted, and the connection lives where it can."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
import requests
import websocket
from ulid import ULID

from local.machine import Machine
from nat.aws.store import Store
from nat.cli.platform import PlatformError
from nat.ids import NationSlug
from nat.names import Header
from nat.nations.record import Nations
from tests.integration.conftest import NATION, OTHER_NATION, PATIENCE, Person, Socket
from tests.integration.counting import queries_used

REFUSED = {401, 403}
"""API Gateway answers a refused `$connect` with the function's status, the embedded AWS always with 403."""


def refused(machine: Machine, ticket: str | None) -> int:
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        Socket(machine, ticket)
    status: int = refusal.value.status_code
    return status


def test_a_socket_without_a_ticket_does_not_open(machine: Machine) -> None:
    assert refused(machine, None) in REFUSED


def test_a_socket_with_a_made_up_ticket_does_not_open(machine: Machine) -> None:
    assert refused(machine, "made-up") in REFUSED


def test_a_ticket_opens_one_socket_only(machine: Machine, person: Person) -> None:
    ticket = person.ticket()
    with Socket(machine, ticket):
        pass

    assert refused(machine, ticket) in REFUSED


def test_a_stale_ticket_opens_nothing(machine: Machine, person: Person) -> None:
    ticket = person.ticket()
    key = f"ticket#{hashlib.sha256(ticket.encode()).hexdigest()}"
    machine.deployment.root.dynamodb.update_item(
        TableName=machine.deployment["OnceTableName"],
        Key={"key": {"S": key}},
        UpdateExpression="SET expires_ms = :past",
        ConditionExpression="attribute_exists(expires_ms)",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )

    assert refused(machine, ticket) in REFUSED


def test_a_ticket_needs_a_session(machine: Machine) -> None:
    answer = requests.post(
        f"{machine.deployment.api_url}/v1/ws-ticket",
        headers={Header.NATION_SLUG.value: NATION},
        timeout=PATIENCE,
    )

    assert answer.status_code == 401


def test_no_ticket_for_someone_elses_nation(person: Person) -> None:
    with pytest.raises(PlatformError) as refusal:
        person.ticket(OTHER_NATION)

    assert refusal.value.code == "not_a_member"


def test_no_ticket_for_an_unknown_nation(person: Person) -> None:
    with pytest.raises(PlatformError) as refusal:
        person.ticket("nobody-knows-it")

    assert refusal.value.code in {"nation_unknown", "not_a_member"}


def test_no_ticket_for_something_that_is_no_slug(person: Person) -> None:
    with pytest.raises(PlatformError) as refusal:
        person.ticket("demo#*")

    assert refusal.value.code == "bad_request"


def test_a_header_that_names_another_person_is_refused(machine: Machine, person: Person) -> None:
    answer = requests.post(
        f"{machine.deployment.api_url}/v1/ws-ticket",
        headers={
            "Authorization": f"Bearer {person.session.access_token}",
            Header.NATION_SLUG.value: NATION,
            Header.USER_ID.value: "somebody-else",
        },
        timeout=PATIENCE,
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def question(message: object) -> dict[str, Any]:
    return {"action": "ask", "turn": str(ULID()), "conversation": str(ULID()), "message": message}


WRONG_MESSAGES: dict[str, tuple[Any, str]] = {
    "empty": (question(""), "message_empty"),
    "blank": (question(" \n "), "message_empty"),
    "200 KB": (question("x" * 200_000), "message_too_long"),
    "no text": (question({"not": "text"}), "bad_request"),
    "no ULID": ({**question("hello"), "turn": "not-a-ulid"}, "bad_request"),
    "no ids": ({"action": "ask", "message": "no ids"}, "bad_request"),
    "broken JSON": ("{broken", "bad_request"),
    "a list": ("[1, 2]", "bad_request"),
    "unknown action": ({"action": "dance"}, "unknown_action"),
    "no action": ({}, "unknown_action"),
}


@pytest.mark.parametrize(("sent", "code"), WRONG_MESSAGES.values(), ids=WRONG_MESSAGES)
def test_a_wrong_message_gets_one_error_and_the_connection_lives(
    machine: Machine, person: Person, sent: str | dict[str, Any], code: str
) -> None:
    before = queries_used(machine, NATION)
    with person.socket() as socket:
        socket.send(sent)
        error = socket.refusal()
        socket.send({"action": "dance"})
        following = socket.refusal()

    assert (error["code"], error["retryable"]) == (code, False)
    assert following["code"] == "unknown_action"
    assert queries_used(machine, NATION) == before


def test_a_refused_question_can_be_asked_again_rightly(person: Person) -> None:
    with person.socket() as socket:
        wrong = question("")
        socket.send(wrong)
        socket.refusal()

        socket.send({**wrong, "message": "how many people are tagged volunteer?"})

        assert socket.until_end()[-1]["type"] == "turn.finished"


def test_someone_elses_conversation_is_closed(new_person: Callable[..., Person]) -> None:
    with new_person().socket() as owner:
        asked = owner.ask("how many people are tagged volunteer?")
        owner.until_end()

    with new_person().socket() as stranger:
        stranger.ask("and what did they say?", conversation=asked["conversation"])
        refusal = stranger.refusal()

    assert refusal["code"] == "forbidden"


def test_a_conversation_id_of_another_nation_leads_nowhere(new_person: Callable[..., Person]) -> None:
    with new_person().socket() as owner:
        asked = owner.ask("how many people are tagged volunteer?")
        owner.until_end()

    with new_person(nation=OTHER_NATION).socket(OTHER_NATION) as stranger:
        stranger.send({"action": "resume", **asked, "after": {"attempt": 0, "seq": 0}})
        refusal = stranger.refusal()

    assert refusal["code"] == "not_found"


def test_a_second_question_within_the_cooldown_is_refused_and_not_counted(
    machine: Machine, person: Person
) -> None:
    with person.socket() as socket:
        socket.ask("how many people are tagged volunteer?")
        socket.until_end()
        before = queries_used(machine, NATION)

        socket.ask("who donated this week?")

        refusal = socket.refusal()
    assert (refusal["code"], refusal["retryable"]) == ("cooldown", True)
    assert queries_used(machine, NATION) == before


def test_a_nation_without_a_subscription_is_refused_at_the_next_question(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    nations = Nations(Store(machine.deployment.root.dynamodb, machine.deployment.tables))
    with new_person(nation=OTHER_NATION).socket(OTHER_NATION) as socket:
        nations.update(NationSlug(OTHER_NATION), {"subscription_status": "cancelled"})
        try:
            socket.ask("how many people are tagged volunteer?")
            refusal = socket.refusal()
        finally:
            nations.update(NationSlug(OTHER_NATION), {"subscription_status": "active"})

    assert refusal["code"] == "subscription_inactive"
