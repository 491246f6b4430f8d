"""Fixtures for every suite."""

import gc
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from nat.names import Table
from nat.settings import TableNames
from tests.embedded import EmbeddedAws, new_tables, running_aws
from tests.own_dynamodb import own_dynamodb

if TYPE_CHECKING:
    from local.machine import Machine

pytest_plugins = ("tests.attacks",)

gc.disable()  # while modules are loaded and tests collected: nothing of it is garbage

settings.register_profile("same", derandomize=True, database=None)
settings.register_profile("random", database=None, print_blob=True)
settings.load_profile("same")
"""`make test` draws the same examples in every run; `make soak` takes `random` and a seed that it prints."""

TOGETHER = {"integration": "nat", "browser": "nat", "infrastructure": "templates"}
"""What the tests of a suite share that is expensive to make: a deployed Nat, or all templates. One process
runs each, and begins with it, because they take longest; of other suites one process runs a module."""


class _Together(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist ships no types
    """Which tests one of several processes runs, by their path: marks (`xdist_group`) do nothing under this
    pytest, because pytest-xdist writes them into a test's id, which cannot be changed any more."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores for `-n auto`: the one with browsers and deployed functions waits for them
    half of its time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How several processes share the tests."""
    return _Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest groups first."""
    first = list(dict.fromkeys(TOGETHER.values()))
    places = {group: place for place, group in enumerate(first)}
    items.sort(key=lambda item: places.get(_group(item.nodeid), len(first)))


def _group(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    return TOGETHER.get(Path(path).parts[1], path)


def pytest_collection_finish() -> None:
    """Leave what is loaded out of garbage collection, and look for garbage less often: both together took a
    fifth of a run's time."""
    gc.freeze()
    gc.set_threshold(20_000, 25, 25)
    gc.enable()


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Machine"]:
    """One Nat for the whole session: the real app under enforced IAM, with stand-ins, worker and SSE host, on
    free ports and with a state of its own."""
    from local.machine import Machine  # with all that it starts: most suites need none of it
    from local.places import Places, Ports
    from local.vendors import Vendors

    places, ports = Places(tmp_path_factory.mktemp("nat")), Ports.free()
    with Machine(places, ports, Vendors(ports, places.nationbuilder_state)) as machine:
        yield machine


@pytest.fixture(scope="session")
def _shared_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """One embedded AWS for the whole session; boto3 clients of this process talk to it. DynamoDB is in this
    process."""
    with running_aws(tmp_path_factory.mktemp("aws") / "ministack.log") as aws, own_dynamodb() as dynamodb:
        before = dict(os.environ)
        os.environ.update({**aws.environment, "AWS_ENDPOINT_URL_DYNAMODB": dynamodb})
        yield aws
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="module")
def embedded_aws(_shared_aws: EmbeddedAws) -> EmbeddedAws:
    """An AWS that no other module has left anything in: which modules one process runs, and in which order,
    differs from run to run. (Tables need no clearing: each test has its own.)"""
    _shared_aws.reset()
    return _shared_aws


@pytest.fixture
def tables(embedded_aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> TableNames:
    """Fresh tables for one test, named in the environment as in a deployed function."""
    names = new_tables(uuid.uuid4().hex[:12])
    for table in Table:
        monkeypatch.setenv(table.variable, names[table])
    return TableNames(names)
