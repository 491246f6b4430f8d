"""Workers that are killed, as processes: the short form of what `make soak` does with 500 records."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.nationbuilder.server import running_nationbuilder
from tests.unit.nat import world
from tests.unit.nat.changes.bench import SLUG, bench
from tests.unit.nat.turns.board import Board
from tests.unit.nat.turns.killing import log_with_death, tag_with_deaths
from tests.unit.nat.turns.stage import Stage


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The stand-in's log of requests."""
    return tmp_path / "requests.jsonl"


@pytest.fixture
def board(stage: Stage, log: Path) -> Iterator[Board]:
    """A board whose stand-in writes its log."""
    with running_nationbuilder(log=log) as server, bench(server, SLUG) as office:
        yield Board(stage, office, world.create_turn_queue())


def test_sixty_records_whose_workers_are_killed_ten_times_are_each_changed_once(
    board: Board, log: Path
) -> None:
    assert tag_with_deaths(board, log, records=60, deaths=10, chance=random.Random(7)) >= 5


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "killed"])
def test_a_create_that_is_cut_off_in_flight_is_done_once_or_honestly_unknown(
    board: Board, log: Path, kind: str
) -> None:
    log_with_death(board, log, kind, random.Random(7))
