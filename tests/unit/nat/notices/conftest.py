"""A bureau for each test."""

from collections.abc import Iterator

import pytest

from nat.aws import clients
from nat.settings import TableNames
from tests.embedded import EmbeddedAws
from tests.unit.nat.gateway import Gateway, running_gateway
from tests.unit.nat.notices.bureau import Bureau


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Where pushes go."""
    with running_gateway() as running:
        yield running


@pytest.fixture
def bureau(embedded_aws: EmbeddedAws, tables: TableNames, gateway: Gateway) -> Bureau:
    """A nation that has to be connected anew, and nobody in it yet."""
    return Bureau(embedded_aws.url, tables, gateway)


@pytest.fixture
def refusing() -> Iterator[None]:
    """SES takes emails only for addresses that were verified, as before an account leaves the sandbox."""
    clients.mail().put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://nat.example", ProductionAccessEnabled=False
    )
    yield
    clients.mail().put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://nat.example", ProductionAccessEnabled=True
    )
