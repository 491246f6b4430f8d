"""Events, paths, memberships, automations, surveys, petitions and look-ups against the nation's records."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.nationbuilder import figures
from local.nationbuilder.store import Nation
from nat.nationbuilder import NationBuilder
from nat.nationbuilder.periods import unit_start
from tests.unit.nat.agent.tools.reading.calls import NOW, run

NEW_YORK = ZoneInfo("America/New_York")


def ids(items: Any) -> list[str]:
    return [each["id"] for each in items]


def test_upcoming_events_come_soonest_first_with_their_pages_names(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_events", limit=100)

    true = figures.upcoming_events(demo, NOW)
    assert ids(outcome.data["items"]) == ids(true)
    assert [each["name"] for each in outcome.data["items"]] == [
        figures.event_name(demo, each) for each in true
    ]


def test_past_events_come_latest_first(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_events", before=NOW.isoformat(), limit=100)

    past = [row for row in demo["events"].rows.values() if row["start_at"] < NOW]
    assert ids(outcome.data["items"]) == ids(sorted(past, key=lambda row: row["start_at"], reverse=True))


def test_events_are_found_by_a_part_of_their_name_past_or_not(v2: NationBuilder) -> None:
    outcome = run(v2, "list_events", query="town hall")

    assert {each["name"] for each in outcome.data["items"]} == {"Housing Town Hall", "Spring Town Hall"}
    assert outcome.complete


def test_an_event_shows_venue_page_and_tickets(v2: NationBuilder, demo: Nation) -> None:
    row = next(
        each
        for each in demo["events"].rows.values()
        if demo["event_ticket_levels"].where("event_id", each["id"])
    )
    (found,) = run(v2, "get_event", event_id=row["id"]).data["items"]

    levels = demo["event_ticket_levels"].where("event_id", row["id"])
    assert found["page"]["id"] == row["page_id"]
    assert {(each["name"], each["amount_cents"]) for each in found["ticket_levels"]} == {
        (each["name"], each["amount_in_cents"]) for each in levels
    }
    assert found["panel_url"].endswith(f"/pages/{row['page_id']}")


def test_rsvps_are_told_apart_by_what_became_of_them(v2: NationBuilder, demo: Nation) -> None:
    for event_id in demo["events"].rows:
        rows = demo["event_rsvps"].where("event_id", event_id)
        data = run(v2, "list_event_rsvps", event_id=event_id, limit=1).data

        assert data["coming"] == len(figures.coming(demo, event_id))
        assert data["attended"] == sum(bool(row["attendee"]) and not row["canceled"] for row in rows)
        assert data["cancelled"] == sum(bool(row["canceled"]) for row in rows)
        assert data["guests"] == sum(row["guests_count"] or 0 for row in rows)


@pytest.mark.parametrize("status", ["coming", "attended", "cancelled"])
def test_rsvps_of_one_status_are_counted_and_listed(v2: NationBuilder, demo: Nation, status: str) -> None:
    event_id = next(
        row["event_id"]
        for row in demo["event_rsvps"].rows.values()
        if row["attendee"] and not row["canceled"]
    )
    counted = run(v2, "list_event_rsvps", event_id=event_id, status=status, count_only=True)
    listed = run(v2, "list_event_rsvps", event_id=event_id, status=status, limit=100)

    assert counted.total == listed.returned == listed.data[status]
    assert listed.complete
    assert all(each["person"]["id"] in demo["signups"].rows for each in listed.data["items"])


def test_paths_have_their_steps_in_order(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_paths")

    assert outcome.total == len(demo["paths"].rows)
    for each in outcome.data["items"]:
        steps = sorted(demo["path_steps"].where("path_id", each["id"]), key=lambda row: row["position"])
        assert ids(each["steps"]) == ids(steps)


def test_one_path_has_its_close_reasons(v2: NationBuilder, demo: Nation) -> None:
    (found,) = run(v2, "list_paths", path_id="1").data["items"]

    reasons = demo["path_journey_status_changes"].where("path_id", "1")
    assert {each["id"] for each in found["close_reasons"]} == {row["id"] for row in reasons}


def test_people_on_a_path_are_those_under_way(v2: NationBuilder, demo: Nation) -> None:
    for path_id, path in demo["paths"].rows.items():
        outcome = run(v2, "list_path_journeys", path_id=path_id, count_only=True)
        assert outcome.total == len(figures.active_journeys(demo, path["name"]))


def test_overdue_and_stuck_journeys_are_found(v2: NationBuilder, demo: Nation) -> None:
    overdue = run(v2, "list_path_journeys", due_before=NOW.isoformat(), limit=100)
    month_ago = NOW - timedelta(days=30)
    stuck = run(v2, "list_path_journeys", not_moved_since=month_ago.isoformat(), limit=100)

    active = [row for row in demo["path_journeys"].rows.values() if row["journey_status"] == "active"]
    assert overdue.total == sum(bool(row["due_date"]) and row["due_date"] < NOW for row in active) > 0
    assert stuck.total == sum(row["last_moved_at"] <= month_ago for row in active) > 0


@pytest.mark.parametrize("status", ["active", "completed", "abandoned", "any"])
def test_journeys_are_found_by_status(v2: NationBuilder, demo: Nation, status: str) -> None:
    outcome = run(v2, "list_path_journeys", status=status)

    rows = demo["path_journeys"].rows.values()
    assert outcome.total == sum(status in ("any", row["journey_status"]) for row in rows)


def test_membership_types_say_their_grace(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_membership_types")

    assert set(ids(outcome.data["items"])) == set(demo["membership_types"].rows)
    assert all(each["grace_period"] for each in outcome.data["items"])


def test_memberships_that_expire_soon_are_found(v2: NationBuilder, demo: Nation) -> None:
    period = {"after": "2026-11-18", "before": "2026-12-19"}
    outcome = run(v2, "list_memberships", status=["active"], expires=period, limit=100)

    true = figures.memberships_expiring(demo, NOW, 30)
    assert set(ids(outcome.data["items"])) == set(ids(true))
    days = [each["expires_on"] for each in outcome.data["items"]]
    assert days == sorted(days)


@pytest.mark.parametrize("status", ["active", "expired", "canceled", "grace period"])
def test_memberships_are_counted_by_status(v2: NationBuilder, demo: Nation, status: str) -> None:
    outcome = run(v2, "list_memberships", status=[status], count_only=True)

    assert outcome.total == sum(row["status"] == status for row in demo["memberships"].rows.values())


def test_automations_say_how_many_are_enrolled(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_automations")

    for each in outcome.data["items"]:
        assert each["status"] == demo["automations"].rows[each["id"]]["status"]
        assert each["enrolled"] == len(demo["automation_enrollments"].where("automation_id", each["id"]))


def test_who_is_enrolled_is_told_by_name(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_automations", automation_id="1", limit=100)

    rows = demo["automation_enrollments"].where("automation_id", "1")
    assert outcome.total == len(rows)
    assert {each["person"]["id"] for each in outcome.data["items"]} <= {row["signup_id"] for row in rows}


def test_answers_are_tallied_truly(v2: NationBuilder, demo: Nation) -> None:
    answers = demo["survey_question_responses"].rows.values()
    for survey_id in demo["surveys"].rows:
        (found,) = run(v2, "list_surveys", survey_id=survey_id, with_tallies=True).data["items"]

        assert {each["id"] for each in found["questions"]} == {
            row["id"] for row in demo["survey_questions"].where("survey_id", survey_id)
        }
        for question in found["questions"]:
            own = [row for row in answers if row["survey_question_id"] == question["id"]]
            chosen = Counter(row["survey_question_possible_response_id"] for row in own)
            assert question["responses"] == len(own)
            for choice in question.get("choices", []):
                assert choice["count"] == chosen[choice["id"]]


def test_answers_are_tallied_since_a_date(v2: NationBuilder, demo: Nation) -> None:
    found = run(v2, "list_surveys", question_id="1", with_tallies=True, since="2026-06-01").data["items"][0]

    start = datetime(2026, 6, 1, tzinfo=NEW_YORK)
    rows = demo["survey_question_responses"].where("survey_question_id", "1")
    assert found["responses"] == sum(row["created_at"] >= start for row in rows)


def test_petitions_say_their_signatures(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_petitions")

    assert outcome.total == len(demo["petitions"].rows)
    for each in outcome.data["items"]:
        assert each["signatures"] == len(demo["petition_signatures"].where("petition_id", each["id"]))
        page = demo["pages"].rows[demo["petitions"].rows[each["id"]]["page_id"]]
        assert each["name"] == page["name"]


def test_signatures_grow_by_week_on_the_nations_clock(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_petition_signatures", petition_id="2", group_by="week")

    rows = demo["petition_signatures"].where("petition_id", "2")
    true = Counter(
        unit_start("week", row["created_at"].astimezone(NEW_YORK).date()).isoformat() for row in rows
    )
    assert {each["name"]: each["count"] for each in outcome.data["items"]} == true
    assert outcome.data["signatures"] == len(rows)


def test_recruiters_are_ranked(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_petition_signatures", group_by="recruiter")

    true = Counter(row["recruiter_id"] for row in demo["petition_signatures"].rows.values())
    assert {each.get("id"): each["count"] for each in outcome.data["items"]} == true


def test_signatures_are_listed_with_their_signers(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_petition_signatures", petition_id="2", since="this_year", limit=100)

    start = datetime(2026, 1, 1, tzinfo=NEW_YORK)
    rows = {
        row["id"]: row
        for row in demo["petition_signatures"].where("petition_id", "2")
        if row["created_at"] >= start
    }
    assert outcome.total == len(rows)
    for each in outcome.data["items"]:
        assert each["person"]["id"] == rows[each["id"]]["signup_id"]


def test_relationships_are_found_in_both_directions(v2: NationBuilder, demo: Nation) -> None:
    rows = demo["relationships"].rows.values()
    for side, other in (("first_signup_id", "second_signup_id"), ("second_signup_id", "first_signup_id")):
        row = next(each for each in rows if len(set(each["relationship_type"].split("-"))) == 2)
        outcome = run(v2, "list_relationships", person_id=row[side])

        found = next(each for each in outcome.data["items"] if each["id"] == row["id"])
        roles = row["relationship_type"].replace("_", " ").split("-")
        assert found["other"]["id"] == row[other]
        assert found["role"] == roles[0 if side.startswith("first") else 1]
        true = [each for each in rows if row[side] in (each["first_signup_id"], each["second_signup_id"])]
        assert outcome.total == len(true)


def test_mailings_say_when_they_went_and_to_whom(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_mailings", sent="this_year", limit=100)

    start = datetime(2026, 1, 1, tzinfo=NEW_YORK)
    true = {
        row["id"]
        for row in demo["mailings"].rows.values()
        if row["published_at"] is not None and row["published_at"] >= start
    }
    assert set(ids(outcome.data["items"])) == true
    assert all(each["sender"] for each in outcome.data["items"])


def test_scheduled_mailings_are_still_to_be_sent(v2: NationBuilder, demo: Nation) -> None:
    outcome = run(v2, "list_mailings", scheduled_only=True)

    true = {
        row["id"]
        for row in demo["mailings"].rows.values()
        if row["send_at"] is not None and row["send_at"] > NOW and row["canceled_at"] is None
    }
    assert set(ids(outcome.data["items"])) == true
    assert {each["status"] for each in outcome.data["items"]} == {"scheduled"}


def test_a_mailing_is_found_by_a_word_of_its_subject_and_shown_as_text(v2: NationBuilder) -> None:
    outcome = run(v2, "list_mailings", query="deadline", include_body=True)

    assert outcome.returned == 1
    assert "<" not in outcome.data["items"][0]["body"]


def test_pages_are_found_by_name_type_and_status(v2: NationBuilder, demo: Nation) -> None:
    rows = demo["pages"].rows.values()
    by_type = run(v2, "list_pages", page_type="event", limit=100)
    by_status = run(v2, "list_pages", status="unlisted", limit=100)
    by_name = run(v2, "list_pages", query="donate")

    assert by_type.total == sum(row["page_type_name"] == "Event" for row in rows)
    assert by_status.total == sum(row["status"] == "unlisted" for row in rows)
    assert "Donate" in {each["name"] for each in by_name.data["items"]}
    assert by_name.data["sites"][0]["domain"] == "demo.example"


@pytest.mark.parametrize("applies_to", ["Signup", "Donation"])
def test_custom_fields_have_slugs_and_choices(v2: NationBuilder, demo: Nation, applies_to: str) -> None:
    outcome = run(v2, "list_custom_fields", applies_to=applies_to)

    true = [row for row in demo["custom_fields"].rows.values() if row["resource_type"] == applies_to]
    assert {each["slug"] for each in outcome.data["items"]} == {row["slug"] for row in true}
    assert any(each.get("choices") for each in outcome.data["items"])
