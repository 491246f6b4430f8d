"""Creating, updating, deleting; what a body may not say; what follows from a write (API facts, §8)."""

from typing import Any

import pytest
import requests

from local.nationbuilder.server import RunningNationBuilder
from tests.unit.local.nationbuilder.caller import Caller, document, new_page


def problems(response: requests.Response) -> list[tuple[str, str, str]]:
    """Attribute, code and detail of each problem."""
    return [
        (each["meta"]["attribute"], each["meta"]["code"], each["detail"])
        for each in response.json()["errors"]
    ]


def test_a_tag_put_on_twice_is_taken(demo: Caller) -> None:
    person = demo.created("signups", {"first_name": "Ada"})
    demo.created("signup_taggings", {"signup_id": person, "tag_id": "5"})

    again = demo.create("signup_taggings", {"signup_id": person, "tag_id": "5"})

    assert again.status_code == 422
    assert again.headers["Content-Type"].startswith("application/vnd.api+json")
    assert again.json() == {
        "errors": [
            {
                "code": "unprocessable_entity",
                "status": "422",
                "title": "Validation Error",
                "detail": "Tag has already been taken",
                "source": {"pointer": "/data/attributes/tag_id"},
                "meta": {"attribute": "tag_id", "message": "has already been taken", "code": "taken"},
            }
        ]
    }


def test_a_person_is_on_a_path_once(demo: Caller) -> None:
    person = demo.created("signups", {"first_name": "Ada"})
    demo.created("path_journeys", {"signup_id": person, "path_id": "1"})

    again = demo.create("path_journeys", {"signup_id": person, "path_id": "1"})

    assert again.status_code == 422
    assert problems(again)[0][1] == "taken"


def test_a_tag_name_is_unique_whatever_its_case(demo: Caller) -> None:
    assert problems(demo.create("signup_tags", {"name": "VOLUNTEER"})) == [
        ("name", "taken", "Name has already been taken")
    ]


def test_an_email_belongs_to_one_person_in_any_of_the_four_places(demo: Caller) -> None:
    demo.created("signups", {"first_name": "Ada", "email": "one@example.org", "email2": "two@example.org"})

    again = demo.create("signups", {"first_name": "Eve", "email": "TWO@example.org"})

    assert problems(again) == [("email", "taken", "Email has already been taken")]


@pytest.mark.parametrize(
    ("kind", "attributes", "missing"),
    [
        ("contacts", {"signup_id": "3"}, {"contact_method"}),
        ("signup_taggings", {}, {"signup_id", "tag_id"}),
        ("memberships", {"signup_id": "3"}, {"membership_type_id"}),
        ("path_journeys", {}, {"path_id", "signup_id"}),
        ("relationships", {}, {"first_signup_id", "second_signup_id", "relationship_type"}),
        ("event_ticket_levels", {}, {"event_id", "name", "number", "limit", "amount_in_cents"}),
        ("events", {}, {"start_at", "page"}),
        ("petitions", {}, {"page"}),
        ("suggestions", {}, {"suggestion_box_id", "headline"}),
        ("suggestion_boxes", {}, {"site_id", "name", "status"}),
        ("membership_types", {}, {"name"}),
        ("event_rsvps", {"event_id": "1", "first_name": "Ada"}, {"last_name", "email"}),
        ("donations", {}, {"amount_in_cents", "payment_type_name", "signup"}),
        ("signups", {}, {"base"}),
    ],
)
def test_what_is_required_cannot_be_left_out(
    demo: Caller, kind: str, attributes: dict[str, Any], missing: set[str]
) -> None:
    response = demo.create(kind, attributes)

    assert response.status_code == 422
    assert {attribute for attribute, _, _ in problems(response)} == missing


def test_a_contact_without_a_method_cannot_be_blank(demo: Caller) -> None:
    assert problems(demo.create("contacts", {"signup_id": "3"})) == [
        ("contact_method", "blank", "Contact method can't be blank")
    ]


