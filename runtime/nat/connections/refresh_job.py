"""Refreshing what is due, found by index: every 12 hours what ends soon, every minute what was left behind.

The cost follows the number due. A nation that was refreshed has left the part of the index that is read, so a
run that is cut short simply begins again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from boto3.dynamodb.conditions import Key
from botocore.exceptions import BotoCoreError, ClientError

from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.connections.refresh import JOB_MARGIN, Refresher
from nat.connections.refresh_rows import LEASE, RefreshRows
from nat.errors import NatError, Reconnect
from nat.ids import NationSlug
from nat.names import NATIONS_BY_REFRESH, REFRESH_BUCKETS, Table

AT_ONCE: Final = 32
"""Nations that one run refreshes at a time; nearly all of it is waiting."""
PAGE: Final = 200
LEASE_ENDED: Final = 0.1
"""Seconds after which a lease that ends at the stored moment has ended for certain; it is kept to a
millisecond."""
SWEEP_MOST: Final = 500
"""Unfinished refreshes that one sweep looks at."""

Result = Literal["refreshed", "reconnect", "failed"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RefreshRun:
    """What one run did. `unfinished`: time ran out with nations left."""

    refreshed: int = 0
    reconnect: int = 0
    failed: int = 0
    unfinished: bool = False


class DueNations:
    """Nations whose access token ends soon, by index."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def until(self, end: datetime) -> Iterator[NationSlug]:
        """Slugs of nations whose token ends before, the earliest of each bucket first."""
        for number in range(REFRESH_BUCKETS):
            yield from self._of_bucket(f"{number:02d}", end)

    def _of_bucket(self, bucket: str, end: datetime) -> Iterator[NationSlug]:
        due = Key("refresh_bucket").eq(bucket) & Key("nb_token_expires_at").lt(end)
        rows = self._store.query(
            Table.NATIONS, due, index=NATIONS_BY_REFRESH, attributes=("nation_slug",), page=PAGE
        )
        for row in rows:
            yield NationSlug(row["nation_slug"])


class RefreshJob:
    """Refreshes many nations, some at a time."""

    def __init__(
        self,
        refresher: Refresher,
        rows: RefreshRows,
        due: DueNations,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        at_once: int = AT_ONCE,
    ) -> None:
        self._refresher = refresher
        self._rows = rows
        self._due = due
        self._now = now
        self._sleep = sleep
        self._at_once = at_once

    def refresh_due(self, time_is_up: Callable[[], bool]) -> RefreshRun:
        """Refresh every nation whose token ends within `JOB_MARGIN`, until none is left or time is up."""
        return self._each(self._due.until(self._now() + JOB_MARGIN), self._refresh, time_is_up)

    def sweep(self) -> RefreshRun:
        """Take up every refresh that was left unfinished and is due, also those whose lease ends meanwhile.

        Waits for those up to the length of a lease: so what a process left behind when it died is taken up
        within a minute, whatever moment of the minute it died in.
        """
        found = self._rows.unfinished(self._now() + LEASE, SWEEP_MOST)
        return self._each(self._as_they_fall_due(found), self._recover, lambda: False)

    def _as_they_fall_due(self, found: Iterable[tuple[NationSlug, datetime]]) -> Iterator[NationSlug]:
        for nation_slug, due_at in found:
            left = (due_at - self._now()).total_seconds()
            if left > 0:
                self._sleep(left + LEASE_ENDED)
            yield nation_slug

    def _each(
        self,
        slugs: Iterable[NationSlug],
        work: Callable[[NationSlug], Result],
        time_is_up: Callable[[], bool],
    ) -> RefreshRun:
        counts: dict[Result, int] = {"refreshed": 0, "reconnect": 0, "failed": 0}
        unfinished = False
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="refresh") as pool:
            running: set[Future[Result]] = set()

            def settle(at_most: int) -> None:
                nonlocal running
                while len(running) > at_most:
                    ended, running = wait(running, return_when=FIRST_COMPLETED)
                    for each in ended:
                        counts[each.result()] += 1

            for slug in slugs:
                if time_is_up():
                    unfinished = True
                    break
                running.add(pool.submit(work, slug))
                settle(self._at_once - 1)
            settle(0)
        return RefreshRun(**counts, unfinished=unfinished)

    def _refresh(self, nation_slug: NationSlug) -> Result:
        return self._attempt(
            nation_slug, lambda: self._refresher.tokens(nation_slug, margin=JOB_MARGIN).expires_at
        )

    def _recover(self, nation_slug: NationSlug) -> Result:
        return self._attempt(nation_slug, lambda: self._refresher.recover(nation_slug))

    def _attempt(self, nation_slug: NationSlug, work: Callable[[], datetime | None]) -> Result:
        try:
            with nation(nation_slug):
                expires_at = work()
        except Reconnect:
            return "reconnect"
        except (NatError, BotoCoreError, ClientError) as error:
            _log.warning("not refreshed", extra={"nation": nation_slug, "error": type(error).__name__})
            return "failed"
        if expires_at is not None and expires_at < self._now() + JOB_MARGIN:
            return "failed"  # the old token goes on for now
        return "refreshed"
