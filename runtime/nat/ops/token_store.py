"""`nat ops move-tokens`: every connected nation's pair from one token store to the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from boto3.dynamodb.conditions import Attr

from nat import settings
from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.connections.seal import Seal
from nat.connections.services import now
from nat.connections.vault import move_tokens, token_vault
from nat.ids import NationSlug
from nat.names import Table, Variable
from nat.settings import TableNames

STORES: Final = ("secretsmanager", "dynamodb")


@dataclass
class Moved:
    """What became of the connected nations, by slug. `missing` have no pair in the source."""

    copied: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def connected_nations(store: Store) -> Iterator[str]:
    """Slugs of all connected nations. Reads the whole table: for operators, never for a request."""
    rows = store.scan(Table.NATIONS, attributes=("nation_slug",), only=Attr("nb_connected").eq(True))
    return (row["nation_slug"] for row in rows)


def move(target: str, *, apply: bool, told: Callable[[str], None]) -> Moved:
    """Copy every pair into `target`, one of `STORES`, from the other one. The source keeps its copies, so it
    may be repeated. Without `apply` nothing is written. Raises `SettingMissing`."""
    rows = Store(clients.dynamodb(), TableNames.read(), now)
    key_arn = settings.read(Variable.DATA_KEY_ARN)
    vaults = {
        kind: token_vault(
            kind,
            secrets=clients.secrets(),
            store=rows,
            seal=Seal(clients.kms(), key_arn),
            key_arn=key_arn,
        )
        for kind in STORES
    }
    (source,) = (kind for kind in STORES if kind != target)
    moved = Moved()
    for slug in connected_nations(rows):
        told(slug)
        with nation(slug):
            there = move_tokens(NationSlug(slug), vaults[source], vaults[target] if apply else None)
        (moved.copied if there else moved.missing).append(slug)
    return moved
