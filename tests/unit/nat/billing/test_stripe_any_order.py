"""Every webhook of a history, shuffled, repeated and late, ends in the same nation record.

The short form: 40 events in three random ways. `tests/soak/test_stripe_any_order.py` delivers 200 events in a
thousand.
"""

from random import Random

from nat.names import Table
from nat.settings import TableNames
from tests.embedded import new_tables
from tests.unit.nat.billing.history import told_at_random, told_in_order

SEED = 20261122
EVENTS = 40
WAYS = 3


def test_any_order_ends_in_the_same_record(tables: TableNames) -> None:
    expected, events = told_in_order(SEED, EVENTS, tables)
    prefix = tables[Table.NATIONS].split("-")[0]

    ended = [
        told_at_random(SEED, EVENTS, TableNames(new_tables(f"{prefix}-{way}")), Random(f"{SEED}/{way}"))
        for way in range(WAYS)
    ]

    assert events >= EVENTS
    assert ended == [expected] * WAYS
