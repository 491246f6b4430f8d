"""A shop for each test."""

from collections.abc import Iterator

import pytest

from local.stripe import RunningStripe, running_stripe
from nat.settings import TableNames
from tests.unit.nat.billing.shop import Shop
from tests.unit.nat.world import START


@pytest.fixture
def stripe() -> Iterator[RunningStripe]:
    """A Stripe of its own."""
    with running_stripe(at=START) as running:
        yield running


@pytest.fixture
def shop(stripe: RunningStripe, tables: TableNames) -> Shop:
    """Billing on fresh tables."""
    return Shop.open(stripe, tables)
