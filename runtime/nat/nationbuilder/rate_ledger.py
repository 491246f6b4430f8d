"""What all workers together may ask of one nation: a ledger of what they have used and still hold.

NationBuilder counts by token, and every worker that serves a nation uses the same token. So each worker
leases a block of requests from the nation's ledger before it sends them, and tells with every lease what it
has sent of late. Of the limit is taken:

    used    what was sent, by the grain of time in which it was, as long as a window holds it
    left    a leased block that may still be used, until it lapses, and a window longer: it may have been used
            at the last moment by a worker that never came back to say so

The sum never exceeds the limit, whichever ten seconds are looked at: a fixed window would let two full ones
meet at its edge. Who gets nothing is marked as waiting; while somebody waits, nobody takes more than an equal
share. Pure arithmetic on whole milliseconds of wall-clock time; where the ledger is kept is the caller's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

LIMIT: Final = 200
"""Requests that we allow ourselves in a window, of the 250 that V2 allows."""
WINDOW: Final = 10.0
"""Seconds."""


class LedgerUnavailable(Exception):
    """The ledger cannot be read or written now."""


@dataclass(frozen=True)
class Rules:
    """A limit, its window in seconds, and what follows from them in milliseconds."""

    limit: int = LIMIT
    window: float = WINDOW

    @property
    def grain(self) -> int:
        """What is used is told by tenths of the window."""
        return round(self.window * 100)

    @property
    def lease(self) -> int:
        """How long a leased block may be used."""
        return round(self.window * 1000)

    @property
    def counts(self) -> int:
        """How long a request counts after its grain is over: the window, and a twentieth of it for clocks
        that differ and for requests that travel longer than others."""
        return round(self.window * 1050)

    @property
    def least(self) -> int:
        """A block smaller than this is not worth the write."""
        return max(1, self.limit // 40)

    @property
    def alone(self) -> int:
        """What one worker allows itself in a window while it cannot reach the ledger: safe for twenty."""
        return max(1, self.limit // 20)

    def grain_end(self, at_ms: int) -> int:
        """The end of the grain that a moment lies in."""
        return at_ms - at_ms % self.grain + self.grain


RULES: Final = Rules()

Used = Mapping[int, int]
"""Requests by the end of the grain in which they were sent, in epoch milliseconds."""


@dataclass(frozen=True)
class Holding:
    """What the ledger knows of one worker. `until` ends its lease, or its waiting."""

    left: int
    until: int
    used: Used = field(default_factory=dict)
    waiting: bool = False

    def ends(self, rules: Rules) -> dict[int, int]:
        """What this worker takes of the limit, by the moment at which it is free again."""
        ends = {end + rules.counts: count for end, count in self.used.items()}
        if self.left:
            lapsed = self.until + rules.counts
            ends[lapsed] = ends.get(lapsed, 0) + self.left
        return ends


@dataclass(frozen=True)
class Lease:
    """What a worker got: requests it may send for `Rules.lease` milliseconds, or none, and how many seconds
    later asking again makes sense."""

    granted: int
    wait: float = 0.0


@dataclass(frozen=True)
class RateLedger:
    """One nation's ledger, by worker."""

    holdings: Mapping[str, Holding] = field(default_factory=dict)

    def lease(
        self, worker: str, used: Used, want: int, now: int, rules: Rules = RULES
    ) -> tuple["RateLedger", Lease]:
        """Replace what a worker holds by what it has used, and lease it up to `want` more. Gives the ledger
        itself when there is nothing new to write."""
        mine = {end: count for end, count in used.items() if end + rules.counts > now}
        others = {
            name: each
            for name, each in self.holdings.items()
            if name != worker and (each.until > now or any(end > now for end in each.ends(rules)))
        }
        ends = [
            (end, count)
            for each in (Holding(0, 0, mine), *others.values())
            for end, count in each.ends(rules).items()
            if end > now
        ]
        granted = min(want, rules.limit - sum(count for _, count in ends))
        if any(each.waiting and each.until > now for each in others.values()):
            sharing = 1 + sum(each.until > now for each in others.values())
            granted = min(granted, rules.limit // sharing - sum(mine.values()))
        if granted < min(want, rules.least):
            return self._wait(worker, mine, others, min((end for end, _ in ends), default=now), now, rules)
        held = Holding(granted, now + rules.lease, mine)
        return RateLedger({**others, worker: held}), Lease(granted)

    def _wait(
        self, worker: str, mine: Used, others: Mapping[str, Holding], free_at: int, now: int, rules: Rules
    ) -> tuple["RateLedger", Lease]:
        wait = min(max(free_at - now, rules.grain // 4), rules.grain) / 1000
        known = self.holdings.get(worker)
        if known is not None and known.waiting and known.until > now + rules.grain:
            return self, Lease(0, wait)
        marked = Holding(0, now + 4 * rules.grain, mine, waiting=True)
        return RateLedger({**others, worker: marked}), Lease(0, wait)


class RateLedgers(Protocol):
    """The nations' ledgers, as one worker reaches them."""

    def lease(self, nation: str, used: Used, want: int, now: int) -> Lease:
        """Tell what this worker has used, and lease up to `want` more; `now` in epoch milliseconds.

        Raises `LedgerUnavailable`.
        """
        ...
