"""The row of a nation's refresh in Connections: its lease, and what is known of a spent refresh token.

    idle ──▶ sent ──▶ received ──▶ idle        the pair was refreshed
              │  ▲        ▲
              │  └────────┼─ tried again: what became of the first request is not known
              └──▶ refused┘                     NationBuilder does not take the refresh token

`sent` is stored before the request that spends the refresh token, with the token's fingerprint. `received`
holds the new pair, sealed, until the vault has it. Both wait in the index `by_due`, so that what a process
left behind when it died is found without looking at every nation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.aws.items import decode, encode, epoch_ms, moment
from nat.aws.transactions import condition_failed
from nat.names import Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEASE: Final = timedelta(seconds=30)
"""How long one process has a nation's tokens for itself; longer than one request to `/oauth/token` takes."""
DUE_KIND: Final = "refresh"
"""Partition of `by_due` that holds unfinished refreshes."""
_ITEM: Final = "refresh"
_INDEX: Final = "by_due"


class RefreshState(StrEnum):
    """What is known of the refresh token in the vault."""

    IDLE = "idle"
    SENT = "sent"
    """It may be spent: a request with it is under way, or was when a process died, or got no clear answer."""
    RECEIVED = "received"
    """It is spent, and the pair that replaces it lies sealed in this row."""
    REFUSED = "refused"
    """NationBuilder says that it is no good: somebody has to connect the nation anew."""


@dataclass(frozen=True)
class RefreshRow:
    """The row as it was read. `generation` counts requests; `tries` those with the same refresh token."""

    nation_slug: str
    state: RefreshState = RefreshState.IDLE
    generation: int = 0
    fingerprint: str = ""
    tries: int = 0
    due_at: datetime | None = None
    sealed: tuple[bytes, ...] = ()
    lease_until_ms: int = 0

    def leased(self, now: datetime) -> bool:
        """Whether some process has the lease."""
        return self.lease_until_ms > epoch_ms(now)


