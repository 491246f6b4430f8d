"""Fixtures for every suite."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from nat.names import Table
from nat.settings import TableNames
from tests.embedded import EmbeddedAws, create_tables, running_aws

if TYPE_CHECKING:
    from local.machine import Machine

pytest_plugins = ("tests.attacks",)

settings.register_profile("same", derandomize=True, database=None)
settings.register_profile("random", database=None, print_blob=True)
settings.load_profile("same")
"""`make test` draws the same examples in every run; `make soak` takes `random` and a seed that it prints."""

TOGETHER = ("integration", "infrastructure")
"""Suites whose tests share something expensive, a deployed Nat or all templates: one process runs each, and
begins with it, because they take longest."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests one of several processes should run: those of a suite, those of any suite that need
    the deployed Nat, or those of a module."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    order = {suite: place for place, suite in enumerate(TOGETHER)}
    items.sort(key=lambda item: order.get(_group(item), len(order)))


def _group(item: pytest.Item) -> str:
    if "machine" in getattr(item, "fixturenames", ()):
        return "integration"
    suite = item.path.relative_to(Path(__file__).parent).parts[0]
    return suite if suite in TOGETHER else str(item.path)


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
def embedded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """One embedded AWS for the whole session; boto3 clients of this process talk to it."""
    with running_aws(tmp_path_factory.mktemp("aws") / "ministack.log") as aws:
        before = dict(os.environ)
        os.environ.update(aws.environment)
        yield aws
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def tables(embedded_aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> TableNames:
    """Fresh tables for one test, named in the environment as in a deployed function."""
    names = create_tables(uuid.uuid4().hex[:12])
    for table in Table:
        monkeypatch.setenv(table.variable, names[table])
    return TableNames(names)
