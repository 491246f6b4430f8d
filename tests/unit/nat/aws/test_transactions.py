"""Transactions: conflicts are tried again, failed conditions are told by their place."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from nat.aws import clients
from nat.aws.items import encode
from nat.aws.transactions import TRIES, Cancelled, write
from nat.names import Table
from nat.settings import TableNames
from tests.unit.nat.conflicts import conflicting


def put(table: str, key: str, *, new: bool = False) -> Any:
    entry: dict[str, Any] = {"TableName": table, "Item": encode({"key": key})}
    if new:
        entry |= {
            "ConditionExpression": "attribute_not_exists(#key)",
            "ExpressionAttributeNames": {"#key": "key"},
        }
    return {"Put": entry}


def exists(table: str, key: str) -> bool:
    return "Item" in clients.dynamodb().get_item(TableName=table, Key=encode({"key": key}))


def test_failed_conditions_are_told_by_their_place(tables: TableNames) -> None:
    table = tables[Table.ONCE]
    write(clients.dynamodb(), [put(table, "b"), put(table, "d")])

    with pytest.raises(Cancelled) as cancelled:
        write(
            clients.dynamodb(),
            [put(table, "a"), put(table, "b", new=True), put(table, "c"), put(table, "d", new=True)],
        )

    assert cancelled.value.failed == {1, 3}
    assert not exists(table, "a")


def test_a_conflict_is_tried_again(tables: TableNames) -> None:
    with conflicting(3) as url:
        write(
            boto3.client("dynamodb", endpoint_url=url),
            [put(tables[Table.ONCE], "a")],
            sleep=lambda _: None,
        )

    assert exists(tables[Table.ONCE], "a")


def test_a_conflict_that_lasts_is_told_after_growing_pauses(tables: TableNames) -> None:
    pauses: list[float] = []

    with conflicting(100) as url, pytest.raises(ClientError):
        write(
            boto3.client("dynamodb", endpoint_url=url),
            [put(tables[Table.ONCE], "a")],
            sleep=pauses.append,
        )

    assert len(pauses) == TRIES - 1
    assert all(pause <= 0.01 * 2**number for number, pause in enumerate(pauses))
