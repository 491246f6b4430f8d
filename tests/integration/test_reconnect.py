"""Tokens that end, are refreshed and are taken away, with the deployed functions and roles."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from local.machine import Machine
from nat.connections.tokens import NbTokens
from nat.nations.record import Nation, Nations
from tests.integration.conftest import OTHER_NATION, PATIENCE, Person

QUESTION = "how many people are tagged volunteer?"


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
    tokens = NbTokens(given["access_token"], given["refresh_token"], now + life, OTHER_NATION, now)
    machine.connect(OTHER_NATION, tokens)
    return tokens


def record(machine: Machine) -> Nation:
    """The nation's record."""
    return Nations(machine.deployment.root.dynamodb, machine.deployment.tables).require(OTHER_NATION)


def run(machine: Machine, function: str) -> dict[str, Any]:
    """What a deployed function answers to its schedule."""
    answer = machine.deployment.root.functions.invoke(FunctionName=machine.deployment[function], Payload=b"{}")
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "errorType" not in found, found
    return found


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


def test_access_that_was_taken_away_is_told_everywhere_until_the_nation_is_connected_anew(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    person = new_person(OTHER_NATION)
    connect(machine, timedelta(hours=24))
    steer(machine, "revoke", nation=OTHER_NATION)

    events = ask(person)

    assert events[-1]["type"] == "turn.failed"
    assert events[-1]["code"] == "reconnect"
    assert "reconnect" in {event.get("kind") for event in events if event["type"] == "notice"}
    assert record(machine).nb_needs_reauth
    assert run(machine, "RefreshSweepFunctionName")["announced"] >= 1

    machine.connect(OTHER_NATION, machine.vendors.tokens(OTHER_NATION))
    person.forget_cooldown()

    assert ask(person)[-1]["type"] == "turn.finished"
    assert not record(machine).nb_needs_reauth
    assert run(machine, "RefreshSweepFunctionName")["announced"] >= 1
