"""The condition key on which nation isolation rests, as the embedded AWS fills it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.aws.leading_keys import leading_keys

KEYS = {("Turns", None): "conversation", ("Turns", "by_person"): "person", ("Nations", None): "nation_slug"}


def keys_of(request: Mapping[str, Any]) -> list[str]:
    return leading_keys(json.dumps(request).encode(), lambda table, index: KEYS.get((table, index)))


@pytest.mark.parametrize("member", ["Key", "Item"])
def test_a_single_item_names_its_partition_key(member: str) -> None:
    row = {"conversation": {"S": "demo#1"}, "item": {"S": "meta"}}

    assert keys_of({"TableName": "Turns", member: row}) == ["demo#1"]


def test_a_query_names_the_key_of_its_condition() -> None:
    query = {
        "TableName": "Turns",
        "KeyConditionExpression": "#c = :c AND begins_with(item, :prefix)",
        "ExpressionAttributeNames": {"#c": "conversation"},
        "ExpressionAttributeValues": {":c": {"S": "demo#1"}, ":prefix": {"S": "turn#"}},
    }

    assert keys_of(query) == ["demo#1"]


def test_a_query_on_an_index_names_the_key_of_the_index() -> None:
    query = {
        "TableName": "Turns",
        "IndexName": "by_person",
        "KeyConditionExpression": "person = :p",
        "ExpressionAttributeValues": {":p": {"S": "demo#ada"}},
    }

    assert keys_of(query) == ["demo#ada"]


def test_a_transaction_names_the_keys_of_all_its_entries() -> None:
    transaction = {
        "TransactItems": [
            {"Put": {"TableName": "Turns", "Item": {"conversation": {"S": "demo#1"}}}},
            {"Update": {"TableName": "Nations", "Key": {"nation_slug": {"S": "harbor"}}}},
            {"ConditionCheck": {"TableName": "Nations", "Key": {"nation_slug": {"S": "demo"}}}},
        ]
    }

    assert keys_of(transaction) == ["demo#1", "harbor", "demo"]


def test_batches_name_the_keys_of_all_their_entries() -> None:
    read = {"RequestItems": {"Nations": {"Keys": [{"nation_slug": {"S": "demo"}}]}}}
    write = {
        "RequestItems": {
            "Nations": [
                {"PutRequest": {"Item": {"nation_slug": {"S": "demo"}}}},
                {"DeleteRequest": {"Key": {"nation_slug": {"S": "harbor"}}}},
            ]
        }
    }

    assert keys_of(read) == ["demo"]
    assert keys_of(write) == ["demo", "harbor"]


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b'{"TableName": "Turns"}', b'{"TableName": "Nobody", "Key": {}}']
)
def test_a_request_without_a_key_names_none(body: bytes) -> None:
    assert leading_keys(body, lambda table, index: KEYS.get((table, index))) == []
