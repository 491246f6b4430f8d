"""Somebody is invited by email, signs up by themselves, joins, works, and is removed again: with the deployed
functions under their roles."""

import secrets
from collections.abc import Callable
from json import JSONDecodeError

import pytest
import requests
from websocket import WebSocketConnectionClosedException

from local.machine import Machine
from nat.ids import UserId
from nat.roles import Role
from tests.integration.conftest import NATION, PATIENCE, Person
from tests.integration.people import QUESTION, call_api


def mailed_token(machine: Machine, to: str) -> str:
    """The token in the invitation that was mailed to an address."""
    answer = requests.get(f"{machine.deployment.aws_url}/_ministack/ses/messages", timeout=PATIENCE).json()
    mails = [each for box in answer["messages"].values() for each in box if each["To"] == [to]]
    texts = [str(each["BodyText"]) for each in mails if "#invitation=" in each["BodyText"]]
    assert len(texts) == 1
    return texts[0].partition("#invitation=")[2].split()[0]


def test_who_is_invited_by_email_joins_by_proving_the_address_and_can_be_removed(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    admin = new_person(NATION, Role.ADMIN)
    stranger = new_person("harbor", Role.MEMBER)
    email, password = f"{secrets.token_hex(6)}@newcomer.example", f"Test-{secrets.token_hex(8)}-A"

    invited = call_api(
        machine, admin.session, NATION, "POST /v1/invitations", {"email": email.upper(), "role": "member"}
    )
    assert invited.status_code == 201, invited.text
    token = mailed_token(machine, email)
    user_id = machine.sign_in.sign_up(email, password)
    session = machine.sign_in.log_in(email, password)
    by_other = call_api(machine, stranger.session, NATION, "POST /v1/invitations/accept", {"token": token})
    accepted = call_api(machine, session, NATION, "POST /v1/invitations/accept", {"token": token})

    assert (by_other.status_code, by_other.json()["error"]["code"]) == (403, "invitation_for_other")
    assert accepted.json() == {"nation_slug": NATION, "role": "member", "joined": True}
    assert call_api(machine, session, NATION, "GET /v1/me").json()["nation_slug"] == NATION

    newcomer = Person(machine, session, UserId(user_id))
    with newcomer.socket() as socket:
        socket.ask(QUESTION)
        socket.until_end()
        removed = call_api(machine, admin.session, NATION, "DELETE /v1/members/{user}", user=user_id)
        assert removed.status_code == 200, removed.text
        # websocket-client says that the other side has ended by an error, or by a message without text.
        with pytest.raises((WebSocketConnectionClosedException, JSONDecodeError)):
            socket.receive()

    assert call_api(machine, session, NATION, "GET /v1/members").status_code == 403
