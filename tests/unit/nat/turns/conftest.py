"""Fixtures for tests of turns."""

import pytest

from nat.settings import TableNames
from tests.unit.nat.turns.stage import Stage


@pytest.fixture
def stage(tables: TableNames) -> Stage:
    """A nation in fresh tables."""
    return Stage(tables)
