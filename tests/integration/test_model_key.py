"""A nation's own model key with the deployed functions under their roles: tried, stored, used, removed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.machine import Machine
from nat.roles import Role
from tests.integration.conftest import OTHER_NATION, Claude, Person
from tests.integration.people import call_api

KEY = "sk-ant-api03-its-own-key-of-the-nation-0001"

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def admin(new_person: Callable[..., Person]) -> Person:
    return new_person(OTHER_NATION, Role.ADMIN)


@pytest.fixture
def call(machine: Machine, admin: Person) -> Iterator[Call]:
    """Calls a route as the admin; the nation has no key before and after."""

    def call(route: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = call_api(machine, admin.session, OTHER_NATION, route, body).json()
        return answer

    yield call
    call("DELETE /v1/settings/model-key")


def test_a_nations_own_key_is_tried_stored_and_used_for_its_turns(
    claude: Claude, admin: Person, call: Call
) -> None:
    stored = call("PUT /v1/settings/model-key", {"api_key": KEY})
    with admin.socket(OTHER_NATION) as socket:
        socket.ask("How many people are tagged volunteer?")
        answer = socket.until_end()[-1]

    assert stored["model_key"]["last_four"] == KEY[-4:]
    assert call("GET /v1/settings/model-key") == stored
    assert answer["type"] == "turn.finished"


def test_a_key_that_does_not_work_is_not_stored(claude: Claude, call: Call) -> None:
    claude.fault("status", status=401)

    refused = call("PUT /v1/settings/model-key", {"api_key": KEY})

    assert refused["error"]["code"] == "model_key_invalid"
    assert call("GET /v1/settings/model-key") == {"model_key": None}