class RefreshRows:
    """The rows of all nations that the client's credentials reach. `holder` names this process or job."""

    def __init__(self, client: "DynamoDBClient", tables: TableNames, holder: str) -> None:
        self._client = client
        self._table = tables[Table.CONNECTIONS]
        self._holder = holder

    def get(self, nation_slug: str) -> RefreshRow:
        """The row, strongly consistent; an idle one where there is none."""
        found = self._client.get_item(TableName=self._table, Key=_key(nation_slug), ConsistentRead=True)
        return _row(nation_slug, decode(found.get("Item", {})))

    def lease(self, nation_slug: str, thread: str, now: datetime) -> RefreshRow | None:
        """Take the lease; gives the row, or None while somebody else has it."""
        return self._update(
            nation_slug,
            "SET holder = :holder, lease_until_ms = :until",
            "attribute_not_exists(lease_until_ms) OR lease_until_ms <= :now",
            {
                ":holder": f"{self._holder}.{thread}",
                ":until": epoch_ms(now + LEASE),
                ":now": epoch_ms(now),
            },
        )

    def release(self, nation_slug: str, thread: str) -> None:
        """Give the lease back, if it is still ours."""
        self._update(
            nation_slug,
            "REMOVE holder, lease_until_ms",
            "holder = :holder",
            {":holder": f"{self._holder}.{thread}"},
        )

    def send(
        self, row: RefreshRow, thread: str, fingerprint: str, tries: int, now: datetime
    ) -> RefreshRow | None:
        """Store that the refresh token may be spent from now on, and hold the lease for the request.

        None, and then nothing may be sent, if the lease was lost.
        """
        return self._update(
            row.nation_slug,
            "SET #state = :sent, generation = :next, fingerprint = :fingerprint, tries = :tries,"
            " due_kind = :kind, due_at = :due, lease_until_ms = :until REMOVE sealed",
            "holder = :holder AND (attribute_not_exists(generation) OR generation = :generation)",
            {
                ":sent": RefreshState.SENT.value,
                ":next": row.generation + 1,
                ":fingerprint": fingerprint,
                ":tries": tries,
                ":kind": DUE_KIND,
                ":due": now + LEASE,
                ":until": epoch_ms(now + LEASE),
                ":holder": f"{self._holder}.{thread}",
                ":generation": row.generation,
            },
        )

    def receive(self, row: RefreshRow, sealed: list[bytes]) -> bool:
        """Keep the pair that a request gave until the vault has it.

        The condition is on the refresh token that was sent, not on the lease: a process that was suspended
        while its request was answered holds the good pair even if another has tried the spent token since.
        False if another has a pair already.
        """
        return (
            self._update(
                row.nation_slug,
                "SET #state = :received, sealed = :sealed, due_kind = :kind,"
                " due_at = if_not_exists(due_at, :soon)",
                "fingerprint = :fingerprint AND #state IN (:sent, :refused)",
                {
                    ":received": RefreshState.RECEIVED.value,
                    ":sealed": sealed,
                    ":kind": DUE_KIND,
                    ":soon": row.due_at,
                    ":fingerprint": row.fingerprint,
                    ":sent": RefreshState.SENT.value,
                    ":refused": RefreshState.REFUSED.value,
                },
            )
            is not None
        )

    def finish(self, row: RefreshRow, *, generation: int | None = None) -> None:
        """The vault has the newest pair and nothing is under way. `generation`: one that was used besides."""
        self._update(
            row.nation_slug,
            "SET #state = :idle, generation = :generation"
            " REMOVE sealed, fingerprint, tries, due_kind, due_at",
            "attribute_not_exists(generation) OR generation <= :generation",
            {
                ":idle": RefreshState.IDLE.value,
                ":generation": row.generation if generation is None else generation,
            },
        )

    def refuse(self, row: RefreshRow) -> bool:
        """NationBuilder does not take the refresh token. False if a pair came after all."""
        return (
            self._update(
                row.nation_slug,
                "SET #state = :refused REMOVE due_kind, due_at",
                "#state = :sent AND generation = :generation",
                {
                    ":refused": RefreshState.REFUSED.value,
                    ":sent": RefreshState.SENT.value,
                    ":generation": row.generation,
                },
            )
            is not None
        )

    def postpone(self, row: RefreshRow, due_at: datetime) -> None:
        """Try again then: what became of the request is not known."""
        self._update(
            row.nation_slug,
            "SET due_at = :due",
            "#state = :sent AND generation = :generation",
            {":due": due_at, ":sent": RefreshState.SENT.value, ":generation": row.generation},
        )

    def unfinished(self, until: datetime, limit: int) -> list[tuple[str, datetime]]:
        """Nations whose refresh is due to be looked at, earliest first. It reads an index: not for the nation
        role."""
        answer = self._client.query(
            TableName=self._table,
            IndexName=_INDEX,
            KeyConditionExpression="due_kind = :kind AND due_at <= :until",
            ExpressionAttributeValues=encode({":kind": DUE_KIND, ":until": until}),
            Limit=limit,
        )
        found = [decode(item) for item in answer["Items"]]
        return [(each["nation_slug"], moment(each["due_at"])) for each in found]

    def _update(
        self, nation_slug: str, expression: str, condition: str, values: Mapping[str, Any]
    ) -> RefreshRow | None:
        # `state` is a reserved word, and DynamoDB refuses names that are not used.
        names: Any = {"ExpressionAttributeNames": {"#state": "state"}}
        used = "#state" in expression + condition
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(nation_slug),
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeValues=encode(values),
                ReturnValues="ALL_NEW",
                **(names if used else {}),
            )
        except ClientError as error:
            if condition_failed(error):
                return None
            raise
        return _row(nation_slug, decode(answer["Attributes"]))


def _key(nation_slug: str) -> Any:
    return encode({"nation_slug": nation_slug, "item": _ITEM})


def _row(nation_slug: str, item: Mapping[str, Any]) -> RefreshRow:
    return RefreshRow(
        nation_slug=nation_slug,
        state=RefreshState(item.get("state", RefreshState.IDLE.value)),
        generation=item.get("generation", 0),
        fingerprint=item.get("fingerprint", ""),
        tries=item.get("tries", 0),
        due_at=moment(item["due_at"]) if "due_at" in item else None,
        sealed=tuple(bytes(each) for each in item.get("sealed", ())),
        lease_until_ms=item.get("lease_until_ms", 0),
    )
