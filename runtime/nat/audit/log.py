"""The audit log of a nation: entries are added at its end and never changed.

    Audit(client, tables).append("acme", Kind.ROLE_CHANGED, by=user, about=other, summary="member to admin")

Rows of one nation, by `entry`:

    000000000012      the twelfth entry
    once#<name>       the deed of this name has its entry already

Each entry holds the hash of the one before it. Its number is its key and is put under the condition that it
is free, so of two writers at once one takes the number and the other the next: no head row is needed, and a
writer needs the right to query and to put, none to update or delete. Times never run backwards along the
numbers, whatever the writers' clocks say, so a time is found by halving.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from nat.audit.entry import (
    FIRST_HASH,
    AuditEntry,
    AuditKind,
    bounded,
    canonical,
    from_item,
    sort_key,
    to_item,
)
from nat.aws.items import decode, encode, moment, timestamp
from nat.aws.transactions import IN_PROGRESS, PASSING, condition_failed
from nat.errors import BadRequest, Internal
from nat.names import Table
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

SYSTEM: Final = "system"
"""Who acted when no person did."""
TRIES: Final = 40
"""How often a writer takes the next number because another took it first; each round one of them gets on."""
LONGEST_PAUSE: Final = 0.2
"""Seconds at most between two tries, with full jitter."""
PAGE: Final = 50
LARGEST_PAGE: Final = 200
READ_AT_MOST: Final = 2_000
"""Entries that one page looks through for a filter; `next` goes on from there."""
_ENTRIES: Final = ("0", ":")
"""Sort keys of entries lie between: they begin with a digit."""


@dataclass(frozen=True)
class Filter:
    """Which entries are wanted: from `since` on and before `until`, by one person, of one kind."""

    since: datetime | None = None
    until: datetime | None = None
    by: str | None = None
    kind: AuditKind | None = None

    def lets_pass(self, entry: AuditEntry) -> bool:
        """Whether person and kind fit; times are found by key."""
        return (self.by is None or entry.by == self.by) and (self.kind is None or entry.kind is self.kind)


EVERYTHING: Final = Filter()


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first. `next` continues after them; `None` says that there are no more."""

    entries: tuple[AuditEntry, ...]
    next: str | None


@dataclass(frozen=True)
class Verified:
    """What walking the chain found: how many entries hold, the hash of the last one of them, and the number
    of the first that does not. Kept elsewhere, count and hash also show a log whose end was cut off."""

    entries: int
    head: str
    broken_at: int | None = None

    @property
    def whole(self) -> bool:
        """No entry was changed, left out or put in."""
        return self.broken_at is None


