"""People, tags, lists and contacts against the nation's own records."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.nationbuilder import figures
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation
from nat.errors import RecordNotFound
from nat.nationbuilder import NationBuilder
from nat.nationbuilder.periods import named_span
from tests.unit.nat.agent.tools.reading.calls import NOW, job, member, run

NEW_YORK = ZoneInfo("America/New_York")
Holds = Callable[[Row], bool]


def within(name: str, moment: datetime | None) -> bool:
    return moment is not None and named_span(name, NOW, NEW_YORK).contains(moment)


CRITERIA: list[tuple[dict[str, Any], Holds]] = [
    ({}, lambda row: True),
    ({"name": "okafor"}, lambda row: "okafor" in (row["full_name"] or "").lower()),
    ({"kind": "organisation"}, lambda row: row["signup_type"] == 1),
    ({"kind": "person"}, lambda row: row["signup_type"] == 0),
    ({"support_level": [1, 2]}, lambda row: row["support_level"] in (1, 2)),
    ({"flags": {"is_volunteer": True}}, lambda row: row["is_volunteer"] is True),
    ({"flags": {"is_donor": True}}, lambda row: row["is_donor"] is True),
    (
        {"flags": {"is_supporter": True, "do_not_contact": False}},
        lambda row: row["is_supporter"] and row["do_not_contact"] is False,
    ),
    ({"donated_cents": {"gte": 10_001}}, lambda row: row["donations_amount_in_cents"] > 10_000),
    ({"donated_cents": {"gte": 1, "lte": 500}}, lambda row: 1 <= row["donations_amount_in_cents"] <= 500),
    ({"created": "this_month"}, lambda row: within("this_month", row["created_at"])),
    ({"created": "last_7_days"}, lambda row: within("last_7_days", row["created_at"])),
    ({"last_donated": "this_week"}, lambda row: within("this_week", row["last_donated_at"])),
    ({"last_contacted": "last_30_days"}, lambda row: within("last_30_days", row["last_contacted_at"])),
    ({"recruiter_id": "2"}, lambda row: row["recruiter_id"] == "2"),
    ({"precinct_id": "1"}, lambda row: row["precinct_id"] == "1"),
    (
        {"custom_field": {"slug": "shirt_size", "value": "L"}},
        lambda row: (row["custom_values"] or {}).get("shirt_size") == "L",
    ),
    (
        {"kind": "person", "support_level": [1], "created": "this_year"},
        lambda row: (
            row["signup_type"] == 0 and row["support_level"] == 1 and within("this_year", row["created_at"])
        ),
    ),
]


@pytest.mark.parametrize(("criteria", "holds"), CRITERIA, ids=[str(criteria) for criteria, _ in CRITERIA])
def test_a_search_finds_just_those_who_fit_and_counts_them(
    v2: NationBuilder, demo: Nation, criteria: dict[str, Any], holds: Holds
) -> None:
    found = run(v2, "search_people", limit=100, **criteria)
    counted = run(v2, "search_people", count_only=True, **criteria)

    true = {row["id"] for row in demo["signups"].rows.values() if holds(row)}
    assert found.total == counted.total == len(true)
    assert {each["id"] for each in found.data["items"]} <= true
    assert found.returned == min(100, len(true))


@pytest.mark.parametrize("spelling", ["{}", "({}) {}-{}", "+1 {}{}{}", "{}.{}.{}", "last four"])
def test_a_phone_number_is_found_in_any_spelling_on_either_line(
    v2: NationBuilder, demo: Nation, spelling: str
) -> None:
    for line in ("phone_number", "mobile_number"):
        row = next(each for each in demo["signups"].rows.values() if each[line])
        digits = "".join(filter(str.isdigit, row[line]))[-10:]
        parts = (digits[:3], digits[3:6], digits[6:])
        phone = {"{}": digits, "last four": digits[-4:]}.get(spelling) or spelling.format(*parts)

        outcome = run(v2, "search_people", phone=phone, limit=100)

        assert row["id"] in {each["id"] for each in outcome.data["items"]}, (line, phone)


def test_a_full_phone_number_finds_nobody_else(v2: NationBuilder, demo: Nation) -> None:
    row = next(each for each in demo["signups"].rows.values() if each["mobile_number"])

    outcome = run(v2, "search_people", phone=row["mobile_number"], limit=100)

    numbers = (row["mobile_number"],)
    true = {
        each["id"]
        for each in demo["signups"].rows.values()
        if each["phone_number"] in numbers or each["mobile_number"] in numbers
    }
    assert {each["id"] for each in outcome.data["items"]} == true
    assert outcome.complete


def test_any_of_a_persons_addresses_finds_them(v2: NationBuilder, demo: Nation) -> None:
    row = next(each for each in demo["signups"].rows.values() if each["email2"])

    outcome = run(v2, "search_people", email=row["email2"].upper())

    assert [each["id"] for each in outcome.data["items"]] == [row["id"]]


def test_city_and_state_are_matched_among_all_who_fit_otherwise(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "search_people", city="albany", kind="organisation", limit=100)

    true = {
        row["id"]
        for row in demo["signups"].rows.values()
        if row["signup_type"] == 1
        and ((row.get("primary_address") or {}).get("city") or "").lower() == "albany"
    }
    assert true
    assert {each["id"] for each in outcome.data["items"]} == true
    assert outcome.complete
    assert outcome.data["scanned"] == sum(row["signup_type"] == 1 for row in demo["signups"].rows.values())


@pytest.mark.parametrize(
    ("sort", "column", "reverse"),
    [
        ("newest", "created_at", True),
        ("oldest", "created_at", False),
        ("most_donated", "donations_amount_in_cents", True),
        ("last_donated", "last_donated_at", True),
        ("last_contacted", "last_contacted_at", True),
    ],
)
def test_a_sorted_search_starts_with_the_right_people(
    v2: NationBuilder, demo: Nation, sort: str, column: str, reverse: bool
) -> None:
    items = run(v2, "search_people", sort=sort, limit=10).data["items"]

    rows = [row for row in demo["signups"].rows.values() if row[column] is not None]
    true = sorted((row[column] for row in rows), reverse=reverse)[:10]
    assert [demo["signups"].rows[each["id"]][column] for each in items] == true


def test_one_person_is_given_with_tags_memberships_and_custom_values(v2: NationBuilder, demo: Nation) -> None:
    person = next(
        row["signup_id"]
        for row in demo["memberships"].rows.values()
        if demo["signup_taggings"].where("signup_id", row["signup_id"])
    )
    (found,) = run(v2, "get_person", person_id=person).data["items"]

    row = demo["signups"].rows[person]
    tags = {
        demo["signup_tags"].rows[each["tag_id"]]["name"].strip()
        for each in demo["signup_taggings"].where("signup_id", person)
    }
    assert found["name"] == row["full_name"]
    assert set(found["tags"]) == tags
    assert {each["id"] for each in found["memberships"]} == {
        each["id"] for each in demo["memberships"].where("signup_id", person)
    }
    types = {each["name"] for each in demo["membership_types"].rows.values()}
    assert {each["type"] for each in found["memberships"]} <= types


def test_only_the_sections_asked_for_are_given(v2: NationBuilder, demo: Nation) -> None:
    (found,) = run(v2, "get_person", person_id=member(demo), sections=["tags"]).data["items"]

    assert "tags" in found
    assert not {"memberships", "custom_values", "primary_address", "recruiter"} & found.keys()


def test_a_timeline_holds_everything_that_happened_newest_first(v2: NationBuilder, demo: Nation) -> None:
    kinds = {
        "contact": "contacts",
        "donation": "donations",
        "tag": "signup_taggings",
        "membership": "memberships",
        "path": "path_journeys",
        "petition": "petition_signatures",
        "survey": "survey_question_responses",
    }
    person = max(
        demo["signups"].rows,
        key=lambda each: sum(bool(demo[kind].where("signup_id", each)) for kind in kinds.values()),
    )

    outcome = run(v2, "get_person_timeline", person_id=person, limit=100)

    items = outcome.data["items"]
    true = {
        (kind, row["id"]) for kind, name in kinds.items() for row in demo[name].where("signup_id", person)
    }
    assert {(each["kind"], each["id"]) for each in items} == true
    assert outcome.complete
    dates = [datetime.fromisoformat(each["at"]) for each in items]
    assert dates == sorted(dates, reverse=True)
    assert len({each["kind"] for each in items}) >= 4
    assert all(each["summary"] for each in items)


def test_a_timeline_can_begin_at_a_date(v2: NationBuilder, demo: Nation) -> None:
    person = demo["donations"].rows["133"]["signup_id"]
    since = NOW - timedelta(days=60)

    outcome = run(v2, "get_person_timeline", person_id=person, since=since.isoformat(), kinds=["donations"])

    true = [
        row
        for row in demo["donations"].where("signup_id", person)
        if (row["succeeded_at"] or row["created_at"]) >= since
    ]
    assert outcome.total == len(true) > 0


def test_the_current_user_is_the_tokens_owner(v2: NationBuilder) -> None:
    (me,) = run(v2, "get_current_user").data["items"]

    assert (me["id"], me["name"], me["is_control_panel_user"]) == ("2", "Maya Okafor", True)


def test_tags_say_how_many_people_carry_them_most_first(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_tags", limit=100)

    counts = {tag: len(demo["signup_taggings"].where("tag_id", tag)) for tag in demo["signup_tags"].rows}
    people = [each["people"] for each in outcome.data["items"]]
    assert outcome.total == len(counts)
    assert people == sorted(counts.values(), reverse=True)[:100]
    assert all(counts[each["id"]] == each["people"] for each in outcome.data["items"])


def test_unused_tags_are_those_that_nobody_carries(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_tags", max_people=0)

    unused = {tag for tag in demo["signup_tags"].rows if not demo["signup_taggings"].where("tag_id", tag)}
    assert {each["id"] for each in outcome.data["items"]} == unused


def test_tags_spelt_alike_are_shown_together(v2: NationBuilder) -> None:
    groups = run(v2, "list_tags", look_alikes=True).data["items"]

    assert any({"Yard Sign", "yard-sign", "yardsign"} <= {t["name"] for t in each["tags"]} for each in groups)


def test_the_tags_of_several_people_are_told_and_none_is_said_outright(
    v2: NationBuilder, demo: Nation
) -> None:
    ids = [str(each) for each in range(20, 60)]
    outcome = run(v2, "get_person_tags", person_ids=[*ids, "99999999"])

    for each in outcome.data["items"]:
        true = {row["tag_id"] for row in demo["signup_taggings"].where("signup_id", each["id"])}
        assert {tag["id"] for tag in each["tags"]} == true
    assert any(each["tags"] == [] for each in outcome.data["items"])
    assert outcome.data["not_found"] == ["99999999"]


@pytest.mark.parametrize("tag", ["volunteer", "VOLUNTEER", "1"])
def test_people_with_a_tag_are_counted_truly(v2: NationBuilder, demo: Nation, tag: str) -> None:
    counted = run(v2, "list_people_with_tag", tag=tag, count_only=True)
    listed = run(v2, "list_people_with_tag", tag=tag, limit=100)

    true = figures.people_with_tag(demo, "volunteer")
    assert counted.total == listed.total == len(true) > 100
    assert {each["id"] for each in listed.data["items"]} <= true
    assert (listed.returned, listed.complete) == (100, False)


def test_an_unknown_tag_is_answered_with_similar_ones(v2: NationBuilder) -> None:
    with pytest.raises(RecordNotFound, match="yard sign"):
        run(v2, "list_people_with_tag", tag="yard")


def test_lists_say_how_many_people_are_on_them(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_lists")

    assert outcome.total == len(demo["lists"].rows)
    for each in outcome.data["items"]:
        assert each["people"] == len(figures.list_members(demo, each["name"]))


def test_members_of_a_list_are_its_members(v2: NationBuilder, demo: Nation) -> None:
    found = run(v2, "list_lists", query="canvassers").data["items"][0]
    outcome = run(v2, "list_list_members", list_id=found["id"], limit=100)

    true = figures.list_members(demo, "Canvassers")
    assert outcome.total == len(true)
    assert {each["id"] for each in outcome.data["items"]} <= true
    assert outcome.complete is (len(true) <= 100)


def test_a_list_names_its_owner(v2: NationBuilder, demo: Nation) -> None:
    (found,) = run(v2, "get_list", list_id="1").data["items"]

    assert found["author"]["id"] == demo["lists"].rows["1"]["author_id"]
    assert found["panel_url"].endswith("/admin/custom_lists/1")


def test_a_finished_list_action_is_told(v2: NationBuilder, demo: Nation) -> None:
    assert run(v2, "get_batch_status", token=job(demo)).data["finished"] is True


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        ({}, lambda row: True),
        ({"method": ["phone_call", "text"]}, lambda row: row["contact_method"] in ("phone_call", "text")),
        ({"outcome": ["answered"]}, lambda row: row["contact_status"] == "answered"),
        ({"author_id": "4"}, lambda row: row["author_id"] == "4"),
        ({"since": "this_month"}, lambda row: within("this_month", row["created_at"])),
        ({"since": "last_month", "until": "last_month"}, lambda row: within("last_month", row["created_at"])),
        (
            {"since": "2026-10-01", "until": "2026-10-31"},
            lambda row: within("last_month", row["created_at"]),
        ),
    ],
)
def test_contacts_are_found_by_method_outcome_author_and_time(
    v2: NationBuilder, demo: Nation, arguments: dict[str, Any], holds: Holds
) -> None:
    listed = run(v2, "list_contacts", limit=100, **arguments)
    counted = run(v2, "list_contacts", count_only=True, **arguments)

    true = {row["id"] for row in demo["contacts"].rows.values() if holds(row)}
    assert listed.total == counted.total == len(true) > 0
    assert {each["id"] for each in listed.data["items"]} <= true
