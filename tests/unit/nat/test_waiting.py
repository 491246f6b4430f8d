"""Waiting: pauses grow up to a bound, carry jitter, and end when nobody wants to wait any more."""

import threading

from nat.waiting import Backoff, wait


def test_pauses_grow_up_to_the_longest_and_there_is_none_after_the_last_try() -> None:
    backoff = Backoff(tries=5, first=1.0, longest=4.0, least=1.0)

    assert list(backoff.pauses()) == [1.0, 2.0, 4.0, 4.0, None]


def test_of_a_pause_a_random_share_is_waited() -> None:
    backoff = Backoff(tries=2, first=1.0, least=0.5)

    pauses = {backoff.pause(0) for _ in range(50)}

    assert len(pauses) > 1
    assert all(0.5 <= each <= 1.0 for each in pauses)


def test_a_wait_ends_when_it_is_stopped() -> None:
    stop = threading.Event()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        stop.set()

    assert not wait(60, stop.is_set, sleep)
    assert len(slept) == 1
    assert wait(0, lambda: False)
