"""Fixtures for tests of turns."""

from collections.abc import Iterator

import pytest

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from nat.settings import TableNames
from tests.unit.nat import world
from tests.unit.nat.changes.bench import SLUG, bench
from tests.unit.nat.turns.board import Board
from tests.unit.nat.turns.stage import Stage


@pytest.fixture
def stage(tables: TableNames) -> Stage:
    """A nation in fresh tables."""
    return Stage(tables)


@pytest.fixture(scope="session")
def nationbuilder() -> Iterator[RunningNationBuilder]:
    """One stand-in for all tests here."""
    with running_nationbuilder() as server:
        yield server


@pytest.fixture
def board(stage: Stage, nationbuilder: RunningNationBuilder) -> Iterator[Board]:
    """A conversation in which changes are proposed and decided, over a freshly seeded nation."""
    nationbuilder.standin.reset()
    with bench(nationbuilder, SLUG) as office:
        yield Board(stage, office, world.create_turn_queue())
