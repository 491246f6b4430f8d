"""Items keep plain values through DynamoDB."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nat.aws import clients, items
from nat.names import Table
from nat.settings import TableNames

plain = st.recursive(
    st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), plain, max_size=4))
def test_plain_values_come_back_as_they_were(values: dict[str, object]) -> None:
    assert items.decode(items.encode(values)) == values


def test_none_is_left_out() -> None:
    assert items.encode({"a": None, "b": {"c": None}}) == {"b": {"M": {}}}


def test_an_item_survives_the_table(tables: TableNames) -> None:
    written = {"key": "k", "count": 3, "list": ["a", 1, True], "map": {"x": ""}}

    clients.dynamodb().put_item(TableName=tables[Table.ONCE], Item=items.encode(written))

    found = clients.dynamodb().get_item(TableName=tables[Table.ONCE], Key=items.encode({"key": "k"}))
    assert items.decode(found["Item"]) == written


def test_times_are_stored_so_that_text_order_is_time_order() -> None:
    early = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=2)))

    assert items.encode({"at": early}) == {"at": {"S": "2026-11-22T07:30:00.000Z"}}
    assert items.moment("2026-11-22T07:30:00.000Z") == early
    assert items.timestamp(early) < items.timestamp(early + timedelta(milliseconds=1))


def test_a_time_without_a_zone_is_not_stored() -> None:
    with pytest.raises(ValueError, match="time zone"):
        items.timestamp(datetime(2026, 11, 22))  # noqa: DTZ001 # the naive value is what is refused
