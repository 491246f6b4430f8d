"""The embedded Scheduler keeps the clock of a schedule's zone, also where that clock is changed."""

from datetime import UTC, datetime

import pytest

from local.aws.schedules import filled, occurrences, schedule_arn
from nat.automations.schedule import AutomationSchedule
from nat.automations.scheduler import SCHEDULED_TIME


def moments(expression: str, zone: str, after: str, until: str) -> list[str]:
    found = occurrences(
        expression, zone, datetime.fromisoformat(after).replace(tzinfo=UTC), datetime.fromisoformat(until)
    )
    return [each.strftime("%m-%d %H:%M") for each in found]


def test_nine_in_berlin_is_another_moment_after_clocks_were_changed() -> None:
    spring = moments("cron(0 9 ? * MON *)", "Europe/Berlin", "2027-03-20", "2027-04-01T00:00:00Z")
    autumn = moments("cron(0 9 ? * MON *)", "Europe/Berlin", "2027-10-20", "2027-11-03T00:00:00Z")

    assert spring == ["03-22 08:00", "03-29 07:00"]
    assert autumn == ["10-25 07:00", "11-01 08:00"]


def test_in_the_hour_that_a_clock_skips_nothing_takes_place() -> None:
    assert moments("cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-27", "2027-03-29T23:00:00Z") == [
        "03-27 01:30",
        "03-29 00:30",
    ]


def test_in_the_hour_that_a_clock_repeats_only_the_first_time_counts() -> None:
    assert moments("cron(30 2 * * ? *)", "Europe/Berlin", "2027-10-30T12:00:00", "2027-11-01T12:00:00Z") == [
        "10-31 00:30",
        "11-01 01:30",
    ]


def test_a_moment_is_not_given_twice_to_who_looks_again_from_it() -> None:
    assert moments("cron(0 9 * * ? *)", "UTC", "2027-01-01T09:00:30", "2027-01-01T10:00:00Z") == []
    assert moments("cron(0 9 * * ? *)", "UTC", "2027-01-01T08:59:59", "2027-01-01T09:00:00Z") == [
        "01-01 09:00"
    ]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Cairo"]
)
@pytest.mark.parametrize("time", ["00:30", "02:15", "09:00"])
def test_over_a_year_it_keeps_the_moments_that_people_are_shown(zone: str, time: str) -> None:
    schedule = AutomationSchedule.of({"kind": "daily", "time": time, "zone": zone})
    start, end = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)

    kept = list(occurrences(schedule.expression, zone, start, end))

    shown = []
    for each in schedule.runs(start):
        if each > end:
            break
        shown.append(each.astimezone(UTC))
    assert kept == shown


def test_the_moment_stands_in_the_targets_input() -> None:
    target = filled(
        {"Arn": "a", "Input": f'{{"at": "{SCHEDULED_TIME}"}}'}, datetime(2027, 3, 29, 7, tzinfo=UTC)
    )

    assert target == {"Arn": "a", "Input": '{"at": "2027-03-29T07:00:00Z"}'}


@pytest.mark.parametrize(
    ("path", "query", "body", "named"),
    [
        ("/schedules/a-1", {}, b'{"GroupName": "people"}', "people/a-1"),
        ("/schedules/a-1", {"groupName": ["people"]}, b"", "people/a-1"),
        ("/schedules/a-1", {}, b"{}", "default/a-1"),
    ],
)
def test_a_schedule_is_asked_for_in_its_group(
    path: str, query: dict[str, list[str]], body: bytes, named: str
) -> None:
    arn = schedule_arn(path, query, body, "us-east-1", "000000000000")

    assert arn == f"arn:aws:scheduler:us-east-1:000000000000:schedule/{named}"


@pytest.mark.parametrize("path", ["/schedules", "/schedule-groups/people", "/tags/x"])
def test_other_requests_are_about_no_schedule(path: str) -> None:
    assert schedule_arn(path, {}, b"", "us-east-1", "000000000000") is None
