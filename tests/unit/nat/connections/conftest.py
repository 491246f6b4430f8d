"""Fixtures for tests of a nation's connection."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from nat.settings import TableNames
from tests.unit.nat.connections import crossing as crossing_module
from tests.unit.nat.connections import keeping
from tests.unit.nat.connections.crossing import Crossing
from tests.unit.nat.connections.keeping import STORES, Office


@pytest.fixture(scope="session")
def requests_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stand-in writes what it was asked."""
    return tmp_path_factory.mktemp("nationbuilder") / "requests.log"


@pytest.fixture(scope="session")
def nationbuilder(requests_log: Path) -> Iterator[RunningNationBuilder]:
    """One stand-in for all tests here."""
    with running_nationbuilder(log=requests_log) as server:
        yield server


@pytest.fixture(params=STORES)
def office(
    request: pytest.FixtureRequest,
    tables: TableNames,
    nationbuilder: RunningNationBuilder,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """A nation, with either vault."""
    with keeping.office(tables, nationbuilder, request.param, monkeypatch) as made:
        yield made


@pytest.fixture
def crossing(
    tables: TableNames, nationbuilder: RunningNationBuilder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Crossing]:
    """A nation that nobody has connected yet, and its owner ann."""
    with crossing_module.crossing(tables, nationbuilder, "secretsmanager", monkeypatch) as made:
        yield made
