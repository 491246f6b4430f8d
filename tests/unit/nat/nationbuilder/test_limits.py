"""The limiter: never over the window, fair between nations, mindful of what V2 says."""

import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nat.errors import RateLimited
from nat.nationbuilder.limits import RESERVE, Limiter, Schedule, _Ticket


def schedule(address: int = 200, token: int = 200) -> Schedule:
    return Schedule(address, lambda _nation: token, 10.0)


def wait_in_line(line: Schedule, nations: str) -> list[_Ticket]:
    tickets = [_Ticket(nation) for nation in nations]
    for ticket in tickets:
        line.join(ticket)
    return tickets


def granted(tickets: list[_Ticket]) -> str:
    return "".join(ticket.nation for ticket in tickets if ticket.granted)


class FakeTime:
    """A clock that only moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    def wait(self, _event: threading.Event, seconds: float) -> None:
        self.now += seconds


def limiter(time: FakeTime, *, token_limit: int = 200, address_limit: int = 200) -> Limiter:
    return Limiter(
        clock=time.clock,
        wait=time.wait,
        wall_clock=time.clock,
        token_limit=lambda _nation: token_limit,
        address_limit=address_limit,
    )


def test_the_first_requests_of_a_window_go_at_once() -> None:
    time = FakeTime()
    limits = limiter(time)

    for _ in range(200):
        limits.acquire("demo")

    assert time.now == 1000.0


def test_the_next_request_waits_until_the_window_has_moved_on() -> None:
    time = FakeTime()
    limits = limiter(time)

    for _ in range(201):
        limits.acquire("demo")

    assert time.now == pytest.approx(1010.0)


def test_all_nations_together_stay_within_the_addresss_budget() -> None:
    time = FakeTime()
    limits = limiter(time)

    for number in range(201):
        limits.acquire(f"nation-{number}")

    assert time.now == pytest.approx(1010.0)


@given(
    arrivals=st.lists(
        st.tuples(st.sampled_from("abc"), st.floats(0.0, 4.0, allow_nan=False)), min_size=1, max_size=120
    )
)
def test_no_window_of_ten_seconds_ever_holds_more_than_the_limits(arrivals: list[tuple[str, float]]) -> None:
    time = FakeTime()
    limits = limiter(time, address_limit=12, token_limit=7)
    sent: list[tuple[float, str]] = []

    for nation, pause in arrivals:
        time.now += pause
        limits.acquire(nation, timeout=1000.0)
        sent.append((time.now, nation))

    for start, _ in sent:
        inside = [nation for at, nation in sent if start <= at < start + 10.0 - 1e-6]
        assert len(inside) <= 12
        assert max(Counter(inside).values()) <= 7


def test_a_nation_that_floods_waits_behind_its_own_requests() -> None:
    line = schedule(address=4, token=100)
    tickets = wait_in_line(line, "aaaaaaaab")

    line.advance(0.0)

    assert granted(tickets) == "aaab"


def test_waiting_nations_take_turns() -> None:
    line = schedule(address=6, token=100)
    tickets = wait_in_line(line, "aaaabbbbcccc")

    line.advance(0.0)

    assert granted(tickets) == "aabbcc"


def test_a_nation_at_its_own_limit_does_not_hold_up_the_others() -> None:
    line = schedule(address=100, token=2)
    tickets = wait_in_line(line, "aaaab")

    again = line.advance(0.0)

    assert granted(tickets) == "aab"
    assert again == 10.0


def test_who_gives_up_leaves_the_line() -> None:
    line = schedule(address=1)
    first, second, third = wait_in_line(line, "aab")
    line.advance(0.0)

    line.leave(second)
    line.advance(10.0)

    assert first.granted
    assert third.granted
    assert not second.granted


def test_waiting_longer_than_the_timeout_is_told() -> None:
    time = FakeTime()
    limits = limiter(time, address_limit=1)
    limits.acquire("demo")

    with pytest.raises(RateLimited):
        limits.acquire("demo", timeout=3.0)

    assert time.now == pytest.approx(1003.0)


def test_after_a_429_nothing_of_the_nation_goes_for_a_while() -> None:
    time = FakeTime()
    limits = limiter(time)
    limits.hold("demo", 4.0)

    limits.acquire("other")
    assert time.now == 1000.0
    limits.acquire("demo")

    assert time.now == pytest.approx(1004.0)


def test_a_budget_that_others_have_nearly_used_up_is_left_alone_until_it_is_fresh() -> None:
    time = FakeTime()
    limits = limiter(time)

    limits.observe("demo", RESERVE, time.now + 6)
    limits.acquire("demo")

    assert time.now == pytest.approx(1006.0)


def test_a_budget_with_room_does_not_slow_anybody_down() -> None:
    time = FakeTime()
    limits = limiter(time)

    limits.observe("demo", RESERVE + 1, time.now + 6)
    limits.acquire("demo")

    assert time.now == 1000.0


def test_a_reset_far_away_is_not_believed() -> None:
    time = FakeTime()
    limits = limiter(time)

    limits.observe("demo", 0, time.now + 86_400)
    limits.acquire("demo")

    assert time.now == pytest.approx(1010.0)


def test_quiet_nations_are_forgotten() -> None:
    line = schedule()
    wait_in_line(line, "ab")
    line.advance(0.0)

    line.forget_idle(20.0)

    assert line._tokens == {}


def test_real_threads_are_all_served_and_stay_within_the_limit() -> None:
    limits = Limiter(address_limit=20, token_limit=lambda _nation: 10, window=0.05)
    served: Counter[str] = Counter()
    lock = threading.Lock()

    def work(nation: str) -> None:
        for _ in range(10):
            limits.acquire(nation)
            with lock:
                served[nation] += 1

    threads = [threading.Thread(target=work, args=(nation,)) for nation in ("a", "a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert served == {"a": 20, "b": 10, "c": 10}
