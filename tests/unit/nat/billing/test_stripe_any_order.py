"""Every webhook of a 200-event history, shuffled, repeated and late, ends in the same nation record.

Here a few random ways; a thousand in `tests/soak`.
"""

from random import Random

from nat.names import Table
from nat.settings import TableNames
from tests.embedded import create_tables
from tests.unit.nat.billing.history import WANTED, told_at_random, told_in_order

SEED = 20261122
WAYS = 3


def other_tables(name: str) -> TableNames:
    """Fresh tables beside those of the test."""
    return TableNames(create_tables(name))


def test_any_order_ends_in_the_same_record(tables: TableNames) -> None:
    expected, events = told_in_order(SEED, tables)
    prefix = tables[Table.NATIONS].split("-")[0]

    ended = [
        told_at_random(SEED, other_tables(f"{prefix}-{way}"), Random(f"{SEED}/{way}")) for way in range(WAYS)
    ]

    assert events >= WANTED
    assert ended == [expected] * WAYS
