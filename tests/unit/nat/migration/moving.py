"""The migration in a process that may die, and what it leaves behind."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.items import decode
from nat.aws.store import Store
from nat.connections.refresh import Refresher
from nat.connections.services import ConnectionServices
from nat.migration.hand_over import HandOver
from nat.migration.move import Migration
from nat.migration.old_tokens import OldTokens
from nat.migration.tenants import Tenants
from nat.names import Table, Variable
from nat.nations.plans import UNLIMITED, Plan, Plans
from nat.nations.record import Nations
from nat.settings import TableNames
from tests.unit.nat.connections.keeping import put_platform_app
from tests.unit.nat.migration.former import NOW

PLANS = Plans(
    [
        Plan("nat", 2900, 500, "hard"),
        Plan("starter", 4900, 500, "soft", 1),
        Plan("team", 14900, 2000, "soft", 5),
        Plan("organization", 39900, UNLIMITED, "soft", 15),
    ]
)
LEFT_BEHIND = (Table.NATIONS, Table.USERS, Table.MEMBERSHIPS, Table.TENANTS, Table.CONNECTIONS, Table.AUDIT)


class Died(BaseException):
    """The process is gone."""


@dataclass
class Life:
    """Requests to AWS that a process may still send; `None`: any number."""

    left: int | None = None
    sent: int = 0

    def step(self, **_: Any) -> None:
        """Before a request, and after its answer: a process may die at either."""
        self.sent += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Died


class Office:
    """An operator's machine."""

    def __init__(
        self,
        tables: TableNames,
        *,
        now: Callable[[], datetime] = lambda: NOW,
        at_once: int = 8,
        plans: Plans = PLANS,
        customers: tuple[str, ...] = (),
    ) -> None:
        self.tables = tables
        self.life = Life()
        narrowed: Any = {name: self._client(name) for name in ("dynamodb", "secretsmanager", "kms")}
        self.client = narrowed["dynamodb"]
        self.wiring = ConnectionServices(
            tables,
            dynamodb=self.client,
            secrets=narrowed["secretsmanager"],
            kms=narrowed["kms"],
            own_secrets=narrowed["secretsmanager"],
            clock=now,
        )
        self._let_waiting_pass(now)
        self.tenants = Tenants(Store(self.client, tables))
        self.old = OldTokens(narrowed["secretsmanager"])
        hand_over = HandOver(
            self.tenants,
            self.old,
            Nations(Store(self.client, tables)),
            self.wiring.vault,
            self.wiring.refresher,
            self.wiring.apps,
            customers=customers,
            now=now,
        )
        self.migration = Migration(
            Store(self.client, tables, now),
            plans,
            old=self.old,
            hand_over=hand_over,
            audit=Audit(Store(self.client, tables, now)),
            at_once=at_once,
        )

    def _let_waiting_pass(self, now: Callable[[], datetime]) -> None:
        """A lease that a dead process has ends by itself; what waits for it moves a clock of its own."""
        waited = timedelta()

        def sleep(seconds: float) -> None:
            nonlocal waited
            waited += timedelta(seconds=seconds)

        self.wiring.refresher = Refresher(
            vault=self.wiring.vault,
            rows=self.wiring.rows,
            status=self.wiring.status,
            seal=self.wiring.seal,
            endpoint=self.wiring.endpoint,
            apps=self.wiring.apps,
            now=lambda: now() + waited,
            sleep=sleep,
        )

    def _client(self, service: Any) -> Any:
        made: Any = boto3.client(service, config=clients.CONFIG)
        # Events of botocore itself: just before a request is sent, and once its answer is read.
        made.meta.events.register("before-send", self.life.step)
        made.meta.events.register("after-call", self.life.step)
        return made


def set_up(monkeypatch: pytest.MonkeyPatch, store: str = "dynamodb") -> None:
    """What a process needs besides tables: a key, a store for tokens, the platform's app."""
    key_arn = clients.kms().create_key()["KeyMetadata"]["Arn"]
    monkeypatch.setenv(Variable.DATA_KEY_ARN, key_arn)
    monkeypatch.setenv(Variable.TOKEN_STORE, store)
    put_platform_app("nat-local", "nat-local-secret")


def left_behind(tables: TableNames) -> Mapping[str, list[Any]]:
    """Every row that a migration may have written, in plain values and in order, without what says who wrote
    it and when: leases, sealed bytes, which differ each time."""
    return {table.value: sorted(_plain(row) for row in _scan(tables, table)) for table in LEFT_BEHIND}


def _scan(tables: TableNames, table: Table) -> list[dict[str, Any]]:
    pages = clients.dynamodb().get_paginator("scan").paginate(TableName=tables[table])
    return [decode(item) for page in pages for item in page["Items"]]


def _plain(row: dict[str, Any]) -> str:
    if "sealed" in row:
        row = {**row, "sealed": "…"}
    left_out = {"holder", "lease_until_ms"}
    return str(sorted((name, repr(value)) for name, value in row.items() if name not in left_out))


def unmarked(state: Mapping[str, list[Any]], mark: str) -> Mapping[str, list[Any]]:
    """The same with the world's own mark taken out of ids, so that two worlds can be compared."""
    hashes = re.compile(r"'[0-9a-f]{64}'|'\d{10}-[0-9a-f]{40}'")
    return {
        name: sorted(hashes.sub("'#'", each.replace(mark, "")) for each in rows)
        for name, rows in state.items()
    }
