"""Every webhook of a 200-event history, shuffled, repeated and late in a thousand random ways, ends in the
same nation record. Short form in `make test`: tests/unit/nat/billing/test_stripe_any_order.py.

`SOAK_WAYS` takes fewer ways; each is a nation's billing over years, delivered by four threads at once while
it happens and after.
"""

import os
import random
import time
import uuid
from random import Random

import pytest

from nat.aws import clients
from nat.names import Table
from nat.settings import TableNames
from tests.embedded import new_tables
from tests.soak.conftest import Tell
from tests.unit.nat.billing.history import told_at_random, told_in_order

EVENTS = 200
WAYS = int(os.environ.get("SOAK_WAYS") or 1000)


@pytest.mark.timeout(6 * 3600)
def test_any_order_of_two_hundred_events_ends_in_the_same_record(
    tables: TableNames, chance: random.Random, tell: Tell
) -> None:
    seed = chance.randrange(1_000_000)
    expected, events = told_in_order(seed, EVENTS, tables)
    began = time.monotonic()

    for way in range(WAYS):
        fresh = TableNames(new_tables(uuid.uuid4().hex[:12]))
        ended = told_at_random(seed, EVENTS, fresh, Random(f"{seed}/{way}"))
        for table in Table:
            clients.dynamodb().delete_table(TableName=fresh[table])
        assert ended == expected, f"way {way} of seed {seed}"

    assert events >= EVENTS
    tell(f"{events} events, {WAYS} ways, one record: {time.monotonic() - began:.0f} s")
