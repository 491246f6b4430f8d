"""The whole HTTP API on loopback, once for all tests here."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local.nationbuilder.server import running_nationbuilder
from nat.names import Table
from nat.settings import TableNames
from tests.embedded import EmbeddedAws, create_tables
from tests.unit.local.openapi.front import serving
from tests.unit.local.openapi.town import Town, running_town


@dataclass
class Place:
    """A town and the address of its API."""

    town: Town
    url: str


@pytest.fixture(scope="session")
def lasting(embedded_aws: EmbeddedAws) -> Iterator[Place]:
    """The API of a town that stands until the end."""
    names = create_tables(uuid.uuid4().hex[:12])
    before = dict(os.environ)
    os.environ.update({table.variable: names[table] for table in Table})
    with (
        running_nationbuilder() as nationbuilder,
        running_town(TableNames(names), nationbuilder) as town,
        serving(town.front) as url,
    ):
        yield Place(town, url)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def place(lasting: Place) -> Place:
    """The same with everything as it was at the beginning."""
    lasting.town.restore()
    return lasting
