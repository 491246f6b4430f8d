"""Related records in one document: create, update, disassociate, destroy (API facts, §8)."""

from tests.unit.local.nationbuilder.caller import Caller, new_page


def tag_entry(tag_id: str, method: str) -> dict[str, str]:
    return {"type": "signup_tags", "id": tag_id, "method": method}


def tags_of(caller: Caller, person: str) -> set[str]:
    return set(caller.ids("/signup_tags", {"filter[signup_id]": person}))


def test_a_created_page_comes_back_with_its_temp_id(demo: Caller) -> None:
    relationships, included = new_page("Save the trees")

    answer = demo.create("petitions", {"goal": 5}, relationships=relationships, included=included).json()

    page = answer["included"][0]
    assert (page["type"], page["temp-id"]) == ("pages", "p1")
    assert page["id"] == answer["data"]["attributes"]["page_id"]
    assert page["attributes"]["page_type_name"] == "Petition"


def test_an_events_page_is_of_type_event(demo: Caller) -> None:
    relationships, included = new_page("Spring fair", page_type_name="Event", status="published")

    event = demo.created(
        "events", {"start_at": "2027-05-04T18:00:00-04:00"}, relationships=relationships, included=included
    )

    page = demo.attributes(f"/pages/{demo.attributes(f'/events/{event}')['page_id']}")
    assert (page["name"], page["page_type_name"], page["status"]) == ("Spring fair", "Event", "published")


def test_new_tags_are_made_and_put_on(demo: Caller) -> None:
    relationships = {"signup_tags": [{"type": "signup_tags", "temp-id": "t1", "method": "create"}]}
    included = [{"type": "signup_tags", "temp-id": "t1", "attributes": {"name": "Brand new"}}]

    person = demo.created("signups", {"first_name": "Ada"}, relationships=relationships, included=included)

    tag = demo.ids("/signup_tags", {"filter[name]": "brand new"})
    assert tags_of(demo, person) == set(tag)


def test_a_known_record_is_associated(demo: Caller) -> None:
    relationships = {"signup_tags": [tag_entry("5", "update"), {"type": "signup_tags", "id": "6"}]}

    person = demo.created("signups", {"first_name": "Ada"}, relationships=relationships)

    assert tags_of(demo, person) == {"5", "6"}


def test_an_update_with_attributes_changes_the_related_record(demo: Caller) -> None:
    included = [{"type": "signup_tags", "id": "5", "attributes": {"name": "Renamed"}}]

    demo.update(
        "signups", "20", {}, relationships={"signup_tags": [tag_entry("5", "update")]}, included=included
    )

    assert demo.attributes("/signup_tags/5")["name"] == "Renamed"
    assert "5" in tags_of(demo, "20")


def test_disassociating_keeps_both_records(demo: Caller) -> None:
    person = demo.created(
        "signups", {"first_name": "Ada"}, relationships={"signup_tags": [tag_entry("5", "update")]}
    )

    demo.update("signups", person, {}, relationships={"signup_tags": [tag_entry("5", "disassociate")]})

    assert tags_of(demo, person) == set()
    assert demo.get("/signup_tags/5").status_code == 200


def test_destroying_deletes_the_related_record(demo: Caller) -> None:
    demo.update("signups", "20", {}, relationships={"signup_tags": [tag_entry("5", "destroy")]})

    assert demo.get("/signup_tags/5").status_code == 404


def test_a_parent_is_set_and_taken_away(demo: Caller) -> None:
    recruiter = {"type": "signups", "id": "3"}

    demo.update("signups", "20", {}, relationships={"recruiter": recruiter})
    with_recruiter = demo.attributes("/signups/20")["recruiter_id"]
    demo.update("signups", "20", {}, relationships={"recruiter": {**recruiter, "method": "disassociate"}})

    assert with_recruiter == "3"
    assert demo.attributes("/signups/20")["recruiter_id"] is None


def test_a_record_that_hangs_on_another_is_made_with_it(demo: Caller) -> None:
    relationships = {"memberships": [{"type": "memberships", "temp-id": "m1", "method": "create"}]}
    included = [{"type": "memberships", "temp-id": "m1", "attributes": {"membership_type_id": "1"}}]

    person = demo.created("signups", {"first_name": "Ada"}, relationships=relationships, included=included)

    assert demo.count("/memberships", {"filter[signup_id]": person}) == 1


def test_a_sidepost_of_an_unknown_record_is_not_found(demo: Caller) -> None:
    response = demo.update(
        "signups", "20", {}, relationships={"signup_tags": [tag_entry("987654", "update")]}
    )

    assert response.status_code == 404


def test_a_bad_id_in_a_sidepost_is_named_in_the_documented_words(demo: Caller) -> None:
    response = demo.update("signups", "20", {}, relationships={"signup_tags": [tag_entry("x", "update")]})

    assert response.json()["errors"][0]["detail"] == "included..attributes.id should be type integer_id"


def test_a_create_without_its_included_entry_is_refused(demo: Caller) -> None:
    entry = {"type": "signup_tags", "temp-id": "t1", "method": "create"}

    response = demo.update("signups", "20", {}, relationships={"signup_tags": [entry]})

    assert response.status_code == 400
