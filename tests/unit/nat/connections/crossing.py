"""People on their way through NationBuilder's consent page: our routes, the stand-in's page, our callback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from local.nationbuilder.oauth import DEFAULT_APP
from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.store import User
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.connections.tokens import NbTokens
from nat.errors import Reconnect
from nat.handlers.api import Api
from nat.handlers.connecting import ConnectRoutes
from nat.handlers.endpoints import answering
from nat.handlers.oauth_callback import Callback
from nat.handlers.oauth_services import oauth_on
from nat.handlers.services import Services
from nat.ids import NationSlug, UserId
from nat.names import OAUTH_CALLBACK, Secret
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat import world
from tests.unit.nat.api_event import api_event
from tests.unit.nat.connections import keeping
from tests.unit.nat.connections.keeping import Office

APP = "https://app.nat.example"
CIVIC = "https://desk.civic.example"
LOCAL = "http://localhost:5173"
BRANDS = [
    {"name": "Nat", "sender": "a@nat.example", "apps": [APP]},
    {"name": "Civic Desk", "sender": "a@civic.example", "apps": [CIVIC, LOCAL], "customer": "civic-desk"},
]
CPU = "2"
"""A control-panel user of the stand-in's nation, and their signup."""


@dataclass
class Answer:
    """What a browser or a client got."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def code(self) -> str:
        """The error's code."""
        return str(self.json["error"]["code"])

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Way:
    """One way that was begun: NationBuilder's address and the browser's cookies."""

    url: str
    cookies: dict[str, str]
    set_cookie: str

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query))


@dataclass
class Crossing:
    """The nation `office`, where ann is the owner, and our two functions."""

    office: Office
    api: Api
    callback: Callback

    @property
    def slug(self) -> str:
        return self.office.slug

    def call(
        self,
        route: str,
        *,
        user: str = "ann",
        slug: str | None = None,
        origin: str | None = APP,
        cookies: dict[str, str] | None = None,
    ) -> Answer:
        """Call a route of ours, signed in."""
        event = api_event(
            route,
            user=user,
            slug=self.slug if slug is None else slug,
            headers={"origin": origin} if origin else {},
            cookies=[f"{name}={value}" for name, value in (cookies or {}).items()],
        )
        return _answer(self.api(event))

    def begin(self, route: str = "POST /v1/nationbuilder/connect", **about: Any) -> Way:
        """Begin a way."""
        answer = self.call(route, **about)
        assert answer.status == 200, answer.body
        jar = SimpleCookie(answer.headers["set-cookie"])
        cookies = {name: each.value for name, each in jar.items()}
        return Way(answer.json["url"], cookies, answer.headers["set-cookie"])

    def consent(self, way: Way, *, user: str = CPU, decision: str = "allow") -> dict[str, str]:
        """Decide on NationBuilder's page; gives the query that it sends the browser back with."""
        answer = requests.get(f"{way.url}&decision={decision}&user={user}", allow_redirects=False, timeout=60)
        assert answer.status_code == 302, answer.text
        address = urlsplit(answer.headers["location"])
        assert f"{address.scheme}://{address.netloc}{address.path}" == way.query["redirect_uri"]
        return dict(parse_qsl(address.query))

    def arrive(self, query: dict[str, str], cookies: dict[str, str]) -> Answer:
        """Come back to us."""
        return _answer(
            self.callback(
                {
                    "headers": {},
                    "cookies": [f"{name}={value}" for name, value in cookies.items()],
                    "queryStringParameters": query,
                    "requestContext": {"routeKey": OAUTH_CALLBACK, "requestId": "r2"},
                }
            )
        )

    def go(self, way: Way, **about: Any) -> Answer:
        """The rest of a way."""
        return self.arrive(self.consent(way, **about), way.cookies)

    def add(self, role: Role, user: str = "ann") -> str:
        """Make somebody a member."""
        world.store_members(self.office.tables, self.slug, [user], role)
        return user

    def paid(self, user: str) -> None:
        """Let somebody own the nation who only paid for it."""
        owner = Membership(NationSlug(self.slug), UserId(user), Role.OWNER, world.START, unproven=True)
        Memberships(Store(clients.dynamodb(), self.office.tables)).put(owner)

    @contextmanager
    def permission_set(self, user: str, name: str) -> Iterator[None]:
        """Let a control-panel user of the stand-in have another permission set for a while."""
        users = self.office.nationbuilder.standin.nations[self.slug].users
        before = users[user]
        users[user] = User(user, name)
        yield
        users[user] = before

    def membership(self, user: str) -> Membership | None:
        return Memberships(Store(clients.dynamodb(), self.office.tables)).get(
            NationSlug(self.slug), UserId(user)
        )

    def connections(self, user: str = "ann") -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET /v1/connections", user=user).json["nationbuilder"]
        return found

    def stored(self) -> NbTokens | None:
        """The pair that the vault has, if it has one."""
        try:
            return self.office.stored()
        except Reconnect:
            return None

    def issued(self) -> int:
        """How many pairs the stand-in has given out."""
        return len(self.office.nationbuilder.standin.tokens.by_access)

    def living(self) -> int:
        """How many of them still let somebody in."""
        known = self.office.nationbuilder.standin.tokens.by_access.values()
        return sum(not each.revoked for each in known)

    def audited(self) -> list[str]:
        """Kinds of the nation's audit entries, oldest first."""
        page = Audit(Store(clients.dynamodb(), self.office.tables)).page(NationSlug(self.slug))
        return [each.kind.value for each in reversed(page.entries)]


@contextmanager
def crossing(
    tables: TableNames, nationbuilder: RunningNationBuilder, store: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Crossing]:
    """A nation that nobody has connected yet, and its owner ann."""
    with keeping.office(tables, nationbuilder, store, monkeypatch) as office:
        world.put_secret(Secret.OAUTH_STATE, "k" * 64)
        nationbuilder.standin.tokens.by_access.clear()
        nationbuilder.register(
            replace(DEFAULT_APP, redirect_uris=(f"{APP}/oauth/callback", f"{CIVIC}/oauth/callback"))
        )
        services = Services(clients.dynamodb(), tables, world.PLANS, clock=office.clock)
        way, brands = oauth_on(services), Brands.of(BRANDS)
        routes = ConnectRoutes(way, brands)
        made = Crossing(
            office,
            Api(services, answering(routes).get),
            Callback(way, brands),
        )
        made.add(Role.OWNER)
        yield made
        nationbuilder.register(DEFAULT_APP)


def _answer(given: dict[str, Any]) -> Answer:
    return Answer(given["statusCode"], given["headers"], given["body"])
