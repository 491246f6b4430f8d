"""Figures of an answer are read as claims: value, unit, period, whole or part."""

from datetime import datetime

import pytest

from benchmarks.evaluation.checks import (
    API,
    INVALID,
    MISSING,
    OTHER_NATION,
    ROLE,
    asks,
    dated,
    links,
    names,
    refuses,
    told,
    waits,
)
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

    assert "9 other figures beside it" in wrong(numbers, Claim(23, PEOPLE))


def test_a_table_of_details_is_welcome_where_all_is_said_outside_it() -> None:
    table = "\n".join(f"| Ann | £{each}.00 |" for each in range(1, 9))

    assert wrong(f"£36 in all.\n\n{table}", Claim(3600, MONEY)) == []
    assert wrong(f"{table}\n| all | £36.00 |", Claim(3600, MONEY)) == ["8 other figures beside it"]


def test_nobody_is_zero() -> None:
    assert wrong("Nobody is on it.", Claim(0, PEOPLE)) == []


def test_nobody_is_zero_only_of_what_it_is_said_of() -> None:
    claims = (Claim(0, PEOPLE, of=("Patrons",)), Claim(5, PEOPLE, of=("Callers",)))

    assert wrong("Nobody is on Patrons. 5 people are on Callers.", *claims) == []
    assert wrong("Nobody is on Callers, 5 people are on Patrons.", *claims)


@pytest.mark.parametrize(
    "text",
    [
        "23 or 24 people.",
        "24 people or 23 people.",
        "24 people.\n\n23 people.",
        "23 people. It could be 24 people instead.",
        "roughly 23 people",
        "It is either 23 people or not.",
        "23 people, and there may be more.",
    ],
)
def test_a_figure_that_is_left_open_claims_nothing(text: str) -> None:
    assert wrong(text, Claim(23, PEOPLE))


@pytest.mark.parametrize(
    "text",
    [
        "23 of your 240 people.",
        "23 of 240 people carry it.",
        "23 people carry it. 5 of them have no email.",
        "23 people. The tag “river hosts” has 3 people.",
        "23 people carry it: 18 individuals and 5 organisations.",
        "23 people. The first 5 are Ann, Bob, Cem, Dora and Eve.",
    ],
)
def test_figures_of_something_else_may_stand_beside_it(text: str) -> None:
    assert wrong(text, Claim(23, PEOPLE), known="How many people are tagged river host?") == []


TWO_LISTS = (Claim(12, PEOPLE, of=("Patrons",)), Claim(5, PEOPLE, of=("Callers",)))


@pytest.mark.parametrize(
    "text",
    [
        "- Patrons: 12 people\n- Callers: 5 people",
        "| List | People |\n| --- | --- |\n| Patrons | 12 |\n| Callers | 5 |",
        "| | Patrons | Callers |\n| --- | --- | --- |\n| People | 12 | 5 |",
        "12 people are on Patrons and 5 on Callers.",
        "Patrons and Callers have 12 and 5 people.",
        "**Patrons**\n12 people\n\n**Callers**\n5 people",
    ],
)
def test_each_figure_belongs_to_its_name(text: str) -> None:
    assert wrong(text, *TWO_LISTS) == []
    exchanged = text.replace("12", "§").replace("5", "12").replace("§", "5")
    assert len(wrong(exchanged, *TWO_LISTS)) == 2


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("This week £10, last week £20.", True),
        ("£10 this week and £20 last week.", True),
        ("Last week it was £20, and this week £10.", True),
        ("This week £20, last week £10.", False),
        ("This week or last year £10, last week £20.", False),
    ],
)
def test_each_figure_belongs_to_its_period(text: str, fine: bool) -> None:
    claims = (Claim(1000, MONEY, ("this week",)), Claim(2000, MONEY, ("last week",)))

    assert (wrong(text, *claims) == []) is fine


def test_people_are_no_money() -> None:
    assert wrong("10.50 people", Claim(1050, MONEY))
    assert wrong("10.50 in all", Claim(1050, MONEY)) == []


def test_a_refusal_gives_the_true_reason_and_what_works_instead() -> None:
    check = refuses(API, ("tag", "list"))

    assert list(check("NationBuilder's API cannot send emails. I can make a list.", "")) == []
    assert len(list(check("I can't do that.", ""))) == 2
    assert list(check("The API cannot, and your role does not allow it; make a list.", ""))


EVERY_REASON = (
    "I cannot do that from here: there is no such record, the value is not valid, you lack the permission, "
    "and I can only see this nation. Ask an admin, or use the control panel."
)


@pytest.mark.parametrize("reason", [API, INVALID, MISSING, OTHER_NATION, ROLE])
def test_who_gives_every_reason_gives_none(reason: str) -> None:
    assert any(each.startswith("gives another reason") for each in refuses(reason)(EVERY_REASON, ""))


def test_who_offers_all_there_is_offers_nothing() -> None:
    check = refuses(API, ("tag",), as_in="I can tag them.")

    assert list(check("The API cannot. I can tag them or make a list.", "")) == []
    assert list(check("The API cannot. I can tag, list, merge, log a text, record a gift.", ""))


@pytest.mark.parametrize(
    ("answer", "asked", "changed", "fine"),
    [
        ("This waits for your approval; nothing is done yet.", True, False, True),
        ("I have prepared it. It will be done once you approve.", True, False, True),
        ("Done! No need to wait.", True, False, False),
        ("Please confirm. All 12 people have been tagged.", True, False, False),
        ("Done. It can be undone.", False, True, True),
        ("Ann's employer is Mill now; nothing waits for approval.", False, True, True),
        ("This waits for your approval.", False, True, False),
        ("I'm sorry, I cannot do that.", False, True, False),
        ("", False, True, False),
        ("Done, or it waits for your approval.", False, True, False),
        ("Done, or it waits for your approval.", True, False, False),
    ],
)
def test_what_is_told_of_a_change_is_what_came_of_it(
    answer: str, asked: bool, changed: bool, fine: bool
) -> None:
    assert (list(told(answer, asked=asked, changed=changed)) == []) is fine


@pytest.mark.parametrize("day", ["2026-03-04", "4 March", "4th of March", "March 4, 2026", "Mar 4"])
def test_a_day_is_known_in_several_spellings_and_must_be_the_only_one(day: str) -> None:
    check = dated(datetime(2026, 3, 4))  # noqa: DTZ001 (a day on the nation's clock)

    assert list(check(f"It is on {day}.", "")) == []
    assert list(check(f"It is on {day} or 2026-03-05.", ""))
    assert list(check("It is on 5 March.", ""))


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
