"""Recording, correcting and deleting donations: amounts, dates, donors, receipts, and what a crash leaves."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from nat import errors
from nat.agent.tools import load
from nat.changes.card import card
from nat.changes.journal import EntryState
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.changing.case import people, rows
from tests.unit.nat.agent.tools.changing.executing import execute, plan, sent, unchanged
from tests.unit.nat.agent.tools.changing.money_and_event_cases import days_ago, donation, pledge
from tests.unit.nat.changes.bench import Bench
from tests.unit.nat.changes.kept import KeptJournal

NOON_IN_LOS_ANGELES = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)


@pytest.fixture
def pacific(office: Bench) -> Iterator[NationBuilder]:
    """The nation with its own time zone, on 10 March 2026 at noon."""
    with office.in_los_angeles(NOON_IN_LOS_ANGELES) as nation:
        yield nation


def gift(office: Bench, **changes: object) -> dict[str, object]:
    """Arguments of a gift from somebody known."""
    (person,) = people(office.stored, 1)
    basic = {"person_id": person, "amount_cents": 7_700, "payment_type_name": "Cash"}
    return {name: value for name, value in {**basic, **changes}.items() if value is not None}


def test_the_card_says_how_much_from_whom_how_and_when(office: Bench, pacific: NationBuilder) -> None:
    arguments = gift(office, received_at="2026-03-02", payment_type_name="check")
    name = office.person(str(arguments["person_id"]))["full_name"]

    made = card(plan(pacific, "record_donation", arguments), load()["record_donation"])

    assert made["summary"] == f"Record 77.00 from {name} (Check, Monday 2 March 2026, 12:00)"
    assert (made["sends"], made["undo"], made["people"]) == (True, "all", 1)
    assert made["sample"][0]["url"].endswith(f"/admin/signups/{arguments['person_id']}")
    assert made["sample"][0]["after"]["amount_in_cents"] == 7_700


def test_no_receipt_is_sent_unless_it_is_asked_for(office: Bench) -> None:
    quiet = plan(office.nation, "record_donation", gift(office))
    asked = plan(office.nation, "record_donation", gift(office, send_receipt=True))

    assert sent(quiet)["send_donor_receipt"] is False
    assert sent(asked)["send_donor_receipt"] is True
    assert asked.summary.endswith("and email a receipt")
    assert any("receipt at once" in each for each in asked.warnings)


def test_a_receipt_for_somebody_without_an_email_address_is_refused(office: Bench) -> None:
    (person,) = people(office.stored, 1)
    slots = ("email", "email1", "email2", "email3", "email4")
    office.stored["signups"].update(person, dict.fromkeys(slots))

    with pytest.raises(errors.BadRequest, match="no email address"):
        plan(office.nation, "record_donation", gift(office, person_id=person, send_receipt=True))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, "2026-03-10T12:00:00-07:00"),
        ("today", "2026-03-10T12:00:00-07:00"),
        ("yesterday", "2026-03-09T12:00:00-07:00"),
        ("2026-03-07", "2026-03-07T12:00:00-08:00"),
        ("2026-03-09T17:45", "2026-03-09T17:45:00-07:00"),
        ("2026-03-10T00:30:00Z", "2026-03-09T17:30:00-07:00"),
    ],
)
def test_dates_are_on_the_nations_clock(
    text: str | None, moment: str, office: Bench, pacific: NationBuilder
) -> None:
    change = plan(pacific, "record_donation", gift(office, received_at=text))

    assert sent(change)["succeeded_at"] == moment


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-03-11", "in the future"),
        ("2026-03-10T12:06", "in the future"),
        ("last tuesday", "“last tuesday” is no time"),
        ("2026-02-30", "is no time"),
        ("last_week", "is no time"),
        (" ", "is no time"),
    ],
)
def test_a_date_that_cannot_be_is_refused(
    text: str, message: str, office: Bench, pacific: NationBuilder
) -> None:
    with pytest.raises(errors.BadRequest, match=message):
        plan(pacific, "record_donation", gift(office, received_at=text))


@pytest.mark.parametrize("amount", [0, -500, 12.5, 5_000.0, True, "50", 10_000_000_000])
def test_an_amount_that_is_not_whole_cents_does_not_fit_the_schema(amount: object, office: Bench) -> None:
    with pytest.raises(errors.BadRequest, match="amount_cents"):
        plan(office.nation, "record_donation", gift(office, amount_cents=amount))


def test_a_payment_type_that_nobody_knows_is_told_with_the_usual_ones(office: Bench) -> None:
    with pytest.raises(errors.BadRequest, match=r"no payment type “Barter”\. Usual are: Cash, Check"):
        plan(office.nation, "record_donation", gift(office, payment_type_name="Barter"))


def test_a_payment_type_of_the_nations_own_is_taken_as_it_is_spelt_there(office: Bench) -> None:
    office.stored["donations"].update(donation(office.stored), {"payment_type_name": "Payroll Gift"})

    change = plan(office.nation, "record_donation", gift(office, payment_type_name="payroll gift"))

    assert sent(change)["payment_type_name"] == "Payroll Gift"


def test_a_tracking_code_that_does_not_exist_is_named(office: Bench) -> None:
    with pytest.raises(errors.RecordNotFound, match="no tracking code “Nowhere”"):
        plan(office.nation, "record_donation", gift(office, tracking_code="Nowhere"))


def test_somebody_new_is_added_first_and_named_by_reference(office: Bench) -> None:
    arguments = gift(office, person_id=None, first_name="Jo", last_name="Park", email="jo@new.example")

    person, given = plan(office.nation, "record_donation", arguments).operations

    assert (person.request.path, person.expects) == ("signups/push", 201)
    assert given.needs == ("person",)
    assert given.after is not None
    assert "signup_id" not in given.after


def test_a_known_email_address_of_another_name_is_warned_about(office: Bench) -> None:
    (person,) = people(office.stored, 1)
    row = office.person(person)
    arguments = gift(office, person_id=None, first_name="Zebedee", email=row["email"])

    change = plan(office.nation, "record_donation", arguments)

    assert sent(change)["signup_id"] == person
    assert any(f"is the address of {row['full_name']}" in each for each in change.warnings)


def test_a_known_name_without_an_email_address_is_asked_about(office: Bench) -> None:
    (person,) = people(office.stored, 1)
    row = office.person(person)
    arguments = gift(office, person_id=None, first_name=row["first_name"], last_name=row["last_name"])

    with pytest.raises(errors.BadRequest, match=rf"\(id {person}\)"):
        plan(office.nation, "record_donation", arguments)


@pytest.mark.parametrize(
    "donor",
    [
        {"person_id": None},
        {"email": "both@new.example"},
        {"person_id": None, "email": "nameless@new.example"},
        {"person_id": None, "first_name": "Jo", "email": "no address"},
    ],
)
def test_a_donor_who_is_not_clear_is_asked_about(donor: dict[str, object], office: Bench) -> None:
    with pytest.raises(errors.BadRequest):
        plan(office.nation, "record_donation", gift(office, **donor))


def test_somebody_elses_pledge_is_refused(office: Bench) -> None:
    owner = rows(office.stored, "pledges")[pledge(office.stored)]["signup_id"]
    other = next(each for each in people(office.stored, 2) if each != owner)

    with pytest.raises(errors.BadRequest, match="is not one of"):
        plan(
            office.nation,
            "record_donation",
            gift(office, person_id=other, pledge_id=pledge(office.stored)),
        )


def test_more_than_is_owed_of_a_pledge_is_warned_about(office: Bench) -> None:
    row = rows(office.stored, "pledges")[pledge(office.stored)]
    arguments = gift(
        office, person_id=row["signup_id"], pledge_id=row["id"], amount_cents=row["amount_left_in_cents"] + 1
    )

    change = plan(office.nation, "record_donation", arguments)

    assert any("still owed" in each for each in change.warnings)


def test_the_same_gift_of_the_same_day_is_warned_about(office: Bench) -> None:
    arguments = gift(office, received_at=days_ago(2))
    ids = execute(office.nation, plan(office.nation, "record_donation", arguments))

    again = plan(office.nation, "record_donation", arguments)

    assert any(f"of that day already: {ids['donation']}" in each for each in again.warnings)
    assert len(again.operations) == 1


def test_a_donation_whose_answer_was_lost_is_found_again_and_not_recorded_twice(office: Bench) -> None:
    journal = KeptJournal()
    change = plan(office.nation, "record_donation", gift(office))
    before = len(rows(office.stored, "donations"))
    office.server.fault("drop_after", method="POST", path="*/donations")

    report = office.commit(change, journal)

    assert report.outcome == "done"
    assert len(rows(office.stored, "donations")) == before + 1
    assert office.undo(change, journal, KeptJournal("turn-2")).outcome == "done"
    assert len(rows(office.stored, "donations")) == before


def test_beside_one_like_it_a_donation_whose_answer_was_lost_is_unknown(office: Bench) -> None:
    execute(office.nation, plan(office.nation, "record_donation", gift(office)))
    journal = KeptJournal()
    change = plan(office.nation, "record_donation", gift(office))
    office.server.fault("drop_after", method="POST", path="*/donations")

    office.commit(change, journal)

    assert journal.state("donation") is EntryState.UNKNOWN


def test_a_donation_that_somebody_corrected_since_is_not_deleted_by_the_undo(office: Bench) -> None:
    journal = KeptJournal()
    change = plan(office.nation, "record_donation", gift(office))
    office.commit(change, journal)
    made = journal.entries["donation"].created_id
    assert made is not None
    office.nation.update("donations", made, {"amount_in_cents": 8_800})

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "failed"
    assert made in rows(office.stored, "donations")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "nothing to change"),
        ({"custom_values": {}}, "nothing to change"),
        ({"amount_cents": None}, "`amount_cents` cannot be cleared"),
        ({"payment_type_name": None}, "`payment_type_name` cannot be cleared"),
        ({"amount_cents": 0}, "changes.amount_cents"),
        ({"amount_cents": 9.99}, "changes.amount_cents"),
        ({"payment_type_name": "Barter"}, "no payment type"),
        ({"canceled_at": "2999-01-01"}, "in the future"),
        ({"received_at": None}, "needs one of received_at"),
        ({"custom_values": {"shirt_size": "M"}}, "no custom field “shirt_size” here"),
        ({"custom_values": {"gift_source": ["a"]}}, "`custom_values`: an object of slugs"),
        ({"person_id": "7"}, "person_id"),
    ],
)
def test_a_correction_that_v2_would_not_take_is_told_before_it_is_sent(
    changes: dict[str, object], message: str, office: Bench
) -> None:
    arguments = {"donation_id": donation(office.stored), "changes": changes}

    with unchanged(office.stored), pytest.raises(errors.BadRequest, match=message):
        plan(office.nation, "update_donation", arguments)


def test_cancelling_changes_the_status_and_says_that_nothing_is_refunded(office: Bench) -> None:
    wanted = donation(office.stored)
    change = plan(
        office.nation, "update_donation", {"donation_id": wanted, "changes": {"canceled_at": "today"}}
    )

    execute(office.nation, change)

    assert rows(office.stored, "donations")[wanted]["status"] == "canceled"
    assert any("refund" in each for each in change.warnings)
    assert "receipt" not in str(change.operations[0].request.body)


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ("2026-03-09", None),
        ("yesterday", None),
        ("2026-03-08", "2026-03-08T12:00:00-07:00"),
        ("2026-03-09T12:00", "2026-03-09T12:00:00-07:00"),
    ],
)
def test_a_day_on_which_it_was_received_leaves_its_time_as_it_is(
    given: str, changed: str | None, office: Bench, pacific: NationBuilder
) -> None:
    wanted = donation(office.stored)
    office.stored["donations"].update(wanted, {"succeeded_at": datetime(2026, 3, 10, 4, 30, tzinfo=UTC)})

    change = plan(
        pacific,
        "update_donation",
        {"donation_id": wanted, "changes": {"received_at": given, "note": "Corrected"}},
    )

    assert sent(change).get("succeeded_at") == changed


def test_a_correction_is_told_by_what_it_changes_and_whose_it_is(office: Bench) -> None:
    wanted = donation(office.stored)
    row = rows(office.stored, "donations")[wanted]
    donor = office.person(row["signup_id"])

    change = plan(
        office.nation,
        "update_donation",
        {"donation_id": wanted, "changes": {"amount_cents": 4_321, "note": "Corrected"}},
    )

    amount = f"{row['amount_in_cents'] // 100:,}.{row['amount_in_cents'] % 100:02}"
    assert (
        change.summary
        == f"Change amount (to 43.21), note of the donation of {amount} from {donor['full_name']}"
    )
    assert change.operations[0].before == {"amount_in_cents": row["amount_in_cents"], "note": row["note"]}


@pytest.mark.parametrize("confirmed", [1, 0, -5])
def test_a_donation_is_only_deleted_with_its_amount_confirmed(confirmed: int, office: Bench) -> None:
    arguments = {"donation_id": donation(office.stored), "confirm_amount": confirmed}

    with unchanged(office.stored), pytest.raises(errors.BadRequest, match=r"Not done: donation .* is of"):
        plan(office.nation, "delete_donation", arguments)


def test_the_amount_that_was_confirmed_must_still_be_it_at_the_commit(office: Bench) -> None:
    wanted = donation(office.stored)
    cents = rows(office.stored, "donations")[wanted]["amount_in_cents"]
    change = plan(office.nation, "delete_donation", {"donation_id": wanted, "confirm_amount": cents})
    office.nation.update("donations", wanted, {"amount_in_cents": cents + 1})

    report = office.commit(change, KeptJournal())

    assert report.outcome == "failed"
    assert wanted in rows(office.stored, "donations")


def test_deleting_says_what_is_lost_for_good(office: Bench) -> None:
    wanted = donation(office.stored)
    cents = rows(office.stored, "donations")[wanted]["amount_in_cents"]

    change = plan(office.nation, "delete_donation", {"donation_id": wanted, "confirm_amount": cents})

    assert change.summary.startswith("Delete the donation of ")
    assert change.operations[0].after is None
    assert not change.reversible
    assert any("cannot be undone" in each for each in change.warnings)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        (
            "record_donation",
            {"person_id": "98765", "amount_cents": 1, "payment_type_name": "Cash"},
            "no person with id 98765",
        ),
        ("update_donation", {"donation_id": "98765", "changes": {"note": "x"}}, "no donation with id 98765"),
        ("delete_donation", {"donation_id": "98765", "confirm_amount": 1}, "no donation with id 98765"),
    ],
)
def test_a_record_that_is_not_there_is_named(
    tool: str, arguments: dict[str, object], message: str, office: Bench
) -> None:
    with pytest.raises(errors.RecordNotFound, match=message):
        plan(office.nation, tool, arguments)


def test_a_pledge_that_is_not_there_is_named(office: Bench) -> None:
    with pytest.raises(errors.RecordNotFound, match="no pledge with id 98765"):
        plan(office.nation, "record_donation", gift(office, pledge_id="98765"))
