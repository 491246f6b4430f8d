"""Task protection, as the ECS agent hears of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.loopback import Request, Response, answering
from nat.worker.protection import RENEW_SECONDS, EcsProtection


@dataclass
class Agent:
    """The container agent's endpoint."""

    url: str = ""
    heard: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200


@pytest.fixture
def agent() -> Iterator[Agent]:
    state = Agent()

    def answer(request: Request) -> Response:
        state.heard.append((request.method, request.path, json.loads(request.body)))
        return Response(state.status)

    with answering(answer) as url:
        state.url = f"{url}/api/abc"
        yield state


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


PLACE = "/api/abc/task-protection/v1/state"


def test_a_busy_task_asks_for_protection_once(agent: Agent) -> None:
    protection = EcsProtection(agent.url, Clock())

    protection.update(True)
    protection.update(True)

    assert agent.heard == [("PUT", PLACE, {"ProtectionEnabled": True, "ExpiresInMinutes": 15})]


def test_an_idle_task_gives_its_protection_up(agent: Agent) -> None:
    protection = EcsProtection(agent.url, Clock())
    protection.update(True)

    protection.update(False)

    assert agent.heard[-1] == ("PUT", PLACE, {"ProtectionEnabled": False})


def test_a_task_that_was_never_busy_says_nothing(agent: Agent) -> None:
    EcsProtection(agent.url, Clock()).update(False)

    assert agent.heard == []


def test_a_long_protection_is_renewed(agent: Agent) -> None:
    clock = Clock()
    protection = EcsProtection(agent.url, clock)
    protection.update(True)

    clock.now += RENEW_SECONDS
    protection.update(True)

    assert len(agent.heard) == 2


def test_a_refusal_is_tried_again_and_stops_nothing(agent: Agent) -> None:
    agent.status = 500
    protection = EcsProtection(agent.url, Clock())
    protection.update(True)
    agent.status = 200

    protection.update(True)

    assert len(agent.heard) == 2