@pytest.mark.parametrize(
    ("attributes", "detail"),
    [
        ({"foo": 1}, "data.attributes.foo is an unknown attribute"),
        (
            {"registered_address_city": "Albany"},
            "data.attributes.registered_address_city is an unknown attribute",
        ),
        ({"full_name": "Ada"}, "data.attributes.full_name cannot be written"),
        ({"home_address": {}}, "data.attributes.home_address cannot be written"),
        ({"recruiter_id": "x"}, "data.attributes.recruiter_id should be type integer_id"),
        ({"support_level": "high"}, "data.attributes.support_level should be type integer"),
        ({"is_volunteer": "maybe"}, "data.attributes.is_volunteer should be type boolean"),
        ({"born_at": "soon"}, "data.attributes.born_at should be type date"),
        ({"first_name": ["Ada"]}, "data.attributes.first_name should be type string"),
        ({"custom_values": "x"}, "data.attributes.custom_values should be type hash"),
    ],
)
def test_an_attribute_that_cannot_be_written_is_named(
    demo: Caller, attributes: dict[str, Any], detail: str
) -> None:
    response = demo.update("signups", "20", attributes)

    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert (error["code"], error["title"], error["detail"]) == ("bad_request", "Request Error", detail)


def test_an_enum_names_what_it_takes(demo: Caller) -> None:
    response = demo.create("path_journey_status_changes", {"path_id": "1", "name": "x", "target_status": ""})
    nullable = demo.create("contacts", {"signup_id": "3", "contact_method": "email", "contact_status": ""})

    assert problems(response)[0][2] == 'target_status value must be one of ["abandoned", "completed"]'
    assert problems(nullable)[0][2].startswith("contact_status value must be one of [")
    assert problems(nullable)[0][2].endswith("] or null")


