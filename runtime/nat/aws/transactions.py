"""Conditional writes to DynamoDB. Of a transaction conflicts are tried again, and failed conditions are told
by their place.

`TransactionConflict` means that another transaction touched an item at the same moment; nothing was written,
and the same call may succeed right away (DynamoDB API reference, TransactWriteItems). The embedded AWS never
raises it. A table or partition that is throttled for a moment cancels transactions in the same way, and boto3
retries neither, for the error code is the transaction's.
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

TRIES: Final = 8
FIRST_PAUSE: Final = 0.01
"""Seconds; doubles with each try, with full jitter: at most 1.3 s in all."""
PASSING: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Cancellation reasons that say nothing about the items (DynamoDB API reference, TransactWriteItems)."""
IN_PROGRESS: Final = "TransactionInProgressException"
"""The same transaction is being written at this moment."""


class Cancelled(Exception):
    """Conditions failed, nothing was written. `failed` are the places of those entries in the transaction."""

    def __init__(self, failed: frozenset[int]) -> None:
        super().__init__(f"Conditions failed at {sorted(failed)}.")
        self.failed = failed


def condition_failed(error: ClientError) -> bool:
    """Whether the condition of a single write did not hold, so that nothing was written."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def write(
    client: "DynamoDBClient",
    entries: Sequence["TransactWriteItemTypeDef"],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Write all entries or none.

    Raises `Cancelled` when a condition fails, `ClientError` for all else, also a conflict or throttling
    that lasts.
    """
    for number in range(TRIES):
        try:
            client.transact_write_items(TransactItems=list(entries))
        except client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            failed = frozenset(at for at, code in enumerate(reasons) if code == "ConditionalCheckFailed")
            if failed:
                raise Cancelled(failed) from None
            if not PASSING.intersection(reasons) or number == TRIES - 1:
                raise
        except ClientError as error:
            conflict = error.response["Error"]["Code"] == IN_PROGRESS
            if not conflict or number == TRIES - 1:
                raise
        else:
            return
        sleep(random.uniform(0, FIRST_PAUSE * 2**number))  # noqa: S311 # jitter, not a secret
