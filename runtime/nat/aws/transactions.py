"""Writes of built entries. What is written with `nat.aws.store` needs none of it."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from nat.aws.store import IN_PROGRESS, PASSING, Cancelled, write_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

__all__ = ("IN_PROGRESS", "PASSING", "Cancelled", "condition_failed", "write")


def condition_failed(error: ClientError) -> bool:
    """Whether the condition of a single write did not hold, so that nothing was written."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def write(
    client: "DynamoDBClient",
    entries: Sequence["TransactWriteItemTypeDef"],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Write all entries or none. Raises `Cancelled`, `ClientError`."""
    write_all(client, entries, sleep)
