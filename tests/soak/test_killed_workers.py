"""Workers killed while they change a nation: each record is changed exactly once, a hundred times over.

Short forms in `make test`: 60 records and ten kills in tests/unit/nat/turns/test_killed.py, and workers that
die at any boundary in test_carry_out.py there and in tests/unit/nat/agent/test_commit.py.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from ulid import ULID

from local.nationbuilder.server import running_nationbuilder
from nat.settings import TableNames
from tests.soak.conftest import Tell
from tests.unit.nat import world
from tests.unit.nat.changes.bench import bench
from tests.unit.nat.turns.board import Board
from tests.unit.nat.turns.killing import log_with_death, tag_with_deaths
from tests.unit.nat.turns.stage import Stage

NATION = "demo"
"""The stand-in's nation of some 3,000 people."""
ROUNDS = 100
RECORDS = 500
CREATES = 100


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The stand-in's log of requests."""
    return tmp_path / "requests.jsonl"


@pytest.fixture
def board(tables: TableNames, log: Path) -> Iterator[Board]:
    """A conversation over the large nation."""
    with running_nationbuilder(log=log) as server, bench(server, NATION) as office:
        yield Board(Stage(tables), office, world.create_turn_queue())


@pytest.mark.timeout(3600)
def test_a_bulk_change_of_500_records_survives_killed_workers_a_hundred_times(
    board: Board, log: Path, chance: random.Random, tell: Tell
) -> None:
    started = time.monotonic()

    killed = []
    for _ in range(ROUNDS):
        board.conversation_id = str(ULID())
        killed += [tag_with_deaths(board, log, RECORDS, chance.randint(1, 4), chance)]

    seconds = time.monotonic() - started
    assert min(killed) >= 1
    tell(
        f"bulk: {ROUNDS} changes of {RECORDS} records, {sum(killed)} workers killed, every record changed "
        f"once, every report right; {seconds:.0f} s"
    )


@pytest.mark.timeout(3600)
def test_a_create_that_is_cut_off_in_flight_is_never_done_twice(
    board: Board, log: Path, chance: random.Random, tell: Tell
) -> None:
    started = time.monotonic()
    outcomes: Counter[str] = Counter()

    for _ in range(CREATES):
        for kind in ("drop_before", "drop_after", "killed"):
            state = log_with_death(board, log, kind, chance)
            outcomes[f"{kind} {state.value}"] += 1

    told = ", ".join(f"{count} × {outcome}" for outcome, count in sorted(outcomes.items()))
    tell(f"creates: {told}; none twice; {time.monotonic() - started:.0f} s")
