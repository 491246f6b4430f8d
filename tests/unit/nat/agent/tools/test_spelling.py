"""What people ask for and what is stored are spelt differently: it is found, or said not to be certain."""

from datetime import timedelta
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
        ("06 12 34 56 78 x12", "0612345678"),
        ("01 23 45 67 89 (home)", "0123456789"),
        ("212-555-0177 cell", "212-555-0177"),
        ("212-555-0177 / 646-555-0100", "212-555-0177"),
        ("212-555-0177 or 646-555-0100", "646-555-0100"),
        ("212-555-0177", "２１２ ５５５ ０１７７"),
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
        ("212-555-0178 / 646-555-0100", "212-555-0177"),
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
        "Ingrid Q.-O'Hollander",
    ],
)
def test_a_person_is_found_however_the_name_is_turned_and_spelt(office: Bench, asked: str) -> None:
    who = person(office, full_name="Ingrid Q. O'Hollander", first_name="Ingrid", last_name="O'Hollander")

    assert found(office, name=asked) == [who]


def test_a_name_whose_words_belong_to_two_people_finds_neither(office: Bench) -> None:
    person(office, full_name="Xanthe Underhill")
    person(office, full_name="Ingrid Zweig")

    assert found(office, name="Xanthe Zweig") == []


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Jean‑Luc Picard", "Jean-Luc"),
        ("Mary Jane Watson", "Mary-Jane"),
        ("Robert “Bob” Smithee", '"Bob" Smithee'),
        ("Андрей Иванов", "Андрей"),
        ("Ann Leeds", "Ann Leeds"),
    ],
)
def test_a_name_is_found_in_another_composition_and_print(office: Bench, stored: str, asked: str) -> None:
    who = person(office, full_name=stored)

    assert found(office, name=asked) == [who]


@pytest.mark.parametrize("asked", ["[]", "[ ]"])
def test_brackets_are_not_everybodys_name(office: Bench, asked: str) -> None:
    assert found(office, name=asked) == []


@pytest.mark.parametrize(
    "criteria",
    [
        {"name": "Nobody Ofthatname"},
        {"email": "nobody@nowhere.example"},
        {"phone": "020 7946 0999"},
        {"state": "California"},
        {"city": "Nowhere"},
        {"name": "Ofthatname", "count_only": True},
    ],
)
def test_nobody_is_told_with_how_it_was_compared(office: Bench, criteria: dict[str, Any]) -> None:
    outcome = load()["search_people"].call(office.nation, criteria)

    assert outcome.total == 0
    assert "spelt" in outcome.data["note"]


def test_somebody_of_a_name_is_told_with_how_it_was_compared(office: Bench) -> None:
    person(office, full_name="Wim Garcia-Onlyone")
    person(office, full_name="Wim García-Onlyone")

    outcome = load()["search_people"].call(office.nation, {"name": "Garcia-Onlyone"})

    assert (outcome.total, "accents" in outcome.data["note"]) == (1, True)


def test_states_are_told_as_they_are_stored(office: Bench) -> None:
    outcome = load()["search_people"].call(office.nation, {"state": "California"})

    people = office.server.nation(office.slug)["signups"].rows.values()
    stored = sum((each.get("primary_address") or {}).get("state") == "CA" for each in people)
    assert outcome.data["stored"]["state"]["CA"] == stored > 0


def test_who_has_no_value_in_a_custom_field_is_told_with_what_it_holds(office: Bench) -> None:
    wanted = {"slug": "shirt_size", "value": "large"}

    outcome = load()["search_people"].call(office.nation, {"custom_field": wanted})

    assert outcome.total == 0
    assert "multiple choice, with S, M, L, XL" in outcome.data["note"]


def test_people_without_a_date_are_said_to_be_left_out_of_an_order_by_it(office: Bench) -> None:
    everybody = load()["search_people"].call(office.nation, {"count_only": True, "sort": "last_contacted"})
    ordered = load()["search_people"].call(office.nation, {"sort": "last_contacted"})

    rows = office.server.nation(office.slug)["signups"].rows.values()
    assert everybody.total == len(rows)
    assert ordered.total == sum(each["last_contacted_at"] is not None for each in rows) < len(rows)
    assert "without people who have no such date" in ordered.data["query"]


