"""Keeping below NationBuilder's rate limit: 250 requests in 10 s, for each token and for each address.

The vendor's help article names both budgets, each on its own, so a process that serves many nations has two
nested limits. We use 200 of the 250 and leave the rest to the nation's other integrations. Waiting nations
take turns: one that asks a lot waits behind its own requests, not in front of those of others.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from nat.errors import RateLimited

LIMIT: Final = 200
"""Requests that we allow ourselves in a window."""
WINDOW: Final = 10.0
"""Seconds."""
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
    """One waiting request."""

    nation: str
    granted: threading.Event = field(default_factory=threading.Event)


class Schedule:
    """Who may send when: pure bookkeeping, without clock and threads. Times are seconds of any clock."""

    def __init__(self, address_limit: int, token_limit: Callable[[str], int], seconds: float) -> None:
        self._address = Window(address_limit, seconds)
        self._token_limit = token_limit
        self._seconds = seconds
        self._tokens: dict[str, Window] = {}
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

    def advance(self, now: float) -> float | None:
        """Grant what may go now, one request of each waiting nation in turn. Says when to look again."""
        while self._waiting:
            free_at = self._address.free_at(now)
            if free_at > now:
                return free_at
            nation = next((each for each in self._waiting if self._window(each).free_at(now) <= now), None)
            if nation is None:
                return min(self._window(each).free_at(now) for each in self._waiting)
            ticket = self._waiting[nation].popleft()
            self._address.grant(now)
            self._window(nation).grant(now)
            if self._waiting[nation]:
                self._waiting.move_to_end(nation)
            else:
                del self._waiting[nation]
            ticket.granted.set()
        return None

    def hold(self, nation: str, until: float) -> None:
        """Grant a nation nothing before this moment."""
        self._window(nation).hold(until)

    def forget_idle(self, now: float) -> None:
        """Drop the windows of nations that have been quiet."""
        for nation in [each for each, window in self._tokens.items() if window.idle(now)]:
            if nation not in self._waiting:
                del self._tokens[nation]

    def _window(self, nation: str) -> Window:
        window = self._tokens.get(nation)
        if window is None:
            window = self._tokens[nation] = Window(self._token_limit(nation), self._seconds)
        return window


class Limiter:
    """The limits of one process, shared by all its threads and nations.

    `token_limit` gives a nation's share of its token's budget for this process; where several workers serve
    one nation, whoever coordinates them passes a smaller share here. `clock` is monotonic, in seconds; `wait`
    waits for an event for some seconds.
    """

    def __init__(
        self,
        *,
        address_limit: int = LIMIT,
        token_limit: Callable[[str], int] = lambda _nation: LIMIT,
        window: float = WINDOW,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._schedule = Schedule(address_limit, token_limit, window)
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
            now = self._clock()
            deadline = now + timeout
            self._grants += 1
            if self._grants % 1000 == 0:
                self._schedule.forget_idle(now)
            self._schedule.join(ticket)
            again = self._schedule.advance(now)
        while not ticket.granted.is_set():
            seconds = min(deadline if again is None else again, deadline) - self._clock()
            self._wait(ticket.granted, max(seconds, _SOON))
            with self._lock:
                now = self._clock()
                again = self._schedule.advance(now)
                if not ticket.granted.is_set() and now >= deadline:
                    self._schedule.leave(ticket)
                    raise RateLimited(retry_after=self._window)

    def hold(self, nation: str, seconds: float) -> None:
        """Send nothing for this nation for a while: V2 answered 429."""
        with self._lock:
            self._schedule.hold(nation, self._clock() + seconds)

    def observe(self, nation: str, remaining: int, reset: float) -> None:
        """Take in `RateLimit-Remaining` and `RateLimit-Reset` (unix seconds) of an answer."""
        if remaining <= RESERVE:
            seconds = min(max(reset - self._wall_clock(), 0.0), self._window)
            self.hold(nation, seconds)
