"""The ledgers of NationBuilder's rate limit in DynamoDB: one row a nation, `limit#<slug>` in Once.

A lease is one consistent read and one conditional write: the row has a version, so of two workers that lease
at the same moment one reads again. Once lies outside the nations' isolation and is reached with the worker's
own role; a row holds figures only.
"""

import logging
import secrets
from typing import Final

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import BotoCoreError, ClientError

from nat.aws.items import Row
from nat.aws.store import Store
from nat.aws.writes import Put
from nat.names import TTL_ATTRIBUTE, Table
from nat.nationbuilder.rate_ledger import (
    RULES,
    Holding,
    Lease,
    LedgerUnavailable,
    RateLedger,
    Rules,
    Used,
)
from nat.waiting import Backoff

OVERTAKEN: Final = Backoff(tries=6, first=0.004)
"""A lease starts over because another worker was faster."""
KEPT_SECONDS: Final = 300

_log = logging.getLogger(__name__)


class StoredRateLedgers:
    """The client's port `Ledgers` for one worker process. `worker` names the process."""

    def __init__(
        self,
        store: Store,
        *,
        rules: Rules = RULES,
        worker: str | None = None,
    ) -> None:
        self._store = store
        self._rules = rules
        self._worker = worker or secrets.token_hex(4)

    def lease(self, nation: str, used: Used, want: int, now: int) -> Lease:
        """Tell what this worker has used, and lease up to `want` more. Raises `LedgerUnavailable`."""
        try:
            for pause in OVERTAKEN.pauses():
                ledger, version = self._read(nation)
                after, lease = ledger.lease(self._worker, used, want, now, self._rules)
                if after is ledger or self._write(nation, after, version, now):
                    return lease
                if pause is not None:
                    self._store.sleep(pause)
        except (BotoCoreError, ClientError) as error:
            _log.warning("limit not shared", extra={"nation": nation, "reason": type(error).__name__})
            raise LedgerUnavailable from None
        return Lease(0, self._rules.grain / 1000)

    def _read(self, nation: str) -> tuple[RateLedger, int]:
        row = self._store.get(Table.ONCE, _key(nation)) or {}
        return RateLedger({name: _holding(each) for name, each in row.get("workers", {}).items()}), row.get(
            "version", 0
        )

    def _write(self, nation: str, ledger: RateLedger, version: int, now: int) -> bool:
        """Whether nobody wrote since this version was read."""
        row = {
            **_key(nation),
            "version": version + 1,
            "workers": {name: _row(each) for name, each in ledger.holdings.items()},
            TTL_ATTRIBUTE: now // 1000 + KEPT_SECONDS,
        }
        stored = Attr("version")
        return self._store.write(Put(Table.ONCE, row, when=stored.not_exists() | stored.eq(version)))


def _key(nation: str) -> dict[str, str]:
    return {"key": f"limit#{nation}"}


def _row(holding: Holding) -> dict[str, object]:
    return {
        "left": holding.left,
        "until": holding.until,
        "waiting": holding.waiting,
        "used": {str(end): count for end, count in holding.used.items()},
    }


def _holding(row: Row) -> Holding:
    used = {int(end): count for end, count in row["used"].items()}
    return Holding(row["left"], row["until"], used, row["waiting"])
