"""What the seeded nations promise to other tests, on any date."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from local.nationbuilder import figures
from local.nationbuilder.schema import schema
from local.nationbuilder.seeds import hostile, seeded
from local.nationbuilder.store import Nation

MONDAY = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
"""The Monday after New York's clocks went forward."""

DATES = [
    MONDAY,
    datetime(2026, 3, 9, 4, 0, 30, tzinfo=UTC),
    datetime(2026, 3, 8, 12, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 5, tzinfo=UTC),
]


@pytest.fixture(params=DATES, ids=lambda date: f"{date:%Y-%m-%dT%H:%M}")
def now(request: pytest.FixtureRequest) -> datetime:
    found: datetime = request.param
    return found


@pytest.fixture
def demo(now: datetime) -> Nation:
    return seeded(now)["demo"]


def values(nation: Nation, kind: str, name: str) -> Counter[Any]:
    return Counter(row[name] for row in nation[kind].rows.values())


FINGERPRINT = """
import hashlib, json
from datetime import datetime
from local.nationbuilder.seeds import seeded
nations = seeded(datetime.fromisoformat("2026-03-09T09:30:00+00:00"))
records = {slug: {kind: table.rows for kind, table in each.tables.items()} for slug, each in nations.items()}
print(hashlib.sha256(json.dumps(records, default=str, sort_keys=True).encode()).hexdigest())
"""


def test_the_same_date_gives_the_same_records_in_every_process() -> None:
    prints = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT],
            cwd=Path(__file__).parents[4],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(prints) == 1


def test_demo_is_large_enough(demo: Nation) -> None:
    at_least = {
        "signups": 3_000,
        "donations": 2_000,
        "events": 12,
        "event_rsvps": 300,
        "lists": 12,
        "paths": 3,
        "path_steps": 9,
        "path_journeys": 200,
        "surveys": 3,
        "survey_questions": 4,
        "survey_question_responses": 300,
        "petitions": 3,
        "petition_signatures": 200,
        "membership_types": 3,
        "memberships": 200,
        "pledges": 30,
        "donation_tracking_codes": 5,
        "automations": 3,
        "automation_enrollments": 100,
        "mailings": 10,
        "pages": 20,
        "relationships": 50,
        "signup_tags": 101,
        "contacts": 500,
    }

    assert {kind: len(demo[kind].rows) >= count for kind, count in at_least.items()} == dict.fromkeys(
        at_least, True
    )


def test_harbor_is_smaller_and_different() -> None:
    nations = seeded(MONDAY)
    ours, theirs = nations["demo"]["signups"].rows, nations["harbor"]["signups"].rows

    assert len(theirs) >= 200
    assert set(theirs) < set(ours)
    assert sum(theirs[each]["full_name"] == ours[each]["full_name"] for each in theirs) < len(theirs) / 20


def test_exactly_23_people_gave_over_100_dollars_however_it_is_read(demo: Nation, now: datetime) -> None:
    recently = figures.donors_over(demo, 10_000, now - timedelta(days=30))
    ever = figures.donors_over(demo, 10_000)
    in_all = {row["id"] for row in demo["signups"].rows.values() if row["donations_amount_in_cents"] > 10_000}

    assert len(recently) == 23
    assert recently == ever == in_all
    assert all(demo["signups"].rows[each]["signup_type"] == 0 for each in recently)


def test_large_gifts_that_did_not_succeed_lie_in_wait(demo: Nation, now: datetime) -> None:
    traps = {
        row["signup_id"]
        for row in demo["donations"].rows.values()
        if row["status"] != "succeeded" and row["amount_in_cents"] > 10_000
    }

    assert traps - figures.donors_over(demo, 10_000)


def test_this_week_has_donations_and_newcomers(demo: Nation, now: datetime) -> None:
    later = now + timedelta(minutes=1)

    assert figures.donations_this_week(demo, later)
    assert figures.joined_between(demo, *figures.week_of(now, demo.zone))


def test_a_week_in_utc_is_another_week(demo: Nation, now: datetime) -> None:
    later = now + timedelta(minutes=1)

    in_zone = figures.totals(figures.donations_this_week(demo, later))
    in_utc = figures.totals(figures.donations_this_week(demo, later, UTC))

    assert in_zone != in_utc


def test_nothing_that_is_past_lies_in_the_future(demo: Nation, now: datetime) -> None:
    late = demo.local(now) + timedelta(minutes=1)
    for kind, names in {
        "signups": ("created_at", "last_donated_at", "last_contacted_at"),
        "donations": ("created_at", "succeeded_at", "failed_at", "canceled_at", "pending_at"),
        "contacts": ("created_at",),
        "event_rsvps": ("created_at",),
    }.items():
        for name in names:
            assert all(row[name] is None or row[name] <= late for row in demo[kind].rows.values())


