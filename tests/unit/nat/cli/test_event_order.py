"""Events in order, whatever order they arrive in."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nat.cli.event_order import Ordering


def event(attempt: int, seq: int) -> dict[str, Any]:
    return {"attempt": attempt, "seq": seq}


def places(events: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(each["attempt"], each["seq"]) for each in events]


@settings(deadline=None)
@given(st.integers(1, 12), st.randoms(use_true_random=False), st.lists(st.integers(1, 12)))
def test_any_shuffle_with_repeats_comes_out_sorted_and_once(
    count: int, chance: random.Random, repeats: list[int]
) -> None:
    arriving = [*range(1, count + 1), *(each for each in repeats if each <= count)]
    chance.shuffle(arriving)
    ordering = Ordering()

    given_out = [place for seq in arriving for place in places(ordering.take(event(1, seq)))]

    assert given_out == [(1, seq) for seq in range(1, count + 1)]


def test_an_event_after_a_gap_waits_for_the_missing_one() -> None:
    ordering = Ordering(1, 1)

    assert ordering.take(event(1, 3)) == []
    assert ordering.has_gap
    assert places(ordering.take(event(1, 2))) == [(1, 2), (1, 3)]
    assert not ordering.has_gap


def test_the_start_of_a_later_attempt_goes_before_what_an_earlier_one_owes() -> None:
    ordering = Ordering(1, 4)
    ordering.take(event(1, 6))

    assert places(ordering.take(event(2, 1))) == [(2, 1)]
    assert ordering.take(event(1, 5)) == []


def test_a_later_attempt_does_not_begin_in_its_middle() -> None:
    ordering = Ordering(1, 4)

    assert ordering.take(event(2, 2)) == []
    assert places(ordering.take(event(2, 1))) == [(2, 1), (2, 2)]


def test_a_place_further_on_shows_that_something_is_missing() -> None:
    ordering = Ordering(1, 4)

    assert ordering.is_behind(1, 5)
    assert ordering.is_behind(2, 1)
    assert not ordering.is_behind(1, 4)
