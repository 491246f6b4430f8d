"""Every operation of `v2-resources.json` exists and answers with a status that the vendor documents."""

from typing import Any

import pytest

from local.nationbuilder.schema import PREFIX, Operation, schema
from tests.unit.local.nationbuilder.caller import Caller, document, new_page

OPERATIONS = schema().operations

PERSON = "somebody new"
"""Stands in a body for a person who was made for the test."""

BODIES: dict[str, dict[str, Any]] = {
    "automation_enrollments": {"automation_id": "1", "signup_id": PERSON},
    "automations": {"name": "Thank you"},
    "ballots": {"election_id": "1", "voter_id": "1"},
    "contacts": {"signup_id": PERSON, "contact_method": "phone_call"},
    "donation_tracking_codes": {"name": "Autumn"},
    "donations": {"signup_id": PERSON, "amount_in_cents": 500, "payment_type_name": "Cash"},
    "elections": {"state": "NY"},
    "event_rsvps": {"event_id": "9", "first_name": "Ada", "last_name": "New", "email": "ada.new@example.org"},
    "event_ticket_levels": {"event_id": "9", "name": "VIP", "number": 9, "limit": 5, "amount_in_cents": 900},
    "events": {"start_at": "2027-05-04T18:00:00-04:00"},
    "lists": {"name": "Fresh list"},
    "membership_types": {"name": "Friend"},
    "memberships": {"signup_id": PERSON, "membership_type_id": "1"},
    "pages": {"site_id": "1", "name": "Fresh page"},
    "path_journey_status_changes": {"path_id": "1", "name": "Moved", "target_status": "abandoned"},
    "path_journeys": {"path_id": "1", "signup_id": PERSON},
    "path_steps": {"path_id": "1", "name": "Last step"},
    "paths": {"name": "Fresh path"},
    "petition_signatures": {"petition_id": "1", "signup_id": PERSON},
    "petitions": {"goal": 10},
    "pledges": {"signup_id": PERSON, "amount_in_cents": 700},
    "precincts": {"name": "Precinct 99"},
    "relationships": {
        "first_signup_id": "3",
        "second_signup_id": "4",
        "relationship_type": "friend-friend",
    },
    "signup_profiles": {"signup_id": PERSON},
    "signup_taggings": {"signup_id": PERSON, "tag_id": "100"},
    "signup_tags": {"name": "Fresh tag"},
    "signups": {"first_name": "Ada", "email": "ada.fresh@example.org"},
    "suggestion_boxes": {"site_id": "1", "name": "Fresh box", "status": "published"},
    "suggestions": {"suggestion_box_id": "1", "headline": "Fresh idea"},
    "survey_question_possible_responses": {"survey_question_id": "1", "name": "Maybe"},
    "survey_question_responses": {"survey_question_id": "1", "signup_id": PERSON},
    "survey_questions": {"survey_id": "1", "content": "And now?"},
    "surveys": {"name": "Fresh survey"},
    "voters": {"signup_id": PERSON},
}
"""A body that creates a record of each type."""

UPDATES: dict[str, dict[str, Any]] = {
    "ballots": {"party": "green"},
    "donations": {"note": "Thanks"},
    "event_rsvps": {"attendee": True},
    "relationships": {"title": "Friend"},
    "survey_question_responses": {"content": "Yes"},
    "contacts": {"content": "Called"},
    "voters": {"is_early_voter": True},
    "signup_profiles": {"bio": "Hello"},
    "memberships": {"status": "canceled"},
    "pledges": {"is_private": True},
    "petition_signatures": {"comment": "Yes"},
    "path_journeys": {"description": "Soon"},
    "elections": {"state": "NJ"},
    "precincts": {"code": "X"},
    "petitions": {"goal": 20},
    "events": {"venue_name": "Hall"},
    "suggestions": {"content": "More"},
    "signups": {"note": "Met today"},
    "survey_questions": {"content": "And then?"},
}
"""What an update changes, where it is not the name."""


def _body(operation: Operation, record_id: str, person: str) -> Any:
    kind = operation.type
    match operation.action:
        case "create" | "push":
            attributes = {key: person if value == PERSON else value for key, value in BODIES[kind].items()}
            relationships, included = new_page("Fresh") if kind in ("events", "petitions") else ({}, [])
            return document(kind, attributes, None, relationships, included)
        case "update":
            return document(kind, UPDATES.get(kind, {"name": "Renamed"}), record_id)
        case "add_signups" | "remove_signups":
            return {"data": {"id": record_id, "type": "lists", "signup_ids": ["10", "11"]}}
        case "tag" | "untag":
            return {"data": {"id": record_id, "type": "lists", "tag": "volunteer"}}
        case _:
            return None


@pytest.mark.parametrize("operation", OPERATIONS, ids=[each.operation_id for each in OPERATIONS])
def test_an_operation_succeeds_with_a_documented_status(demo: Caller, operation: Operation) -> None:
    person = demo.created("signups", {"first_name": "Somebody", "last_name": "New"})
    record_id = person if operation.type == "signups" else "1"
    if operation.type == "async_processes":
        action = {"data": {"id": "1", "type": "lists", "tag": "x"}}
        record_id = demo.ask("PATCH", "/lists/1/tag", action).json()["token"]
    path = operation.path.removeprefix(PREFIX).replace("{id}", record_id)

    response = demo.ask(operation.method, path, _body(operation, record_id, person))

    assert response.status_code in operation.statuses
    assert response.status_code < 300, response.text


SHOWS = [each for each in OPERATIONS if "{id}" in each.path]


@pytest.mark.parametrize("operation", SHOWS, ids=[each.operation_id for each in SHOWS])
def test_a_record_that_is_not_there_answers_404(reader: Caller, operation: Operation) -> None:
    path = operation.path.removeprefix(PREFIX).replace("{id}", "987654")

    response = reader.ask(operation.method, path, _body(operation, "987654", "2"))

    assert response.status_code == 404
    assert response.json() == {"code": "not_found", "message": "Record not found"}


def test_there_are_190_operations() -> None:
    assert len(OPERATIONS) == 190
    assert len({(each.method, each.path) for each in OPERATIONS}) == 190


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/mailings"),
        ("DELETE", "/path_journeys/1"),
        ("GET", "/events/1/rsvps"),
        ("GET", "/signups/2/relationships/memberships"),
        ("GET", "/sites/1"),
        ("PUT", "/signups/2"),
        ("GET", "/payment_types"),
        ("GET", "/exports"),
    ],
)
def test_a_route_that_v2_does_not_have_answers_404(reader: Caller, method: str, path: str) -> None:
    response = reader.ask(method, path)

    assert response.status_code == 404
