"""Journeys on paths: where they start, how they move, end and come back, and what undo gives back."""

from dataclasses import replace

import pytest

from local.nationbuilder.schema import Row
from nat import errors
from nat.agent.tools import load
from nat.changes.card import card
from nat.changes.journal import EntryState
from tests.unit.nat.agent.tools.changing.case import people, rows
from tests.unit.nat.agent.tools.changing.engagement_cases import journey, off_path, step_beside
from tests.unit.nat.agent.tools.changing.executing import plan
from tests.unit.nat.changes.bench import Bench
from tests.unit.nat.changes.kept import KeptJournal


def row(office: Bench, journey_id: str) -> Row:
    return rows(office.server.nation(office.slug), "path_journeys")[journey_id]


def journey_of(office: Bench, person: str) -> Row:
    found = rows(office.server.nation(office.slug), "path_journeys").values()
    return next(each for each in found if each["signup_id"] == person)


def test_a_person_starts_at_the_step_with_owner_due_date_value_and_note(office: Bench) -> None:
    nation = office.server.nation(office.slug)
    (person,), (owner,) = off_path(nation), people(nation, 1)
    arguments = {
        "person_id": person,
        "path_id": "Become crew",
        "step_id": "2",
        "point_person_id": owner,
        "due_date": "2027-01-15",
        "value": 250,
        "note": "Met at the dock",
    }

    office.commit(plan(office.nation, "start_path_journey", arguments), KeptJournal())

    made = journey_of(office, person)
    assert (made["path_id"], made["current_step_id"], made["point_person_id"]) == ("1", "2", owner)
    assert (made["value_amount"], made["description"]) == ("250.00", "Met at the dock")
    assert made["due_date"].isoformat() == "2027-01-14T16:00:00-08:00"
    assert made["journey_status"] == "active"


def test_without_a_step_a_person_starts_at_the_first(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))

    change = plan(office.nation, "start_path_journey", {"person_id": person, "path_id": "1"})
    office.commit(change, KeptJournal())

    assert journey_of(office, person)["current_step_id"] == "1"
    assert "at the step “Interested”" in change.summary


def test_undo_voids_a_new_journey_and_the_person_may_start_again(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))
    arguments, journal = {"person_id": person, "path_id": "1"}, KeptJournal()
    change = plan(office.nation, "start_path_journey", arguments)
    office.commit(change, journal)

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "done"
    assert journey_of(office, person)["journey_status"] == "deleted"
    assert plan(office.nation, "start_path_journey", arguments).operations


def test_a_new_journey_that_was_moved_since_is_not_voided(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))
    journal = KeptJournal()
    change = plan(office.nation, "start_path_journey", {"person_id": person, "path_id": "1"})
    office.commit(change, journal)
    made = journal.entries["journey"].created_id
    assert made is not None
    office.nation.update("path_journeys", made, {"current_step_id": "3"})

    report = office.undo(change, journal, again := KeptJournal("turn-2"))

    assert report.outcome == "failed"
    assert again.state("journey") is EntryState.CONFLICT
    assert row(office, made)["journey_status"] == "active"


def test_an_undo_that_died_after_voiding_finds_it_voided(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))
    journal = KeptJournal()
    change = plan(office.nation, "start_path_journey", {"person_id": person, "path_id": "1"})
    office.commit(change, journal)
    office.server.fault("drop_after", method="PATCH", path="*/void")

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "done"


def test_a_start_that_was_cut_off_is_proved_by_looking(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))
    journal = KeptJournal()
    change = plan(office.nation, "start_path_journey", {"person_id": person, "path_id": "1"})
    office.server.fault("drop_after", method="POST", path="*/path_journeys")

    report = office.commit(change, journal)

    assert report.outcome == "done"
    assert journal.entries["journey"].created_id == journey_of(office, person)["id"]


def test_somebody_put_on_the_path_meanwhile_is_there_already_and_left_by_the_undo(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))
    journal = KeptJournal()
    change = plan(office.nation, "start_path_journey", {"person_id": person, "path_id": "1"})
    office.nation.create("path_journeys", {"signup_id": person, "path_id": "1"})

    report = office.commit(change, journal)

    assert (report.outcome, report.undoable) == ("done", ())
    assert report.results[0].already


