"""Filters in V2's grammar."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nat.errors import QueryRejected
from nat.nationbuilder import HasValues, between, where
from nat.nationbuilder.query import Filters, index_parameters, write


def query(filters: Filters) -> list[tuple[str, str]]:
    return index_parameters(filters=filters)


def test_a_plain_value_means_equality() -> None:
    assert query({"name": "volunteer"}) == [("filter[name]", "volunteer")]


def test_several_values_mean_any_of_them() -> None:
    assert query({"id": ["1", "2", "3"]}) == [("filter[id]", "1,2,3")]


def test_an_operator_stands_in_brackets() -> None:
    assert query({"name": where("prefix", "vol")}) == [("filter[name][prefix]", "vol")]


def test_a_range_repeats_the_attribute_and_ends_before_its_end() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)

    assert query({"created_at": between(start, end)}) == [
        ("filter[created_at][gte]", "2026-01-01T00:00:00Z"),
        ("filter[created_at][lt]", "2026-02-01T00:00:00Z"),
    ]


def test_a_range_may_include_its_end() -> None:
    assert query({"amount_in_cents": between(1, 5, includes_end=True)}) == [
        ("filter[amount_in_cents][gte]", "1"),
        ("filter[amount_in_cents][lte]", "5"),
    ]


def test_a_range_without_ends_is_no_filter() -> None:
    assert between() is None


def test_date_times_are_sent_in_utc() -> None:
    assert write(datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=-5)))) == "2026-01-01T14:00:00Z"


def test_a_date_time_without_zone_is_a_defect() -> None:
    with pytest.raises(ValueError):
        write(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (None, "null"), (7, "7"), (date(2026, 1, 2), "2026-01-02")],
)
def test_other_values_are_written_as_v2_reads_them(value: bool | int | date | None, text: str) -> None:
    assert write(value) == text


@pytest.mark.parametrize("text", ["a, b", "{a", "{a} b", "{a}, b"])
def test_texts_that_mean_something_else_are_protected(text: str) -> None:
    assert write(text) == f"{{{{{text}}}}}"


@pytest.mark.parametrize("text", ["", "  ", "null", "a }} b", "{{a", "[a]", "x [y] z", "{a}", "a, b}"])
def test_texts_that_the_grammar_cannot_express_are_refused(text: str) -> None:
    with pytest.raises(QueryRejected):
        write(text)


@given(st.text(max_size=30))
def test_a_text_never_becomes_several_values(text: str) -> None:
    try:
        written = write(text)
    except QueryRejected:
        return

    assert "," not in written or (written.startswith("{{") and written.endswith("}}"))
    assert written.removeprefix("{{").removesuffix("}}") == text.strip() or not text.strip().startswith("{")


def test_a_hash_is_compared_as_json() -> None:
    filters: Filters = {"custom_values": HasValues({"shirt_size": "L", "n": 3, "day": date(2026, 1, 2)})}

    assert query(filters) == [
        ("filter[custom_values][eq]", '{"shirt_size":"L","n":3,"day":"2026-01-02"}'),
    ]


def test_no_values_is_no_question() -> None:
    with pytest.raises(QueryRejected):
        query({"id": []})
