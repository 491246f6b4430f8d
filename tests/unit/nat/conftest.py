"""A bench for committing changes: one nation of a running stand-in."""

from collections.abc import Iterator

import pytest

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from tests.unit.nat.changes.bench import SLUG, Bench, bench


@pytest.fixture(scope="session")
def nationbuilder() -> Iterator[RunningNationBuilder]:
    """One stand-in for all tests here."""
    with running_nationbuilder() as server:
        yield server


@pytest.fixture
def office(nationbuilder: RunningNationBuilder) -> Iterator[Bench]:
    """A freshly seeded nation."""
    nationbuilder.standin.reset()
    with bench(nationbuilder, SLUG) as made:
        yield made
