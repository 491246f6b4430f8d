"""Stretches of time as people name them, in the nation's time zone. Weeks start on Monday.

A span is half-open: from `start` (inclusive) to `end` (exclusive). Days run from midnight to midnight on the
nation's clocks, so a day in which the clocks change has 23 or 25 hours.
"""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, get_args

from nat.errors import BadRequest
from nat.nationbuilder.query import Condition, between
from nat.wording import Worded

Unit = Literal["day", "week", "month", "quarter", "year"]
PeriodName = Literal[
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "this_quarter",
    "last_quarter", "this_year", "last_year", "last_7_days", "last_30_days", "last_90_days", "next_7_days",
    "next_30_days", "all_time",
]  # fmt: skip
PERIOD_NAMES: Final[tuple[str, ...]] = get_args(PeriodName)

_FIRST_YEAR: Final = MINYEAR + 1
"""A year before the first moment that is read there is still one."""
_UNITS: Final[dict[str, tuple[Unit, int]]] = {
    "today": ("day", 0),
    "yesterday": ("day", -1),
    "this_week": ("week", 0),
    "last_week": ("week", -1),
    "this_month": ("month", 0),
    "last_month": ("month", -1),
    "this_quarter": ("quarter", 0),
    "last_quarter": ("quarter", -1),
    "this_year": ("year", 0),
    "last_year": ("year", -1),
}
_CALENDAR_UNIT: Final = re.compile(
    r"(?P<year>\d{4})(?:-?W(?P<week>\d\d)|-(?P<month>\d\d)|-\d\d-\d\d|\d{4}|-?W\d\d-?\d)?"
)
_ROLLING: Final[dict[str, tuple[int, int]]] = {
    "last_7_days": (-6, 1),
    "last_30_days": (-29, 1),
    "last_90_days": (-89, 1),
    "next_7_days": (0, 7),
    "next_30_days": (0, 30),
}
"""First day and the day after the last one, counted from today: all of them include today."""


@dataclass(frozen=True)
class Span:
    """From `start` (inclusive) to `end` (exclusive), in UTC; None is open. `unit`: a whole calendar unit."""

    start: datetime | None = None
    end: datetime | None = None
    name: str | None = None
    unit: Unit | None = None

    def condition(self) -> Condition | None:
        """The span as a filter on a date-time attribute; None when it is open on both sides."""
        return between(self.start, self.end)

    def days(self, zone: tzinfo) -> Condition | None:
        """The span as a filter on a date attribute: the days that have begun within it."""
        start = None if self.start is None else self.start.astimezone(zone)
        end = None if self.end is None else self.end.astimezone(zone)
        return between(
            start.date() if start else None,
            None if end is None else end.date() + timedelta(days=0 if begins_day(end) else 1),
        )

    def contains(self, moment: datetime) -> bool:
        """Whether a moment lies within."""
        return (self.start is None or moment >= self.start) and (self.end is None or moment < self.end)


ALL_TIME: Final = Span(name="all_time")


