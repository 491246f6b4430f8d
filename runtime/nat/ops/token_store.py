"""`nat ops move-tokens`: every connected nation's pair from one token store to the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nat import settings
from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.items import decode, encode
from nat.connections.seal import Seal
from nat.connections.services import now
from nat.connections.vault import move_tokens, token_vault
from nat.names import Table, Variable
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STORES: Final = ("secretsmanager", "dynamodb")


@dataclass
class Moved:
    """What became of the connected nations, by slug. `missing` have no pair in the source."""

    copied: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def connected_nations(client: "DynamoDBClient", table: str) -> Iterator[str]:
    """Slugs of all connected nations. Reads the whole table: for operators, never for a request."""
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        ProjectionExpression="nation_slug",
        FilterExpression="nb_connected = :yes",
        ExpressionAttributeValues=encode({":yes": True}),
        ConsistentRead=True,
    )
    for page in pages:
        yield from (decode(item)["nation_slug"] for item in page["Items"])


def move(target: str, *, apply: bool, told: Callable[[str], None]) -> Moved:
    """Copy every pair into `target`, one of `STORES`, from the other one. The source keeps its copies, so it
    may be repeated. Without `apply` nothing is written. Raises `SettingMissing`."""
    tables, client = TableNames.read(), clients.dynamodb()
    key_arn = settings.read(Variable.DATA_KEY_ARN)
    vaults = {
        store: token_vault(
            store,
            secrets=clients.secrets(),
            dynamodb=client,
            tables=tables,
            seal=Seal(clients.kms(), key_arn),
            now=now,
            key_arn=key_arn,
        )
        for store in STORES
    }
    (source,) = (store for store in STORES if store != target)
    moved = Moved()
    for slug in connected_nations(client, tables[Table.NATIONS]):
        told(slug)
        with nation(slug):
            there = move_tokens(slug, vaults[source], vaults[target] if apply else None)
        (moved.copied if there else moved.missing).append(slug)
    return moved
