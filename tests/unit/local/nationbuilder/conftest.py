"""Stand-ins for tests: one that all reading tests share, and a fresh one for each that writes."""

from collections.abc import Iterator

import pytest

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from tests.unit.local.nationbuilder.caller import Caller


@pytest.fixture(scope="session")
def library() -> Iterator[RunningNationBuilder]:
    """A stand-in that nobody changes."""
    with running_nationbuilder() as server:
        yield server


@pytest.fixture(scope="session")
def reader(library: RunningNationBuilder) -> Iterator[Caller]:
    """Reads `demo` of the shared stand-in."""
    caller = Caller(library)
    with caller.session:
        yield caller


@pytest.fixture
def server() -> Iterator[RunningNationBuilder]:
    """A stand-in of the test's own."""
    with running_nationbuilder() as running:
        yield running


@pytest.fixture
def demo(server: RunningNationBuilder) -> Iterator[Caller]:
    """Reads and writes `demo` of the test's own stand-in."""
    caller = Caller(server)
    with caller.session:
        yield caller


@pytest.fixture
def harbor(server: RunningNationBuilder) -> Iterator[Caller]:
    """Reads and writes `harbor` of the test's own stand-in."""
    caller = Caller(server, "harbor")
    with caller.session:
        yield caller