def day_start(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day, in UTC. Where the clocks skip midnight that is the moment they skip it."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def begins_day(moment: datetime) -> bool:
    """Whether a moment on some clock is the first of its day: midnight, or what comes where it is skipped."""
    return moment.tzinfo is not None and day_start(moment.date(), moment.tzinfo) == moment


def named_span(name: str, now: datetime, zone: tzinfo) -> Span:
    """A named period at the moment `now`. Raises `BadRequest` for an unknown name."""
    today = now.astimezone(zone).date()
    if name in _UNITS:
        unit, step = _UNITS[name]
        first = step_unit(unit_start(unit, today), unit, step)
        return _span(first, step_unit(first, unit, 1), zone, name, unit)
    if name in _ROLLING:
        first_day, after_last = _ROLLING[name]
        return _span(today + timedelta(days=first_day), today + timedelta(days=after_last), zone, name)
    if name == "all_time":
        return ALL_TIME
    raise BadRequest(Worded("refused.period", periods=", ".join(PERIOD_NAMES)))


def read_moment(text: str, now: datetime, zone: tzinfo, *, end: bool = False) -> datetime:
    """A moment in a tool's argument, in UTC: a date-time (the nation's clock unless it has an offset), or a
    date, an ISO week, a month, a year or a period's name (its first moment; with `end` the first moment after
    it). Raises `BadRequest`."""
    text = text.strip()
    if text in PERIOD_NAMES and text != "all_time":
        span = named_span(text, now, zone)
        moment = span.end if end else span.start
        if moment is not None:
            return moment
    try:
        unit = _calendar_unit(text)
        if unit is not None:
            return _within_calendar(day_start(step_unit(*unit, int(end)), zone))
        moment = datetime.fromisoformat(text)
        return _within_calendar((moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC))
    except (ValueError, OverflowError):
        raise BadRequest(
            Worded("refused.no_moment", text=text[:40], periods=", ".join(PERIOD_NAMES))
        ) from None


def _within_calendar(moment: datetime) -> datetime:
    """A moment from which one can count on in any zone. Raises `OverflowError` at either end of the years
    that a date can have."""
    if not _FIRST_YEAR < moment.year < MAXYEAR:
        raise OverflowError
    return moment


def _calendar_unit(text: str) -> tuple[date, Unit] | None:
    """The first day of a day, week, month or year in ISO 8601, and which of them it is; None for anything
    else. Raises `ValueError` for one that there is not."""
    found = _CALENDAR_UNIT.fullmatch(text)
    if found is None:
        return None
    year = int(found["year"])
    if found["week"]:
        return date.fromisocalendar(year, int(found["week"]), 1), "week"
    if found["month"]:
        return date(year, int(found["month"]), 1), "month"
    return (date(year, 1, 1), "year") if text == found["year"] else (date.fromisoformat(text), "day")


def previous_span(span: Span, zone: tzinfo) -> Span:
    """The span of the same kind right before: the calendar unit before, else as many days or as much time.

    Raises `BadRequest` for a span with an open end, and for one of a thousand years: nothing lies before it
    to compare with.
    """
    start, end = _closed(span)
    first, after = start.astimezone(zone), end.astimezone(zone)
    if span.unit is not None:
        return _span(step_unit(first.date(), span.unit, -1), first.date(), zone, None, span.unit)
    try:
        if begins_day(first) and begins_day(after):
            return _span(first.date() - (after.date() - first.date()), first.date(), zone)
        return Span(start - (end - start), start)
    except OverflowError:
        raise BadRequest(Worded("refused.nothing_before")) from None


def year_before(span: Span, zone: tzinfo) -> Span:
    """The span a year earlier on the nation's calendar. Raises `BadRequest` for a span with an open end."""
    start, end = _closed(span)
    return Span(_year_back(start, zone), _year_back(end, zone, end=True))


def unit_start(unit: Unit, day: date) -> date:
    """First day of the calendar unit that a day lies in."""
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)


def step_unit(first: date, unit: Unit, steps: int) -> date:
    """First day of the calendar unit some units after the one that begins on `first`."""
    if unit in ("day", "week"):
        return first + timedelta(days=steps * (1 if unit == "day" else 7))
    months = first.year * 12 + first.month - 1 + steps * {"month": 1, "quarter": 3, "year": 12}[unit]
    return date(months // 12, months % 12 + 1, 1)


def _span(first: date, after: date, zone: tzinfo, name: str | None = None, unit: Unit | None = None) -> Span:
    return Span(day_start(first, zone), day_start(after, zone), name, unit)


def _closed(span: Span) -> tuple[datetime, datetime]:
    if span.start is None or span.end is None:
        raise BadRequest(Worded("refused.open_period"))
    return span.start, span.end


def _year_back(moment: datetime, zone: tzinfo, *, end: bool = False) -> datetime:
    """The same moment of the year before. For 29 February that is the 28th, and as an `end` the first moment
    after that."""
    local = moment.astimezone(zone)
    whole_day = begins_day(local)
    if (local.month, local.day) == (2, 29):
        earlier = date(local.year - 1, 2, 28) + timedelta(days=int(end and whole_day))
    else:
        earlier = local.date().replace(year=local.year - 1)
    if whole_day:
        return day_start(earlier, zone)
    return datetime.combine(earlier, local.time(), zone).astimezone(UTC)