@pytest.mark.parametrize(
    "asked",
    [
        "@corp.example",
        "*@corp.example",
        "ingrid@",
        "ingrid@corp.example",
        "INGRID@Corp.Example",
        "mailto:ingrid@corp.example",
        "<ingrid@corp.example>",
        "Ingrid Q. <ingrid@corp.example>,",
        "ingrid@corp.example.",
    ],
)
def test_an_address_is_found_by_a_part_of_it(office: Bench, asked: str) -> None:
    who = person(office, full_name="Ingrid", email="ingrid@corp.example", email1="ingrid@corp.example")

    assert found(office, email=asked) == [who]


def test_what_is_no_part_of_an_address_is_refused(office: Bench) -> None:
    with pytest.raises(BadRequest, match="no email address"):
        found(office, email="ingrid at corp.example")


@pytest.mark.parametrize(
    "written", ["MAILTO:ada@corp.example", "Ada <ada@corp.example>", "ada@corp.example,"]
)
@pytest.mark.parametrize("tool", ["create_person", "record_donation"])
def test_an_address_that_was_copied_with_what_stands_around_it_is_known(
    office: Bench, tool: str, written: str
) -> None:
    who = person(office, full_name="Ada", email="ada@corp.example", email1="ada@corp.example")
    given: dict[str, Any] = {"first_name": "Ada", "email": written}
    if tool == "create_person":
        given["last_name"] = "Byron"
    else:
        given |= {"amount_cents": 500, "payment_type_name": "Cash"}

    change = plan(office.nation, tool, given)

    assert change.operations[0].subject.id == who
    assert written not in str(change.operations)


def test_a_new_address_is_stored_without_what_stood_around_it(office: Bench) -> None:
    given = {"first_name": "Ada", "email": "mailto:ada@corp.example"}

    (operation,) = plan(office.nation, "create_person", given).operations

    assert (operation.after or {})["email"] == "ada@corp.example"


@pytest.mark.parametrize(
    ("tool", "resource", "attribute"),
    [
        ("list_tags", "signup_tags", "name"),
        ("list_lists", "lists", "name"),
        ("list_paths", "paths", "name"),
        ("list_membership_types", "membership_types", "name"),
        ("list_tracking_codes", "donation_tracking_codes", "name"),
        ("list_pages", "pages", "name"),
        ("list_mailings", "mailings", "subject"),
    ],
)
@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Women’s Oddity", "women's oddity"),
        ("Québec Oddity", "Québec Odd"),
        ("[2031] Oddity", "[2031]"),
        ("{2031, 2032} Oddity", "{2031, 2032}"),
        ("Oddity‑led", "oddity-led"),
    ],
)
def test_a_part_of_a_name_is_found_in_any_spelling(
    office: Bench, tool: str, resource: str, attribute: str, stored: str, asked: str
) -> None:
    row = office.server.nation(office.slug)[resource].insert({attribute: stored})

    outcome = load()[tool].call(office.nation, {"query": asked})
    nothing = load()[tool].call(office.nation, {"query": "[nothing] of this name"})

    assert ([each["id"] for each in outcome.data["items"]], outcome.total) == ([row["id"]], 1)
    assert outcome.complete
    assert (nothing.total, "spelt" in nothing.data["note"]) == (0, True)


@pytest.mark.parametrize("query", [None, "[2031]"])
def test_look_alikes_are_those_that_hold_the_text(office: Bench, query: str | None) -> None:
    for name in ("[2031] Oddity", "[2031] oddity!", "2031 Oddity"):
        office.new_tag(name)

    outcome = load()["list_tags"].call(office.nation, {"look_alikes": True, "query": query})

    alike = {tag["name"] for group in outcome.data["items"] for tag in group["tags"] if "2031" in tag["name"]}
    assert len(alike) == (3 if query is None else 2)


@pytest.mark.parametrize("name", ["Women’s path", "[2031] path", "Québec path", "2031"])
def test_a_path_is_found_by_its_name_in_any_spelling(office: Bench, name: str) -> None:
    who = person(office, full_name="Marie")
    office.server.nation(office.slug)["paths"].insert({"name": name})
    asked = name.replace("’", "'").replace("é", "é")

    change = plan(office.nation, "start_path_journey", {"person_id": who, "path_id": asked})

    assert name in change.summary


def test_a_tracking_code_is_found_by_its_name_in_any_spelling(office: Bench) -> None:
    codes = office.server.nation(office.slug)["donation_tracking_codes"]
    codes.insert({"name": "[2031] Women’s fund", "slug": "wf"})

    outcome = load()["list_donations"].call(office.nation, {"tracking_code": "[2031] Women's fund"})

    assert outcome.total == 0


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


