"""The condition key `dynamodb:LeadingKeys`, which MiniStack 1.5.33 does not fill.

Nation isolation rests on it (`nat.aws.isolation.session_policy`): with the key missing, `Null` false refuses
every request. MiniStack builds a request's DynamoDB keys in `core.iam_actions.dynamodb_service_context` and
looks that function up for each request, so wrapping it there is enough to have the row condition enforced on
one machine exactly as IAM does.

What AWS puts into the key: the partition key values that a request names; for a query those of its key
condition, on an index those of the index. A scan names none, and then the key is absent
(docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from local.aws.bodies import json_object

CONDITION_KEY: Final = "dynamodb:LeadingKeys"
_TRANSACTION_MEMBERS: Final = ("ConditionCheck", "Put", "Update", "Delete", "Get")

PartitionKeyOf = Callable[[str, str | None], str | None]
"""The partition key's attribute of a table, or of one of its indexes; None for an unknown one."""


def leading_keys(body: bytes, partition_key_of: PartitionKeyOf) -> list[str]:
    """Partition key values that a DynamoDB request names, each once, in order."""
    return list(dict.fromkeys(_values(json_object(body), partition_key_of)))


def _values(request: Mapping[str, Any], partition_key_of: PartitionKeyOf) -> Iterator[str]:
    if "TransactItems" in request:
        for entry in request["TransactItems"]:
            for member in _TRANSACTION_MEMBERS:
                if member in entry:
                    yield from _values(entry[member], partition_key_of)
    elif "RequestItems" in request:
        for table, wanted in request["RequestItems"].items():
            yield from _of_items(_batched(wanted), partition_key_of(table, None))
    elif "KeyConditionExpression" in request:
        attribute = partition_key_of(str(request.get("TableName", "")), request.get("IndexName"))
        yield from _of_condition(request, attribute)
    else:
        named = [request[member] for member in ("Key", "Item") if isinstance(request.get(member), dict)]
        yield from _of_items(named, partition_key_of(str(request.get("TableName", "")), None))


def _batched(wanted: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(wanted, dict):
        yield from wanted.get("Keys", [])
        return
    for write in wanted:
        yield write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]


def _of_items(items: Any, attribute: str | None) -> Iterator[str]:
    for item in items:
        value = item.get(attribute) if attribute else None
        if isinstance(value, dict):
            yield from (str(each) for each in value.values())


def _of_condition(request: Mapping[str, Any], attribute: str | None) -> Iterator[str]:
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    for name, placeholder in re.findall(r"([#\w.-]+)\s*=\s*(:\w+)", request["KeyConditionExpression"]):
        if names.get(name, name) == attribute and placeholder in values:
            yield from (str(each) for each in values[placeholder].values())


def install() -> None:
    """Let this process's MiniStack fill the condition key."""
    from ministack.core import iam_actions
    from ministack.services import dynamodb

    def partition_key_of(table: str, index: str | None) -> str | None:
        found = dynamodb._tables.get(table.rpartition("/")[2])
        if found is None or index is None:
            return str(found["pk_name"]) if found else None
        for each in found.get("GlobalSecondaryIndexes") or []:
            if each["IndexName"] == index:
                keys = [key["AttributeName"] for key in each["KeySchema"] if key["KeyType"] == "HASH"]
                return str(keys[0])
        return None

    original = iam_actions.dynamodb_service_context

    def with_leading_keys(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = original(body)
        keys = leading_keys(body, partition_key_of)
        return {**context, CONDITION_KEY: keys} if keys else context

    iam_actions.dynamodb_service_context = with_leading_keys
