"""What this process may still ask of one nation by its lease from the shared ledger.

Blocks follow the need: the first serves a turn that reads, so that it costs one lease in a window; who spends
a block quickly leases twice as many, who lets one lapse half as many. Bookkeeping only: the limiter holds the
lock, asks the ledger and knows the time. `now` is monotonic, in seconds; `wall` is epoch milliseconds.
"""

from typing import Final

from nat.nationbuilder.rate_ledger import Lease, Rules

FIRST: Final = 20
"""Requests of a first block."""
MOST: Final = 50
QUICKLY: Final = 0.2
"""Share of a window within which a block counts as spent quickly."""


class Allowance:
    """One nation's lease."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._block = FIRST
        self._granted = 0
        self._left = 0
        self._leased_at = float("-inf")
        self._until = float("-inf")
        self._ask_at = float("-inf")
        self._asking = False
        self._used: dict[int, int] = {}

    def ready(self, now: float) -> bool:
        """One more may be sent."""
        return self._left > 0 and now < self._until

    def must_ask(self, now: float) -> bool:
        """The ledger has to be asked, and nobody does yet."""
        return not self._asking and not self.ready(now) and now >= self._ask_at

    def again(self) -> float:
        """When to look again: never while somebody asks, who then looks for all."""
        return float("inf") if self._asking else self._ask_at

    def spend(self, now: float, wall: int) -> None:
        """Send one. What is spent quickly makes the next block larger."""
        end = self._rules.grain_end(wall)
        self._used[end] = self._used.get(end, 0) + 1
        self._left -= 1
        if self._left == 0 and now - self._leased_at < QUICKLY * self._rules.window:
            self._block = min(self._block * 2, MOST)

    def ask(self, waiting: int, wall: int) -> tuple[dict[int, int], int]:
        """Begin to ask: what was used, and how many more are wanted. Nothing goes until `take` or `lack`."""
        if self._left * 2 > self._granted:
            self._block = max(self._block // 2, self._rules.least)
        self._asking, self._left, self._granted = True, 0, 0
        self._used = {end: count for end, count in self._used.items() if end + self._rules.counts > wall}
        return dict(self._used), min(max(self._block, waiting), MOST)

    def take(self, lease: Lease, asked_at: float, now: float) -> None:
        """What the ledger gave; the lease began when it was asked."""
        self._left = self._granted = lease.granted
        self._leased_at = asked_at
        self._until = asked_at + self._rules.lease / 1000
        self._ask_at = now + lease.wait
        self._asking = False

    def lack(self, now: float) -> None:
        """The ledger could not be reached: go on with little, and ask again after half a window."""
        self._left = self._granted = max(0, self._rules.alone - sum(self._used.values()))
        self._leased_at = now
        self._until = self._ask_at = now + self._rules.window / 2
        self._asking = False

    def idle(self, now: float, wall: int) -> bool:
        """Whether nothing in here matters any more."""
        recent = any(end + self._rules.counts > wall for end in self._used)
        return not (self._asking or recent or self.ready(now) or now < self._ask_at)
