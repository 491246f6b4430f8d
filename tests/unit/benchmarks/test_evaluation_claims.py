"""Figures of an answer are read as claims: value, unit, period, whole or part."""

import pytest

from benchmarks.evaluation.checks import API, MISSING, ROLE, asks, links, names, refuses, waits
from benchmarks.evaluation.claims import GIFTS, MONEY, PEOPLE, Claim, figures_in, wrong_claims


def wrong(text: str, *claims: Claim, mark: str = "£", known: str = "", beside: int = 3) -> list[str]:
    return list(wrong_claims(text, claims, mark, known, beside))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("12 donations from 10 donors", [GIFTS, PEOPLE]),
        ("Donations: 12, donors: 10", [GIFTS, PEOPLE]),
        ("| Donations | 12 |\n| Donors | 10 |", [GIFTS, PEOPLE]),
        ("£12.50 from **10 people**", [MONEY, PEOPLE]),
        ("12 pounds", [MONEY]),
        ("There are 12.", [""]),
    ],
)
def test_a_figure_has_the_unit_beside_it(text: str, units: list[str]) -> None:
    assert [each.unit for each in figures_in(text)] == units


@pytest.mark.parametrize(
    "text",
    [
        "On 4 March 2026 at 18:30.",
        "March 4–8, 2026",
        "2026-03-04T10:56",
        "[Ann](https://x.nationbuilder.com/admin/signups/12)",
        "ann12@example.org, 555 700 2223",
        "1. Ann\n2. Bob",
        "event 12, id 7, #3",
        "5 %",
    ],
)
def test_dates_addresses_ids_and_shares_are_no_figures(text: str) -> None:
    assert figures_in(text) == []


@pytest.mark.parametrize("text", ["23 people.", "**23** carry the tag.", "There are 23.", "People: 23"])
def test_a_claim_is_met_however_it_is_put(text: str) -> None:
    assert wrong(text, Claim(23, PEOPLE)) == []


@pytest.mark.parametrize(
    "text", ["24 people.", "23 donations.", "£23", "many people", "230 people", "1,023 people", "2.3 people"]
)
def test_another_value_or_unit_is_no_such_claim(text: str) -> None:
    assert wrong(text, Claim(23, PEOPLE))


def test_units_must_not_be_exchanged() -> None:
    claims = (Claim(12, GIFTS), Claim(10, PEOPLE))

    assert wrong("12 donations from 10 donors", *claims) == []
    assert len(wrong("10 donations from 12 donors", *claims)) == 2


@pytest.mark.parametrize("text", ["£1,234.50", "£1234.50", "1,234.50 pounds", "1,234.50 GBP"])
def test_money_is_right_in_the_nations_currency(text: str) -> None:
    assert wrong(text, Claim(123_450, MONEY), known="How many pounds?") == []


def test_another_currency_than_the_question_names_is_wrong() -> None:
    assert wrong("$1,234.50", Claim(123_450, MONEY), known="How many pounds?")
    assert wrong("$1,234.50", Claim(123_450, MONEY), known="How much?") == []


def test_the_period_must_be_said() -> None:
    claim = Claim(1000, MONEY, ("this week", "since monday"))

    assert wrong("£10 since Monday", claim) == []
    assert wrong("£10", claim) == ["10.00 without its period"]


def test_a_part_must_not_be_told_as_the_whole_nor_the_whole_as_a_part() -> None:
    assert wrong("5 of 29 people are shown", Claim(29, PEOPLE, partial=True)) == []
    assert wrong("29 people", Claim(29, PEOPLE, partial=True)) == ["29 people as the whole"]
    assert wrong("at least 29 people", Claim(29, PEOPLE)) == ["29 people as a part"]


def test_who_names_every_number_has_claimed_nothing() -> None:
    numbers = ", ".join(f"{each} people" for each in range(20, 30))

    assert wrong(numbers, Claim(23, PEOPLE)) == ["9 other figures beside it"]


def test_a_table_of_details_is_welcome_where_all_is_said_outside_it() -> None:
    table = "\n".join(f"| Ann | £{each}.00 |" for each in range(1, 9))

    assert wrong(f"£36 in all.\n\n{table}", Claim(3600, MONEY)) == []
    assert wrong(f"{table}\n| all | £36.00 |", Claim(3600, MONEY)) == ["8 other figures beside it"]


def test_nobody_is_zero() -> None:
    assert wrong("Nobody is on it.", Claim(0, PEOPLE)) == []


def test_a_refusal_gives_the_true_reason_and_what_works_instead() -> None:
    check = refuses(API, ("tag", "list"))

    assert list(check("NationBuilder's API cannot send emails. I can make a list.", "")) == []
    assert len(list(check("I can't do that.", ""))) == 2
    assert list(check("The API cannot, and your role does not allow it; make a list.", ""))


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (ROLE, "Your role, viewer, doesn't allow changes; an admin can."),
        (ROLE, "As a member you may not do that. Ask an admin."),
        (MISSING, "I couldn't find anyone of that name, but an admin."),
        (MISSING, "There is no tag called x; an admin may know."),
    ],
)
def test_reasons_are_known_in_several_words(reason: str, text: str) -> None:
    assert list(refuses(reason, ("admin",))(text, "")) == []


def test_names_must_be_all_and_no_others() -> None:
    check = names(["river host"], ["river hosts", "market caller"])

    assert list(check("River Host", "")) == []
    assert list(check("river host, market caller", "")) == ["names market caller"]
    assert list(check("market caller", "market caller?")) == ["does not name river host"]


def test_links_lead_to_the_records_that_were_meant() -> None:
    check = links("/admin/signups/12")

    assert list(check("[Ann](https://x.nationbuilder.com/admin/signups/12)", "")) == []
    assert list(check("[Ann](https://x.nationbuilder.com/admin/signups/13)", ""))
    assert list(check("Ann, /admin/signups/12", ""))


def test_a_question_back_asks_for_what_is_missing() -> None:
    check = asks(("which", "what"))

    assert list(check("Which list?", "")) == []
    assert list(check("Sure?", ""))
    assert list(check("Tell me which list.", ""))


def test_what_waits_is_not_told_as_done() -> None:
    assert list(waits("This waits for your approval.", "")) == []
    assert list(waits("Done!", ""))
