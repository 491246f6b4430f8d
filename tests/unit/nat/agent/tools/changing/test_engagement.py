"""Memberships, enrolments, survey answers and relationships: what is made, said, refused and taken back."""

from datetime import timedelta

import pytest

from local.nationbuilder.schema import Row
from nat import errors
from nat.agent.tools import load
from nat.changes.card import card
from nat.changes.journal import EntryState
from tests.unit.nat.agent.tools.changing.case import Case, people, rows
from tests.unit.nat.agent.tools.changing.engagement_cases import (
    ENGAGEMENT_CASES,
    answered,
    membership,
    no_members,
    not_enrolled,
    silent,
)
from tests.unit.nat.agent.tools.changing.executing import plan
from tests.unit.nat.changes.bench import Bench
from tests.unit.nat.changes.kept import KeptJournal


def table(office: Bench, kind: str) -> dict[str, Row]:
    return rows(office.stored, kind)


def of_person(office: Bench, kind: str, person: str) -> list[Row]:
    return [each for each in table(office, kind).values() if each["signup_id"] == person]


def me(office: Bench) -> str:
    return office.nation.show("signups", "me").record.id


CREATING = [each for each in ENGAGEMENT_CASES if not each.tool.startswith(("update_", "set_"))]


@pytest.mark.parametrize("case", CREATING, ids=str)
def test_a_create_whose_answer_was_lost_is_found_by_looking_and_was_made_once(
    case: Case, office: Bench
) -> None:
    change, journal = plan(office.nation, case.tool, case.arguments(office.stored)), KeptJournal()
    (operation,) = change.operations
    known = set(table(office, operation.request.path))
    office.server.fault("drop_after", method="POST")

    report = office.commit(change, journal)

    (made,) = set(table(office, operation.request.path)) - known
    assert report.outcome == "done"
    assert journal.entries[operation.key].created_id == made
    assert office.undo(change, journal, KeptJournal("turn-2")).outcome == "done"


@pytest.mark.parametrize("case", CREATING, ids=str)
def test_a_create_that_never_arrived_is_told_as_failed_and_can_be_tried_again(
    case: Case, office: Bench
) -> None:
    change, journal = plan(office.nation, case.tool, case.arguments(office.stored)), KeptJournal()
    kind = change.operations[0].request.path
    known = set(table(office, kind))
    office.server.fault("drop_before", method="POST")

    report = office.commit(change, journal)

    assert report.outcome == "failed"
    assert set(table(office, kind)) == known
    assert office.commit(change, journal.again("turn-2")).outcome == "done"
    assert len(set(table(office, kind)) - known) == 1


def test_a_membership_runs_from_and_until_the_days_that_were_given(office: Bench) -> None:
    (person,) = no_members(office.stored)
    arguments = {
        "person_id": person,
        "type_id": "Crew",
        "started_at": "2026-10-01",
        "expires_on": "2027-09-30",
    }

    change = plan(office.nation, "create_membership", arguments)
    office.commit(change, KeptJournal())

    (made,) = of_person(office, "memberships", person)
    assert (made["membership_type_id"], made["status"]) == ("1", "active")
    assert str(made["expires_on"]) == "2027-09-30"
    assert made["started_at"].utcoffset() in (timedelta(hours=-7), timedelta(0), timedelta(hours=-8))
    assert change.summary.endswith("the membership “Crew” until 2027-09-30")
    assert office.server.effects(office.slug) == ()


def test_a_new_membership_is_canceled_by_the_undo_in_silence(office: Bench) -> None:
    (person,) = no_members(office.stored)
    journal = KeptJournal()
    change = plan(office.nation, "create_membership", {"person_id": person, "type_id": "1"})
    office.commit(change, journal)

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "done"
    assert [each["status"] for each in of_person(office, "memberships", person)] == ["canceled"]
    (undo,) = change.operations[0].undo
    assert undo.body is not None
    assert undo.body["data"]["attributes"] == {
        "status": "canceled",
        "activity_author_id": me(office),
        "trigger_autoresponses": False,
    }
    assert office.server.effects(office.slug) == ()


