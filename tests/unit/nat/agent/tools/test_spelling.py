"""What people ask for and what is stored are spelt differently: it is found, or said not to be certain."""

from typing import Any

import pytest

from nat.agent.tool import ArgumentsRejected
from nat.agent.tools import load
from nat.errors import BadRequest
from tests.unit.nat.agent.tools.changing.executing import plan
from tests.unit.nat.changes.bench import Bench
from tests.unit.nat.changes.kept import KeptJournal


def person(office: Bench, **values: Any) -> str:
    """Somebody in the nation, as V2 would have stored them."""
    return str(office.server.nation(office.slug)["signups"].insert(values)["id"])


def found(office: Bench, **criteria: Any) -> list[str]:
    """Ids of whom a search finds."""
    outcome = load()["search_people"].call(office.nation, criteria)
    return [each["id"] for each in outcome.data["items"]]


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("0412 345 678", "0412 345 678"),
        ("0412 345 678", "+61412345678"),
        ("+61412999888", "0412 999 888"),
        ("61412999888", "+61 412 999 888"),
        ("212-555-0177 x12", "212-555-0177"),
        ("212-555-0177 x12", "(212) 555-0177 ext. 12"),
        ("(212) 555-0177", "+1 212.555.0177"),
        ("+49 30 123 45 67", "030/1234567"),
        ("06 12 34 56 78", "+33612345678"),
    ],
)
@pytest.mark.parametrize("line", ["phone_number", "mobile_number", "work_phone_number"])
def test_a_number_is_found_in_any_spelling_on_any_line(
    office: Bench, stored: str, asked: str, line: str
) -> None:
    who = person(office, full_name="Wanted", **{line: stored})

    assert found(office, phone=asked) == [who]


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("+1 412 999 888", "+61 412 999 888"),
        ("0112 999 888", "0412 999 888"),
        ("212-555-0177 x13", "212-555-0177 x12"),
        ("646-555-0177", "212-555-0177"),
        ("0178", "555-0177 x8"),
    ],
)
def test_a_number_of_somebody_else_is_never_found(office: Bench, stored: str, asked: str) -> None:
    person(office, full_name="Somebody else", phone_number=stored)

    assert found(office, phone=asked) == []


def test_numbers_that_agree_in_their_last_digits_only_are_said_to_be_uncertain(office: Bench) -> None:
    who = person(office, full_name="Local", phone_number="555-0177")

    outcome = load()["search_people"].call(office.nation, {"phone": "212-555-0177"})

    assert [each["id"] for each in outcome.data["items"]] == [who]
    assert "not certain" in outcome.data["note"]


@pytest.mark.parametrize(
    "asked",
    [
        "O'Hollander, Ingrid",
        "O’Hollander",
        "Ingrid O'Hollander",
        "ingrid q. o’hollander",
        "O`Hollander Ingrid",
        "hollander",
    ],
)
def test_a_person_is_found_however_the_name_is_turned_and_spelt(office: Bench, asked: str) -> None:
    who = person(office, full_name="Ingrid Q. O'Hollander", first_name="Ingrid", last_name="O'Hollander")

    assert found(office, name=asked) == [who]


def test_a_name_whose_words_belong_to_two_people_finds_neither(office: Bench) -> None:
    person(office, full_name="Xanthe Underhill")
    person(office, full_name="Ingrid Zweig")

    assert found(office, name="Xanthe Zweig") == []


def test_nobody_of_a_name_is_told_with_how_it_was_compared(office: Bench) -> None:
    outcome = load()["search_people"].call(office.nation, {"name": "Nobody Ofthatname"})

    assert outcome.total == 0
    assert "spelt" in outcome.data["note"]


@pytest.mark.parametrize("asked", ["@corp.example", "*@corp.example", "ingrid@", "ingrid@corp.example"])
def test_an_address_is_found_by_a_part_of_it(office: Bench, asked: str) -> None:
    who = person(office, full_name="Ingrid", email="ingrid@corp.example", email1="ingrid@corp.example")

    assert found(office, email=asked) == [who]


