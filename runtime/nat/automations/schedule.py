"""When an automation runs: a form that people and models fill in, never a cron expression that they write.

Code makes the expression for EventBridge Scheduler from it, the sentence that people read, and the next runs.
Scheduler's cron has six fields, takes exactly one of the day fields, and counts weekdays from Sunday, so they
are named (EventBridge Scheduler User Guide, "Schedule types"). In the hour that a clock skips a run is
skipped; in the hour that it repeats it takes place once, at the first of the two moments. `cronsim` moves the
one and doubles the other, so what it gives is filtered here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim

from nat.errors import BadRequest
from nat.wording import Worded

Weekday = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
WEEKDAYS: Final = get_args(Weekday)
_NAMES: Final = dict(
    zip(
        WEEKDAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
_LAST_DAY: Final = 28
"""The last day that every month has."""
_WORKING: Final = WEEKDAYS[:5]
_AHEAD: Final = timedelta(days=366)
_LONGEST_PAUSE: Final = timedelta(days=63)
"""Longer than between two runs: a month without one, for a clock that skips it, and the next."""


class ScheduleKind(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class AutomationSchedule:
    """A time of day in a zone, every day, on some weekdays, or on one day of every month.

    `days` are weekdays (`MON`) of a weekly one; `day` is that of a monthly one, 1 to 28, or `None` for the
    last of the month. Make one with `of`, which checks it.
    """

    kind: ScheduleKind
    hour: int
    minute: int
    zone: str
    days: tuple[Weekday, ...] = ()
    day: int | None = None

    @classmethod
    def of(cls, form: Mapping[str, object]) -> Self:
        """A schedule from `{"kind", "time": "09:00", "zone", "days"?, "day"?}`. Raises `BadRequest`, which
        says what cannot be meant and the nearest thing that can."""
        kind = _kind(form.get("kind"))
        hour, minute = _time(form.get("time"))
        zone = _zone(form.get("zone"))
        days = _days(form.get("days")) if kind is ScheduleKind.WEEKLY else ()
        day = _day(form.get("day")) if kind is ScheduleKind.MONTHLY else None
        if kind is not ScheduleKind.WEEKLY and form.get("days"):
            raise BadRequest(Worded("form.only_weekly"))
        if kind is not ScheduleKind.MONTHLY and form.get("day") is not None:
            raise BadRequest(Worded("form.only_monthly"))
        return cls(kind, hour, minute, zone, days, day)

    def as_form(self) -> dict[str, Any]:
        """What `of` reads."""
        form: dict[str, object] = {
            "kind": self.kind.value,
            "time": f"{self.hour:02}:{self.minute:02}",
            "zone": self.zone,
        }
        if self.kind is ScheduleKind.WEEKLY:
            form["days"] = list(self.days)
        if self.kind is ScheduleKind.MONTHLY:
            form["day"] = "last" if self.day is None else self.day
        return form

    @property
    def expression(self) -> str:
        """For EventBridge Scheduler; the zone is given beside it."""
        match self.kind:
            case ScheduleKind.DAILY:
                days = "* * ?"
            case ScheduleKind.WEEKLY:
                days = f"? * {','.join(self.days)}"
            case ScheduleKind.MONTHLY:
                days = f"{'L' if self.day is None else self.day} * ?"
        return f"cron({self.minute} {self.hour} {days} *)"

    def in_words(self) -> str:
        """`Mondays and Fridays at 9:00, Europe/Berlin`."""
        match self.kind:
            case ScheduleKind.DAILY:
                when = "Every day"
            case ScheduleKind.WEEKLY if self.days == _WORKING:
                when = "Monday to Friday"
            case ScheduleKind.WEEKLY:
                names = [f"{_NAMES[each]}s" for each in self.days]
                when = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
            case ScheduleKind.MONTHLY:
                when = (
                    "On the last day of every month"
                    if self.day is None
                    else f"On day {self.day} of every month"
                )
        return f"{when} at {self.hour}:{self.minute:02}, {self.zone}"

    @property
    def tzinfo(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self.zone)

    def last_run(self, before: datetime) -> datetime | None:
        """The last moment before `before` at which it runs, in its zone; `None` if that is long ago."""
        found = None
        for each in self.runs(before - _LONGEST_PAUSE):
            if each >= before:
                break
            found = each
        return found

    def runs(self, after: datetime) -> Iterator[datetime]:
        """The moments after `after` at which it runs, in its zone, without end."""
        zone = ZoneInfo(self.zone)
        seen: set[datetime] = set()
        for moment in CronSim(self._cron, after.astimezone(zone)):
            wall = moment.replace(tzinfo=None, fold=0)
            if (wall.hour, wall.minute) != (self.hour, self.minute) or wall in seen:
                continue
            seen = {wall}
            first = wall.replace(tzinfo=zone)
            if first > after:
                yield first

    def next_run(self, after: datetime) -> datetime:
        """The first moment after `after`, in UTC."""
        return next(self.runs(after)).astimezone(UTC)

    def days_without(self, after: datetime) -> tuple[date, ...]:
        """The days of the coming year on which it would run, and does not, because clocks are put forward
        over its time."""
        end = after + _AHEAD
        gaps: list[date] = []
        for moment in CronSim(self._cron, after.astimezone(self.tzinfo)):
            if moment > end:
                break
            if (moment.hour, moment.minute) != (self.hour, self.minute) and not moment.fold:
                gaps.append(moment.date())
        return tuple(gaps)

    def falls_on(self, moment: datetime) -> bool:
        """Whether it runs at this very minute."""
        first = self.next_run(moment - timedelta(minutes=1))
        # Moments of two zones are never equal within an hour that is repeated (Python, `datetime`).
        return first == moment.astimezone(UTC)

    @property
    def _cron(self) -> str:
        match self.kind:
            case ScheduleKind.DAILY:
                days = "* * *"
            case ScheduleKind.WEEKLY:
                days = f"* * {','.join(self.days)}"
            case ScheduleKind.MONTHLY:
                days = f"{'L' if self.day is None else self.day} * *"
        return f"{self.minute} {self.hour} {days}"


def changes_offset(moment: datetime, before: datetime) -> bool:
    """Whether the clock of a run differs from that of the run before: people are told."""
    return moment.utcoffset() != before.utcoffset()


def _kind(value: Any) -> ScheduleKind:
    try:
        return ScheduleKind(value)
    except ValueError:
        raise BadRequest(Worded("form.rhythm")) from None


def _time(value: object) -> tuple[int, int]:
    hour, colon, minute = str(value).partition(":")
    if not (colon and hour.isascii() and hour.isdecimal() and minute.isascii() and minute.isdecimal()):
        raise BadRequest(Worded("form.time"))
    if len(minute) != 2 or not (int(hour) < 24 and int(minute) < 60):
        raise BadRequest(Worded("form.time_range"))
    return int(hour), int(minute)


def _zone(value: object) -> str:
    try:
        name = ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest(Worded("form.zone", zone=str(value)[:60])) from None
    return name


def _days(value: object) -> tuple[Weekday, ...]:
    given = [str(each).strip().upper()[:3] for each in value] if isinstance(value, list | tuple) else []
    unknown = [each for each in given if each not in WEEKDAYS]
    if unknown or not given:
        raise BadRequest(Worded("form.weekdays"))
    return tuple(each for each in WEEKDAYS if each in given)


def _day(value: object) -> int | None:
    if value == "last":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadRequest(Worded("form.month_day"))
    if value > _LAST_DAY:
        raise BadRequest(Worded("form.short_months", day=value))
    return value
