"""Periods in the nation's time zone, also when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nat.errors import BadRequest
from nat.nationbuilder.periods import (
    PERIOD_NAMES,
    Span,
    day_start,
    named_span,
    previous_span,
    read_moment,
    step_unit,
    unit_start,
    year_before,
)

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    [
        "UTC", "America/New_York", "America/Los_Angeles", "Europe/Berlin", "Europe/London", "Asia/Kolkata",
        "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut", "America/Havana",
        "Pacific/Kiritimati", "Africa/Casablanca",
    ]
).map(ZoneInfo)  # fmt: skip
MOMENTS = st.integers(1_100_000_000, 2_100_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
SUNDAY = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("today", "2026-11-22", "2026-11-23"),
        ("yesterday", "2026-11-21", "2026-11-22"),
        ("this_week", "2026-11-16", "2026-11-23"),
        ("last_week", "2026-11-09", "2026-11-16"),
        ("this_month", "2026-11-01", "2026-12-01"),
        ("last_month", "2026-10-01", "2026-11-01"),
        ("this_quarter", "2026-10-01", "2027-01-01"),
        ("last_quarter", "2026-07-01", "2026-10-01"),
        ("this_year", "2026-01-01", "2027-01-01"),
        ("last_year", "2025-01-01", "2026-01-01"),
        ("last_7_days", "2026-11-16", "2026-11-23"),
        ("last_30_days", "2026-10-24", "2026-11-23"),
        ("last_90_days", "2026-08-25", "2026-11-23"),
        ("next_7_days", "2026-11-22", "2026-11-29"),
        ("next_30_days", "2026-11-22", "2026-12-22"),
    ],
)
def test_a_named_period_runs_from_midnight_to_midnight_on_the_nations_clock(
    name: str, start: str, end: str
) -> None:
    span = named_span(name, SUNDAY, NEW_YORK)

    assert (span.start, span.end) == (local(start), local(end))


def test_all_time_is_open() -> None:
    assert named_span("all_time", SUNDAY, NEW_YORK).condition() is None


def test_an_unknown_period_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match="last_week"):
        named_span("fortnight", SUNDAY, NEW_YORK)


def test_late_in_the_evening_it_is_still_today_though_utc_has_moved_on() -> None:
    evening = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    assert named_span("today", evening, NEW_YORK).start == local("2026-11-22")


def test_the_day_the_clocks_go_back_has_twenty_five_hours() -> None:
    span = named_span("today", datetime(2026, 11, 1, 12, tzinfo=UTC), NEW_YORK)

    assert span.start is not None
    assert span.end is not None
    assert span.end - span.start == timedelta(hours=25)


@given(MOMENTS, ZONES)
def test_now_lies_in_every_current_period(now: datetime, zone: ZoneInfo) -> None:
    for name in PERIOD_NAMES:
        if name.startswith(("this_", "today", "last_7", "last_30", "last_90", "next_", "all_")):
            assert named_span(name, now, zone).contains(now), name


@given(MOMENTS, ZONES)
def test_the_period_before_ends_where_the_current_one_begins(now: datetime, zone: ZoneInfo) -> None:
    for current, before in (
        ("today", "yesterday"),
        ("this_week", "last_week"),
        ("this_month", "last_month"),
        ("this_quarter", "last_quarter"),
        ("this_year", "last_year"),
    ):
        span = named_span(current, now, zone)
        assert named_span(before, now, zone).end == span.start
        previous = previous_span(span, zone)
        assert (previous.start, previous.end) == (named_span(before, now, zone).start, span.start)


@given(MOMENTS, ZONES)
def test_weeks_start_on_monday_and_days_at_the_first_moment_of_their_date(
    now: datetime, zone: ZoneInfo
) -> None:
    start = named_span("this_week", now, zone).start

    assert start is not None
    assert start.astimezone(zone).weekday() == 0
    assert (start - timedelta(microseconds=1)).astimezone(zone).weekday() == 6


@given(MOMENTS, ZONES)
def test_a_rolling_period_is_preceded_by_as_many_days(now: datetime, zone: ZoneInfo) -> None:
    span = named_span("last_7_days", now, zone)
    before = previous_span(span, zone)

    assert before.end == span.start
    assert before.start == day_start(now.astimezone(zone).date() - timedelta(days=13), zone)


def test_a_day_that_begins_at_one_o_clock_is_still_a_day() -> None:
    zone = ZoneInfo("Asia/Beirut")  # on 25 March 2012 the clock went from midnight to one
    now = datetime(2012, 3, 31, 12, tzinfo=zone)

    before = previous_span(named_span("last_7_days", now, zone), zone)

    assert before.start == day_start(date(2012, 3, 18), zone)
    assert before.end == day_start(date(2012, 3, 25), zone)


@given(
    st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.sampled_from(["day", "week", "month", "quarter", "year"])
)
def test_calendar_units_follow_each_other_without_gap(day: date, unit: str) -> None:
    first = unit_start(unit, day)  # type: ignore[arg-type]  # drawn from the unit's names
    after = step_unit(first, unit, 1)  # type: ignore[arg-type]  # drawn from the unit's names

    assert first <= day < after
    assert unit_start(unit, after) == after  # type: ignore[arg-type]  # drawn from the unit's names
    assert step_unit(after, unit, -1) == first  # type: ignore[arg-type]  # drawn from the unit's names


def test_a_year_earlier_than_a_leap_day_is_the_day_before() -> None:
    span = Span(local("2028-02-29"), local("2028-03-01"))

    assert year_before(span, NEW_YORK) == Span(local("2027-02-28"), local("2027-03-01"))


def test_a_year_earlier_than_what_ends_before_a_leap_day_ends_with_february() -> None:
    span = Span(local("2028-02-22"), local("2028-02-29"))

    assert year_before(span, NEW_YORK) == Span(local("2027-02-22"), local("2027-03-01"))


def test_a_day_that_begins_at_one_o_clock_is_compared_with_a_whole_day_of_the_year_before() -> None:
    santiago = ZoneInfo("America/Santiago")
    span = named_span("today", datetime(2026, 9, 6, 15, tzinfo=UTC), santiago)
    assert span.start is not None
    assert span.start.astimezone(santiago).hour == 1

    assert year_before(span, santiago) == Span(
        day_start(date(2025, 9, 6), santiago), day_start(date(2025, 9, 7), santiago)
    )


def test_an_odd_stretch_is_preceded_by_as_much_time() -> None:
    span = Span(datetime(2026, 1, 1, 6, tzinfo=UTC), datetime(2026, 1, 1, 9, tzinfo=UTC))

    assert previous_span(span, UTC) == Span(datetime(2026, 1, 1, 3, tzinfo=UTC), span.start)


def test_a_period_that_is_longer_than_the_years_before_it_is_compared_with_nothing() -> None:
    with pytest.raises(BadRequest):
        previous_span(Span(datetime(200, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 9, tzinfo=UTC)), UTC)


def test_an_open_period_has_nothing_before_it() -> None:
    with pytest.raises(BadRequest):
        previous_span(Span(SUNDAY, None), NEW_YORK)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", "2026-11-20T05:00:00+00:00"),
        ("2026-11-20T18:00", "2026-11-20T23:00:00+00:00"),
        ("2026-11-20T18:00:00Z", "2026-11-20T18:00:00+00:00"),
        ("2026-11-20T18:00:00-08:00", "2026-11-21T02:00:00+00:00"),
        ("this_week", "2026-11-16T05:00:00+00:00"),
        (" today ", "2026-11-22T05:00:00+00:00"),
        ("20261120", "2026-11-20T05:00:00+00:00"),
        ("2026-W53", "2026-12-28T05:00:00+00:00"),
        ("2026-W47-5", "2026-11-20T05:00:00+00:00"),
        ("2026-11", "2026-11-01T04:00:00+00:00"),
        ("2026", "2026-01-01T05:00:00+00:00"),
    ],
)
def test_a_moment_is_read_on_the_nations_clock(text: str, expected: str) -> None:
    assert read_moment(text, SUNDAY, NEW_YORK).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", "2026-11-21T05:00:00+00:00"),
        ("20261120", "2026-11-21T05:00:00+00:00"),
        ("last_week", "2026-11-16T05:00:00+00:00"),
        ("2026-W53", "2027-01-04T05:00:00+00:00"),
        ("2026-W47-5", "2026-11-21T05:00:00+00:00"),
        ("2028-02", "2028-03-01T05:00:00+00:00"),
        ("2026", "2027-01-01T05:00:00+00:00"),
    ],
)
def test_as_an_end_a_day_or_a_period_is_included(text: str, expected: str) -> None:
    assert read_moment(text, SUNDAY, NEW_YORK, end=True).isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-01",
        "20/11/2026",
        "all_time",
        "0001-01-01",
        "9999-12-31",
        "0001-01-01T00:00:00+10:00",
        "2025-W53",
        "2026-00",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        read_moment(text, SUNDAY, NEW_YORK)


def test_a_span_filters_dates_by_the_days_that_begin_in_it() -> None:
    condition = named_span("this_week", SUNDAY, NEW_YORK).days(NEW_YORK)

    assert condition is not None
    assert condition.tests == (("gte", (date(2026, 11, 16),)), ("lt", (date(2026, 11, 23),)))


def test_a_span_that_ends_within_a_day_includes_that_date() -> None:
    condition = Span(None, datetime.combine(date(2026, 11, 20), time(12), NEW_YORK)).days(NEW_YORK)

    assert condition is not None
    assert condition.tests == (("lt", (date(2026, 11, 21),)),)