class Audit:
    """The audit logs. The client's credentials decide which nations it reaches."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: TableNames,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table = tables[Table.AUDIT]
        self._now = now
        self._sleep = sleep

    def append(
        self,
        nation_slug: str,
        kind: AuditKind,
        *,
        by: str,
        about: str = "",
        summary: str = "",
        details: Mapping[str, Any] | None = None,
        surface: str = "",
        once: str | None = None,
    ) -> AuditEntry | None:
        """Add an entry; returns when it is stored. Never put a token, a key or a message's text into one.

        `by` is a user id or `SYSTEM`, `details` plain JSON values (at most 8,000 characters; more is replaced
        by a hash), `surface` where it was asked (`web`, `slack`). `once` names the deed, so that whoever
        carries it out again after a crash adds nothing: then this gives `None`. Raises `TypeError` for
        details that are no JSON, `Internal` when the log is so busy that no number could be had.
        """
        plain = bounded(details or {})
        for number in range(TRIES):
            last = self.last(nation_slug)
            now = self._now()
            entry = AuditEntry(
                nation_slug=nation_slug,
                number=1 if last is None else last.number + 1,
                at=moment(timestamp(now if last is None else max(now, last.at))),
                kind=kind,
                by=by,
                about=about,
                summary=summary,
                details=plain,
                surface=surface,
                previous=FIRST_HASH if last is None else last.hash,
            ).sealed()
            stored = self._put(entry) if once is None else self._put_once(entry, once)
            if stored is not None:
                return entry if stored else None
            self._sleep(random.uniform(0, min(LONGEST_PAUSE, 0.005 * 2**number)))  # noqa: S311 # jitter
        raise Internal("This could not be noted in the audit log right now. Please try again.")

    def beginning(
        self,
        nation_slug: str,
        kind: AuditKind,
        *,
        by: str,
        about: str = "",
        summary: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> "TransactWriteItemTypeDef":
        """Entry of a transaction that puts the first entry into a nation's log; fails if there is one.

        For who makes a nation: its record and what the log says of it are then one. Arguments are those of
        `append`.
        """
        entry = AuditEntry(
            nation_slug=nation_slug,
            number=1,
            at=moment(timestamp(self._now())),
            kind=kind,
            by=by,
            about=about,
            summary=summary,
            details=bounded(details or {}),
            previous=FIRST_HASH,
        ).sealed()
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode(to_item(entry)),
                "ConditionExpression": "attribute_not_exists(nation_slug)",
            }
        }

    def last(self, nation_slug: str) -> AuditEntry | None:
        """The newest entry, strongly consistent."""
        return next(self._newest(nation_slug, limit=1), None)

    def page(
        self,
        nation_slug: str,
        wanted: Filter = EVERYTHING,
        *,
        limit: int = PAGE,
        after: str | None = None,
        read_at_most: int = READ_AT_MOST,
    ) -> AuditPage:
        """The newest entries that pass, at most `limit`. A page may be short, even empty, and still have a
        `next`: a filter by person or kind looks through `read_at_most` entries at a time.

        Raises `BadRequest` for an `after` that no page gave.
        """
        first, end = self._range(nation_slug, wanted)
        if after is not None:
            end = min(end, _place(after))
        found: list[AuditEntry] = []
        read = 0
        place = end
        for entry in self._newest(nation_slug, first=first, end=end):
            if len(found) == limit or read == read_at_most:
                return AuditPage(tuple(found), str(place))
            read, place = read + 1, entry.number
            if wanted.lets_pass(entry):
                found.append(entry)
        return AuditPage(tuple(found), None)

    def verify(self, nation_slug: str) -> Verified:
        """Walk the whole chain from its beginning, reading every entry of the nation once."""
        number, head = 0, FIRST_HASH
        pages = self._client.get_paginator("query").paginate(
            **self._query(nation_slug, *_ENTRIES), ConsistentRead=True
        )
        for item in (item for page in pages for item in page["Items"]):
            row = decode(item)
            if not _holds(row, number + 1, head):
                return Verified(number, head, number + 1)
            number, head = number + 1, row["hash"]
        return Verified(number, head)

    def _put(self, entry: AuditEntry) -> bool | None:
        """True when stored, `None` when the number was taken."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode(to_item(entry)),
                ConditionExpression="attribute_not_exists(nation_slug)",
            )
        except ClientError as error:
            if condition_failed(error):
                return None
            raise
        return True

    def _put_once(self, entry: AuditEntry, once: str) -> bool | None:
        """True when stored, False when the deed has its entry, `None` to try again."""
        rows = (
            {"nation_slug": entry.nation_slug, "entry": f"once#{once}", "number": entry.number},
            to_item(entry),
        )
        try:
            self._client.transact_write_items(
                TransactItems=[
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": encode(row),
                            "ConditionExpression": "attribute_not_exists(nation_slug)",
                        }
                    }
                    for row in rows
                ]
            )
        except self._client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if reasons and reasons[0] == "ConditionalCheckFailed":
                return False
            if not {"ConditionalCheckFailed", *PASSING}.intersection(reasons):
                raise
            return None
        except ClientError as error:
            if error.response["Error"]["Code"] != IN_PROGRESS:
                raise
            return None
        return True

    def _range(self, nation_slug: str, wanted: Filter) -> tuple[int, int]:
        """Numbers of the first entry in the wanted time, and of the first after it."""
        last = self.last(nation_slug)
        end = 1 if last is None else last.number + 1
        first = 1 if wanted.since is None else self._first_at(nation_slug, wanted.since, end)
        if wanted.until is not None:
            end = self._first_at(nation_slug, wanted.until, end)
        return first, end

    def _first_at(self, nation_slug: str, at: datetime, end: int) -> int:
        """The number of the first entry at or after a time, `end` if there is none before it: by halving, in
        17 reads of one row among 100,000."""
        low, high = 1, end
        while low < high:
            middle = (low + high) // 2
            found = self._client.get_item(
                TableName=self._table,
                Key=encode({"nation_slug": nation_slug, "entry": sort_key(middle)}),
                ProjectionExpression="#at",
                ExpressionAttributeNames={"#at": "at"},
            )
            if "Item" in found and moment(found["Item"]["at"]["S"]) < at:
                low = middle + 1
            else:
                high = middle
        return low

    def _newest(
        self, nation_slug: str, *, first: int = 0, end: int | None = None, limit: int | None = None
    ) -> Iterator[AuditEntry]:
        """Entries from the newest on: those with a number from `first` on and before `end`."""
        if end is not None and end <= first:
            return
        to = _ENTRIES[1] if end is None else sort_key(end - 1)
        more: dict[str, Any] = {} if limit is None else {"Limit": limit}
        position: dict[str, Any] = {}
        while True:
            answer = self._client.query(
                **self._query(nation_slug, sort_key(first), to),
                ConsistentRead=True,
                ScanIndexForward=False,
                **more,
                **position,
            )
            yield from (from_item(decode(item)) for item in answer["Items"])
            if limit is not None or "LastEvaluatedKey" not in answer:
                return
            position = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _query(self, nation_slug: str, start: str, to: str) -> Any:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "nation_slug = :nation AND #entry BETWEEN :from AND :to",
            "ExpressionAttributeNames": {"#entry": "entry"},
            "ExpressionAttributeValues": encode({":nation": nation_slug, ":from": start, ":to": to}),
        }


def _holds(row: Mapping[str, Any], number: int, previous: str) -> bool:
    """Whether a row is the entry that belongs here, whole and unchanged."""
    try:
        entry = from_item(row)
        unchanged = canonical(entry.details) == row["details"]
    except (KeyError, ValueError, TypeError, AttributeError):
        return False
    return (
        unchanged
        and entry.number == number
        and row["entry"] == sort_key(number)
        and entry.previous == previous
        and entry.hash == entry.digest
    )


def _place(after: str) -> int:
    if not (after.isascii() and after.isdigit() and 0 < len(after) <= 12):
        raise BadRequest("`after` is the `next` of an earlier page.")
    return int(after)
