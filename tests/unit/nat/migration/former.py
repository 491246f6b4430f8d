"""The former platform as the migration finds it: generated tenants, many of them broken, and its secrets."""

import json
import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nat.aws import clients
from nat.aws.items import encode, timestamp
from nat.names import Secret, Table
from nat.settings import TableNames

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BATCH = 25
PLANS = ("starter", "team", "org")


@dataclass
class Former:
    """Rows by tenant, and the texts of secrets by tenant."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def store(self, tables: TableNames) -> None:
        """Put all of it where the former platform has it."""
        client, table = clients.dynamodb(), tables[Table.TENANTS]
        items = [encode(each) for each in self.rows.values()]
        for start in range(0, len(items), BATCH):
            put: Any = [{"PutRequest": {"Item": each}} for each in items[start : start + BATCH]]
            client.batch_write_item(RequestItems={table: put})
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._store_secret, self.secrets))

    def _store_secret(self, tenant_id: str) -> None:
        clients.secrets().create_secret(
            Name=Secret.tenant_tokens(tenant_id), SecretString=self.secrets[tenant_id]
        )

    def forget(self) -> None:
        """Take the secrets away again; the tables go with the test."""
        for tenant_id in self.secrets:
            clients.secrets().delete_secret(
                SecretId=Secret.tenant_tokens(tenant_id), ForceDeleteWithoutRecovery=True
            )


def row(tenant_id: str, slug: str | None, **changes: Any) -> dict[str, Any]:
    """A tenant in good order: a team with an admin and a member, connected, in the middle of a month."""
    return {
        "tenant_id": tenant_id,
        "stripe_customer_id": f"cus_{tenant_id}",
        "stripe_subscription_id": f"sub_{tenant_id}",
        "plan": "team",
        "nationbuilder_slug": slug,
        "nationbuilder_client_id": "nat-local",
        "nationbuilder_token_arn": f"arn:aws:secretsmanager:us-east-1:000000000000:secret:{tenant_id}",
        "nb_connected": True,
        "nb_connected_at": timestamp(NOW - timedelta(days=80)),
        "nb_token_expires_at": timestamp(NOW + timedelta(hours=20)),
        "nb_needs_reauth": False,
        "seats_limit": 5,
        "queries_soft_cap": 2000,
        "queries_this_month": 120,
        "billing_cycle_start": timestamp(NOW - timedelta(days=12)),
        "users": [
            {"user_id": f"{tenant_id}-a", "email": f"a@{tenant_id}.example", "role": "admin"},
            {"user_id": f"{tenant_id}-m", "email": f"m@{tenant_id}.example", "role": "member"},
        ],
        "created_at": timestamp(NOW - timedelta(days=100)),
        "updated_at": timestamp(NOW - timedelta(days=1)),
        **changes,
    }


def pair(name: str, expires_at: datetime | None = None) -> str:
    """The text of a secret."""
    value: dict[str, Any] = {"access_token": f"access-{name}", "refresh_token": f"refresh-{name}"}
    if expires_at is not None:
        value["expires_at"] = timestamp(expires_at)
    return json.dumps(value)


def generate(count: int, seed: int, *, connected: float, mark: str | None = None) -> Former:
    """So many tenants, `connected` of them with a pair, about a third of them broken in some way.

    The same for a seed; `mark` keeps the secrets of several worlds apart.
    """
    chance = random.Random(seed)
    mark = mark or uuid.uuid4().hex[:6]
    former = Former()
    for number in range(count):
        tenant_id = f"t{number:04d}-{mark}"
        made = row(tenant_id, f"nation-{number:04d}", **_life(chance, connected))
        made["users"] = _users(chance, tenant_id, number)
        if made["nb_connected"]:
            former.secrets[tenant_id] = pair(tenant_id, NOW + timedelta(hours=chance.randint(1, 24)))
        if chance.random() < 0.35:
            chance.choice(DAMAGES)(made, former, chance)
        former.rows[tenant_id] = {name: value for name, value in made.items() if value is not None}
    return former


def _life(chance: random.Random, connected: float) -> dict[str, Any]:
    paying = chance.random() < 0.8
    linked = chance.random() < connected
    return {
        "plan": chance.choice(PLANS),
        "stripe_subscription_id": f"sub_{chance.getrandbits(40):x}" if paying else None,
        "queries_this_month": chance.randint(0, 2500),
        "billing_cycle_start": timestamp(NOW - timedelta(days=chance.randint(0, 40))),
        "nb_connected": linked,
        "nb_connected_at": timestamp(NOW - timedelta(days=chance.randint(1, 90))) if linked else None,
        "nb_token_expires_at": timestamp(NOW + timedelta(hours=chance.randint(1, 24))) if linked else None,
        "created_at": timestamp(NOW - timedelta(days=chance.randint(100, 700))),
    }


def _users(chance: random.Random, tenant_id: str, number: int) -> list[dict[str, Any]]:
    """One to six people; every now and then a consultant who is in many tenants, and once a crowd."""
    many = 60 if number == 7 else chance.randint(1, 6)
    users: list[dict[str, Any]] = [
        {"user_id": f"{tenant_id}-{index}", "email": f"p{index}@{tenant_id}.example", "role": role}
        for index, role in enumerate(["admin", *["member"] * (many - 1)])
    ]
    if chance.random() < 0.1:
        users.append(
            {"user_id": f"consultant-{chance.randint(1, 5)}", "email": "c@agency.example", "role": "admin"}
        )
    return users


Damage = Callable[[dict[str, Any], Former, random.Random], None]


def _without(name: str) -> Damage:
    return lambda made, _former, _chance: made.update({name: None})


def _with(name: str, value: Any) -> Damage:
    return lambda made, _former, _chance: made.update({name: value})


def _same_slug(made: dict[str, Any], _former: Former, chance: random.Random) -> None:
    number = int(made["tenant_id"][1:5])
    made["nationbuilder_slug"] = f"nation-{chance.randint(max(0, number - 20), number):04d}"


def _duplicate_email(made: dict[str, Any], _former: Former, _chance: random.Random) -> None:
    made["users"] = [*made["users"], {**made["users"][0], "user_id": f"{made['tenant_id']}-twin"}]


def _duplicate_user(made: dict[str, Any], _former: Former, _chance: random.Random) -> None:
    made["users"] = [*made["users"], {**made["users"][-1], "role": "admin"}]


def _own_tokens(made: dict[str, Any], _former: Former, _chance: random.Random) -> None:
    made["users"][0]["nationbuilder_token_arn"] = "arn:aws:secretsmanager:us-east-1:0:secret:own"


def _no_secret(made: dict[str, Any], former: Former, _chance: random.Random) -> None:
    former.secrets.pop(made["tenant_id"], None)


def _garbled_secret(made: dict[str, Any], former: Former, chance: random.Random) -> None:
    if made["tenant_id"] in former.secrets:
        former.secrets[made["tenant_id"]] = chance.choice(
            ["{", '"text"', '{"access_token": "a"}', "[]", "null"]
        )


DAMAGES: tuple[Damage, ...] = (
    _without("nationbuilder_slug"),
    _with("nationbuilder_slug", "Not A Slug!"),
    _with("nationbuilder_slug", "https://ACME.nationbuilder.com/admin"),
    _with("nationbuilder_slug", "  "),
    _with("plan", "platinum"),
    _without("plan"),
    _with("plan", 3),
    _with("users", None),
    _with("users", []),
    _with("users", "nobody"),
    _with("users", [{"email": "no-id@example.org"}, 7, {"user_id": "", "role": "admin"}]),
    _with("users", [{"user_id": "stranger", "role": "king"}]),
    _without("billing_cycle_start"),
    _with("billing_cycle_start", "last week"),
    _with("billing_cycle_start", int((NOW - timedelta(days=3)).timestamp())),
    _with("queries_this_month", "many"),
    _with("queries_soft_cap", -5),
    _without("created_at"),
    _without("nb_token_expires_at"),
    _with("nb_token_expires_at", "soon"),
    _with("nb_needs_reauth", True),
    _with("nationbuilder_client_id", "an-app-that-is-gone"),
    _without("nationbuilder_client_id"),
    _with("seats_limit", 0),
    _same_slug,
    _same_slug,
    _same_slug,
    _duplicate_email,
    _duplicate_user,
    _own_tokens,
    _no_secret,
    _garbled_secret,
)
