"""Keeping below NationBuilder's rate limit: 250 requests in 10 s, for each token and for each address.

The vendor's help article names both budgets, each on its own, so a process that serves many nations has two
nested limits. We use 200 of the 250 and leave the rest to the nation's other integrations. Waiting nations
take turns: one that asks a lot waits behind its own requests, not in front of those of others.

The address is this process's alone (one address for each task). A token is shared by all workers, so its
budget is leased from a ledger they share (`nat.nationbuilder.rate_ledger`); the requests of a nation's turns
stand in one line, and a turn has a few under way at most, so a long one cannot keep a short one waiting.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from nat.errors import RateLimited
from nat.nationbuilder.allowance import Allowance
from nat.nationbuilder.rate_ledger import LIMIT, WINDOW, LedgerUnavailable, RateLedgers, Rules

RESERVE: Final = 20
"""When V2 says that no more than this many requests remain to a token, somebody else uses it too: hold until
the window is over. Covers what is in flight while the answer travels."""
_SOON: Final = 0.001


class Window:
    """A sliding window of grants."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self._seconds = seconds
        self._grants: deque[float] = deque()
        self._held_until = float("-inf")

    def free_at(self, now: float) -> float:
        """The moment at which one more may go; `now` or earlier when it may go at once."""
        while self._grants and self._grants[0] <= now - self._seconds:
            self._grants.popleft()
        if len(self._grants) < self.limit:
            return self._held_until
        return max(self._grants[len(self._grants) - self.limit] + self._seconds, self._held_until)

    def grant(self, now: float) -> None:
        """Count one request."""
        self._grants.append(now)

    def hold(self, until: float) -> None:
        """Grant nothing before this moment."""
        self._held_until = max(self._held_until, until)

    def idle(self, now: float) -> bool:
        """Whether nothing in here matters any more."""
        self.free_at(now)
        return not self._grants and self._held_until <= now


@dataclass(eq=False)
class _Ticket:
    """One waiting request. `wake` is set when there is something for its thread to see."""

    nation: str
    granted: bool = False
    wake: threading.Event = field(default_factory=threading.Event)


class Schedule:
    """Who may send when: pure bookkeeping, without clock and threads. Times are seconds of any clock, `wall`
    is epoch milliseconds. With `rules`, nations also need an allowance from the shared ledger."""

    def __init__(
        self,
        address_limit: int,
        token_limit: Callable[[str], int],
        seconds: float,
        rules: Rules | None = None,
    ) -> None:
        self._address = Window(address_limit, seconds)
        self._token_limit = token_limit
        self._seconds = seconds
        self._rules = rules
        self._tokens: dict[str, Window] = {}
        self._allowances: dict[str, Allowance] = {}
        self._waiting: OrderedDict[str, deque[_Ticket]] = OrderedDict()

    def join(self, ticket: _Ticket) -> None:
        """Wait in line behind earlier requests of the same nation."""
        self._waiting.setdefault(ticket.nation, deque()).append(ticket)

    def leave(self, ticket: _Ticket) -> None:
        """Give up waiting."""
        line = self._waiting.get(ticket.nation)
        if line and ticket in line:
            line.remove(ticket)
            if not line:
                del self._waiting[ticket.nation]

    def waiting(self, nation: str) -> int:
        """Requests of a nation in line."""
        return len(self._waiting.get(nation, ()))

    def advance(self, now: float, wall: int = 0) -> float | None:
        """Grant what may go now, one request of each waiting nation in turn. Says when to look again.

        Wakes the first in line of a nation for which the ledger must be asked."""
        while self._waiting:
            free_at = self._address.free_at(now)
            if free_at > now:
                return free_at
            nation = next((each for each in self._waiting if self._may_send(each, now)), None)
            if nation is None:
                return min(self._look_again(each, now) for each in self._waiting)
            ticket = self._waiting[nation].popleft()
            self._address.grant(now)
            self._window(nation).grant(now)
            if self._rules is not None:
                self.allowance(nation).spend(now, wall)
            if self._waiting[nation]:
                self._waiting.move_to_end(nation)
            else:
                del self._waiting[nation]
            ticket.granted = True
            ticket.wake.set()
        return None

    def must_ask(self, nation: str, now: float) -> bool:
        """Somebody waits who may send once the ledger has been asked, and nobody asks it yet."""
        return (
            self._rules is not None
            and nation in self._waiting
            and self._window(nation).free_at(now) <= now
            and self.allowance(nation).must_ask(now)
        )

    def hold(self, nation: str, until: float) -> None:
        """Grant a nation nothing before this moment."""
        self._window(nation).hold(until)

    def forget_idle(self, now: float, wall: int = 0) -> None:
        """Drop what is known of nations that have been quiet."""
        for nation in [each for each, window in self._tokens.items() if window.idle(now)]:
            allowance = self._allowances.get(nation)
            if nation not in self._waiting and (allowance is None or allowance.idle(now, wall)):
                del self._tokens[nation]
                self._allowances.pop(nation, None)

    def allowance(self, nation: str) -> Allowance:
        """What this process may ask of a nation by its lease."""
        found = self._allowances.get(nation)
        if found is None:
            assert self._rules is not None
            found = self._allowances[nation] = Allowance(self._rules)
        return found

    def _may_send(self, nation: str, now: float) -> bool:
        if self._window(nation).free_at(now) > now:
            return False
        return self._rules is None or self.allowance(nation).ready(now)

    def _look_again(self, nation: str, now: float) -> float:
        free_at = self._window(nation).free_at(now)
        if free_at > now or self._rules is None:
            return free_at
        if self.must_ask(nation, now):
            self._waiting[nation][0].wake.set()
        return self.allowance(nation).again()

    def _window(self, nation: str) -> Window:
        window = self._tokens.get(nation)
        if window is None:
            window = self._tokens[nation] = Window(self._token_limit(nation), self._seconds)
        return window


