"""Many automations that are due in the same minute run exactly once, though a clock and a worker are killed.
The long form, of 10,000, is tests/soak/test_due_at_once.py."""

import random

import pytest

from nat.settings import TableNames
from tests.unit.nat.automations.crowd import due_at_once

COUNT = 60


@pytest.mark.timeout(240)
def test_sixty_automations_due_at_once_run_once_each_though_workers_are_killed(
    tables: TableNames,
) -> None:
    outcome = due_at_once(tables, COUNT, random.Random(9))

    assert outcome.states == {"done": COUNT}
    assert set(outcome.turns.values()) == {1}
    assert outcome.announced == outcome.counted == outcome.answers == COUNT
    assert outcome.killed == 2
