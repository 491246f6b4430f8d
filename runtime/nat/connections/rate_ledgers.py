"""The ledgers of NationBuilder's rate limit in DynamoDB: one row a nation, `limit#<slug>` in Once.

A lease is one consistent read and one conditional write: the row has a version, so of two workers that lease
at the same moment one reads again. Once lies outside the nations' isolation and is reached with the worker's
own role; a row holds figures only.
"""

import logging
import random
import secrets
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from nat.aws.items import decode, encode
from nat.aws.transactions import condition_failed
from nat.names import TTL_ATTRIBUTE
from nat.nationbuilder.rate_ledger import (
    RULES,
    Holding,
    Lease,
    LedgerUnavailable,
    RateLedger,
    Rules,
    Used,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIES: Final = 6
"""How often a lease starts over because another worker was faster."""
FIRST_PAUSE: Final = 0.004
"""Seconds; doubles with each try, with full jitter."""
KEPT_SECONDS: Final = 300

_log = logging.getLogger(__name__)


class StoredRateLedgers:
    """The client's port `Ledgers` for one worker process. `table` is Once; `worker` names the process."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        rules: Rules = RULES,
        worker: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._rules = rules
        self._worker = worker or secrets.token_hex(4)
        self._sleep = sleep

    def lease(self, nation: str, used: Used, want: int, now: int) -> Lease:
        """Tell what this worker has used, and lease up to `want` more. Raises `LedgerUnavailable`."""
        try:
            for number in range(TRIES):
                ledger, version = self._read(nation)
                after, lease = ledger.lease(self._worker, used, want, now, self._rules)
                if after is ledger or self._write(nation, after, version, now):
                    return lease
                self._sleep(random.uniform(0, FIRST_PAUSE * 2**number))  # noqa: S311 # jitter, not a secret
        except (BotoCoreError, ClientError) as error:
            _log.warning("limit not shared", extra={"nation": nation, "reason": type(error).__name__})
            raise LedgerUnavailable from None
        return Lease(0, self._rules.grain / 1000)

    def _read(self, nation: str) -> tuple[RateLedger, int]:
        found = self._client.get_item(TableName=self._table, Key=encode(_key(nation)), ConsistentRead=True)
        row = decode(found.get("Item", {}))
        return RateLedger({name: _holding(each) for name, each in row.get("workers", {}).items()}), row.get(
            "version", 0
        )

    def _write(self, nation: str, ledger: RateLedger, version: int, now: int) -> bool:
        """Whether nobody wrote since this version was read."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode(
                    {
                        **_key(nation),
                        "version": version + 1,
                        "workers": {name: _row(each) for name, each in ledger.holdings.items()},
                        TTL_ATTRIBUTE: now // 1000 + KEPT_SECONDS,
                    }
                ),
                ConditionExpression="attribute_not_exists(#version) OR #version = :seen",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues=encode({":seen": version}),
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True


def _key(nation: str) -> dict[str, str]:
    return {"key": f"limit#{nation}"}


def _row(holding: Holding) -> dict[str, Any]:
    return {
        "left": holding.left,
        "until": holding.until,
        "waiting": holding.waiting,
        "used": {str(end): count for end, count in holding.used.items()},
    }


def _holding(row: Mapping[str, Any]) -> Holding:
    used = {int(end): count for end, count in row["used"].items()}
    return Holding(row["left"], row["until"], used, row["waiting"])
