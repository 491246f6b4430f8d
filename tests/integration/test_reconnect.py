"""Tokens that end, are refreshed and are taken away, with the deployed functions and roles."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from local.machine import Machine
from nat.aws.store import Store
from nat.connections.tokens import NbTokens
from nat.ids import NationSlug
from nat.nations.record import Nation, Nations
from nat.nations.web_pages import CONNECTIONS_PAGE
from nat.roles import Role
from tests.integration.conftest import OTHER_NATION, PATIENCE, Person
from tests.integration.mailbox import run, subjects, wait_for_mail
from tests.integration.people import QUESTION, Browser

LOST = f"Nat lost access to {OTHER_NATION}"
BACK = f"Nat has access to {OTHER_NATION} again"


@pytest.fixture(autouse=True)
def connected_afterwards(machine: Machine) -> Iterator[None]:
    """Other tests find the nation connected again."""
    yield
    machine.connect(OTHER_NATION, machine.vendors.tokens(OTHER_NATION))


def steer(machine: Machine, name: str, **body: Any) -> dict[str, Any]:
    """Turn something in the NationBuilder stand-in."""
    url = f"{machine.ports.url('nationbuilder')}/_standin/{name}"
    answer: dict[str, Any] = requests.post(url, json=body, timeout=PATIENCE).json()
    return answer


def connect(machine: Machine, life: timedelta) -> NbTokens:
    """Connect the nation with a pair whose access token lives so long."""
    given = steer(machine, "tokens", nation=OTHER_NATION, seconds=life.total_seconds())
    now = datetime.now(UTC)
    tokens = NbTokens(
        given["access_token"], given["refresh_token"], now + life, NationSlug(OTHER_NATION), now
    )
    machine.connect(OTHER_NATION, tokens)
    return tokens


def record(machine: Machine) -> Nation:
    """The nation's record."""
    return Nations(Store(machine.deployment.root.dynamodb, machine.deployment.tables)).require(
        NationSlug(OTHER_NATION)
    )


def ask(person: Person) -> list[dict[str, Any]]:
    """The events of one question."""
    with person.socket(OTHER_NATION) as socket:
        socket.ask(QUESTION)
        return socket.until_end()


def test_a_token_that_has_ended_is_refreshed_during_the_turn(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    steer(machine, "revoke", nation=OTHER_NATION)  # the worker may remember an earlier token
    connect(machine, timedelta(seconds=-1))

    events = ask(new_person(OTHER_NATION))

    assert events[-1]["type"] == "turn.finished"
    expires_at = record(machine).nb_token_expires_at
    assert expires_at is not None
    assert expires_at > datetime.now(UTC) + timedelta(hours=23)


def test_the_job_refreshes_what_ends_before_its_next_run(machine: Machine) -> None:
    connect(machine, timedelta(hours=6))

    assert run(machine, "RefreshDueFunctionName")["refreshed"] == 1

    assert run(machine, "RefreshDueFunctionName")["refreshed"] == 0


def states(person: Person) -> list[bool]:
    """Whether the nation has to be connected anew, as the API tells it in both places."""
    nation = person.client.call("GET", "/v1/nation", OTHER_NATION)
    me = person.client.call("GET", "/v1/me", OTHER_NATION)
    (membership,) = [each for each in me["memberships"] if each["nation_slug"] == OTHER_NATION]
    return [nation["nb_needs_reauth"], membership["subscription"]["nb_needs_reauth"]]


def test_access_that_was_taken_away_is_told_everywhere_until_the_nation_is_connected_anew(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    admins = [new_person(OTHER_NATION, Role.ADMIN) for _ in range(2)]
    members = [new_person(OTHER_NATION) for _ in range(3)]
    connect(machine, timedelta(hours=24))
    steer(machine, "revoke", nation=OTHER_NATION)

    with members[0].socket(OTHER_NATION) as looking_on:
        # Several turns, and so several threads of the worker, meet it at once.
        with ThreadPoolExecutor(len(members)) as pool:
            turns = list(pool.map(ask, members))

        assert [events[-1]["code"] for events in turns] == ["reconnect"] * len(members)
        notices = [event for events in turns for event in events if event["type"] == "notice"]
        assert {event["kind"] for event in notices} == {"reconnect"}
        assert {urlsplit(event["url"]).path for event in notices} == {CONNECTIONS_PAGE}
        assert record(machine).nb_needs_reauth
        assert not record(machine).may_run_unattended
        assert states(members[0]) == [True, True]
        assert run(machine, "RefreshSweepFunctionName")["announced"] >= 1
        for admin in admins:
            assert wait_for_mail(machine, admin, 1, of=(LOST, BACK)) == [LOST]
        pushed = looking_on.until("notice")[-1]
        assert (pushed["nation"], pushed["kind"]) == (OTHER_NATION, "reconnect")

        assert Browser(machine, admins[0]).go("POST /v1/nationbuilder/connect").status_code == 302

        assert run(machine, "RefreshSweepFunctionName")["announced"] >= 1
        assert looking_on.until("notice")[-1]["kind"] == "reconnected"
    assert not record(machine).nb_needs_reauth
    assert record(machine).may_run_unattended
    assert states(members[0]) == [False, False]
    members[0].forget_cooldown()
    assert ask(members[0])[-1]["type"] == "turn.finished"
    for admin in admins:
        assert wait_for_mail(machine, admin, 2, of=(LOST, BACK)) == [LOST, BACK]
    assert [subjects(machine, member) for member in members] == [[]] * len(members)
