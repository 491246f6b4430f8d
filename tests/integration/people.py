"""People who use Nat from outside: its HTTP API and sockets, Stripe's pages, NationBuilder's consent page."""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from local import newcomer
from local.machine import Machine
from local.streaming import stream
from nat.cli.profile import SignInSession
from nat.contract.events import Envelope
from nat.ids import UserId
from nat.names import Header
from tests.integration.conftest import OTHER_NATION, PATIENCE, Person

QUESTION = "how many people are tagged volunteer?"
ANOTHER = "3"
"""A control-panel user of the seeded nation `harbor`, another than its first."""
_POLL_SECONDS = 0.1


def steer(machine: Machine, vendor: str, name: str, **body: Any) -> dict[str, Any] | list[Any]:
    """Use a control route of a stand-in; gives its answer."""
    answer = requests.post(f"{machine.ports.url(vendor)}/_standin/{name}", json=body, timeout=PATIENCE)
    answer.raise_for_status()
    told: dict[str, Any] | list[Any] = answer.json()
    return told


def call_api(
    machine: Machine,
    session: SignInSession,
    nation: str | None,
    route: str,
    body: Mapping[str, Any] | None = None,
    **path: str,
) -> requests.Response:
    """Call a route of the HTTP API, with no nation selected for None."""
    method, _, place = route.partition(" ")
    selected = {} if nation is None else {Header.NATION_SLUG.value: nation}
    return requests.request(
        method,
        f"{machine.deployment.api_url}{place.format(**path)}",
        json=body,
        headers={"Authorization": f"Bearer {session.access_token}", **selected},
        timeout=PATIENCE,
    )


class Browser(newcomer.Browser):
    """Somebody's browser on the way to a nation's NationBuilder."""

    def __init__(self, machine: Machine, person: Person, nation: str = OTHER_NATION) -> None:
        super().__init__(machine.deployment, person.session, nation)


@dataclass(frozen=True)
class Customer(Person):
    """Somebody who signed up by themselves and works in one nation."""

    nation: str

    @classmethod
    def sign_up(cls, machine: Machine, nation: str) -> "Customer":
        """Register, confirm with the mailed code, and go through the hosted login."""
        email, password = f"{secrets.token_hex(6)}@{nation}.example", f"Test-{secrets.token_hex(8)}-A"
        user_id = machine.sign_in.sign_up(email, password)
        return cls(machine, machine.sign_in.log_in(email, password), UserId(user_id), nation)

    def call(self, route: str, body: Mapping[str, Any] | None = None, **path: str) -> tuple[int, Any]:
        """Status and body of one call of the HTTP API: an object, or the text of a download."""
        answer = call_api(self.machine, self.session, self.nation, route, body, **path)
        is_object = answer.headers["content-type"] == "application/json"
        return answer.status_code, answer.json() if is_object else answer.text

    def get(self, route: str, **path: str) -> dict[str, Any]:
        """What a route says that must not refuse."""
        status, body = self.call(route, None, **path)
        assert status == 200, body
        found: dict[str, Any] = body
        return found

    def refusal(self, route: str, body: Mapping[str, Any] | None = None) -> tuple[int, str]:
        """Status and code of a call that must be refused."""
        status, answer = self.call(route, body)
        assert "error" in answer, answer
        return status, answer["error"]["code"]

    def until(self, **wanted: object) -> dict[str, Any]:
        """The nation's state as soon as it holds these values: Stripe's news comes by webhook and queue."""
        deadline = time.monotonic() + PATIENCE
        while True:
            state = self.get("GET /v1/nation")
            if wanted.items() <= state.items():
                return state
            assert time.monotonic() < deadline, state
            time.sleep(_POLL_SECONDS)

    def checkout(self, plan: str = "nat") -> dict[str, Any]:
        """A page of Stripe's on which the nation is subscribed."""
        status, page = self.call("POST /v1/billing/checkout", {"plan": plan})
        assert status == 200, page
        found: dict[str, Any] = page
        return found

    def pay(self, page: Mapping[str, Any]) -> str:
        """Pay on Stripe's page; gives where Stripe sends the browser."""
        return newcomer.submit(page["url"], {"do": "pay", "card": "ok"})

    def subscribe(self) -> dict[str, Any]:
        """Subscribe the nation; gives its state once it has heard of it."""
        self.pay(self.checkout())
        return self.until(active=True)

    def choose_plan(self, words: str) -> None:
        """Take another plan on Stripe's portal, by the words on its button."""
        status, body = self.call("POST /v1/billing/portal")
        assert status == 200, body
        page = requests.get(body["url"], timeout=PATIENCE).text
        (subscription,) = set(re.findall(r'name="subscription" value="([^"]+)"', page))
        buttons = re.findall(r'name="price" value="([^"]+)">([^<]+)<', page)
        (price,) = [value for value, shown in buttons if words in shown]
        newcomer.submit(body["url"], {"do": "plan", "subscription": subscription, "price": price})

    def connect(self) -> requests.Response:
        """Connect NationBuilder on its consent page."""
        return self.browser().go("POST /v1/nationbuilder/connect")

    def browser(self) -> Browser:
        """A browser of theirs."""
        return Browser(self.machine, self, self.nation)

    def accept(self, invitation_url: str) -> dict[str, Any]:
        """Accept an invitation by the address that was told."""
        token = invitation_url.partition("#invitation=")[2]
        answer = call_api(self.machine, self.session, None, "POST /v1/invitations/accept", {"token": token})
        assert answer.status_code == 200, answer.text
        joined: dict[str, Any] = answer.json()
        return joined

    def invite_by_link(self, people: int) -> str:
        """A link by which so many people become members."""
        status, made = self.call("POST /v1/invitations", {"role": "member", "uses": people})
        assert status == 201, made
        return str(made["url"])

    def ask(self, message: str = QUESTION) -> list[dict[str, Any]]:
        """The events of one question over a socket: up to the one that ends the turn, or the refusal."""
        self.forget_cooldown()
        with self.socket(self.nation) as socket:
            socket.ask(message)
            return socket.until_end_or_refusal()

    def ask_over_http(self, question: dict[str, Any]) -> list[Envelope]:
        """The same by server-sent events. Raises `StreamRefused`."""
        self.forget_cooldown()
        events = stream(self.machine.stream_url, self.session, self.nation, question)
        return [envelope for _, envelope in events]
