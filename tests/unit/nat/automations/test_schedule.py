"""Schedules: the expression, the words, and runs that equal Scheduler's rule also where clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nat.automations.schedule import AutomationSchedule
from nat.errors import BadRequest

MONDAYS = {"kind": "weekly", "time": "9:00", "zone": "Europe/Berlin", "days": ["MON"]}
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Cairo")


@pytest.mark.parametrize(
    ("form", "expression", "words"),
    [
        (MONDAYS, "cron(0 9 ? * MON *)", "Mondays at 9:00, Europe/Berlin"),
        (
            {**MONDAYS, "days": ["fri", "MON"]},
            "cron(0 9 ? * MON,FRI *)",
            "Mondays and Fridays at 9:00, Europe/Berlin",
        ),
        (
            {"kind": "daily", "time": "18:05", "zone": "UTC"},
            "cron(5 18 * * ? *)",
            "Every day at 18:05, UTC",
        ),
        (
            {"kind": "monthly", "time": "07:30", "zone": "UTC", "day": 1},
            "cron(30 7 1 * ? *)",
            "On day 1 of every month at 7:30, UTC",
        ),
        (
            {"kind": "monthly", "time": "07:30", "zone": "UTC", "day": "last"},
            "cron(30 7 L * ? *)",
            "On the last day of every month at 7:30, UTC",
        ),
    ],
)
def test_a_form_becomes_an_expression_and_a_sentence(
    form: dict[str, Any], expression: str, words: str
) -> None:
    schedule = AutomationSchedule.of(form)

    assert (schedule.expression, schedule.in_words()) == (expression, words)
    assert AutomationSchedule.of(schedule.as_form()) == schedule


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "fortnightly"}, "every second week"),
        ({"kind": "monthly", "day": 31, "days": None}, "last of the month"),
        ({"kind": "monthly", "day": 0, "days": None}, "1 to 28"),
        ({"days": []}, "weekdays"),
        ({"days": ["someday"]}, "weekdays"),
        ({"time": "25:00"}, "between 00:00 and 23:59"),
        ({"time": "noon"}, "such as 09:00"),
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"zone": "../etc/passwd"}, "no time zone"),
        ({"kind": "daily"}, "Only a weekly"),
        ({"day": 3}, "Only a monthly"),
    ],
)
def test_what_no_schedule_can_say_is_refused_with_the_nearest_that_can(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadRequest, match=said):
        AutomationSchedule.of({**MONDAYS, **changes})


def expected(zone: str, hour: int, minute: int) -> list[datetime]:
    """The rule, told apart from the code: each day whose clock shows the time, at its first moment."""
    clock = ZoneInfo(zone)
    runs = []
    moment = YEAR - timedelta(days=1)
    shown: set[datetime] = set()
    while moment < YEAR + timedelta(days=366):
        wall = moment.astimezone(clock).replace(tzinfo=None)
        if (wall.hour, wall.minute) == (hour, minute) and wall not in shown:
            shown.add(wall)
            runs.append(moment)
        moment += timedelta(minutes=30)
    return [each for each in runs if each > YEAR]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (0, 30), (1, 30), (2, 0), (2, 30), (3, 0), (9, 0)])
def test_a_year_of_runs_is_what_the_clock_shows_once(zone: str, hour: int, minute: int) -> None:
    schedule = AutomationSchedule.of({"kind": "daily", "time": f"{hour}:{minute:02}", "zone": zone})
    end = YEAR + timedelta(days=364)

    runs = [each.astimezone(UTC) for each in takewhile(lambda each: each < end, schedule.runs(YEAR))]

    assert runs == [each for each in expected(zone, hour, minute) if each < end]


def test_monday_nine_stays_nine_over_a_clock_change() -> None:
    schedule = AutomationSchedule.of(MONDAYS)
    before = datetime(2026, 10, 13, tzinfo=UTC)

    runs = schedule.runs(before)
    first, second = next(runs), next(runs)

    assert [each.hour for each in (first, second)] == [9, 9]
    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(days=7, hours=1)


def test_the_last_day_follows_the_month() -> None:
    schedule = AutomationSchedule.of({"kind": "monthly", "time": "08:00", "zone": "UTC", "day": "last"})

    runs = schedule.runs(datetime(2026, 1, 1, tzinfo=UTC))

    assert [next(runs).day for _ in range(3)] == [31, 28, 31]
