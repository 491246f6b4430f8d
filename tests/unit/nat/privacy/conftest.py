"""Fixtures for tests of exports and deletions."""

import pytest

from nat.settings import TableNames
from tests.unit.nat.privacy.estate import Estate


@pytest.fixture
def estate(tables: TableNames) -> Estate:
    """Two nations and their people."""
    made = Estate(tables)
    made.fill()
    return made
