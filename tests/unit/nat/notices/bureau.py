"""A nation whose people have addresses, and a bureau that tells them what happened."""

import json
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from nat.aws import clients
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.channels.push import Push
from nat.channels.slack_client import Bots
from nat.channels.slack_posts import SlackPosts
from nat.channels.websocket import Sockets
from nat.connections.slack_workspaces import Workspaces
from nat.ids import NationSlug, UserId
from nat.names import BUS_SOURCE, Bus
from nat.nations.record import Nation, Nations
from nat.notices.nation_event import NationEvent
from nat.notices.notices import Notices
from nat.people.memberships import Membership, Memberships
from nat.people.users import Users
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat import world
from tests.unit.nat.gateway import Gateway
from tests.unit.nat.world import Clock

BRANDS: Final = Brands.of(
    [
        {"name": "Nat", "sender": "nat@nat.example", "apps": ["https://app.nat.example"]},
        {"name": "Civic Desk", "sender": "desk@civic.example", "apps": ["https://desk.civic.example"]},
    ]
)


@dataclass
class Bureau:
    """`mark` makes addresses that no other test has."""

    url: str
    tables: TableNames
    gateway: Gateway
    clock: Clock = field(default_factory=Clock)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    slug: str = "demo"
    posts: SlackPosts | None = None

    def __post_init__(self) -> None:
        self.operator: str | None = self.address("operator")
        for brand in BRANDS.known:
            world.prove_sender(brand.sender.partition("@")[2])
        world.store_nation(self.tables, world.nation(self.slug, nb_needs_reauth=True))

    def address(self, user: str) -> str:
        """The address of a person."""
        return f"{user}-{self.mark}@people.example"

    def add(self, user: str, role: Role, *, proven: bool = True, unproven: bool = False) -> None:
        """Somebody who belongs to the nation, with a proven address; `unproven` who only pays for it."""
        Users(Store(clients.dynamodb(), self.tables)).seen(
            UserId(user), email=self.address(user) if proven else None, now=self.clock()
        )
        Memberships(Store(clients.dynamodb(), self.tables)).put(
            Membership(NationSlug(self.slug), UserId(user), role, self.clock(), unproven=unproven)
        )

    def remove(self, user: str) -> None:
        """They leave the nation."""
        Memberships(Store(clients.dynamodb(), self.tables)).remove(NationSlug(self.slug), UserId(user))

    def connect(self, user: str, connection: str) -> None:
        """They open a socket."""
        Sockets(Store(clients.dynamodb(), self.tables)).open(
            connection, NationSlug(self.slug), UserId(user), self.clock()
        )

    def change(self, **changes: Any) -> None:
        """Change the nation's record."""
        assert (
            Nations(Store(clients.dynamodb(), self.tables)).update(NationSlug(self.slug), changes) is not None
        )

    def record(self) -> Nation:
        """The nation's record."""
        return Nations(Store(clients.dynamodb(), self.tables)).require(NationSlug(self.slug))

    def notices(self) -> Notices:
        """A process that tells people."""
        store = Store(clients.dynamodb(), self.tables, self.clock)
        return Notices(
            store,
            clients.mail(),
            Push.of_process(self.gateway.url),
            brands=BRANDS,
            plans=world.PLANS,
            slack=self.posts or SlackPosts(Bots(store, Workspaces(store), "http://127.0.0.1:9/")),
            operator=self.operator,
        )

    def happening(self, event: Bus, incident: str = "incident-1", **about: Any) -> NationEvent:
        """An announcement as the bus brings it."""
        return NationEvent.read(body(event, self.slug, incident, self.clock, **about))

    def take(self, event: Bus, incident: str = "incident-1", **about: Any) -> int:
        """Tell people what happened; gives how many emails went out."""
        return self.notices().take(self.happening(event, incident, **about))

    def mails(self, user: str) -> list[dict[str, Any]]:
        """What SES took for a person, the oldest first."""
        with urllib.request.urlopen(f"{self.url}/_ministack/ses/messages") as answer:
            found = json.loads(answer.read())["messages"]
        return [each for sent in found.values() for each in sent if each["To"] == [self.address(user)]]

    def subjects(self, user: str) -> list[str]:
        """Subjects of those."""
        return [each["Subject"] for each in self.mails(user)]


def body(event: Bus, slug: str, incident: str, clock: Clock, **about: Any) -> str:
    """The EventBridge event of an announcement."""
    detail = {"id": incident, "nation_slug": slug, "at": clock().isoformat(), **about}
    return json.dumps({"source": BUS_SOURCE, "detail-type": event.value, "detail": detail})
