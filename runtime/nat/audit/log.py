"""The audit log of a nation: entries are added at its end and never changed.

    Audit(store).append("acme", Kind.ROLE_CHANGED, by=user, about=other, summary="member to admin")

Rows of one nation, by `entry`:

    000000000012      the twelfth entry
    once#<name>       the deed of this name has its entry already

Each entry holds the hash of the one before it. Its number is its key and is put under the condition that it
is free, so of two writers at once one takes the number and the other the next: no head row is needed, and a
writer needs the right to query and to put, none to update or delete. Times never run backwards along the
numbers, whatever the writers' clocks say, so a time is found by halving.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

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
from nat.aws.cursors import not_a_cursor
from nat.aws.items import moment, timestamp
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Put
from nat.errors import Internal
from nat.ids import NationSlug
from nat.names import Table
from nat.waiting import Backoff

SYSTEM: Final = "system"
"""Who acted when no person did."""
TAKEN: Final = Backoff(tries=40, first=0.005, longest=0.2)
"""A writer takes the next number because another took it first; each round one of them gets on."""
PAGE: Final = 50
LARGEST_PAGE: Final = 200
READ_AT_MOST: Final = 2_000
"""Entries that one page looks through for a filter; `next` goes on from there."""
_FREE: Final = Attr("nation_slug").not_exists()
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

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(
        self,
        nation_slug: NationSlug,
        kind: AuditKind,
        *,
        by: str,
        about: str = "",
        summary: str = "",
        details: Mapping[str, object] | None = None,
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
        for pause in TAKEN.pauses():
            last = self.last(nation_slug)
            now = self._store.clock()
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
            if pause is not None:
                self._store.sleep(pause)
        raise Internal("This could not be noted in the audit log right now. Please try again.")

    def beginning(
        self,
        nation_slug: NationSlug,
        kind: AuditKind,
        *,
        by: str,
        about: str = "",
        summary: str = "",
        details: Mapping[str, object] | None = None,
    ) -> Put:
        """Entry of a transaction that puts the first entry into a nation's log; fails if there is one.

        For who makes a nation: its record and what the log says of it are then one. Arguments are those of
        `append`.
        """
        entry = AuditEntry(
            nation_slug=nation_slug,
            number=1,
            at=moment(timestamp(self._store.clock())),
            kind=kind,
            by=by,
            about=about,
            summary=summary,
            details=bounded(details or {}),
            previous=FIRST_HASH,
        ).sealed()
        return _new(entry)

    def last(self, nation_slug: NationSlug) -> AuditEntry | None:
        """The newest entry, strongly consistent."""
        return next(self._newest(nation_slug, limit=1), None)

    def page(
        self,
        nation_slug: NationSlug,
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

    def verify(self, nation_slug: NationSlug) -> Verified:
        """Walk the whole chain from its beginning, reading every entry of the nation once."""
        number, head = 0, FIRST_HASH
        for row in self._store.query(Table.AUDIT, _between(nation_slug, *_ENTRIES), consistent=True):
            if not _holds(row, number + 1, head):
                return Verified(number, head, number + 1)
            number, head = number + 1, row["hash"]
        return Verified(number, head)

    def _put(self, entry: AuditEntry) -> bool | None:
        """True when stored, `None` when the number was taken."""
        return self._store.write(_new(entry)) or None

    def _put_once(self, entry: AuditEntry, once: str) -> bool | None:
        """True when stored, False when the deed has its entry, `None` to try again."""
        deed = {"nation_slug": entry.nation_slug, "entry": f"once#{once}", "number": entry.number}
        try:
            self._store.transact([Put(Table.AUDIT, deed, when=_FREE), _new(entry)])
        except Cancelled as cancelled:
            return False if 0 in cancelled.failed else None
        return True

    def _range(self, nation_slug: NationSlug, wanted: Filter) -> tuple[int, int]:
        """Numbers of the first entry in the wanted time, and of the first after it."""
        last = self.last(nation_slug)
        end = 1 if last is None else last.number + 1
        first = 1 if wanted.since is None else self._first_at(nation_slug, wanted.since, end)
        if wanted.until is not None:
            end = self._first_at(nation_slug, wanted.until, end)
        return first, end

    def _first_at(self, nation_slug: NationSlug, at: datetime, end: int) -> int:
        """The number of the first entry at or after a time, `end` if there is none before it: by halving, in
        17 reads of one row among 100,000."""
        low, high = 1, end
        while low < high:
            middle = (low + high) // 2
            key = {"nation_slug": nation_slug, "entry": sort_key(middle)}
            found = self._store.get(Table.AUDIT, key, attributes=("at",), consistent=False)
            if found is not None and moment(found["at"]) < at:
                low = middle + 1
            else:
                high = middle
        return low

    def _newest(
        self, nation_slug: NationSlug, *, first: int = 0, end: int | None = None, limit: int | None = None
    ) -> Iterator[AuditEntry]:
        """Entries from the newest on: those with a number from `first` on and before `end`."""
        if end is not None and end <= first:
            return
        to = _ENTRIES[1] if end is None else sort_key(end - 1)
        where = _between(nation_slug, sort_key(first), to)
        rows = self._store.query(Table.AUDIT, where, consistent=True, newest_first=True, page=limit)
        for number, row in enumerate(rows, 1):
            yield from_item(row)
            if number == limit:
                return


def _new(entry: AuditEntry) -> Put:
    """The entry, under a number that is free."""
    return Put(Table.AUDIT, to_item(entry), when=_FREE)


def _between(nation_slug: NationSlug, first: str, last: str) -> ConditionBase:
    return Key("nation_slug").eq(nation_slug) & Key("entry").between(first, last)


def _holds(row: Mapping[str, object], number: int, previous: str) -> bool:
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
        raise not_a_cursor()
    return int(after)
