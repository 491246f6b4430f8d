"""MiniStack as its own command runs it, where Nat's tables come into being when they are first asked for.

python -m tests.lazy_tables

A test has tables of its own and writes to two or three of thirteen: making all of them took longer than most
tests. A name says which it is: `<whatever>-<Table>`.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from ministack.services import dynamodb

from nat.names import SCHEMAS, Index, Schema, Table

_TABLES = {table.value: SCHEMAS[table] for table in Table}


def asked_for(request: Any) -> Iterator[str]:
    """The names of tables in a request's body: of one item, of a batch, of a transaction."""
    if not isinstance(request, dict):
        return
    name = request.get("TableName")
    if isinstance(name, str):
        yield name
    items = request.get("RequestItems")
    if isinstance(items, dict):
        yield from items
    for entry in request.get("TransactItems") or ():
        for each in entry.values():
            yield from asked_for(each)


def definition(name: str) -> dict[str, Any] | None:
    """The request that creates a table; None for a name that is not of Nat's tables."""
    prefix, _, kind = name.rpartition("-")
    schema = _TABLES.get(kind)
    if schema is None or not prefix:
        return None
    indexes = [
        {"IndexName": index.name, "KeySchema": _keys(index), "Projection": {"ProjectionType": "ALL"}}
        for index in schema.indexes
    ]
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": each, "AttributeType": "S"} for each in sorted(_attributes(schema))
        ],
        "KeySchema": _keys(schema),
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def install() -> None:
    """Let this process's MiniStack create tables when they are asked for: each once, so that one that a test
    deletes is gone."""
    original = dynamodb.handle_request
    made: set[str] = set()

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        try:
            request = json.loads(body or b"{}")
        except ValueError:  # MiniStack's own to refuse
            request = {}
        for name in asked_for(request):
            if name not in made and (wanted := definition(name)):
                made.add(name)
                dynamodb._create_table(wanted)
        return await original(method, path, headers, body, query)

    dynamodb.handle_request = handle_request
    # Of an expression and its kind alone, and asked of every item that it is applied to.
    dynamodb._condition_syntax_error = cache(dynamodb._condition_syntax_error)


def _keys(keys: Schema | Index) -> list[dict[str, str]]:
    schema = [{"AttributeName": keys.partition, "KeyType": "HASH"}]
    if keys.sort:
        schema.append({"AttributeName": keys.sort, "KeyType": "RANGE"})
    return schema


def _attributes(schema: Schema) -> set[str]:
    keys: list[Schema | Index] = [schema, *schema.indexes]
    return {name for each in keys for name in (each.partition, each.sort) if name}


if __name__ == "__main__":
    from ministack.app import main  # which sets up logging for the whole process

    install()
    sys.exit(main())
