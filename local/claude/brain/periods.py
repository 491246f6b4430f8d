"""Stretches of time in people's words, in the nation's time zone. Weeks start on Monday."""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MONTHS: Final = [month.lower() for month in calendar.month_name[1:]]
DAYS: Final = [day.lower() for day in calendar.day_name]
NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12, "thirty": 30}

_UNIT = r"(?:day|week|month|year)s?"
PHRASE: Final = re.compile(
    r"\b(?:"
    r"(?P<day>today|yesterday)"
    r"|(?:the )?(?P<rolling>last|past|previous|next|coming) (?P<count>\d+|"
    + "|".join(NUMBERS)
    + r") (?P<unit>"
    + _UNIT
    + r")"
    r"|(?P<which>this|last|previous|past|next|current|coming) (?P<span>week|month|year|quarter)"
    r"|(?P<ever>all time|ever|in total|overall|so far)"
    r"|(?:on |last )?(?P<weekday>" + "|".join(DAYS) + r")"
    r"|(?:in |for |during |of )(?:(?P<month>"
    + "|".join(MONTHS)
    + r")(?: (?P<monthyear>20\d\d))?|(?P<year>20\d\d))"
    r")\b"
)


@dataclass(frozen=True)
class Period:
    """From `after` up to, not including, `before`; None is open. `name`: a named period of the tools."""

    label: str
    after: datetime | None
    before: datetime | None
    name: str | None = None

    def limits(self) -> dict[str, str]:
        """`{"after": ISO, "before": ISO}` of the ends there are."""
        ends = {"after": self.after, "before": self.before}
        return {name: end.isoformat() for name, end in ends.items() if end is not None}


@dataclass(frozen=True)
class Calendar:
    """What time it is for the nation."""

    now: datetime

    @classmethod
    def read(cls, now: str, time_zone: str) -> "Calendar":
        """From the context of a question; UTC where the zone is unknown."""
        try:
            zone = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        try:
            moment = datetime.fromisoformat(now)
        except ValueError:
            moment = datetime(2026, 11, 22, 12, tzinfo=zone)
        return cls(moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone))

    @property
    def midnight(self) -> datetime:
        """The start of today."""
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)

    def find(self, text: str) -> Period | None:
        """The first period in a normalised text."""
        found = PHRASE.search(text)
        return self._read(found) if found else None

    def named(self, name: str) -> Period:
        """One of the tools' named periods of days, weeks, months and years."""
        period = self.find(name.replace("_", " "))
        return period or Period("all time", None, None, "all_time")

    def _read(self, found: re.Match[str]) -> Period | None:
        today = self.midnight
        if found["day"] == "today":
            return Period("today", today, _days(today, 1), "today")
        if found["day"] == "yesterday":
            return Period("yesterday", _days(today, -1), today, "yesterday")
        if found["rolling"]:
            return self._rolling(found["rolling"], found["count"], found["unit"].rstrip("s"))
        if found["span"]:
            return self._span(found["which"], found["span"])
        if found["ever"]:
            return Period("all time", None, None, "all_time")
        if found["weekday"]:
            start = _days(today, -((today.weekday() - DAYS.index(found["weekday"])) % 7))
            return Period(f"on {found['weekday'].title()}", start, _days(start, 1))
        if found["month"]:
            return self._month(found["month"], found["monthyear"])
        year = int(found["year"])
        start = today.replace(year=year, month=1, day=1)
        return Period(f"in {year}", start, start.replace(year=year + 1))

    def _rolling(self, direction: str, count_text: str, unit: str) -> Period:
        count = NUMBERS.get(count_text) or int(count_text)
        length = min(count * {"day": 1, "week": 7, "month": 30, "year": 365}[unit], 36_500)
        label = f"{count} {unit}s" if count != 1 else unit
        if direction in ("next", "coming"):
            name = f"next_{length}_days" if length in (7, 30) else None
            return Period(f"in the next {label}", self.midnight, _days(self.midnight, length), name)
        name = f"last_{length}_days" if length in (7, 30, 90) else None
        return Period(f"in the last {label}", _days(self.midnight, 1 - length), _days(self.midnight, 1), name)

    def _span(self, which: str, span: str) -> Period:
        today = self.midnight
        step = {"this": 0, "current": 0, "next": 1, "coming": 1}.get(which, -1)
        if span == "week":
            start = _days(today, -today.weekday() + 7 * step)
            end = _days(start, 7)
        elif span == "year":
            start = today.replace(month=1, day=1, year=today.year + step)
            end = start.replace(year=start.year + 1)
        else:
            length = 3 if span == "quarter" else 1
            first = (today.month - 1) // length * length
            start = _month_start(today, first + length * step)
            end = _month_start(today, first + length * (step + 1))
        word = {0: "this", 1: "next", -1: "last"}[step]
        name = f"{word}_{span}" if step <= 0 else None
        return Period(f"{word} {span}", start, end, name)

    def _month(self, word: str, year_text: str | None) -> Period:
        start = _month_start(self.midnight, MONTHS.index(word))
        if year_text:
            start = start.replace(year=int(year_text))
        elif start > self.midnight:
            start = start.replace(year=start.year - 1)
        return Period(f"in {word.title()} {start.year}", start, _month_start(start, start.month))


def previous(today: Calendar, period: Period) -> Period:
    """The stretch before a period that "compared with before" means."""
    named = {
        "this_week": "last_week",
        "this_month": "last_month",
        "this_year": "last_year",
        "today": "yesterday",
    }
    if period.name in named:
        return today.named(named[period.name])
    if period.after is None or period.before is None:
        return period
    length = period.before - period.after
    return Period(f"before {period.label}", period.after - length, period.after)


def _days(moment: datetime, days: int) -> datetime:
    return moment + timedelta(days=days)  # wall clock: a day across a clock change still ends at midnight


def _month_start(moment: datetime, months_since_january: int) -> datetime:
    years, month = divmod(months_since_january, 12)
    return moment.replace(
        year=moment.year + years, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
