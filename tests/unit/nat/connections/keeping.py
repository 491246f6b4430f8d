"""A connected nation with an app, a vault and the NationBuilder stand-in, for tests of its tokens."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import requests

from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.tokens import Token
from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.connections.refresh import Refresher
from nat.connections.refresh_job import DueNations, RefreshJob
from nat.connections.services import ConnectionServices
from nat.connections.tokens import NbTokens
from nat.ids import NationSlug
from nat.names import Bus, Secret, Table, Variable
from nat.nations.record import Nation, Nations
from nat.settings import TableNames
from tests.unit.nat import world

STORES = ("secretsmanager", "dynamodb")
REAL = "harbor"
"""The nation of the stand-in behind every slug of these tests."""


@dataclass
class Office:
    """One nation. `worker()` is what a process has; each has a memory of its own."""

    tables: TableNames
    nationbuilder: RunningNationBuilder
    store: str
    key_arn: str
    slug: str = field(default_factory=lambda: f"n-{uuid.uuid4().hex[:12]}")
    clock: world.Clock = field(default_factory=lambda: world.Clock(datetime.now(UTC)))

    def worker(
        self, session: requests.Session | None = None, *, real_time: bool = False
    ) -> ConnectionServices:
        """A process that keeps nations connected."""
        clock: Callable[[], datetime] = partial(datetime.now, UTC) if real_time else self.clock
        wiring = ConnectionServices(
            self.tables,
            dynamodb=clients.dynamodb(),
            secrets=clients.secrets(),
            kms=clients.kms(),
            own_secrets=clients.secrets(),
            sessions=None if session is None else lambda: session,
            clock=clock,
        )
        if not real_time:
            self.with_sleep(wiring)
        return wiring

    def with_sleep(self, wiring: ConnectionServices) -> None:
        """Let what waits move the clock instead."""
        wiring.refresher = Refresher(
            vault=wiring.vault,
            rows=wiring.rows,
            status=wiring.status,
            seal=wiring.seal,
            endpoint=wiring.endpoint,
            apps=wiring.apps,
            now=self.clock,
            sleep=lambda seconds: self.clock.advance(seconds=seconds),
        )

    def job(self, worker: ConnectionServices | None = None) -> RefreshJob:
        """The job of the functions; what it waits for passes at once."""
        wiring = worker or self.worker()
        return RefreshJob(
            wiring.refresher,
            wiring.rows,
            DueNations(Store(clients.dynamodb(), self.tables)),
            now=self.clock,
            sleep=lambda seconds: self.clock.advance(seconds=seconds),
        )

    def connect(self, *, life: timedelta = timedelta(hours=24)) -> NbTokens:
        """Connect the nation with a pair whose access token ends after `life`, which may be over."""
        given = self.issue(life)
        tokens = NbTokens(
            given.access_token,
            given.refresh_token or "",
            self.clock() + life,
            NationSlug(self.slug),
            self.clock(),
        )
        with nation(self.slug):
            self.worker().refresher.connect(tokens)
        return tokens

    def issue(self, life: timedelta = timedelta(hours=24)) -> Token:
        """A pair of the stand-in."""
        return self.nationbuilder.issue(REAL, seconds=life.total_seconds())

    def ask(self, refused: str = "", worker: ConnectionServices | None = None) -> NbTokens:
        """What a reader of the nation's tokens gets."""
        with nation(self.slug):
            return (worker or self.worker()).refresher.tokens(NationSlug(self.slug), refused=refused)

    def stored(self) -> NbTokens:
        """The pair that the vault has."""
        with nation(self.slug):
            return self.worker().vault.get_nb_tokens_by_nation(NationSlug(self.slug))

    def lets_in(self, access_token: str) -> bool:
        """Whether NationBuilder takes a token."""
        answer = requests.get(
            f"{self.nationbuilder.url(self.slug)}/api/v2/signups/me",
            headers={"Authorization": f"Bearer {access_token}"},
            timeout=10,
        )
        return answer.status_code == 200

    def record(self) -> Nation:
        """The nation's record."""
        return Nations(Store(clients.dynamodb(), self.tables)).require(NationSlug(self.slug))

    def announced(self) -> list[str]:
        """What waits to be announced, in order."""
        rows = world.rows(self.tables, Table.CONNECTIONS)
        found = [each for each in rows if each["item"]["S"].startswith("announcement#")]
        return [each["event"]["S"] for each in sorted(found, key=lambda each: each["item"]["S"])]

    def forget_announcements(self) -> None:
        """As if they had been delivered."""
        for each in world.rows(self.tables, Table.CONNECTIONS):
            if each["item"]["S"].startswith("announcement#"):
                key = {name: each[name] for name in ("nation_slug", "item")}
                clients.dynamodb().delete_item(TableName=self.tables[Table.CONNECTIONS], Key=key)

    @property
    def needs_reauth(self) -> bool:
        """Whether the record asks to connect the nation anew, and that is announced."""
        return self.record().nb_needs_reauth and Bus.NATION_NEEDS_REAUTH in self.announced()


def put_platform_app(client_id: str, client_secret: str) -> None:
    """Set up the platform's app at NationBuilder."""
    world.put_secret(
        Secret.NATIONBUILDER_APP, json.dumps({"client_id": client_id, "client_secret": client_secret})
    )


@contextmanager
def office(
    tables: TableNames,
    nationbuilder: RunningNationBuilder,
    store: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """A nation with a record, that the stand-in knows and nobody has connected yet."""
    key_arn = clients.kms().create_key()["KeyMetadata"]["Arn"]
    monkeypatch.setenv(Variable.DATA_KEY_ARN, key_arn)
    monkeypatch.setenv(Variable.TOKEN_STORE, store)
    monkeypatch.setenv(Variable.NATIONBUILDER_URL, nationbuilder.base_url)
    put_platform_app("nat-local", "nat-local-secret")
    made = Office(tables, nationbuilder, store, key_arn)
    nationbuilder.standin.reset()
    nationbuilder.standin.nations[made.slug] = nationbuilder.nation(REAL)
    world.store_nation(tables, world.nation(made.slug))
    yield made
    nationbuilder.standin.nations.pop(made.slug, None)
