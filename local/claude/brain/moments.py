"""One moment in people's words: "tomorrow at 6pm", "next friday", "december 5 at 18:30", "2026-12-05"."""

import re
from datetime import datetime, timedelta
from typing import Final

from local.claude.brain.periods import DAYS, MONTHS, Calendar

_MONTH = "|".join((*MONTHS, *(month[:3] for month in MONTHS)))
DAY: Final = re.compile(
    r"\b(?:(?P<iso>20\d\d-\d\d-\d\d)"
    r"|(?P<near>today|tonight|tomorrow|yesterday)"
    r"|(?:next |this |on |coming )?(?P<weekday>" + "|".join(DAYS) + r")"
    r"|(?P<month>" + _MONTH + r")\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>20\d\d))?"
    r"|(?P<day2>\d{1,2})(?:st|nd|rd|th)? (?:of )?(?P<month2>" + _MONTH + r")(?: (?P<year2>20\d\d))?"
    r")\b"
)
TIME: Final = re.compile(
    r"\b(?:at )?(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>am|pm)\b|"
    r"\bat (?P<hour24>\d{1,2})(?::(?P<minute24>\d\d))?\b|\b(?P<hour3>\d{1,2}):(?P<minute3>\d\d)\b|"
    r"\b(?P<noon>noon)\b"
)


def find_moment(calendar: Calendar, text: str, *, past: bool = False) -> datetime | None:
    """The first day named, at the time named or at midnight. `past`: a day without year lies behind us."""
    found = DAY.search(text)
    if found is None:
        return None
    day = _day(calendar, found, past)
    return None if day is None else day + _time(text[: found.start()] + " " + text[found.end() :])


def _day(calendar: Calendar, found: re.Match[str], past: bool) -> datetime | None:
    today = calendar.midnight
    if found["iso"]:
        try:
            day = datetime.fromisoformat(found["iso"])
        except ValueError:
            return None
        return day.replace(tzinfo=today.tzinfo)
    if found["near"]:
        return today + timedelta(days={"tomorrow": 1, "yesterday": -1}.get(found["near"], 0))
    if found["weekday"]:
        ahead = (DAYS.index(found["weekday"]) - today.weekday()) % 7
        return today + timedelta(days=ahead - 7 if past and ahead else ahead if past else ahead or 7)
    month_word, day_text, year = (
        (found["month"], found["day"], found["year"])
        if found["month"]
        else (found["month2"], found["day2"], found["year2"])
    )
    month = next(place for place, month in enumerate(MONTHS, 1) if month.startswith(month_word[:3]))
    try:
        day = today.replace(year=int(year) if year else today.year, month=month, day=int(day_text))
    except ValueError:
        return None
    if not year and past and day > today:
        return day.replace(year=day.year - 1)
    if not year and not past and day < today:
        return day.replace(year=day.year + 1)
    return day


def _time(text: str) -> timedelta:
    found = TIME.search(text)
    if found is None:
        return timedelta()
    if found["noon"]:
        return timedelta(hours=12)
    hour = int(found["hour"] or found["hour24"] or found["hour3"])
    minute = int(found["minute"] or found["minute24"] or found["minute3"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    return timedelta(hours=min(hour, 23), minutes=min(minute, 59))
