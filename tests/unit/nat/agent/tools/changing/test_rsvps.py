"""Putting people down for events, checking them in, cancelling."""

import pytest

from nat import errors
from tests.unit.nat.agent.tools.changing.case import rows
from tests.unit.nat.agent.tools.changing.executing import execute, plan
from tests.unit.nat.agent.tools.changing.money_and_event_cases import event, not_coming, quiet_event, rsvp_row
from tests.unit.nat.changes.bench import Bench
from tests.unit.nat.changes.kept import KeptJournal


def test_an_rsvp_ties_the_person_by_id(office: Bench) -> None:
    wanted = quiet_event(office.stored)
    (person,) = not_coming(office.stored, wanted)

    change = plan(office.nation, "add_event_rsvp", {"event_id": wanted, "person_id": person, "guests": 2})

    body = change.operations[0].request.body
    assert body is not None
    assert body["data"]["relationships"]["signup"]["data"] == {
        "type": "signups",
        "id": person,
        "method": "update",
    }
    assert body["data"]["attributes"] == {"event_id": wanted, "guests_count": 2}
    assert change.summary.startswith(f"Put down {office.person(person)['full_name']} for “")
    assert change.summary.endswith("” with 2 guests")


def test_an_answer_by_email_is_warned_about_only_where_the_event_sends_one(office: Bench) -> None:
    quiet, loud = quiet_event(office.stored), event(office.stored)

    warned = {
        each: plan(
            office.nation,
            "add_event_rsvp",
            {"event_id": each, "person_id": not_coming(office.stored, each)[0]},
        ).warnings
        for each in (quiet, loud)
    }

    assert not any("automatic answer" in each for each in warned[quiet])
    assert any("automatic answer" in each for each in warned[loud])


@pytest.mark.parametrize("by", ["person_id", "email"])
def test_who_has_rsvpd_already_is_left_alone(by: str, office: Bench) -> None:
    row = rsvp_row(office.stored)
    person = office.person(row["signup_id"])
    who = {"person_id": person["id"]} if by == "person_id" else {"email": person["email"]}

    change = plan(office.nation, "add_event_rsvp", {"event_id": row["event_id"], **who})

    assert change.operations == ()
    assert [each.why for each in change.skipped] == ["already so"]


def test_an_rsvp_under_another_address_is_found_too(office: Bench) -> None:
    row = rsvp_row(office.stored)
    office.stored["event_rsvps"].update(row["id"], {"email": "elsewhere@new.example"})

    change = plan(
        office.nation,
        "add_event_rsvp",
        {"event_id": row["event_id"], "person_id": row["signup_id"], "guests": 8},
    )

    (operation,) = change.operations
    assert operation.request.path == f"event_rsvps/{row['id']}"
    assert operation.after == {"guests_count": 8}


def test_an_rsvp_that_was_cancelled_is_taken_up_again(office: Bench) -> None:
    row = rsvp_row(office.stored, cancelled=True)

    change = plan(
        office.nation, "add_event_rsvp", {"event_id": row["event_id"], "person_id": row["signup_id"]}
    )

    assert change.operations[0].after == {"canceled": False}
    assert change.summary.startswith("Take up again the RSVP of ")


def test_more_people_than_the_event_takes_are_warned_about(office: Bench) -> None:
    wanted = quiet_event(office.stored)
    office.stored["events"].update(wanted, {"capacity_count": 3, "allow_guests": False})
    (person,) = not_coming(office.stored, wanted)

    change = plan(office.nation, "add_event_rsvp", {"event_id": wanted, "person_id": person, "guests": 1})

    assert any("the event takes 3" in each for each in change.warnings)
    assert any("does not take guests" in each for each in change.warnings)


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ({}, "Give person_id"),
        ({"first_name": "Jo", "last_name": "Park"}, "email address or a phone number"),
        ({"first_name": "Jo", "email": "jo@new.example"}, "needs last name"),
        ({"email": "jo@new.example"}, "needs first name, last name"),
        ({"first_name": "Jo", "last_name": "Park", "email": "jo"}, "email: an email address"),
        ({"person_id": "7", "email": "jo@new.example"}, "not both"),
        ({"person_id": "7", "guests": -1}, "guests"),
        ({"person_id": "98765"}, "no person with id 98765"),
    ],
)
def test_an_rsvp_of_nobody_in_particular_is_refused(
    who: dict[str, object], message: str, office: Bench
) -> None:
    with pytest.raises(errors.NatError, match=message):
        plan(office.nation, "add_event_rsvp", {"event_id": quiet_event(office.stored), **who})


