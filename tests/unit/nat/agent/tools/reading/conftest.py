"""A seeded nation behind the V2 stand-in, read by all tests of this folder, and a client of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from local.nationbuilder.store import Nation
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.reading.calls import NOW


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stand-in writes down what it was asked."""
    return tmp_path_factory.mktemp("v2") / "requests.jsonl"


@pytest.fixture(scope="session")
def standin(log: Path) -> Iterator[RunningNationBuilder]:
    """The stand-in, seeded as of `NOW`. Nobody changes anything in it."""
    with running_nationbuilder(seed_date=NOW, log=log) as server:
        yield server


@pytest.fixture(scope="session")
def demo(standin: RunningNationBuilder) -> Nation:
    """The true records of the nation `demo`."""
    return standin.nation("demo")


@pytest.fixture(scope="session")
def v2(standin: RunningNationBuilder, demo: Nation) -> Iterator[NationBuilder]:
    """The V2 client of `demo`."""
    token = standin.access_token("demo")
    with NationBuilder(
        "demo",
        token=lambda: token,
        base_url=standin.base_url,
        time_zone=demo.time_zone,
        now=lambda: NOW,
        sleep=lambda _seconds: None,
    ) as client:
        yield client