def test_a_new_membership_that_was_changed_since_is_left(office: Bench) -> None:
    (person,) = no_members(office.stored)
    journal = KeptJournal()
    change = plan(office.nation, "create_membership", {"person_id": person, "type_id": "1"})
    office.commit(change, journal)
    made = journal.entries["membership"].created_id
    assert made is not None
    office.nation.update("memberships", made, {"status": "grace period"})

    report = office.undo(change, journal, again := KeptJournal("turn-2"))

    assert report.outcome == "failed"
    assert again.state("membership") is EntryState.CONFLICT


def test_a_membership_that_somebody_has_is_not_given_twice(office: Bench) -> None:
    there = table(office, "memberships")[membership(office.stored)]
    arguments = {"person_id": there["signup_id"], "type_id": there["membership_type_id"]}

    with pytest.raises(errors.BadRequest, match=rf"has this membership already \(id {there['id']}\)"):
        plan(office.nation, "create_membership", arguments)


def test_a_second_canceled_membership_that_was_cut_off_is_an_honest_unknown(office: Bench) -> None:
    there = table(office, "memberships")[membership(office.stored, "expired")]
    arguments = {
        "person_id": there["signup_id"],
        "type_id": there["membership_type_id"],
        "status": "expired",
    }
    change, journal = plan(office.nation, "create_membership", arguments), KeptJournal()
    office.server.fault("drop_after", method="POST", path="*/memberships")

    office.commit(change, journal)

    assert journal.state("membership") is EntryState.UNKNOWN


def test_an_extension_names_its_author_and_tells_nobody(office: Bench) -> None:
    extended = membership(office.stored)

    change = plan(office.nation, "update_membership", {"membership_id": extended, "expires_on": "2030-12-31"})

    (operation,) = change.operations
    author = {"activity_author_id": me(office), "trigger_autoresponses": False}
    for request in (operation.request, *operation.undo):
        assert request.body is not None
        assert request.body["data"]["attributes"].items() >= author.items()
    assert operation.after == {"expires_on": "2030-12-31"}
    assert change.warnings == ()


def test_the_member_is_told_only_when_asked_and_the_card_says_so(office: Bench) -> None:
    ended = membership(office.stored)
    arguments = {"membership_id": ended, "status": "expired", "notify_member": True}
    change = plan(office.nation, "update_membership", arguments)

    made = card(change, load()["update_membership"])
    office.commit(change, KeptJournal())

    assert made["warnings"] == ["NationBuilder emails the member about it, which cannot be undone."]
    assert made["sends"] is True
    assert [each.kind for each in office.server.effects(office.slug)] == ["membership_autoresponse"]


def test_undoing_an_ended_membership_brings_it_back_in_silence(office: Bench) -> None:
    ended, journal = membership(office.stored), KeptJournal()
    arguments = {"membership_id": ended, "status": "canceled", "status_reason": "Moved away"}
    before = table(office, "memberships")[ended]
    change = plan(office.nation, "update_membership", arguments)
    office.commit(change, journal)
    assert table(office, "memberships")[ended]["status"] == "canceled"

    office.undo(change, journal, KeptJournal("turn-2"))

    after = table(office, "memberships")[ended]
    assert (after["status"], after["status_reason"]) == ("active", before["status_reason"])
    assert office.server.effects(office.slug) == ()


def test_enrolling_warns_of_messages_and_undo_ends_the_enrolment(office: Bench) -> None:
    (person,) = not_enrolled(office.stored)
    journal = KeptJournal()
    change = plan(office.nation, "enroll_in_automation", {"person_id": person, "automation_id": "welcome"})
    assert "what was sent stays sent" in change.warnings[0]

    office.commit(change, journal)
    assert [each["automation_id"] for each in of_person(office, "automation_enrollments", person)] == ["1"]
    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "done"
    assert of_person(office, "automation_enrollments", person) == []


def test_who_asked_not_to_be_contacted_is_pointed_out(office: Bench) -> None:
    (person,) = not_enrolled(office.stored)
    office.nation.update("signups", person, {"do_not_contact": True})

    change = plan(office.nation, "enroll_in_automation", {"person_id": person, "automation_id": "2"})

    assert change.warnings[1:] == (
        "The automation is on hold.",
        "This person is marked “do not contact”.",
    )


