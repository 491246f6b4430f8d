"""A nation is connected through NationBuilder's consent page, with the deployed functions under their roles,
and then everybody in it can ask; somebody joins it the same way."""

import secrets
import time
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from botocore.exceptions import ClientError

from local.demo import add_user
from local.machine import Machine
from nat.names import OAUTH_CALLBACK, BillingRoute, ConnectRoute, Header, Route, Secret
from nat.nations.record import Nations
from nat.people.memberships import Memberships
from nat.roles import Role
from tests.integration.conftest import OTHER_NATION, PATIENCE, Person

QUESTION = "how many people are tagged volunteer?"
CONTROL_PANEL, NEWCOMER = "2", "3"
"""Two of the seeded nation's control-panel users."""


@pytest.fixture(autouse=True)
def connected_afterwards(machine: Machine) -> Iterator[None]:
    """Other tests find the nation connected."""
    yield
    machine.connect(OTHER_NATION, machine.vendors.tokens(OTHER_NATION))


class Browser:
    """Somebody's browser. It keeps the one cookie itself: the deployed API has no host name of its own here,
    and the web app's, under which NationBuilder sends people back, is only imitated."""

    def __init__(self, machine: Machine, person: Person, nation: str = OTHER_NATION) -> None:
        self._machine = machine
        self._headers = {
            "Authorization": f"Bearer {person.session.access_token}",
            Header.NATION_SLUG.value: nation,
        }
        self._cookies: dict[str, str] = {}

    def call(self, route: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Call a route of the HTTP API."""
        method, _, path = route.partition(" ")
        answer = requests.request(
            method,
            f"{self._machine.deployment.api_url}{path}",
            json=body,
            headers=self._headers,
            timeout=PATIENCE,
        )
        if "set-cookie" in answer.headers:
            jar = SimpleCookie(answer.headers["set-cookie"])
            self._cookies = {name: each.value for name, each in jar.items()}
        return answer.status_code, answer.json()

    def go(
        self, route: ConnectRoute, *, user: str = CONTROL_PANEL, decision: str = "allow"
    ) -> requests.Response:
        """Begin, decide on NationBuilder's page, and come back."""
        status, body = self.call(route)
        assert status == 200, body
        consent = requests.get(
            f"{body['url']}&decision={decision}&user={user}", allow_redirects=False, timeout=PATIENCE
        )
        address = urlsplit(consent.headers["location"])
        assert address.path == OAUTH_CALLBACK.partition(" ")[2]
        return self.arrive(address.query)

    def arrive(self, query: str) -> requests.Response:
        """Come back to us."""
        path = OAUTH_CALLBACK.partition(" ")[2]
        return requests.get(
            f"{self._machine.deployment.api_url}{path}?{query}",
            headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())},
            allow_redirects=False,
            timeout=PATIENCE,
        )


def ask(person: Person, nation: str = OTHER_NATION) -> dict[str, Any]:
    """How a question of somebody in the nation ends."""
    with person.socket(nation) as socket:
        socket.ask(QUESTION)
        return socket.until_end()[-1]


def steer(machine: Machine, vendor: str, name: str, **body: Any) -> None:
    """Use a control route of a stand-in."""
    url = f"{machine.ports.url(vendor)}/_standin/{name}"
    requests.post(url, json=body, timeout=PATIENCE).raise_for_status()


def secret_of(machine: Machine, nation: str = OTHER_NATION) -> str | None:
    """The nation's secret, if it has one."""
    try:
        found = machine.deployment.root.secrets.get_secret_value(SecretId=Secret.nation_tokens(nation))
    except ClientError:
        return None
    return found["SecretString"]


@pytest.fixture
def newcomer(machine: Machine) -> tuple[Person, str]:
    """Somebody who has signed up and belongs to no nation, and a slug that nobody has subscribed yet."""
    slug = f"newcomer-{secrets.token_hex(4)}"
    email, password = f"{secrets.token_hex(6)}@{slug}.example", f"Test-{secrets.token_hex(8)}-A"
    user_id = add_user(machine.deployment, email, password)
    steer(machine, "nationbuilder", "nations", slug=slug, nation=OTHER_NATION)
    return Person(machine, machine.sign_in.log_in(email, password), user_id), slug


def test_a_new_nation_subscribes_is_connected_and_gets_its_first_answer(
    machine: Machine, newcomer: tuple[Person, str]
) -> None:
    person, slug = newcomer
    browser = Browser(machine, person, slug)
    status, page = browser.call(BillingRoute.CHECKOUT, {"plan": "nat"})
    assert status == 200, page
    steer(machine, "stripe", "checkout", session=page["session"])
    deadline = time.monotonic() + PATIENCE
    while browser.call(Route.NATION)[1]["status"] != "trialing":
        assert time.monotonic() < deadline
        time.sleep(0.2)

    arrived = browser.go(ConnectRoute.CONNECT)

    assert arrived.status_code == 302, arrived.text
    assert secret_of(machine, slug) is not None
    record = Nations(machine.deployment.root.dynamodb, machine.deployment.tables).require(slug)
    assert (record.nb_connected, record.owner_id, record.owner_provisional) == (True, person.user_id, False)
    assert ask(person, slug)["type"] == "turn.finished"


def test_an_admin_connects_the_nation_and_everybody_in_it_can_ask(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    admin, member = new_person(OTHER_NATION, Role.ADMIN), new_person(OTHER_NATION)
    browser = Browser(machine, admin)
    steer(machine, "nationbuilder", "revoke", nation=OTHER_NATION)  # a worker may remember an earlier pair
    assert browser.call(ConnectRoute.DISCONNECT)[0] == 200
    assert secret_of(machine) is None
    assert ask(member)["code"] == "reconnect"

    arrived = browser.go(ConnectRoute.CONNECT)

    assert arrived.status_code == 302, arrived.text
    assert urlsplit(arrived.headers["location"]).path == "/setup/success"
    assert secret_of(machine) is not None
    told = Browser(machine, member).call(ConnectRoute.CONNECTIONS)[1]["nationbuilder"]
    assert (told["connected"], told["connected_by"]["user_id"]) == (True, admin.user_id)
    member.forget_cooldown()
    assert ask(member)["type"] == "turn.finished"
    assert ask(admin)["type"] == "turn.finished"


def test_somebody_of_the_control_panel_joins_and_asks(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    newcomer = new_person("demo")
    before = secret_of(machine)

    arrived = Browser(machine, newcomer).go(ConnectRoute.JOIN, user=NEWCOMER)

    assert arrived.status_code == 302, arrived.text
    memberships = Memberships(machine.deployment.root.dynamodb, machine.deployment.tables)
    assert memberships.require(newcomer.user_id, OTHER_NATION).role is Role.MEMBER
    assert secret_of(machine) == before
    assert ask(newcomer)["type"] == "turn.finished"


def test_a_denied_consent_and_a_forged_state_end_on_a_page(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    browser = Browser(machine, new_person(OTHER_NATION, Role.ADMIN))
    before = secret_of(machine)

    denied = browser.go(ConnectRoute.CONNECT, decision="deny")
    forged = browser.arrive("code=x&state=e30.x")

    assert (denied.status_code, forged.status_code) == (403, 400)
    assert denied.headers["content-type"].startswith("text/html")
    assert secret_of(machine) == before
