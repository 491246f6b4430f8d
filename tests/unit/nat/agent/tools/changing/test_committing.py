"""The changes of the tools through the journal: committed, taken back, and what depends on what."""

from collections.abc import Mapping
from typing import Any

import pytest

from nat.changes.executor import AT_ONCE
from nat.changes.journal import EntryState
from tests.unit.nat.agent.tools.changing.cases import CASES, Case, carriers, list_id, others, people
from tests.unit.nat.agent.tools.changing.executing import differences, plan, snapshot
from tests.unit.nat.changes.bench import Bench
from tests.unit.nat.changes.kept import KeptJournal

NEW_TAG = Case(
    "bulk_tag_people",
    lambda nation: {"person_ids": others(nation, "volunteer", 5), "tag": "quite new"},
    operations=6,
    people=5,
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_change_is_committed_whole(case: Case, office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    change = plan(office.nation, case.tool, case.arguments(nation))
    was = snapshot(nation)

    report = office.commit(change, journal, at_once=AT_ONCE)

    assert (report.outcome, report.done) == ("done", case.operations)
    assert not any(each.already for each in report.results)
    assert len(report.undoable) == (case.operations if case.restores else 0)
    assert differences(was, snapshot(nation)) >= case.changes


@pytest.mark.parametrize(
    "case",
    [each for each in CASES if each.restores and each.tool not in ("delete_list", "delete_contact")],
    ids=str,
)
def test_a_committed_change_is_taken_back_whole(case: Case, office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    change = plan(office.nation, case.tool, case.arguments(nation))
    was = snapshot(nation)
    office.commit(change, journal, at_once=AT_ONCE)

    report = office.undo(change, journal, KeptJournal("turn-2"), at_once=AT_ONCE)

    assert (report.outcome, report.done) == ("done", case.operations)
    assert differences(was, snapshot(nation)) == case.leaves


def test_a_deleted_list_comes_back_with_its_people(office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    crew = list_id(nation, "Crew")
    members = sorted(nation.list_members[crew])
    change = plan(office.nation, "delete_list", {"list_id": crew, "confirm_name": "Crew"})
    office.commit(change, journal)

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "done"
    assert sorted(nation.list_members[list_id(nation, "Crew")]) == members


def test_nobody_is_tagged_when_the_tag_could_not_be_made(office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    change = plan(office.nation, NEW_TAG.tool, NEW_TAG.arguments(nation))
    office.server.fault("unprocessable", method="POST", path="*/signup_tags")
    was = snapshot(nation)

    report = office.commit(change, journal, at_once=AT_ONCE)

    assert (report.outcome, report.done) == ("failed", 0)
    assert differences(was, snapshot(nation)) == set()
    assert all(journal.state(each.key) is not EntryState.INTENT for each in change.operations)


def test_a_retry_makes_the_tag_and_tags_everybody(office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    change = plan(office.nation, NEW_TAG.tool, NEW_TAG.arguments(nation))
    office.server.fault("unprocessable", method="POST", path="*/signup_tags")
    first = office.commit(change, journal, at_once=AT_ONCE)

    report = office.commit(change, journal.again("turn-2"), keys=first.retryable, at_once=AT_ONCE)

    assert report.outcome == "done"
    assert len(carriers(nation, "quite new")) == 5


def test_a_subset_makes_the_tag_that_it_needs(office: Bench) -> None:
    nation = office.server.nation(office.slug)
    change = plan(office.nation, NEW_TAG.tool, NEW_TAG.arguments(nation))
    chosen = change.operations[2]

    report = office.commit(change, KeptJournal(), keys=[chosen.key])

    assert report.outcome == "done"
    assert carriers(nation, "quite new") == [chosen.subject.id]


def test_a_tag_that_somebody_made_meanwhile_is_used_and_left_by_the_undo(office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    change = plan(office.nation, NEW_TAG.tool, NEW_TAG.arguments(nation))
    office.new_tag("Quite New")

    report = office.commit(change, journal, at_once=AT_ONCE)
    assert report.outcome == "done"
    assert len(carriers(nation, "Quite New")) == 5
    office.undo(change, journal, KeptJournal("turn-2"), at_once=AT_ONCE)

    assert carriers(nation, "Quite New") == []


def test_a_new_tag_that_others_use_by_then_outlives_the_undo(office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    change = plan(office.nation, NEW_TAG.tool, NEW_TAG.arguments(nation))
    office.commit(change, journal, at_once=AT_ONCE)
    tag = journal.entries[change.operations[0].key].created_id
    (late,) = others(nation, "quite new", 1)
    office.nation.create("signup_taggings", {"signup_id": late, "tag_id": tag})

    office.undo(change, journal, KeptJournal("turn-2"), at_once=AT_ONCE)

    assert carriers(nation, "quite new") == [late]


def test_a_push_that_finds_somebody_is_not_said_to_be_reversible(office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    change = plan(office.nation, "create_person", {"first_name": "Jo", "email": "jo@new.example"})
    raced = office.nation.create("signups", {"first_name": "Joan", "email": "jo@new.example"}).record.id

    report = office.commit(change, journal)

    assert report.outcome == "done"
    assert office.person(raced)["first_name"] == "Jo"
    assert report.undoable == ()
    office.undo(change, journal, KeptJournal("turn-2"))
    assert raced in nation["signups"].rows


def test_a_new_person_whom_somebody_changed_since_is_not_deleted_by_the_undo(office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    change = plan(office.nation, "create_person", {"first_name": "Jo", "email": "jo@new.example"})
    office.commit(change, journal)
    made = journal.entries["person"].created_id
    assert made is not None
    office.nation.update("signups", made, {"first_name": "Joanna"})

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "failed"
    assert made in nation["signups"].rows


def test_a_note_that_looks_like_a_reference_stays_text(office: Bench) -> None:
    nation, journal = office.server.nation(office.slug), KeptJournal()
    (person,) = people(nation, 1)
    nation["signups"].update(person, {"note": "see {created_id} and {created_id:tag-1}"})
    change = plan(office.nation, "update_person", {"person_id": person, "changes": {"note": "new"}})
    office.commit(change, journal)

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "done"
    assert office.person(person)["note"] == "see {created_id} and {created_id:tag-1}"


@pytest.mark.parametrize(
    ("tool", "arguments", "resource", "meanwhile"),
    [
        (
            "create_list",
            {"name": "Boats"},
            "lists",
            {"name": "Boars", "slug": "boats", "author_id": "2"},
        ),
        (
            "start_path_journey",
            {"path_id": "1", "step_id": "2"},
            "path_journeys",
            {"path_id": "1", "current_step_id": "1"},
        ),
        (
            "record_survey_response",
            {"question_id": "1", "choice_id": "1"},
            "survey_question_responses",
            {"survey_question_id": "1", "survey_question_possible_response_id": "2"},
        ),
        (
            "create_membership",
            {"type_id": "1", "expires_on": "2031-12-31"},
            "memberships",
            {"membership_type_id": "1", "status": "active", "expires_on": "2030-12-31"},
        ),
    ],
)
def test_another_record_that_came_meanwhile_is_not_taken_for_the_one_that_was_asked_for(
    office: Bench, tool: str, arguments: dict[str, Any], resource: str, meanwhile: dict[str, Any]
) -> None:
    who = {} if tool == "create_list" else {"person_id": newcomer(office)}
    change = plan(office.nation, tool, {**arguments, **who})
    office.nation.create(resource, {**meanwhile, **({"signup_id": who["person_id"]} if who else {})})

    report = office.commit(change, KeptJournal())

    assert not any(each.already for each in report.results)
    made = [row for row in office.stored[resource].rows.values() if fits(row, change.operations[-1].after)]
    assert (report.outcome == "done") == bool(made)


def newcomer(office: Bench) -> str:
    """Somebody who is on no path, has answered nothing and is no member."""
    return str(office.stored["signups"].insert({"full_name": "Newcomer", "first_name": "New"})["id"])


def fits(row: Mapping[str, Any], after: Mapping[str, object] | None) -> bool:
    """Whether a row has the values that a change gives it."""
    return all(str(row[name]) == str(value) for name, value in (after or {}).items())
