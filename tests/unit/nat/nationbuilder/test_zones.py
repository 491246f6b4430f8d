"""Names of time zones between people, IANA and V2."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from local.nationbuilder.schema import schema
from nat.nationbuilder.zones import V2_NAMES, v2_name, zone_of

START = datetime(2026, 5, 4, 18, tzinfo=UTC)


def test_the_names_are_the_choices_of_v2_and_each_is_a_zone() -> None:
    names = [name for names in V2_NAMES.values() for name in names]

    assert sorted(names) == sorted(schema().resources["events"].attributes["time_zone"].choices)
    assert all(ZoneInfo(zone) for zone in V2_NAMES)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("America/Los_Angeles", "Pacific Time (US & Canada)"),
        ("pacific time (us & canada)", "Pacific Time (US & Canada)"),
        (" Edinburgh ", "Edinburgh"),
        ("Europe/London", "London"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("America/Detroit", "Eastern Time (US & Canada)"),
        ("America/Phoenix", "Arizona"),
        ("Pacific/Norfolk", None),
        ("Mars/Olympus", None),
        ("../../etc/passwd", None),
        ("", None),
    ],
)
def test_a_zone_gets_the_name_that_v2_takes(given: str, name: str | None) -> None:
    assert v2_name(given, START) == name


def test_a_name_of_v2_is_the_zone_that_it_stands_for() -> None:
    assert zone_of("Eastern Time (US & Canada)") == ZoneInfo("America/New_York")
    assert zone_of("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert zone_of("Nowhere") is None