def test_an_archived_automation_takes_nobody(office: Bench) -> None:
    (person,) = not_enrolled(office.stored)
    office.nation.action("automations", "2", "archive")

    with pytest.raises(errors.BadRequest, match="is archived: it takes nobody"):
        plan(office.nation, "enroll_in_automation", {"person_id": person, "automation_id": "Winter break"})


def test_who_is_enrolled_is_left(office: Bench) -> None:
    there = next(iter(table(office, "automation_enrollments").values()))
    arguments = {"person_id": there["signup_id"], "automation_id": there["automation_id"]}

    change = plan(office.nation, "enroll_in_automation", arguments)

    assert (change.operations, change.skipped[0].why) == ((), "is enrolled already")


def test_an_answer_is_recorded_in_the_name_of_the_connected_person(office: Bench) -> None:
    (person,) = silent(office.stored)
    arguments = {"person_id": person, "question_id": "How often do you sail?", "choice_id": "Monthly"}

    change = plan(office.nation, "record_survey_response", arguments)
    office.commit(change, journal := KeptJournal())

    (made,) = of_person(office, "survey_question_responses", person)
    assert (made["survey_question_id"], made["author_id"]) == ("1", me(office))
    chosen = table(office, "survey_question_possible_responses")[made["survey_question_possible_response_id"]]
    assert chosen["name"] == "Monthly"
    assert change.summary.startswith("Record the answer “Monthly” of ")
    assert change.summary.endswith(" to “How often do you sail?”")
    office.undo(change, journal, KeptJournal("turn-2"))
    assert of_person(office, "survey_question_responses", person) == []


def test_an_open_question_is_answered_in_words(office: Bench) -> None:
    (person,) = silent(office.stored)
    question = office.nation.create(
        "survey_questions", {"survey_id": "1", "content": "Anything else?", "question_format": "text"}
    ).record.id
    arguments = {"person_id": person, "question_id": question, "text": "More boats, please"}

    office.commit(plan(office.nation, "record_survey_response", arguments), KeptJournal())

    (made,) = of_person(office, "survey_question_responses", person)
    assert (made["content"], made["question_format"]) == ("More boats, please", "text")
    with pytest.raises(errors.BadRequest, match="answered in words"):
        plan(
            office.nation,
            "record_survey_response",
            {"person_id": person, "question_id": question, "choice_id": "1"},
        )


def test_an_answer_given_before_stays_and_is_pointed_out(office: Bench) -> None:
    person, other = answered(office.stored)
    before = len(of_person(office, "survey_question_responses", person))
    arguments = {"person_id": person, "question_id": "1", "choice_id": other}

    change = plan(office.nation, "record_survey_response", arguments)
    office.commit(change, KeptJournal())

    assert change.warnings == ("This person has answered the question before; that answer stays.",)
    assert len(of_person(office, "survey_question_responses", person)) == before + 1


def test_tags_that_an_answer_sets_are_named_as_staying(office: Bench) -> None:
    (person,) = silent(office.stored)
    office.nation.update("survey_question_possible_responses", "1", {"tag_list": "weekly sailor"})
    arguments, journal = {"person_id": person, "question_id": "1", "choice_id": "1"}, KeptJournal()

    change = plan(office.nation, "record_survey_response", arguments)
    office.commit(change, journal)
    office.undo(change, journal, KeptJournal("turn-2"))

    assert change.warnings == ("NationBuilder tags the person: weekly sailor. Undo does not take that off.",)
    tag = next(each for each, tag in table(office, "signup_tags").items() if tag["name"] == "weekly sailor")
    assert office.carriers(tag) == [person]


