"""What is particular to a plan: who is meant, what the card says, what is asked rather than guessed."""

import pytest

from nat.agent.tools import load
from nat.changes.card import card
from nat.changes.plan import CREATED_ID, RECREATED_ID, created_by
from tests.unit.nat.agent.tools.changing.cases import (
    CASES,
    Case,
    carriers,
    list_id,
    off,
    on,
    others,
    people,
    rows,
    tag_id,
)
from tests.unit.nat.agent.tools.changing.executing import execute, plan, take_back
from tests.unit.nat.changes.bench import Bench

TOOLS = {case.tool: load()[case.tool] for case in CASES}


def test_only_the_connected_persons_contacts_are_authored(office: Bench) -> None:
    me = office.nation.show("signups", "me").record.id
    (person,) = people(office.stored, 1)

    (operation,) = plan(office.nation, "log_contact", {"person_id": person, "method": "text"}).operations

    assert operation.after == {"signup_id": person, "author_id": me, "contact_method": "text"}


def test_a_person_whose_email_is_known_is_updated_by_id_and_keeps_it_where_it_is(office: Bench) -> None:
    (person,) = people(office.stored, 1)
    office.stored["signups"].update(person, {"email2": "second@place.example"})

    change = plan(office.nation, "create_person", {"email": "Second@Place.example", "first_name": "Zoe"})

    (operation,) = change.operations
    assert operation.request.path == f"signups/{person}"
    assert operation.after == {"first_name": "Zoe"}
    assert operation.expects is None


def test_a_new_person_is_pushed_and_taken_back_only_after_a_201(office: Bench) -> None:
    change = plan(office.nation, "create_person", {"first_name": "Jo", "email": "jo@new.example"})

    (operation,) = change.operations
    assert (operation.request.method, operation.request.path) == ("PATCH", "signups/push")
    assert operation.expects == 201
    assert [(each.method, each.path) for each in operation.undo] == [("DELETE", f"signups/{CREATED_ID}")]


def test_a_known_name_with_a_new_email_is_warned_about(office: Bench) -> None:
    (person,) = people(office.stored, 1)
    row = office.person(person)

    change = plan(
        office.nation,
        "create_person",
        {"first_name": row["first_name"], "last_name": row["last_name"], "email": "another@new.example"},
    )

    assert any(f"(id {person})" in each for each in change.warnings)


def test_a_new_tag_is_made_by_its_own_operation_and_used_by_reference(office: Bench) -> None:
    (person,) = people(office.stored, 1)

    making, tagging = plan(
        office.nation, "add_tags_to_person", {"person_id": person, "tags": ["quite new"]}
    ).operations

    assert making.after == {"name": "quite new"}
    assert tagging.needs == (making.key,)
    assert tagging.request.body is not None
    assert tagging.request.body["data"]["attributes"]["tag_id"] == created_by(making.key)
    assert tagging.probe is not None
    assert tagging.probe.params is not None
    assert tagging.probe.params["filter[tag_id]"] == created_by(making.key)


def test_a_new_tag_that_is_spelt_like_another_is_warned_about(office: Bench) -> None:
    (person,) = people(office.stored, 1)

    change = plan(office.nation, "add_tags_to_person", {"person_id": person, "tags": ["Boat_Owners"]})

    (warning,) = change.warnings
    assert "spelt alike: “boat" in warning.casefold()


def test_a_tag_is_found_in_any_case_and_where_it_must_exist_by_id(office: Bench) -> None:
    (person,) = others(office.stored, "volunteer", 1)
    wanted = tag_id(office.stored, "volunteer")

    changes = [
        plan(
            office.nation,
            "add_tags_to_person",
            {"person_id": person, "tags": [each], "create_missing": False},
        )
        for each in ("Volunteer", wanted)
    ]

    assert {change.operations[0].key for change in changes} == {f"tagging-{person}-{wanted}"}


def test_where_a_tag_may_be_made_a_number_is_a_name_and_what_else_it_is_is_told(office: Bench) -> None:
    (person,) = others(office.stored, "volunteer", 1)
    number = tag_id(office.stored, "volunteer")

    change = plan(office.nation, "add_tags_to_person", {"person_id": person, "tags": [number]})

    assert change.operations[0].after == {"name": number}
    assert any("volunteer" in each for each in change.warnings)


def test_nobody_is_touched_when_all_carry_the_tag(office: Bench) -> None:
    carrying = carriers(office.stored, "volunteer")

    change = plan(office.nation, "bulk_tag_people", {"person_ids": carrying, "tag": "volunteer"})

    assert (change.operations, change.people, len(change.skipped)) == ((), 0, len(carrying))
    assert {each.why for each in change.skipped} == {"has the tag already"}


def test_a_search_takes_everyone_it_finds_and_says_whom_in_words(office: Bench) -> None:
    wanted = [
        each
        for each, row in rows(office.stored, "signups").items()
        if row["donations_amount_in_cents"] >= 10_000
    ]

    change = plan(
        office.nation,
        "bulk_tag_people",
        {"search": {"donated_cents": {"gte": 10_000}}, "tag": "generous beyond"},
    )

    assert {each.subject.id for each in change.operations[1:]} == set(wanted)
    assert change.people == len(wanted)
    assert change.filter == "people; donated in all at least 100.00"