def test_somebody_new_is_added_and_put_down_and_both_are_taken_back(office: Bench) -> None:
    wanted, journal = quiet_event(office.stored), KeptJournal()
    known = set(rows(office.stored, "signups"))
    change = plan(
        office.nation,
        "add_event_rsvp",
        {"event_id": wanted, "first_name": "Jo", "last_name": "Park", "phone_number": "555 0100"},
    )
    office.commit(change, journal)
    (new,) = set(rows(office.stored, "signups")) - known
    there = office.stored["event_rsvps"].where("event_id", wanted)
    assert [each["first_name"] for each in there if each["signup_id"] == new] == ["Jo"]

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "done"
    assert set(rows(office.stored, "signups")) == known


@pytest.mark.parametrize(
    ("changes", "before", "summary"),
    [
        ({"attended": True}, {"attendee": False}, "Check in "),
        ({"cancelled": True}, {"canceled": False}, "Cancel the RSVP of "),
        ({"guests": 9}, None, "Change the RSVP of "),
    ],
)
def test_a_change_of_an_rsvp_is_told_in_plain_words(
    changes: dict[str, object], before: dict[str, object] | None, summary: str, office: Bench
) -> None:
    row = rsvp_row(office.stored)

    change = plan(office.nation, "update_event_rsvp", {"rsvp_id": row["id"], **changes})

    assert change.summary.startswith(f"{summary}{office.person(row['signup_id'])['full_name']} for “")
    assert before is None or change.operations[0].before == before


def test_who_comes_after_all_has_not_cancelled(office: Bench) -> None:
    row = rsvp_row(office.stored, cancelled=True)
    change = plan(office.nation, "update_event_rsvp", {"rsvp_id": row["id"], "attended": True})

    execute(office.nation, change)

    now = rows(office.stored, "event_rsvps")[row["id"]]
    assert (now["attendee"], now["canceled"]) == (True, False)
    assert change.summary.startswith("Check in ")


def test_what_was_never_set_counts_as_no(office: Bench) -> None:
    row = rsvp_row(office.stored)
    office.stored["event_rsvps"].update(row["id"], dict.fromkeys(("attendee", "canceled", "volunteer")))
    nothing = {"attended": False, "cancelled": False, "volunteer": False}

    change = plan(office.nation, "update_event_rsvp", {"rsvp_id": row["id"], **nothing})

    assert change.operations == ()
    assert len(change.skipped) == 1


def test_several_rsvps_of_one_person_are_asked_about(office: Bench) -> None:
    row = rsvp_row(office.stored)
    twin = office.stored["event_rsvps"].insert({**row})

    with pytest.raises(errors.BadRequest, match=f"{row['id']}, {twin['id']}"):
        plan(
            office.nation,
            "update_event_rsvp",
            {"event_id": row["event_id"], "person_id": row["signup_id"], "attended": True},
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"attended": True}, "Give rsvp_id, or event_id and person_id"),
        ({"person_id": "7", "attended": True}, "Give rsvp_id, or event_id and person_id"),
        ({"rsvp_id": "1"}, "nothing to change"),
        ({"rsvp_id": "1", "attended": True, "cancelled": True}, "attended and cancelled"),
        ({"rsvp_id": "98765", "attended": True}, "no RSVP with id 98765"),
        ({"event_id": "98765", "person_id": "7", "attended": True}, "no event with id 98765"),
    ],
)
def test_an_rsvp_that_is_not_clear_is_asked_about(
    arguments: dict[str, object], message: str, office: Bench
) -> None:
    with pytest.raises(errors.NatError, match=message):
        plan(office.nation, "update_event_rsvp", arguments)


def test_an_rsvp_of_another_event_is_not_taken_for_this_one(office: Bench) -> None:
    row = rsvp_row(office.stored)
    other = next(each for each in rows(office.stored, "events") if each != row["event_id"])

    with pytest.raises(errors.BadRequest, match="for another event"):
        plan(office.nation, "update_event_rsvp", {"rsvp_id": row["id"], "event_id": other, "attended": True})


def test_who_has_no_rsvp_cannot_be_checked_in(office: Bench) -> None:
    wanted = event(office.stored)
    (person,) = not_coming(office.stored, wanted)

    with pytest.raises(errors.RecordNotFound, match="There is no RSVP of"):
        plan(office.nation, "update_event_rsvp", {"event_id": wanted, "person_id": person, "attended": True})


def test_an_event_with_more_rsvps_than_are_looked_through_is_left_to_people(
    office: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nat.agent.tools.changing.rsvps.RSVPS_AT_MOST", 2)
    wanted = event(office.stored)
    (person,) = not_coming(office.stored, wanted)

    with pytest.raises(errors.BadRequest, match="too many to look through"):
        plan(office.nation, "add_event_rsvp", {"event_id": wanted, "person_id": person})


def test_a_known_email_address_in_any_case_is_that_persons(office: Bench) -> None:
    wanted = quiet_event(office.stored)
    (person,) = not_coming(office.stored, wanted)

    change = plan(
        office.nation,
        "add_event_rsvp",
        {"event_id": wanted, "email": office.person(person)["email"].upper()},
    )

    assert [each.subject.id for each in change.operations] == [person]