def test_two_people_are_linked_in_their_roles_and_unlinked_by_the_undo(office: Bench) -> None:
    first, second = people(office.stored, 2)
    arguments = {
        "first_person_id": first,
        "second_person_id": second,
        "type": "mentee-mentor",
        "title": "First mate",
    }
    change, journal = plan(office.nation, "create_relationship", arguments), KeptJournal()
    known = set(table(office, "relationships"))

    office.commit(change, journal)

    (made,) = set(table(office, "relationships")) - known
    row = table(office, "relationships")[made]
    assert (row["first_signup_id"], row["second_signup_id"], row["title"]) == (first, second, "First mate")
    names = [office.person(each)["full_name"] for each in (first, second)]
    assert change.summary == f"Link {names[0]} (mentee) with {names[1]} (mentor)"
    office.undo(change, journal, KeptJournal("turn-2"))
    assert set(table(office, "relationships")) == known


@pytest.mark.parametrize(("kind", "planned"), [("spouse-spouse", 0), ("mentee-mentor", 1)])
def test_a_link_both_ways_is_looked_for_both_ways(kind: str, planned: int, office: Bench) -> None:
    first, second = people(office.stored, 2)
    office.nation.create(
        "relationships",
        {"first_signup_id": second, "second_signup_id": first, "relationship_type": kind},
    )

    change = plan(
        office.nation,
        "create_relationship",
        {"first_person_id": first, "second_person_id": second, "type": kind},
    )

    assert len(change.operations) == planned


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("create_membership", {"person_id": "98765", "type_id": "1"}, "no person with id 98765"),
        ("create_membership", {"person_id": "7", "type_id": "98765"}, "no membership type with id 98765"),
        ("create_membership", {"person_id": "7", "type_id": "gold"}, "no membership type “gold”"),
        ("update_membership", {"membership_id": "98765", "status": "canceled"}, "no membership with id"),
        ("enroll_in_automation", {"person_id": "98765", "automation_id": "1"}, "no person with id 98765"),
        ("enroll_in_automation", {"person_id": "7", "automation_id": "98765"}, "no automation with id 98765"),
        ("enroll_in_automation", {"person_id": "7", "automation_id": "drip"}, "no automation “drip”"),
        (
            "record_survey_response",
            {"person_id": "98765", "question_id": "1", "choice_id": "1"},
            "no person with id 98765",
        ),
        (
            "record_survey_response",
            {"person_id": "7", "question_id": "98765", "choice_id": "1"},
            "no survey question with id 98765",
        ),
        (
            "record_survey_response",
            {"person_id": "7", "question_id": "1", "choice_id": "hourly"},
            "no choice of this question “hourly”. There are: “Weekly” ",
        ),
        (
            "create_relationship",
            {"first_person_id": "7", "second_person_id": "98765", "type": "friend-friend"},
            "no person with id 98765",
        ),
    ],
)
def test_what_is_not_there_is_named(
    tool: str, arguments: dict[str, str], message: str, office: Bench
) -> None:
    with pytest.raises(errors.RecordNotFound, match=message):
        plan(office.nation, tool, arguments)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        (
            "create_membership",
            {"person_id": "7", "type_id": "1", "started_at": "2026-10-01", "expires_on": "2026-09-30"},
        ),
        ("create_membership", {"person_id": "7", "type_id": "1", "expires_on": "next year"}),
        ("create_membership", {"person_id": "7", "type_id": "1", "status": "suspended"}),
        ("update_membership", {"membership_id": "1"}),
        ("update_membership", {"membership_id": "1", "expires_on": "1999-01-01"}),
        ("update_membership", {"membership_id": "1", "notify_member": True}),
        ("update_membership", {"membership_id": "1", "status": "canceled", "notify_member": True}),
        ("record_survey_response", {"person_id": "7", "question_id": "1"}),
        (
            "record_survey_response",
            {"person_id": "7", "question_id": "1", "choice_id": "1", "text": "Weekly"},
        ),
        ("record_survey_response", {"person_id": "7", "question_id": "1", "text": "Weekly"}),
        (
            "create_relationship",
            {"first_person_id": "7", "second_person_id": "7", "type": "friend-friend"},
        ),
        ("create_relationship", {"first_person_id": "7", "second_person_id": "8", "type": "foes"}),
    ],
)
def test_what_cannot_be_meant_is_refused(tool: str, arguments: dict[str, str], office: Bench) -> None:
    with pytest.raises(errors.BadRequest):
        plan(office.nation, tool, arguments)