def test_people_on_the_list_already_are_skipped_by_name(office: Bench) -> None:
    nation = office.stored
    there, new = on(nation, "Crew")[0], off(nation, "Crew", 1)[0]

    change = plan(
        office.nation, "add_people_to_list", {"list_id": list_id(nation, "Crew"), "person_ids": [there, new]}
    )

    (operation,) = change.operations
    assert operation.request.body is not None
    assert operation.request.body["data"]["signup_ids"] == [new]
    assert operation.awaits
    assert [(each.subject.id, each.why) for each in change.skipped] == [(there, "is on the list already")]
    assert [each.id for each in change.sample] == [new]


def test_more_ids_than_v2_takes_at_once_go_in_parts(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nat.agent.tools.changing.lists.IDS_AT_ONCE", 3)
    nation = office.stored
    arguments = {"list_id": list_id(nation, "Crew"), "person_ids": off(nation, "Crew", 7)}

    change = plan(office.nation, "add_people_to_list", arguments)

    assert [each.after for each in change.operations] == [{"people": 15}, {"people": 18}, {"people": 19}]
    execute(office.nation, change)
    assert len(on(nation, "Crew")) == 19


def test_the_undo_of_tagging_a_list_leaves_who_had_the_tag_before(office: Bench) -> None:
    nation = office.stored
    had = set(carriers(nation, "volunteer"))
    change = plan(
        office.nation, "tag_list_members", {"list_id": list_id(nation, "Newsletter"), "tag": "volunteer"}
    )

    ids = execute(office.nation, change)
    assert set(carriers(nation, "volunteer")) == had | set(on(nation, "Newsletter"))
    take_back(office.nation, change, ids)

    assert set(carriers(nation, "volunteer")) == had
    assert change.people == len(set(on(nation, "Newsletter")) - had)


def test_the_undo_of_untagging_a_list_gives_the_tag_to_who_had_it(office: Bench) -> None:
    nation = office.stored
    had = set(carriers(nation, "volunteer"))
    change = plan(
        office.nation, "untag_list_members", {"list_id": list_id(nation, "Newsletter"), "tag": "volunteer"}
    )

    ids = execute(office.nation, change)
    assert set(carriers(nation, "volunteer")) == had - set(on(nation, "Newsletter"))
    take_back(office.nation, change, ids)

    assert set(carriers(nation, "volunteer")) == had
    assert change.people == len(set(on(nation, "Newsletter")) & had)


def test_a_deleted_list_can_be_made_anew_with_its_people(office: Bench) -> None:
    nation = office.stored
    change = plan(office.nation, "delete_list", {"list_id": list_id(nation, "Crew"), "confirm_name": "crew "})

    (operation,) = change.operations
    assert [(each.method, each.path) for each in operation.undo] == [
        ("POST", "lists"),
        ("PATCH", f"lists/{RECREATED_ID}/add_signups"),
    ]
    assert any("another id" in each for each in change.warnings)


def test_a_list_gets_a_slug_that_no_list_has(office: Bench) -> None:
    office.stored["lists"].update(list_id(office.stored, "Crew"), {"slug": "spring_hosts"})

    (operation,) = plan(office.nation, "create_list", {"name": "Spring  Hösts!"}).operations
    (taken,) = plan(office.nation, "create_list", {"name": "Spring hosts"}).operations

    assert operation.after is not None
    assert operation.after["slug"] == "spring_h_sts"
    assert taken.after is not None
    assert taken.after["slug"] == "spring_hosts_2"


def test_a_rename_shows_some_of_whom_it_touches(office: Bench) -> None:
    change = plan(office.nation, "rename_tag", {"tag": "volunteer", "new_name": "VOLUNTEER"})

    (operation,) = change.operations
    assert (operation.before, operation.after) == ({"name": "volunteer"}, {"name": "VOLUNTEER"})
    assert len(change.sample) == 10
    assert {each.id for each in change.sample} <= set(carriers(office.stored, "volunteer"))


def test_a_deletion_says_what_is_lost_and_that_it_stays_lost(office: Bench) -> None:
    (person,) = people(office.stored, 1)
    row = office.person(person)

    change = plan(office.nation, "delete_person", {"person_id": person, "confirm_name": row["full_name"]})

    (operation,) = change.operations
    assert operation.after is None
    assert operation.before is not None
    assert operation.before["email"] == row["email"]
    assert not change.reversible
    assert any("cannot be undone" in each for each in change.warnings)


def test_only_what_differs_is_sent(office: Bench) -> None:
    (person,) = people(office.stored, 1)
    row = office.person(person)

    (operation,) = plan(
        office.nation,
        "update_person",
        {"person_id": person, "changes": {"first_name": row["first_name"], "occupation": "Baker"}},
    ).operations

    assert operation.after == {"occupation": "Baker"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_change_fits_a_card(case: Case, office: Bench) -> None:
    change = plan(office.nation, case.tool, case.arguments(office.stored))

    made = card(change, load()[case.tool])

    assert made["people"] == change.people
    assert made["undo"] == ("all" if case.restores else "none")
    assert [each["id"] for each in made["touched"]] == [each.id for each in change.sample]