@pytest.mark.parametrize(
    "name",
    [
        "[2031] VIP",
        "2031",
        "007",
        "{{friends}}",
        "{friends}",
        "a, {b}",
        "a, b",
        "null",
        "[]",
        "[ВИП]",
        "[🎉]",
    ],
)
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
        ("list_contacts", {"since": "2026-W48", "until": "2026-W47"}),
        ("summarize_donations", {"period": {"after": "this_week", "before": "last_week"}}),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused(
    office: Bench, tool: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest, match="before it begins"):
        load()[tool].call(office.nation, arguments)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_people", {"donated_cents": {"gte": 10_000, "lte": 100}}),
        ("list_donations", {"min_cents": 10_000, "max_cents": 100}),
        ("list_tags", {"min_people": 5, "max_people": 1}),
    ],
)
def test_a_range_that_ends_before_it_begins_is_refused(
    office: Bench, tool: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest, match="range ends before it begins"):
        load()[tool].call(office.nation, arguments)


def test_a_range_of_whom_to_tag_that_ends_before_it_begins_is_refused(office: Bench) -> None:
    search = {"donated_cents": {"gte": 10_000, "lte": 100}}

    with pytest.raises(BadRequest, match="range ends before it begins"):
        plan(office.nation, "bulk_tag_people", {"search": search, "tag": "donor"})


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("list_donations", {"succeeded": "this_year", "status": ["pending"]}, "has not come in"),
        ("list_donations", {"succeeded": "this_year", "status": ["succeeded", "failed"]}, "has not come in"),
        ("list_mailings", {"sent": "this_year", "scheduled_only": True}, "still to be sent"),
    ],
)
def test_criteria_that_nothing_can_meet_together_are_refused(
    office: Bench, tool: str, arguments: dict[str, Any], why: str
) -> None:
    with pytest.raises(BadRequest, match=why):
        load()[tool].call(office.nation, arguments)


def test_donations_of_no_such_payment_type_are_told_with_how_it_was_compared(office: Bench) -> None:
    outcome = load()["list_donations"].call(office.nation, {"payment_type_name": "Cheque"})

    assert (outcome.total, "spelt" in outcome.data["note"]) == (0, True)


def test_a_field_that_does_not_exist_is_named_when_it_finds_nobody_to_tag(office: Bench) -> None:
    search = {"custom_field": {"slug": "no_such_field", "value": True}}

    with pytest.raises(BadRequest, match="no custom field"):
        plan(office.nation, "bulk_tag_people", {"search": search, "tag": "donor"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"phone_number": "61412999888"}, {"phone_number": "+61412999888"}),
        ({"home_address": {"zip": "2134"}}, {"home_address": {"zip": "02134"}}),
        ({"custom_values": {"dietary_needs": "7"}}, {"custom_values": {"dietary_needs": "007"}}),
    ],
)
def test_a_zero_or_a_plus_in_front_is_a_change(
    office: Bench, before: dict[str, Any], after: dict[str, Any]
) -> None:
    who = person(office, full_name="Marie", **before)

    change = plan(office.nation, "update_person", {"person_id": who, "changes": after})

    assert office.commit(change, KeptJournal()).done == 1
    assert str(*after.values()).strip("{}") in str(office.person(who)[next(iter(after))])


def test_a_changed_name_is_stored_composed(office: Bench) -> None:
    who = person(office, full_name="Jose")

    change = plan(office.nation, "update_person", {"person_id": who, "changes": {"first_name": "José"}})

    assert change.operations[0].after == {"first_name": "José"}


def test_a_number_without_end_is_no_custom_value(office: Bench) -> None:
    changes = {"custom_values": {"years_active": float("inf")}}

    with pytest.raises(BadRequest, match="custom"):
        plan(office.nation, "update_person", {"person_id": "7", "changes": changes})


def test_canceled_mailings_do_not_count_as_scheduled(office: Bench) -> None:
    mailings = office.server.nation(office.slug)["mailings"]
    for row in list(mailings.rows.values()):
        mailings.delete(row["id"])
    now = office.nation.now()
    for number in range(6):
        due = {"name": f"M{number}", "send_at": now + timedelta(days=9 - number), "created_at": now}
        mailings.insert({**due, "canceled_at": now if number % 2 else None})

    outcome = load()["list_mailings"].call(office.nation, {"scheduled_only": True, "limit": 2})

    assert [each["name"] for each in outcome.data["items"]] == ["M4", "M2"]
    assert (outcome.total, outcome.complete) == (3, False)


def test_a_list_tells_that_its_counter_may_lag_behind(office: Bench) -> None:
    assert "lag" in load()["list_lists"].call(office.nation, {}).data["note"]


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
