"""A nation is connected through NationBuilder's consent page, with the deployed functions under their roles,
and then everybody in it can ask; somebody joins it the same way."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from local.machine import Machine
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.names import Secret
from nat.people.memberships import Memberships
from nat.roles import Role
from tests.integration.conftest import OTHER_NATION, Person
from tests.integration.people import ANOTHER, QUESTION, Browser, steer


@pytest.fixture(autouse=True)
def connected_afterwards(machine: Machine) -> Iterator[None]:
    """Other tests find the nation connected."""
    yield
    machine.connect(OTHER_NATION, machine.vendors.tokens(OTHER_NATION))


def ask(person: Person) -> dict[str, Any]:
    """How a question of somebody in the nation ends."""
    with person.socket(OTHER_NATION) as socket:
        socket.ask(QUESTION)
        return socket.until_end()[-1]


def secret_of(machine: Machine) -> str | None:
    """The nation's secret, if it has one."""
    try:
        found = machine.deployment.root.secrets.get_secret_value(
            SecretId=Secret.nation_tokens(NationSlug(OTHER_NATION))
        )
    except ClientError:
        return None
    return found["SecretString"]


def test_an_admin_connects_the_nation_and_everybody_in_it_can_ask(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    admin, member = new_person(OTHER_NATION, Role.ADMIN), new_person(OTHER_NATION)
    browser = Browser(machine, admin)
    steer(machine, "nationbuilder", "revoke", nation=OTHER_NATION)  # a worker may remember an earlier pair
    assert browser.call("POST /v1/nationbuilder/disconnect")[0] == 200
    assert secret_of(machine) is None
    assert ask(member)["code"] == "reconnect"

    arrived = browser.go("POST /v1/nationbuilder/connect")

    assert arrived.status_code == 302, arrived.text
    assert urlsplit(arrived.headers["location"]).path == "/setup/success"
    assert secret_of(machine) is not None
    told = Browser(machine, member).call("GET /v1/connections")[1]["nationbuilder"]
    assert (told["connected"], told["connected_by"]["user_id"]) == (True, admin.user_id)
    member.forget_cooldown()
    assert ask(member)["type"] == "turn.finished"
    assert ask(admin)["type"] == "turn.finished"


def test_somebody_of_the_control_panel_joins_and_asks(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    newcomer = new_person("demo")
    before = secret_of(machine)

    arrived = Browser(machine, newcomer).go("POST /v1/nationbuilder/join", user=ANOTHER)

    assert arrived.status_code == 302, arrived.text
    memberships = Memberships(Store(machine.deployment.root.dynamodb, machine.deployment.tables))
    assert memberships.require(NationSlug(OTHER_NATION), newcomer.user_id).role is Role.VIEWER
    assert secret_of(machine) == before
    assert ask(newcomer)["type"] == "turn.finished"


def test_a_denied_consent_and_a_forged_state_end_on_a_page(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    browser = Browser(machine, new_person(OTHER_NATION, Role.ADMIN))
    before = secret_of(machine)

    denied = browser.go("POST /v1/nationbuilder/connect", decision="deny")
    forged = browser.arrive("code=x&state=e30.x")

    assert (denied.status_code, forged.status_code) == (403, 400)
    assert denied.headers["content-type"].startswith("text/html")
    assert secret_of(machine) == before
