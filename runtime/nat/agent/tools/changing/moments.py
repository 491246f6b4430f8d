"""Moments that a change writes, as V2 takes them: ISO 8601 with an offset, on the nation's clock unless the
text says otherwise."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Final

from pydantic import Field

from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder
from nat.wording import Worded

PastMoment = Annotated[str, Field(description="ISO date or time")]
"""When something happened."""

_DAY_LENGTH: Final = len("2026-11-20")
_RELATIVE_DAYS: Final = {"today": 0, "yesterday": -1}
_SLACK: Final = timedelta(minutes=5)
"""Clocks differ by that much."""


def past_moment(v2: NationBuilder, text: str, what: str) -> str:
    """When something happened. A date alone means its noon, so that it stays the same day on clocks some
    zones away, or now if that day is today. Raises `BadRequest` for what is no time, or lies in the
    future."""
    now = v2.now().replace(microsecond=0)
    moment = _moment(text.strip(), now, v2.zone, what)
    if moment > now + _SLACK:
        raise BadRequest(Worded("refused.in_future", what=what, moment=in_words(moment)))
    return moment.isoformat(timespec="seconds")


def falls_on(v2: NationBuilder, recorded: object, text: str) -> bool:
    """Whether `text`, which `past_moment` takes, is a day alone and what is recorded lies on it: then it says
    nothing new, and the recorded time of day is the better one."""
    day = _day(text.strip(), v2.now())
    moment = datetime.fromisoformat(recorded) if isinstance(recorded, str) else None
    return day is not None and moment is not None and moment.astimezone(v2.zone).date() == day


def clock_time(text: str, zone: tzinfo, what: str) -> datetime:
    """A date with a time of day, on the clocks of `zone` unless it has an offset. Raises `BadRequest` for
    anything else, and for a time that the clocks skip."""
    text = text.strip()
    if len(text) <= _DAY_LENGTH:
        raise BadRequest(Worded("refused.time_of_day", what=what))
    try:
        moment = datetime.fromisoformat(text)
        found = moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
        again = found.astimezone(UTC).astimezone(zone)
    except (ValueError, OverflowError):
        raise BadRequest(Worded("refused.no_time", text=text[:40])) from None
    if again.replace(tzinfo=None) != found.replace(tzinfo=None):
        raise BadRequest(Worded("refused.skipped_time", text=text[:40]))
    return found


def in_words(moment: datetime) -> str:
    """`Saturday 5 December 2026, 18:00`."""
    return f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M}"


def _moment(text: str, now: datetime, zone: tzinfo, what: str) -> datetime:
    try:
        if (day := _day(text, now)) is not None:
            return _on_day(day, now, zone)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise BadRequest(Worded("refused.no_date", what=what, text=text[:40])) from None


def _day(text: str, now: datetime) -> date | None:
    """The day that is meant; None for a time of day. Raises `ValueError`."""
    if text in _RELATIVE_DAYS:
        return now.date() + timedelta(days=_RELATIVE_DAYS[text])
    return date.fromisoformat(text) if len(text) == _DAY_LENGTH else None


def _on_day(day: date, now: datetime, zone: tzinfo) -> datetime:
    return now if day == now.date() else datetime.combine(day, time(12), zone)
