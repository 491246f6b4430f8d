"""DynamoDB as Nat uses it: a client, the tables and a clock, and what is done with rows.

    store.get(Table.NATIONS, {"nation_slug": slug})
    store.query(Table.CONVERSATIONS, Key("conversation").eq(key) & Key("item").begins_with("turn#"))
    store.write(Update(Table.ONCE, key, {"revoked": True}, when=Attr("uses").lt(Attr("most_uses"))))
    store.transact([Put(Table.AUDIT, entry), Delete(Table.ONCE, key)])

Rows are plain values both ways (`nat.aws.items`).

**Lost answers.** An answer can be lost after the write was done; boto3 then sends the request again, and the
condition that held the first time does not hold any more. What fails after a repetition is therefore compared
with what we wanted: a row that is as this very write would have left it was written by us. Transactions carry
a token that DynamoDB knows for ten minutes, so they need no comparison, and decide also what a row does not
show: who of several took it (`take`, `claim`).
"""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from boto3.dynamodb.conditions import Attr, ConditionBase
from botocore.exceptions import ClientError

from nat.aws.items import Row, decode, encode, encode_value
from nat.aws.writes import Delete, Entry, Expressions, Put, Update, entry_of, request
from nat.names import Index, Table
from nat.settings import TableNames
from nat.waiting import Backoff

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT_ONCE: Final = 100
"""Keys that one BatchGetItem may name (DynamoDB's limit)."""
WRITTEN_AT_ONCE: Final = 25
"""Rows that one BatchWriteItem may write (DynamoDB's limit)."""
TRANSACTION: Final = Backoff(tries=8, first=0.01)
"""At most 1.3 s in all."""
UNPROCESSED: Final = Backoff(tries=12, first=0.02, longest=1.0)
"""What a batch left over is asked for again: it was too much for a moment, or for one answer."""
PASSING: Final = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Cancellation reasons that say nothing about the items (DynamoDB API reference, TransactWriteItems): another
transaction touched one at this moment, or a partition is throttled. boto3 retries neither, for the error code
is the transaction's. The embedded AWS raises none of them."""
IN_PROGRESS: Final = "TransactionInProgressException"
"""The same transaction is being written at this moment."""


class Cancelled(Exception):
    """Conditions failed, nothing was written. `failed` are the places of those entries in the transaction."""

    def __init__(self, failed: frozenset[int]) -> None:
        super().__init__(f"Conditions failed at {sorted(failed)}.")
        self.failed = failed


