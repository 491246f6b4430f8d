"""The ledger of one token: whatever workers do, no ten seconds hold more than the limit."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nat.nationbuilder.allowance import FIRST, Allowance
from nat.nationbuilder.limits import Limiter
from nat.nationbuilder.rate_ledger import RULES, Lease, LedgerUnavailable, RateLedger, Rules, Used
from tests.unit.nat.nationbuilder.test_limits import FakeTime

NOW = 1_800_000_000_000


class Shared:
    """A ledger in memory, as one of several workers reaches it."""

    def __init__(self) -> None:
        self.ledger = RateLedger()
        self.leases = 0
        self.fails = False

    def of(self, worker: str) -> "Reached":
        return Reached(self, worker)


class Reached:
    def __init__(self, shared: Shared, worker: str) -> None:
        self._shared = shared
        self._worker = worker

    def lease(self, nation: str, used: Used, want: int, now: int) -> Lease:
        if self._shared.fails:
            raise LedgerUnavailable
        self._shared.leases += 1
        self._shared.ledger, lease = self._shared.ledger.lease(self._worker, used, want, now)
        return lease


class Simulation:
    """Workers that ask through their allowances, by a clock that moves 50 ms at a time."""

    def __init__(self, workers: str) -> None:
        self.shared = Shared()
        self.allowances = {name: Allowance(RULES) for name in workers}
        self.sent: list[tuple[int, str]] = []
        self.now = NOW

    def run(self, seconds: float, demand: dict[str, int]) -> None:
        """Let each worker send up to so many requests in each step."""
        for _ in range(round(seconds * 20)):
            for name, most in demand.items():
                for _ in range(most):
                    if not self._send(name):
                        break
            self.now += 50

    def _send(self, name: str) -> bool:
        allowance, seconds = self.allowances[name], self.now / 1000
        if allowance.must_ask(seconds):
            used, want = allowance.ask(1, self.now)
            lease = self.shared.of(name).lease("demo", used, want, self.now)
            allowance.take(lease, seconds, seconds)
        if not allowance.ready(seconds):
            return False
        allowance.spend(seconds, self.now)
        self.sent.append((self.now, name))
        return True

    def by_worker(self, since: float = 0.0) -> Counter[str]:
        return Counter(name for at, name in self.sent if at >= NOW + since * 1000)

    def most_in_a_window(self) -> int:
        times = [at for at, _ in self.sent]
        first, most = 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - 10_000:
                first += 1
            most = max(most, last - first + 1)
        return most


@pytest.mark.parametrize("workers", ["a", "ab", "abcd", "abcdefghij"])
def test_workers_at_full_speed_use_most_of_the_limit_and_never_more(workers: str) -> None:
    simulation = Simulation(workers)

    simulation.run(60, dict.fromkeys(workers, 3))

    assert simulation.most_in_a_window() <= RULES.limit
    assert len(simulation.sent) >= 0.8 * RULES.limit * 6


def test_workers_at_full_speed_share_it_equally() -> None:
    simulation = Simulation("abcd")

    simulation.run(60, dict.fromkeys("abcd", 3))

    counts = simulation.by_worker(since=20)
    assert min(counts.values()) >= 0.6 * max(counts.values())


def test_a_worker_that_comes_later_is_served_within_seconds() -> None:
    simulation = Simulation("ab")
    simulation.run(20, {"a": 5})

    simulation.run(5, {"a": 5, "b": 1})

    assert simulation.by_worker(since=20)["b"] >= 15
    assert simulation.most_in_a_window() <= RULES.limit


def test_what_a_quiet_worker_does_not_need_goes_to_the_others() -> None:
    simulation = Simulation("ab")
    simulation.run(0.05, {"a": 1, "b": 1})

    simulation.run(60, {"a": 5})

    assert simulation.by_worker()["a"] >= 0.8 * RULES.limit * 6


def test_a_worker_that_dies_with_a_lease_holds_it_up_for_two_windows_at_most() -> None:
    simulation = Simulation("ab")
    simulation.run(0.05, {"a": 1})
    simulation.run(21, {"b": 5})

    simulation.run(10.5, {"b": 5})

    assert simulation.by_worker(since=21)["b"] >= 0.8 * RULES.limit


def test_a_reading_turn_costs_one_lease_in_a_window() -> None:
    simulation = Simulation("a")

    for _ in range(FIRST):
        simulation.run(0.05, {"a": 1})
        simulation.now += 400

    assert (simulation.shared.leases, len(simulation.sent)) == (1, FIRST)


def test_bulk_work_costs_one_lease_for_several_requests() -> None:
    simulation = Simulation("a")

    simulation.run(60, {"a": 3})

    assert simulation.shared.leases <= len(simulation.sent) / 8


@settings(deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.integers(0, 4000), st.booleans()),
        max_size=60,
    )
)
def test_no_window_holds_more_than_the_limit_whoever_asks_or_dies_when(
    steps: list[tuple[str, int, int, bool]],
) -> None:
    ledger, now, deaths = RateLedger(), NOW, 0
    used: dict[str, dict[int, int]] = {}
    sent: list[int] = []

    for place, want, pause, dies in steps:
        now += pause
        mine = used.setdefault(place, {})
        ledger, lease = ledger.lease(f"{place}{deaths}", mine, want, now)
        sent += [now + RULES.lease - 1 if dies else now] * lease.granted
        if dies:  # at the last moment, without a word; who comes in its place has another name
            used, deaths = {}, deaths + 1
        else:
            end = RULES.grain_end(now)
            mine[end] = mine.get(end, 0) + lease.granted

    for at in sent:
        assert sum(at <= other < at + 10_000 for other in sent) <= RULES.limit


def test_who_waits_already_writes_nothing_new() -> None:
    full, _ = RateLedger().lease("a", {RULES.grain_end(NOW): RULES.limit}, 10, NOW)
    waiting, _ = full.lease("b", {}, 10, NOW)

    again, lease = waiting.lease("b", {}, 10, NOW + 300)

    assert again is waiting
    assert (lease.granted, lease.wait > 0) == (0, True)


def test_a_limiter_asks_the_ledger_before_it_lets_anything_go() -> None:
    time, shared = FakeTime(), Shared()
    limits = Limiter(clock=time.clock, wait=time.wait, wall_clock=time.clock, ledgers=shared.of("a"))

    for _ in range(FIRST):
        limits.acquire("demo")

    assert (shared.leases, time.now) == (1, 1000.0)


def test_two_limiters_of_one_token_share_its_limit() -> None:
    time, shared = FakeTime(), Shared()
    one, other = (
        Limiter(clock=time.clock, wait=time.wait, wall_clock=time.clock, ledgers=shared.of(name))
        for name in "ab"
    )

    for _ in range(RULES.limit // 2 + 1):
        one.acquire("demo")
        other.acquire("demo")

    assert time.now > 1005.0


def test_without_the_ledger_a_limiter_goes_on_with_little() -> None:
    time, shared = FakeTime(), Shared()
    shared.fails = True
    limits = Limiter(clock=time.clock, wait=time.wait, wall_clock=time.clock, ledgers=shared.of("a"))

    for _ in range(3 * RULES.alone):
        limits.acquire("demo")

    assert time.now >= 1020.0


def test_a_limiter_shares_again_when_the_ledger_is_back() -> None:
    time, shared = FakeTime(), Shared()
    shared.fails = True
    limits = Limiter(clock=time.clock, wait=time.wait, wall_clock=time.clock, ledgers=shared.of("a"))
    for _ in range(RULES.alone):
        limits.acquire("demo")
    shared.fails = False

    for _ in range(100):
        limits.acquire("demo")

    assert shared.leases > 0
    assert time.now <= 1006.0


def test_nations_have_ledgers_of_their_own() -> None:
    time, shared = FakeTime(), {"demo": Shared(), "harbor": Shared()}

    class ByNation:
        def lease(self, nation: str, used: Used, want: int, now: int) -> Lease:
            return shared[nation].of("a").lease(nation, used, want, now)

    limits = Limiter(
        address_limit=1000, clock=time.clock, wait=time.wait, wall_clock=time.clock, ledgers=ByNation()
    )

    for _ in range(150):
        limits.acquire("demo")
        limits.acquire("harbor")

    assert time.now == 1000.0


def test_rules_follow_from_limit_and_window() -> None:
    rules = Rules(limit=40, window=2.0)

    assert (rules.grain, rules.lease, rules.counts, rules.least, rules.alone) == (200, 2000, 2100, 1, 2)
