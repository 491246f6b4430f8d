"""10,000 automations that are due in the same minute run exactly once, though a clock and a worker are
killed.

The short form in `make test` is tests/unit/nat/automations/test_crowd.py. `SOAK_AUTOMATIONS` takes fewer.
"""

import os
import random
import time

import pytest

from nat.settings import TableNames
from tests.soak.conftest import Tell
from tests.unit.nat.automations.crowd import due_at_once

COUNT = int(os.environ.get("SOAK_AUTOMATIONS") or 10_000)


@pytest.mark.timeout(7200)
def test_ten_thousand_automations_due_in_the_same_minute_run_exactly_once(
    tables: TableNames, chance: random.Random, tell: Tell
) -> None:
    started = time.monotonic()

    outcome = due_at_once(tables, COUNT, chance)

    assert outcome.states == {"done": COUNT}
    assert set(outcome.turns.values()) == {1}
    assert outcome.announced == outcome.counted == outcome.answers == COUNT
    assert outcome.killed == 2
    seconds = time.monotonic() - started
    tell(
        f"automations: {COUNT} due at once, each run, counted, answered and announced once, 2 killed; "
        f"asked in {outcome.asking:.0f} s, answered in {outcome.answering:.0f} s, {seconds:.0f} s in all"
    )
