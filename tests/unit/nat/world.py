"""A nation with people in it, as rows, for tests of everything around a turn."""

import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from nat.aws import clients
from nat.aws.items import encode
from nat.aws.store import Store
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.plans import UNLIMITED, Plan, Plans
from nat.nations.record import Nation, Nations, SubscriptionStatus
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.settings import TableNames

START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PLANS = Plans(
    [
        Plan("nat", 2900, 500, "hard"),
        Plan("nat_pro", 7900, UNLIMITED, "hard"),
        Plan("starter", 4900, 500, "soft", 1),
    ]
)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


def nation(slug: str = "demo", **changes: Any) -> Nation:
    """A paying nation in the first days of its period."""
    base = Nation(
        nation_slug=NationSlug(slug),
        created_at=START - timedelta(days=100),
        updated_at=START - timedelta(days=2),
        billing_period_start=START - timedelta(days=2),
        subscription_status=SubscriptionStatus.ACTIVE,
        subscription_plan="nat",
        queries_limit=500,
        nb_connected=True,
    )
    return replace(base, **changes)


def store_nation(tables: TableNames, record: Nation) -> Nation:
    """Put the record into its table."""
    assert Nations(Store(clients.dynamodb(), tables)).create(record)
    return record


def store_members(tables: TableNames, slug: str, users: Iterable[str], role: Role = Role.MEMBER) -> None:
    """Make people members of a nation."""
    memberships = Memberships(Store(clients.dynamodb(), tables))
    for user in users:
        memberships.put(Membership(NationSlug(slug), UserId(user), role, START))


def put_secret(name: str, value: str) -> None:
    """Let a secret say this, whether or not it is there."""
    secrets = clients.secrets()
    try:
        secrets.create_secret(Name=name, SecretString=value)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=value)


def prove_sender(identity: str) -> None:
    """Let SES know a domain or an address, whether or not it does."""
    with suppress(clients.mail().exceptions.AlreadyExistsException):
        clients.mail().create_email_identity(EmailIdentity=identity)


def create_turn_queue(visibility: int = 30) -> str:
    """A FIFO queue with the attributes of the deployed one; gives its URL."""
    return clients.sqs().create_queue(
        QueueName=f"{uuid.uuid4().hex[:12]}.fifo",
        Attributes={
            "FifoQueue": "true",
            "VisibilityTimeout": str(visibility),
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        },
    )["QueueUrl"]


def create_dead_letters() -> tuple[str, str]:
    """URLs of a queue of dead letters, and of the queue that they came from."""
    name = uuid.uuid4().hex[:12]
    made = [clients.sqs().create_queue(QueueName=f"{name}-{each}")["QueueUrl"] for each in ("dead", "queue")]
    return made[0], made[1]


def queued(url: str) -> list[dict[str, Any]]:
    """Every message that can be received now, with its group; they stay invisible afterwards."""
    found: list[dict[str, Any]] = []
    while True:
        answer = clients.sqs().receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
        )
        messages = answer.get("Messages", [])
        if not messages:
            return found
        found += [
            {**json.loads(each["Body"]), "group": each["Attributes"]["MessageGroupId"]} for each in messages
        ]


def used(tables: TableNames, slug: str = "demo") -> int:
    """Queries that the nation has used in this period."""
    return Nations(Store(clients.dynamodb(), tables)).require(NationSlug(slug)).queries_used_this_period


def rows(tables: TableNames, table: Table) -> list[dict[str, Any]]:
    """Every row of a table, as DynamoDB gives them: a megabyte in one answer."""
    pages = clients.dynamodb().get_paginator("scan").paginate(TableName=tables[table])
    return [dict(item) for page in pages for item in page["Items"]]


def put(tables: TableNames, table: Table, values: dict[str, Any]) -> None:
    """Put one row of plain values."""
    clients.dynamodb().put_item(TableName=tables[table], Item=encode(values))