def test_a_composed_letter_and_its_parts_are_one_name_of_a_tag(office: Bench) -> None:
    tag = office.new_tag("Que\u0301bec")
    who = person(office, full_name="Marie")

    change = plan(office.nation, "add_tags_to_person", {"person_id": who, "tags": ["Qu\u00e9bec"]})

    assert [each.key for each in change.operations] == [f"tagging-{who}-{tag}"]


def test_tags_that_differ_in_marks_only_are_shown_as_look_alikes(office: Bench) -> None:
    office.new_tag("Que\u0301bec")
    office.new_tag("Quebec")

    outcome = load()["list_tags"].call(office.nation, {"look_alikes": True})

    assert any("Quebec" in str(each) and "Que\u0301bec" in str(each) for each in outcome.data["items"])


@pytest.mark.parametrize("name", ["[2031] VIP", "2031", "{{friends}}", "a, b", "null"])
def test_a_tag_may_have_any_name(office: Bench, name: str) -> None:
    who = person(office, full_name="Marie", first_name="Marie")

    change = plan(
        office.nation, "add_tags_to_person", {"person_id": who, "tags": [name], "create_missing": True}
    )
    report = office.commit(change, KeptJournal())

    names = [row["name"] for row in office.server.nation(office.slug)["signup_tags"].rows.values()]
    assert report.outcome == "done"
    assert names.count(name) == 1
    again = plan(office.nation, "add_tags_to_person", {"person_id": who, "tags": [name]})
    assert again.operations == ()


@pytest.mark.parametrize("name", ["a\0b", "\u200b", "\u202e \u3164"])
def test_what_cannot_be_kept_or_seen_is_no_name(office: Bench, name: str) -> None:
    who = person(office, full_name="Marie", first_name="Marie")

    with pytest.raises(ArgumentsRejected):
        plan(office.nation, "add_tags_to_person", {"person_id": who, "tags": [name], "create_missing": True})


def test_a_person_may_have_any_name(office: Bench) -> None:
    change = plan(office.nation, "create_person", {"first_name": "Lee", "last_name": "[volunteer]"})

    assert office.commit(change, KeptJournal()).outcome == "done"


def test_a_custom_field_is_compared_with_a_decimal(office: Bench) -> None:
    who = person(office, full_name="Half", custom_values={"shirt_size": 0.5})

    assert found(office, custom_field={"slug": "shirt_size", "value": 0.5}) == [who]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_events", {"after": "this_month", "before": "this_month"}),
        ("search_people", {"created": {"after": "2026-11-20", "before": "2026-11-19"}}),
        ("list_donations", {"succeeded": {"after": "2026-11-20", "before": "2026-11-20"}}),
        ("summarize_donations", {"period": {"after": "this_week", "before": "last_week"}}),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused(
    office: Bench, tool: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest, match="before it begins"):
        load()[tool].call(office.nation, arguments)


def test_who_is_on_a_list_is_counted_where_its_counter_lags_behind(office: Bench) -> None:
    nation = office.server.nation(office.slug)
    list_id, members = next(each for each in nation.list_members.items() if len(each[1]) > 25)
    nation["lists"].update(list_id, {"signups_count": 20})

    shown = load()["list_list_members"].call(office.nation, {"list_id": list_id, "limit": 20})
    opened = load()["get_list"].call(office.nation, {"list_id": list_id})

    assert (shown.returned, shown.total, shown.complete) == (20, len(members), False)
    assert opened.data["items"][0]["people"] == len(members)


def test_donations_of_one_moment_are_each_added_up_once(office: Bench) -> None:
    nation = office.server.nation(office.slug)
    moment = nation.local(next(iter(nation["donations"].rows.values()))["created_at"])
    for row in list(nation["donations"].rows.values()):
        nation["donations"].delete(row["id"])
    for _ in range(350):
        nation["donations"].insert({"amount_in_cents": 1_000, "succeeded_at": moment, "status": "succeeded"})

    outcome = load()["summarize_donations"].call(office.nation, {"period": "all_time"})

    assert (outcome.data["total_cents"], outcome.complete) == (350_000, True)
    assert "note" not in outcome.data