def test_a_custom_field_that_does_not_exist_has_a_code_of_its_own(demo: Caller) -> None:
    response = demo.update("signups", "20", {"custom_values": {"bogus": 1}})

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_custom_field"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {"attributes": {}}},
        {"data": {"type": "contacts", "id": "20", "attributes": {}}},
        {"data": {"type": "signups", "id": "21", "attributes": {}}},
        {"data": {"type": "signups", "attributes": {}}},
        {"data": {"type": "signups", "id": "20", "relationships": {"friends": {"data": []}}}},
    ],
)
def test_a_malformed_document_is_refused(demo: Caller, body: dict[str, Any]) -> None:
    response = demo.ask("PATCH", "/signups/20", body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "bad_request"


def test_a_reference_that_leads_nowhere_must_exist(demo: Caller) -> None:
    response = demo.create("signup_taggings", {"signup_id": "987654", "tag_id": "5"})

    assert problems(response) == [("signup", "required", "Signup must exist")]


def test_a_failed_write_leaves_nothing_behind(demo: Caller) -> None:
    before = (demo.count("/pages"), demo.count("/events"))
    relationships, included = new_page("Half an event")

    response = demo.create("events", {}, relationships=relationships, included=included)

    assert response.status_code == 422
    assert (demo.count("/pages"), demo.count("/events")) == before


def test_custom_values_are_merged_by_slug(demo: Caller) -> None:
    person = demo.created("signups", {"first_name": "Ada", "custom_values": {"shirt_size": "L"}})

    demo.update("signups", person, {"custom_values": {"years_active": 3}})

    assert demo.attributes(f"/signups/{person}")["custom_values"] == {"shirt_size": "L", "years_active": 3}


def test_an_address_is_made_changed_in_part_and_removed(demo: Caller) -> None:
    person = demo.created(
        "signups", {"first_name": "Ada", "home_address_attributes": {"address1": "1 Main", "city": "Albany"}}
    )
    shown = {"extra_fields[signups]": "home_address,primary_address"}

    demo.update("signups", person, {"home_address_attributes": {"city": "Troy"}})
    changed = demo.get(f"/signups/{person}", shown).json()["data"]["attributes"]
    demo.update("signups", person, {"home_address_attributes": {"delete": True}})
    removed = demo.get(f"/signups/{person}", shown).json()["data"]["attributes"]

    assert (changed["home_address"]["address1"], changed["home_address"]["city"]) == ("1 Main", "Troy")
    assert changed["primary_address"] == changed["home_address"]
    assert removed["home_address"] is None


def test_a_name_and_its_stamps_follow_what_was_written(demo: Caller) -> None:
    person = demo.created("signups", {"first_name": "Ada", "middle_name": "King", "last_name": "Lovelace"})

    demo.update("signups", person, {"note": "Met", "support_level": 1, "is_volunteer": True})

    found = demo.attributes(f"/signups/{person}")
    assert found["full_name"] == "Ada King Lovelace"
    assert all(
        found[name]
        for name in ("note_updated_at", "support_level_changed_at", "first_volunteer_at", "updated_at")
    )


def test_the_primary_email_is_one_of_the_four(demo: Caller) -> None:
    person = demo.created(
        "signups", {"first_name": "Ada", "email": "a@example.org", "email2": "b@example.org"}
    )

    demo.update("signups", person, {"primary_email_id": 2})

    found = demo.attributes(f"/signups/{person}")
    assert (found["email"], found["email1"]) == ("b@example.org", "a@example.org")


def test_the_owner_of_the_token_is_the_author(server: RunningNationBuilder) -> None:
    caller = Caller(server, user="3")
    with caller.session:
        contact = caller.created("contacts", {"signup_id": "30", "contact_method": "phone_call"})

        assert caller.attributes(f"/contacts/{contact}")["author_id"] == "3"
        person = caller.attributes("/signups/30")
    assert person["last_contacted_by_id"] == "3"


class TestDonations:
    def test_totals_of_the_donor_follow(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada"})
        gift = {"signup_id": person, "amount_in_cents": 500, "payment_type_name": "Cash"}

        first = demo.created("donations", {**gift, "succeeded_at": "2026-01-05T10:00:00Z"})
        demo.created("donations", {**gift, "succeeded_at": "2026-02-05T10:00:00Z"})
        demo.created("donations", {**gift, "failed_at": "2026-03-05T10:00:00Z"})
        after_three = demo.attributes(f"/signups/{person}")
        demo.delete("donations", first)
        after_delete = demo.attributes(f"/signups/{person}")

        assert (after_three["donations_count"], after_three["donations_amount_in_cents"]) == (2, 1000)
        assert after_three["is_donor"] is True
        assert after_three["first_donated_at"].startswith("2026-01-05")
        assert (after_delete["donations_count"], after_delete["first_donated_at"][:10]) == (1, "2026-02-05")

    @pytest.mark.parametrize("status", ["succeeded", "pending", "failed", "canceled"])
    def test_the_status_follows_from_the_stamp(self, demo: Caller, status: str) -> None:
        gift = {"signup_id": "30", "amount_in_cents": 1250, "payment_type_name": "check"}

        donation = demo.created("donations", {**gift, f"{status}_at": "2026-01-05T10:00:00Z"})

        found = demo.attributes(f"/donations/{donation}")
        assert (found["status"], found["amount"]) == (status, "12.50")
        assert (found["payment_type_name"], found["payment_type_id"]) == ("Check", "3")

    def test_a_donor_is_found_by_email_or_made(self, demo: Caller) -> None:
        known = demo.created("signups", {"first_name": "Ada", "email": "ada@example.org"})
        gift = {"amount_in_cents": 500, "payment_type_name": "Cash"}

        found = demo.created("donations", {**gift, "email": "ADA@example.org"})
        made = demo.created("donations", {**gift, "first_name": "Eve", "last_name": "New"})

        assert demo.attributes(f"/donations/{found}")["signup_id"] == known
        donor = demo.attributes(f"/donations/{made}")["signup_id"]
        assert demo.attributes(f"/signups/{donor}")["full_name"] == "Eve New"

    def test_the_donors_names_and_a_further_email_go_onto_the_person(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada", "email": "ada@example.org"})
        gift = {"signup_id": person, "amount_in_cents": 500, "payment_type_name": "Cash"}

        demo.created("donations", {**gift, "last_name": "Lovelace", "email": "work@example.org"})

        found = demo.attributes(f"/signups/{person}")
        assert (found["full_name"], found["email2"]) == ("Ada Lovelace", "work@example.org")

    def test_a_receipt_goes_out_only_when_asked_for(self, server: RunningNationBuilder, demo: Caller) -> None:
        gift = {"signup_id": "30", "amount_in_cents": 500, "payment_type_name": "Cash"}

        demo.created("donations", gift)
        silent = server.effects("demo")
        demo.created("donations", {**gift, "send_donor_receipt": True})

        assert silent == ()
        assert [(each.kind, each.signup_id) for each in server.effects("demo")] == [("donor_receipt", "30")]

    def test_a_pledge_is_worked_off(self, demo: Caller) -> None:
        pledge = demo.created("pledges", {"signup_id": "30", "amount_in_cents": 2000})
        gift = {"signup_id": "30", "amount_in_cents": 500, "payment_type_name": "Cash"}

        demo.created("donations", {**gift, "pledge_id": pledge, "succeeded_at": "2026-01-05T10:00:00Z"})

        assert demo.attributes(f"/pledges/{pledge}")["amount_left_in_cents"] == 1500


class TestEvents:
    def test_an_rsvp_finds_the_person_or_makes_one(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada", "email": "ada@example.org"})
        names = {"event_id": "9", "first_name": "Ada", "last_name": "L"}

        known = demo.create("event_rsvps", {**names, "email": "ada@example.org"})
        new = demo.create("event_rsvps", {**names, "phone_number": "5551234"})

        def who(response: requests.Response) -> str:
            rsvp = response.json()["data"]["id"]
            answer = demo.get(f"/event_rsvps/{rsvp}", {"include": "signup"}).json()
            return str(answer["included"][0]["id"])

        assert who(known) == person
        assert demo.attributes(f"/signups/{who(new)}")["phone_number"] == "5551234"

    def test_an_rsvp_takes_a_known_person_by_sidepost(self, demo: Caller) -> None:
        relationships = {"signup": {"type": "signups", "id": "30"}}

        response = demo.create("event_rsvps", {"event_id": "9"}, relationships=relationships)

        assert response.status_code == 201
        assert (
            response.json()["data"]["attributes"]["first_name"]
            == demo.attributes("/signups/30")["first_name"]
        )

    def test_changing_an_rsvp_leaves_the_person_alone(self, demo: Caller) -> None:
        rsvp = demo.get("/event_rsvps/1", {"include": "signup"}).json()

        demo.update("event_rsvps", "1", {"first_name": "Somebody"})

        person = rsvp["included"][0]
        assert demo.attributes(f"/signups/{person['id']}")["first_name"] == person["attributes"]["first_name"]

    def test_attendance_is_counted(self, demo: Caller) -> None:
        before = demo.attributes("/events/9")["attending_count"]
        names = {"first_name": "Ada", "last_name": "L", "email": "ada@example.org"}

        rsvp = demo.created("event_rsvps", {"event_id": "9", "guests_count": 2, **names})
        with_guests = demo.attributes("/events/9")["attending_count"]
        demo.update("event_rsvps", rsvp, {"canceled": True})

        assert with_guests == before + 3
        assert demo.attributes("/events/9")["attending_count"] == before

    def test_an_event_answers_by_itself_when_it_is_set_to(
        self, server: RunningNationBuilder, demo: Caller
    ) -> None:
        names = {"first_name": "Ada", "last_name": "L", "email": "ada@example.org"}
        demo.update("events", "9", {"sends_auto_response": False})
        demo.update("events", "10", {"sends_auto_response": True})

        demo.created("event_rsvps", {"event_id": "9", **names})
        silent = server.effects("demo")
        demo.created("event_rsvps", {"event_id": "10", **names})

        assert silent == ()
        assert [each.kind for each in server.effects("demo")] == ["event_autoresponse"]

    def test_deleting_an_event_takes_its_page_and_rsvps(self, demo: Caller) -> None:
        page = demo.attributes("/events/9")["page_id"]

        demo.delete("events", "9")

        assert demo.get(f"/pages/{page}").status_code == 404
        assert demo.count("/event_rsvps", {"filter[event_id]": "9"}) == 0


class TestPaths:
    def test_a_journey_begins_at_the_first_step(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada"})

        journey = demo.created("path_journeys", {"signup_id": person, "path_id": "1"})

        found = demo.attributes(f"/path_journeys/{journey}")
        assert (found["journey_status"], found["current_step_id"]) == ("active", "1")
        assert found["point_person_id"] == "2"

    def test_moving_on_is_stamped_and_noted(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada"})
        journey = demo.created("path_journeys", {"signup_id": person, "path_id": "1"})

        demo.update("path_journeys", journey, {"current_step_id": "2", "point_person_id": "3"})

        history = demo.rows("/path_histories", {"filter[path_journey_id]": journey})
        assert [row["attributes"]["category"] for row in history] == [
            "step_change",
            "step_change",
            "new_point_person",
        ]

    def test_a_step_of_another_path_is_refused(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada"})

        response = demo.create("path_journeys", {"signup_id": person, "path_id": "1", "current_step_id": "9"})

        assert response.status_code == 422

    @pytest.mark.parametrize(
        ("action", "status", "category"),
        [
            ("complete", "completed", "completion"),
            ("abandon", "abandoned", "abandonment"),
            ("void", "deleted", "voiding"),
        ],
    )
    def test_a_journey_ends_and_comes_back(
        self, demo: Caller, action: str, status: str, category: str
    ) -> None:
        person = demo.created("signups", {"first_name": "Ada"})
        journey = demo.created("path_journeys", {"signup_id": person, "path_id": "1"})

        ended = demo.ask("PATCH", f"/path_journeys/{journey}/{action}").json()["data"]["attributes"]
        again = demo.ask("PATCH", f"/path_journeys/{journey}/reactivate").json()["data"]["attributes"]

        assert (ended["journey_status"], ended["ended_at"] is not None) == (status, True)
        assert (again["journey_status"], again["ended_at"]) == ("active", None)
        history = demo.rows("/path_histories", {"filter[path_journey_id]": journey})
        assert [row["attributes"]["category"] for row in history][1:] == [category, "reactivation"]

    def test_a_reason_must_belong_to_the_path_and_the_status(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada"})
        journey = demo.created("path_journeys", {"signup_id": person, "path_id": "1"})

        wrong = demo.ask("PATCH", f"/path_journeys/{journey}/complete", path_journey_status_change_id="2")
        right = demo.ask("PATCH", f"/path_journeys/{journey}/complete", path_journey_status_change_id="1")

        assert wrong.status_code == 400
        assert right.json()["data"]["attributes"]["path_journey_status_change_id"] == "1"

    def test_a_taken_position_shifts_the_later_steps(self, demo: Caller) -> None:
        demo.created("path_steps", {"path_id": "1", "name": "New second", "position": 2})

        steps = demo.rows("/path_steps", {"filter[path_id]": "1", "sort": "position"})
        assert [row["attributes"]["position"] for row in steps] == [1, 2, 3, 4, 5]
        assert steps[1]["attributes"]["name"] == "New second"


class TestPages:
    def test_only_basic_pages_are_made_directly(self, demo: Caller) -> None:
        response = demo.create("pages", {"site_id": "1", "name": "x", "page_type_name": "Event"})

        assert response.status_code == 422

    def test_a_page_says_where_it_is_and_who_may_see_it(self, demo: Caller) -> None:
        parent = demo.created("pages", {"site_id": "1", "name": "Board", "permission_level": "members"})

        child = demo.created("pages", {"site_id": "1", "name": "Board notes", "parent_id": parent})

        found = demo.attributes(f"/pages/{child}")
        assert (found["url_path"], found["parent_slug"]) == ("/board_notes", "board")
        assert (found["permission_level"], found["effective_permission_level"]) == ("anyone", "members")

    def test_publishing_is_stamped(self, demo: Caller) -> None:
        page = demo.created("pages", {"site_id": "1", "name": "Plan"})
        before = demo.attributes(f"/pages/{page}")

        demo.update("pages", page, {"status": "published"})

        assert (before["status"], before["published_at"]) == ("unlisted", None)
        assert demo.attributes(f"/pages/{page}")["published_at"] is not None


class TestMessages:
    def test_a_membership_that_ends_tells_the_member_only_when_asked_to(
        self, server: RunningNationBuilder, demo: Caller
    ) -> None:
        membership = demo.created("memberships", {"signup_id": "30", "membership_type_id": "1"})

        demo.update("memberships", membership, {"status": "expired"})
        silent = server.effects("demo")
        demo.update("memberships", membership, {"status": "grace period", "trigger_autoresponses": True})

        assert silent == ()
        assert [each.kind for each in server.effects("demo")] == ["membership_autoresponse"]

    def test_an_enrolment_is_an_effect_and_counted(self, server: RunningNationBuilder, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada"})
        shown = {"extra_fields[automations]": "total_enrollments_count"}
        before = demo.get("/automations/1", shown).json()["data"]["attributes"]["total_enrollments_count"]

        demo.created("automation_enrollments", {"automation_id": "1", "signup_id": person})

        after = demo.get("/automations/1", shown).json()["data"]["attributes"]["total_enrollments_count"]
        assert after == before + 1
        assert [(each.kind, each.signup_id) for each in server.effects("demo")] == [
            ("automation_enrollment", person)
        ]

    def test_a_signature_answers_only_when_asked_to(self, server: RunningNationBuilder, demo: Caller) -> None:
        one, two = (demo.created("signups", {"first_name": name}) for name in ("Ada", "Eve"))

        demo.created("petition_signatures", {"petition_id": "1", "signup_id": one})
        demo.created(
            "petition_signatures", {"petition_id": "1", "signup_id": two, "trigger_autoresponses": True}
        )

        assert [each.signup_id for each in server.effects("demo")] == [two]


class TestDeleting:
    def test_the_answer_is_an_empty_meta(self, demo: Caller) -> None:
        response = demo.delete("relationships", "1")

        assert (response.status_code, response.json()) == (200, {"meta": {}})

    def test_a_tag_leaves_everyone(self, demo: Caller) -> None:
        demo.delete("signup_tags", "1")

        assert demo.count("/signup_taggings", {"filter[tag_id]": "1"}) == 0

    def test_a_person_leaves_no_traces_but_their_donations(
        self, server: RunningNationBuilder, demo: Caller
    ) -> None:
        tagging = demo.rows("/signup_taggings", {"filter[tag_id]": "1"})[0]["attributes"]
        person = tagging["signup_id"]
        gift = demo.created(
            "donations", {"signup_id": person, "amount_in_cents": 500, "payment_type_name": "Cash"}
        )
        before = demo.attributes("/signup_tags/1")["taggings_count"]

        demo.delete("signups", person)

        for kind in ("signup_taggings", "path_journeys", "memberships", "contacts"):
            assert demo.count(f"/{kind}", {"filter[signup_id]": person}) == 0
        assert demo.attributes("/signup_tags/1")["taggings_count"] == before - 1
        assert demo.attributes(f"/donations/{gift}")["signup_id"] is None
        assert all(person not in members for members in server.nation("demo").list_members.values())


class TestPush:
    def test_who_is_known_by_email_is_updated(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada", "email2": "ada@example.org"})

        response = demo.ask(
            "PATCH", "/signups/push", document("signups", {"email": "ADA@example.org", "note": "Pushed"})
        )

        assert (response.status_code, response.json()["data"]["id"]) == (200, person)

    def test_who_is_known_by_another_systems_id_is_updated(self, demo: Caller) -> None:
        person = demo.created("signups", {"first_name": "Ada", "external_id": "x-1"})

        response = demo.ask(
            "PATCH", "/signups/push", document("signups", {"external_id": "x-1", "last_name": "L"})
        )

        assert (response.status_code, response.json()["data"]["id"]) == (200, person)

    def test_who_is_not_known_is_made(self, demo: Caller) -> None:
        response = demo.ask("PATCH", "/signups/push", document("signups", {"email": "new@example.org"}))

        assert response.status_code == 201


def test_me_is_the_owner_of_the_token(server: RunningNationBuilder) -> None:
    caller = Caller(server, user="3")
    with caller.session:
        data = caller.get("/signups/me").json()["data"]

    assert (data["id"], data["attributes"]["is_cpu"]) == ("3", True)


def test_archiving_an_automation_is_final_for_enrolments(demo: Caller) -> None:
    archived = demo.ask("PATCH", "/automations/1/archive")

    refused = demo.create("automation_enrollments", {"automation_id": "1", "signup_id": "3"})

    assert archived.json()["data"]["attributes"]["status"] == "archived"
    assert refused.status_code == 422