class LeftOver(Exception):
    """A batch was not done to its end, however often it was asked for: the table is throttled."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class RowPage(msgspec.Struct, frozen=True):
    """Rows of one read of a query. `last` is the key to go on after; `None` says that there are no more."""

    rows: list[Row]
    last: Row | None


class Store(msgspec.Struct, frozen=True):
    """Rows of the tables. The client's credentials decide which nations it reaches."""

    client: "DynamoDBClient"
    tables: TableNames
    clock: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep

    def get(
        self, table: Table, key: Row, *, attributes: tuple[str, ...] = (), consistent: bool = True
    ) -> Row | None:
        """One row, strongly consistent unless said otherwise; of it only `attributes`, if any are named."""
        found = self.client.get_item(
            TableName=self.tables[table],
            Key=encode(key),
            ConsistentRead=consistent,
            **_projection(attributes),
        )
        return decode(found["Item"]) if "Item" in found else None

    def get_many(
        self,
        table: Table,
        keys: Iterable[Row],
        *,
        attributes: tuple[str, ...] = (),
        consistent: bool = False,
    ) -> list[Row]:
        """The rows of those keys that exist, in no order. No key twice. Raises `LeftOver`."""
        name = self.tables[table]
        wanted = [encode(key) for key in keys]
        found: list[Row] = []
        for start in range(0, len(wanted), AT_ONCE):
            left: Any = wanted[start : start + AT_ONCE]
            for pause in UNPROCESSED.pauses():
                batch: Any = {"Keys": left, "ConsistentRead": consistent, **_projection(attributes)}
                answer = self.client.batch_get_item(RequestItems={name: batch})
                found += [decode(item) for item in answer["Responses"].get(name, [])]
                unread = answer.get("UnprocessedKeys", {}).get(name)
                left = None if unread is None else unread["Keys"]
                if not left:
                    break
                self._pause(pause)
        return found

    def get_together(self, *wanted: tuple[Table, Row]) -> list[Row | None]:
        """One row of each of several tables by one read, strongly consistent, in the order asked for; `None`
        for one that does not exist. Raises `LeftOver`."""
        left: Any = {
            self.tables[table]: {"Keys": [encode(key)], "ConsistentRead": True} for table, key in wanted
        }
        found: dict[str, Row] = {}
        for pause in UNPROCESSED.pauses():
            answer = self.client.batch_get_item(RequestItems=left)
            found |= {name: decode(rows[0]) for name, rows in answer["Responses"].items() if rows}
            left = answer.get("UnprocessedKeys")
            if not left:
                break
            self._pause(pause)
        return [found.get(self.tables[table]) for table, _ in wanted]

    def query(
        self,
        table: Table,
        where: ConditionBase,
        *,
        index: Index | None = None,
        attributes: tuple[str, ...] = (),
        only: ConditionBase | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        page: int | None = None,
        after: Row | None = None,
    ) -> Iterator[Row]:
        """The rows under a key, one read after another as they are taken: who has enough stops asking.

        `where` is over keys, `only` over what was read; `page` is the most of one read, `after` a key to go
        on after.
        """
        while True:
            found = self.find(
                table,
                where,
                index=index,
                attributes=attributes,
                only=only,
                newest_first=newest_first,
                consistent=consistent,
                limit=page,
                after=after,
            )
            yield from found.rows
            if found.last is None:
                return
            after = found.last

    def find(
        self,
        table: Table,
        where: ConditionBase,
        *,
        index: Index | None = None,
        attributes: tuple[str, ...] = (),
        only: ConditionBase | None = None,
        newest_first: bool = False,
        consistent: bool = False,
        limit: int | None = None,
        after: Row | None = None,
    ) -> RowPage:
        """One read of a query: at most `limit` rows and 1 MB, the smallest sort key first."""
        expressions = Expressions()
        asked: dict[str, Any] = {
            "TableName": self.tables[table],
            "KeyConditionExpression": expressions.condition(where, key=True),
        }
        if index is not None:
            asked["IndexName"] = index.name
        if attributes:
            asked["ProjectionExpression"] = expressions.projection(attributes)
        if only is not None:
            asked["FilterExpression"] = expressions.condition(only)
        if newest_first:
            asked["ScanIndexForward"] = False
        if consistent:
            asked["ConsistentRead"] = True
        if limit is not None:
            asked["Limit"] = limit
        if after is not None:
            asked["ExclusiveStartKey"] = encode(after)
        answer = self.client.query(**asked, **expressions.placeholders())
        last = answer.get("LastEvaluatedKey")
        return RowPage([decode(item) for item in answer["Items"]], None if last is None else decode(last))

    def scan(
        self, table: Table, *, attributes: tuple[str, ...] = (), only: ConditionBase | None = None
    ) -> Iterator[Row]:
        """Every row of a table, strongly consistent: for who runs the service, never for others."""
        expressions = Expressions()
        asked: dict[str, Any] = {"TableName": self.tables[table], "ConsistentRead": True}
        if attributes:
            asked["ProjectionExpression"] = expressions.projection(attributes)
        if only is not None:
            asked["FilterExpression"] = expressions.condition(only)
        for page in self.client.get_paginator("scan").paginate(**asked, **expressions.placeholders()):
            yield from (decode(item) for item in page["Items"])

    def write(self, write: Put | Update | Delete) -> bool:
        """Do one write; False, and nothing changed, if its condition does not hold."""
        return self._one(write, {}) is not None

    def updated(self, update: Update) -> Row | None:
        """Do one update and give the row as it is then; `None`, and nothing changed, if its condition does
        not hold."""
        answer = self._one(update, {"ReturnValues": "ALL_NEW"})
        return None if answer is None else decode(answer["Attributes"])

    def take(self, table: Table, key: Row, *, when: ConditionBase | None = None) -> Row | None:
        """Use a row up: delete it and give what it was. Of any number of callers exactly one gets it, also
        when an answer is lost on the way; the others get `None`, as where there is no such row.

        Two calls: a deleted row cannot be compared, so the transaction's token says whose deed it was.
        """
        row = self.get(table, key)
        if row is None:
            return None
        name = next(iter(key))
        there = Attr(name).exists()
        return row if self.claim(Delete(table, key, when=there if when is None else there & when)) else None

    def claim(self, write: Put | Update | Delete) -> bool:
        """As `write`, where the row does not show whose deed it was, also when an answer is lost: costs twice
        the write units."""
        try:
            self.transact([write])
        except Cancelled:
            return False
        return True

    def transact(self, entries: Sequence[Entry]) -> None:
        """Do all writes or none. Conflicts are tried again.

        Raises `Cancelled` when a condition fails, `ClientError` for all else, also a conflict or throttling
        that lasts.
        """
        items = [entry_of(each, self.tables) for each in entries]
        token = str(uuid.uuid4())
        for pause in TRANSACTION.pauses():
            try:
                self.client.transact_write_items(TransactItems=items, ClientRequestToken=token)
            except ClientError as error:
                if pause is None or not _passing(error):
                    raise
                self.sleep(pause)
            else:
                return

    def put_many(self, table: Table, items: Iterable[Row]) -> None:
        """Store rows, 25 in one request. Raises `LeftOver`."""
        self._batch(table, [{"PutRequest": {"Item": encode(each)}} for each in items])

    def delete_many(self, table: Table, keys: Iterable[Row]) -> None:
        """Delete rows, 25 in one request; what is not there does not matter. No key twice. Raises
        `LeftOver`."""
        self._batch(table, [{"DeleteRequest": {"Key": encode(each)}} for each in keys])

    def _batch(self, table: Table, requests: list[Any]) -> None:
        name = self.tables[table]
        for start in range(0, len(requests), WRITTEN_AT_ONCE):
            left: Any = requests[start : start + WRITTEN_AT_ONCE]
            for pause in UNPROCESSED.pauses():
                answer = self.client.batch_write_item(RequestItems={name: left})
                left = answer.get("UnprocessedItems", {}).get(name)
                if not left:
                    break
                self._pause(pause)

    def _pause(self, seconds: float | None) -> None:
        if seconds is None:
            raise LeftOver
        self.sleep(seconds)

    def _one(self, write: Put | Update | Delete, more: dict[str, Any]) -> Any:
        """The answer; `None` if the condition does not hold."""
        asked = {**request(write, self.tables), **more}
        if write.when is not None:
            asked["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            if isinstance(write, Put):
                return self.client.put_item(**asked)
            if isinstance(write, Update):
                return self.client.update_item(**asked)
            return self.client.delete_item(**asked)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            stored: Any = error.response.get("Item")
            repeated = error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0
            if repeated and _is_ours(write, None if stored is None else decode(stored)):
                return {"Attributes": stored}
            return None


def _is_ours(write: Put | Update | Delete, stored: Row | None) -> bool:
    """Whether a row is as this write would have left it."""
    if isinstance(write, Delete):
        return stored is None
    if stored is None:
        return False
    if isinstance(write, Put):
        return stored == decode(encode(write.item))
    if not write.set or write.add or write.append or write.discard or write.remove:
        return False  # the row does not show it
    return all(
        name not in stored if value is None else name in stored and stored[name] == _as_stored(value)
        for name, value in write.set.items()
    )


def _as_stored(value: Any) -> Any:
    return decode({"": encode_value(value)})[""]


def _projection(attributes: tuple[str, ...]) -> Any:
    if not attributes:
        return {}
    expressions = Expressions()
    return {"ProjectionExpression": expressions.projection(attributes), **expressions.placeholders()}


def _passing(error: ClientError) -> bool:
    """Whether a transaction may succeed right away. Raises `Cancelled` for conditions that failed."""
    code = error.response["Error"]["Code"]
    if code != "TransactionCanceledException":
        return code == IN_PROGRESS
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = [reason.get("Code") for reason in reasons]
    failed = frozenset(at for at, each in enumerate(codes) if each == "ConditionalCheckFailed")
    if failed:
        raise Cancelled(failed) from None
    return not PASSING.isdisjoint(codes)
