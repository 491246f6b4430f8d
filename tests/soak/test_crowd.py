"""Two thousand people of a nation ask at once with five hundred queries left: exactly so many are let in, and
80 % and 100 % are told once each. Short form in `make test`: tests/unit/nat/turns/test_shared_pool.py.
"""

import time

import pytest

from nat.settings import TableNames
from tests.soak.conftest import Tell
from tests.unit.nat.turns.crowd import Outcome, ask_at_once

PEOPLE = 2_000
LEFT = 500
THREADS = 64


@pytest.mark.timeout(1800)
def test_two_thousand_at_five_hundred_left_admit_exactly_five_hundred(tables: TableNames, tell: Tell) -> None:
    began = time.monotonic()

    outcome = ask_at_once(tables, PEOPLE, LEFT, threads=THREADS)

    tell(f"{PEOPLE} admissions at {LEFT} left by {THREADS} threads: {time.monotonic() - began:.0f} s")
    assert outcome == Outcome(
        admitted=LEFT,
        refused=PEOPLE - LEFT,
        counted=500,
        turns=LEFT,
        notices={"usage_warning": 1, "limit_reached": 1},
        announcements=2,
    )