def test_ids_follow_the_date_of_joining(demo: Nation) -> None:
    created = [row["created_at"] for row in demo["signups"].rows.values()]

    backwards = sum(later < earlier for earlier, later in pairwise(created))
    assert backwards < len(created) / 10


def test_several_hundred_volunteers_stand_beside_near_duplicates(demo: Nation) -> None:
    names = {row["name"] for row in demo["signup_tags"].rows.values()}

    assert len(figures.people_with_tag(demo, "volunteer")) == 640
    assert {"volunteer", "Volunteers", "volunteer ", "yard-sign", "Yard Sign", "yardsign"} <= names


def test_every_status_is_there(demo: Nation) -> None:
    assert set(values(demo, "donations", "status")) == {"succeeded", "pending", "failed", "canceled"}
    assert {"active", "canceled", "expired", "grace period"} == set(values(demo, "memberships", "status"))
    assert {"active", "completed", "abandoned"} == set(values(demo, "path_journeys", "journey_status"))
    assert {"running", "on_hold", "archived", "drafted"} == set(values(demo, "automations", "status"))


def test_the_awkward_people_are_there(demo: Nation) -> None:
    people = list(demo["signups"].rows.values())

    assert people[0]["full_name"] is None
    assert people[0]["email"] is None
    assert [
        name
        for name, count in values(demo, "signups", "full_name").items()
        if name == "John Smith" and count > 1
    ]
    for test in (
        lambda row: all(row[f"email{slot}"] for slot in (1, 2, 3, 4)),
        lambda row: row["email"] is None,
        lambda row: row["email1_is_bouncing"],
        lambda row: row["is_deceased"],
        lambda row: row["do_not_contact"],
        lambda row: row["is_possible_duplicate"],
        lambda row: row["signup_type"] == 1,
        lambda row: "-" in ((row.get("home_address") or {}).get("zip") or ""),
    ):
        assert any(test(row) for row in people)


def test_every_kind_of_custom_field_is_there(demo: Nation) -> None:
    assert set(values(demo, "custom_fields", "field_type")) == {
        "text",
        "number",
        "multiple_choice",
        "checkbox",
    }
    assert set(values(demo, "custom_fields", "resource_type")) == {"Signup", "Donation"}


def test_events_are_past_and_to_come_in_several_zones(demo: Nation, now: datetime) -> None:
    upcoming = figures.upcoming_events(demo, now)

    assert 4 <= len(upcoming) <= len(demo["events"].rows) - 4
    assert len(values(demo, "events", "time_zone")) >= 3
    assert len(values(demo, "event_rsvps", "canceled")) == 2
    assert len(values(demo, "event_rsvps", "attendee")) == 2


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("signups", "note"),
        ("signups", "full_name"),
        ("donations", "note"),
        ("contacts", "content"),
        ("events", "content"),
        ("petition_signatures", "comment"),
        ("survey_question_responses", "content"),
        ("mailings", "subject"),
        ("lists", "description"),
        ("signup_tags", "name"),
        ("suggestions", "content"),
    ],
)
def test_hostile_text_stands_in_many_places(kind: str, name: str) -> None:
    texts = {*hostile.INJECTIONS, *(f"{first} {last}" for first, last in hostile.NAMES)}

    assert any(row[name] in texts for row in seeded(MONDAY)["demo"][kind].rows.values())


def test_every_reference_leads_somewhere(demo: Nation) -> None:
    for target, references in schema().references.items():
        for kind, column in references:
            dangling = {row.get(column) for row in demo[kind].rows.values()} - {None} - set(demo[target].rows)
            assert (kind, column, dangling) == (kind, column, set())


def test_derived_totals_agree_with_their_records(demo: Nation) -> None:
    for tag_id, row in demo["signup_tags"].rows.items():
        assert row["taggings_count"] == len(demo["signup_taggings"].where("tag_id", tag_id))
    for list_id, row in demo["lists"].rows.items():
        assert row["signups_count"] == len(demo.list_members[list_id])
    given: Counter[str] = Counter()
    for row in demo["donations"].rows.values():
        if row["status"] == "succeeded":
            given[row["signup_id"]] += row["amount_in_cents"]
    assert given == {
        each: row["donations_amount_in_cents"]
        for each, row in demo["signups"].rows.items()
        if row["donations_amount_in_cents"]
    }