class Limiter:
    """The limits of one process, shared by all its threads and nations.

    `ledgers` are where workers share what a token allows; without them this process takes `token_limit` for
    itself, a share of the token's budget by nation. `clock` is monotonic, in seconds; `wait` waits for an
    event for some seconds.
    """

    def __init__(
        self,
        *,
        address_limit: int = LIMIT,
        token_limit: Callable[[str], int] = lambda _nation: LIMIT,
        window: float = WINDOW,
        ledgers: RateLedgers | None = None,
        rules: Rules | None = None,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        shared = None if ledgers is None else rules or Rules(window=window)
        self._schedule = Schedule(address_limit, token_limit, window, shared)
        self._ledgers = ledgers
        self._window = window
        self._clock = clock
        self._wait = wait
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._grants = 0

    def acquire(self, nation: str, *, timeout: float = 60.0) -> None:
        """Wait until one request of this nation may go. Raises `RateLimited` when that takes over `timeout`
        seconds."""
        ticket = _Ticket(nation)
        with self._lock:
            now, wall = self._clock(), self._wall()
            deadline = now + timeout
            self._grants += 1
            if self._grants % 1000 == 0:
                self._schedule.forget_idle(now, wall)
            self._schedule.join(ticket)
            again = self._schedule.advance(now, wall)
            request = self._begin_to_ask(nation, now, wall)
        while not ticket.granted:
            if request is not None:
                self._ask(nation, *request)
            else:
                seconds = min(deadline if again is None else again, deadline) - self._clock()
                self._wait(ticket.wake, max(seconds, _SOON))
            with self._lock:
                now, wall = self._clock(), self._wall()
                ticket.wake.clear()
                again = self._schedule.advance(now, wall)
                if not ticket.granted and now >= deadline:
                    self._schedule.leave(ticket)
                    self._schedule.advance(now, wall)
                    raise RateLimited(retry_after=self._window)
                request = None if ticket.granted else self._begin_to_ask(nation, now, wall)

    def _begin_to_ask(self, nation: str, now: float, wall: int) -> tuple[dict[int, int], int, int] | None:
        """What to ask the ledger for, if this thread is the one to do it."""
        if not self._schedule.must_ask(nation, now):
            return None
        used, want = self._schedule.allowance(nation).ask(self._schedule.waiting(nation), wall)
        return used, want, wall

    def _ask(self, nation: str, used: dict[int, int], want: int, wall: int) -> None:
        """Ask the ledger, without the lock: other nations go on meanwhile."""
        assert self._ledgers is not None
        asked_at, lease = self._clock(), None
        try:
            lease = self._ledgers.lease(nation, used, want, wall)
        except LedgerUnavailable:
            pass
        finally:
            with self._lock:
                now, allowance = self._clock(), self._schedule.allowance(nation)
                if lease is None:
                    allowance.lack(now)
                else:
                    allowance.take(lease, asked_at, now)

    def _wall(self) -> int:
        return round(self._wall_clock() * 1000)

    def hold(self, nation: str, seconds: float) -> None:
        """Send nothing for this nation for a while: V2 answered 429."""
        with self._lock:
            self._schedule.hold(nation, self._clock() + seconds)

    def observe(self, nation: str, remaining: int, reset: float) -> None:
        """Take in `RateLimit-Remaining` and `RateLimit-Reset` (unix seconds) of an answer."""
        if remaining <= RESERVE:
            seconds = min(max(reset - self._wall_clock(), 0.0), self._window)
            self.hold(nation, seconds)