def test_422_taken_proves_nothing_where_nobody_can_look(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))
    change = plan(office.nation, "start_path_journey", {"person_id": person, "path_id": "1"})
    unproved = replace(change, operations=(replace(change.operations[0], probe=None),))
    office.nation.create("path_journeys", {"signup_id": person, "path_id": "1"})

    report = office.commit(unproved, KeptJournal())

    assert report.outcome == "failed"
    assert not report.results[0].already


def test_who_is_on_the_path_already_is_not_started_again(office: Bench) -> None:
    there = row(office, journey(office.server.nation(office.slug)))

    change = plan(office.nation, "start_path_journey", {"person_id": there["signup_id"], "path_id": "1"})

    assert change.operations == ()
    assert [each.why for each in change.skipped] == ["is on the path already"]


@pytest.mark.parametrize(
    ("status", "more", "message"),
    [
        ("active", {"step_id": "other"}, "on the path already"),
        ("active", {"note": "Anew"}, "on the path already"),
        ("completed", {}, "is completed. Reactivate it"),
        ("abandoned", {}, "is abandoned. Reactivate it"),
    ],
)
def test_a_journey_that_there_was_is_asked_about(
    status: str, more: dict[str, str], message: str, office: Bench
) -> None:
    nation = office.server.nation(office.slug)
    there = row(office, journey(nation, status))
    if "step_id" in more:
        more = {"step_id": step_beside(nation, there["id"])}

    with pytest.raises(errors.BadRequest, match=message):
        plan(
            office.nation,
            "start_path_journey",
            {"person_id": there["signup_id"], "path_id": "1", **more},
        )


def test_a_path_that_knows_no_values_is_warned_about(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))

    change = plan(office.nation, "start_path_journey", {"person_id": person, "path_id": "1", "value": "10"})

    assert change.warnings == ("The path “Become crew” is not set up for values.",)


def test_moving_to_a_step_changes_just_that_and_undo_gives_its_owner_and_due_date_back(office: Bench) -> None:
    nation = office.server.nation(office.slug)
    moved, (owner,) = journey(nation), people(nation, 1)
    office.nation.update("path_journeys", moved, {"current_step_point_person_id": owner})
    before, journal = row(office, moved), KeptJournal()
    other = step_beside(nation, moved)
    change = plan(office.nation, "update_path_journey", {"journey_id": moved, "step_id": other})

    office.commit(change, journal)

    assert row(office, moved)["current_step_id"] == other
    assert row(office, moved)["current_step_point_person_id"] is None
    assert office.undo(change, journal, KeptJournal("turn-2")).outcome == "done"
    after = row(office, moved)
    assert after["current_step_id"] == before["current_step_id"]
    assert after["current_step_point_person_id"] == owner


def test_a_step_is_found_by_its_name_or_a_part_of_it(office: Bench) -> None:
    nation = office.server.nation(office.slug)
    moved = journey(nation)
    name = rows(nation, "path_steps")[step_beside(nation, moved)]["name"]

    change = plan(office.nation, "update_path_journey", {"journey_id": moved, "step_id": name.upper()})

    assert f"to the step “{name}”" in change.summary


def test_a_name_that_fits_several_paths_is_asked_about(office: Bench) -> None:
    (person,) = off_path(office.server.nation(office.slug))
    office.nation.create("paths", {"name": "Become captain"})

    with pytest.raises(errors.BadRequest, match=r"Several fit “become”.*Ask which one is meant"):
        plan(office.nation, "start_path_journey", {"person_id": person, "path_id": "become"})


@pytest.mark.parametrize("status", ["completed", "abandoned"])
def test_only_an_active_journey_is_moved(status: str, office: Bench) -> None:
    ended = journey(office.server.nation(office.slug), status)

    with pytest.raises(errors.BadRequest, match=f"This journey is {status}"):
        plan(office.nation, "update_path_journey", {"journey_id": ended, "step_id": "1"})


def test_completing_for_a_reason_and_back(office: Bench) -> None:
    ended, journal = journey(office.server.nation(office.slug)), KeptJournal()
    arguments = {"journey_id": ended, "status": "completed", "reason_id": "Done"}
    change = plan(office.nation, "set_path_journey_status", arguments)

    office.commit(change, journal)

    assert row(office, ended)["journey_status"] == "completed"
    assert row(office, ended)["path_journey_status_change_id"] == "1"
    office.undo(change, journal, KeptJournal("turn-2"))
    assert row(office, ended)["journey_status"] == "active"
    assert row(office, ended)["path_journey_status_change_id"] is None


