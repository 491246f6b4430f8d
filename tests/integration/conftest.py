"""People who use the one Nat of the whole suite, and who steers what it talks to."""

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import requests
import websocket
from ulid import ULID

from local.demo import DemoPerson, add_member, add_user
from local.machine import Machine
from nat.cli.platform import PlatformClient
from nat.cli.profile import SignInSession
from nat.contract.events import TERMINAL
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.roles import Role

NATION = "demo"
OTHER_NATION = "harbor"
PATIENCE = 60
"""Seconds that any single answer may take; a turn whose worker died is taken by the next after 30."""


class Claude:
    """Steers the Claude stand-in."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/_standin"

    def fault(self, kind: str, **details: Any) -> None:
        """Queue a fault for the next request."""
        self._post("faults", {"kind": kind, **details})

    def script(self, *texts: str) -> None:
        """Queue answers in words instead of the brain's."""
        for text in texts:
            self._post("script", {"content": [{"type": "text", "text": text}]})

    def reset(self) -> None:
        """Forget faults, script and requests."""
        self._post("reset", {})

    def requests(self) -> list[dict[str, Any]]:
        """What was asked and answered."""
        answer = requests.get(f"{self._url}/requests", timeout=PATIENCE).json()
        found: list[dict[str, Any]] = answer["requests"]
        return found

    def _post(self, path: str, body: object) -> None:
        requests.post(f"{self._url}/{path}", json=body, timeout=PATIENCE).raise_for_status()


@pytest.fixture
def claude(machine: Machine) -> Iterator[Claude]:
    """The Claude stand-in, as before a first request."""
    claude = Claude(machine.ports.url("claude"))
    claude.reset()
    yield claude
    claude.reset()


@dataclass(frozen=True)
class Person:
    """Somebody signed in, with a clean cooldown."""

    machine: Machine
    session: SignInSession
    user_id: UserId

    @property
    def client(self) -> PlatformClient:
        """The command line's client."""
        return PlatformClient(self.machine.sign_in.profile, self.session)

    def forget_cooldown(self) -> None:
        """May ask again at once."""
        dynamodb = self.machine.deployment.root.dynamodb
        # An update would make a row of whoever has none yet.
        with contextlib.suppress(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.update_item(
                TableName=self.machine.deployment.tables[Table.USERS],
                Key={"user_id": {"S": self.user_id}},
                UpdateExpression="REMOVE last_query_ms",
                ConditionExpression="attribute_exists(user_id)",
            )

    def ticket(self, nation: str = NATION) -> str:
        """A ticket for a socket."""
        return self.client.ticket(nation)

    def socket(self, nation: str = NATION) -> "Socket":
        """An open socket of a nation."""
        return Socket(self.machine, self.ticket(nation))


class Socket:
    """A bare WebSocket: sends what it is told, right or wrong."""

    def __init__(self, machine: Machine, ticket: str | None) -> None:
        query = "" if ticket is None else f"?ticket={ticket}"
        self._socket = websocket.create_connection(
            f"{machine.deployment.socket_url}{query}", timeout=PATIENCE
        )

    def __enter__(self) -> "Socket":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close(timeout=1)
        # `close` leaves the descriptor where the other side was first.
        self._socket.shutdown()  # type: ignore[no-untyped-call] # websocket-client types only some of it

    def send(self, message: str | Mapping[str, Any]) -> None:
        """Send a text, or an object as JSON."""
        self._socket.send(message if isinstance(message, str) else json.dumps(message))

    def receive(self) -> dict[str, Any]:
        """The next event."""
        event: dict[str, Any] = json.loads(self._socket.recv())
        return event

    def ask(self, message: str, **more: Any) -> dict[str, Any]:
        """Send a question; gives what was sent."""
        question = {"turn": str(ULID()), "conversation": str(ULID()), "message": message, **more}
        self.send({"action": "ask", **question})
        return question

    def until(self, *types: str) -> list[dict[str, Any]]:
        """Events up to the first of one of these types, that one included."""
        events = []
        while True:
            events.append(self.receive())
            if events[-1]["type"] in types:
                return events

    def refusal(self) -> dict[str, Any]:
        """The error that refuses what was just sent."""
        (error,) = self._of_turns("error")
        return error

    def until_end_or_refusal(self) -> list[dict[str, Any]]:
        """Events up to the one that ends the turn, or the error that refuses it."""
        return self._of_turns(*TERMINAL, "error")

    def until_end(self) -> list[dict[str, Any]]:
        """Events up to the one that ends the turn."""
        return self._of_turns(*TERMINAL)

    def _of_turns(self, *types: str) -> list[dict[str, Any]]:
        """The same without what is told to everybody of the nation, which comes whenever it happens."""
        return [each for each in self.until(*types) if not (each["type"] == "notice" and "nation" in each)]


def somebody(machine: Machine, nation: str = NATION, role: Role = Role.MEMBER) -> Person:
    """Somebody who has never asked, so that no test waits for another's cooldown."""
    email, password = f"{secrets.token_hex(6)}@{nation}.example", f"Test-{secrets.token_hex(8)}-A"
    user_id = add_user(machine.deployment, email, password)
    add_member(machine.deployment, UserId(user_id), DemoPerson(email, NationSlug(nation), role))
    return Person(machine, machine.sign_in.log_in(email, password), UserId(user_id))


@pytest.fixture
def new_person(machine: Machine) -> Callable[..., Person]:
    """Makes somebody new."""
    return partial(somebody, machine)


@pytest.fixture
def person(new_person: Callable[..., Person]) -> Person:
    """A member of the nation `demo` who has never asked."""
    return new_person()