def test_what_was_abandoned_for_a_reason_is_abandoned_for_it_again_by_the_undo(office: Bench) -> None:
    ended, journal = journey(office.server.nation(office.slug)), KeptJournal()
    reason = {"journey_id": ended, "status": "abandoned", "reason_id": "2"}
    office.commit(plan(office.nation, "set_path_journey_status", reason), KeptJournal())
    change = plan(office.nation, "set_path_journey_status", {"journey_id": ended, "status": "active"})
    office.commit(change, journal)
    assert row(office, ended)["journey_status"] == "active"

    office.undo(change, journal, KeptJournal("turn-2"))

    assert row(office, ended)["journey_status"] == "abandoned"
    assert row(office, ended)["path_journey_status_change_id"] == "2"


def test_voiding_is_said_to_be_for_good_and_nothing_brings_it_back(office: Bench) -> None:
    ended = journey(office.server.nation(office.slug))
    change = plan(office.nation, "set_path_journey_status", {"journey_id": ended, "status": "voided"})

    report = office.commit(change, KeptJournal())

    assert (report.undoable, change.reversible) == ((), False)
    assert change.warnings == ("This cannot be undone: a voided journey does not come back.",)
    for status in ("active", "completed", "abandoned"):
        with pytest.raises(errors.BadRequest, match="does not come back"):
            plan(office.nation, "set_path_journey_status", {"journey_id": ended, "status": status})
    with pytest.raises(errors.BadRequest, match="does not come back"):
        plan(office.nation, "update_path_journey", {"journey_id": ended, "value": "1"})


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("start_path_journey", {"person_id": "98765", "path_id": "1"}, "no person with id 98765"),
        ("start_path_journey", {"person_id": "7", "path_id": "98765"}, "no path with id 98765"),
        ("start_path_journey", {"person_id": "7", "path_id": "sailing"}, "no path “sailing”"),
        (
            "start_path_journey",
            {"person_id": "7", "path_id": "1", "step_id": "leap"},
            "no step of this path “leap”. There are: “Interested” ",
        ),
        (
            "start_path_journey",
            {"person_id": "7", "path_id": "1", "point_person_id": "98765"},
            "no person with id 98765",
        ),
        ("update_path_journey", {"journey_id": "98765", "step_id": "1"}, "no journey with id 98765"),
        ("set_path_journey_status", {"journey_id": "98765", "status": "voided"}, "no journey with id 98765"),
        (
            "set_path_journey_status",
            {"journey_id": "1", "status": "completed", "reason_id": "Lost interest"},
            "no reason for completed journeys of this path “Lost interest”",
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
        ("update_path_journey", {"journey_id": "1"}),
        ("update_path_journey", {"journey_id": "1", "due_date": "soon"}),
        ("update_path_journey", {"journey_id": "1", "value": "-5"}),
        ("update_path_journey", {"journey_id": "1", "value": "1.234"}),
        ("start_path_journey", {"person_id": "7", "path_id": ""}),
        ("set_path_journey_status", {"journey_id": "1", "status": "deleted"}),
        ("set_path_journey_status", {"journey_id": "1", "status": "active", "reason_id": "1"}),
    ],
)
def test_what_cannot_be_meant_is_refused(tool: str, arguments: dict[str, str], office: Bench) -> None:
    with pytest.raises(errors.BadRequest):
        plan(office.nation, tool, arguments)


def test_the_card_says_what_happens_to_whom(office: Bench) -> None:
    ended = journey(office.server.nation(office.slug))
    arguments = {"journey_id": ended, "status": "completed", "reason_id": "1"}
    change = plan(office.nation, "set_path_journey_status", arguments)

    made = card(change, load()["set_path_journey_status"])

    who = office.person(row(office, ended)["signup_id"])["full_name"]
    assert made["summary"] == (
        f"Complete the journey of {who} on the path “Become crew”, with the reason “Done”"
    )
    (shown,) = made["sample"]
    assert (shown["before"]["journey_status"], shown["after"]["journey_status"]) == ("active", "completed")
    assert shown["url"].endswith(f"/signups/{row(office, ended)['signup_id']}")
    assert (made["effect"], made["sends"], made["undo"], made["people"]) == ("write", False, "all", 1)
