"""Which tools the brain calls, and with what, for questions in people's words."""

from typing import Any

import pytest

from tests.unit.local.claude.talking import listed, talk

MARIA = listed({"id": "7", "name": "Maria Lopez", "panel_url": "https://demo.example/7"})
HOSTS = listed({"id": "3", "name": "Spring hosts", "people": 12})
HALL = listed({"id": "9", "name": "Town hall", "start_at": "2026-12-01T18:00:00-05:00"})
PATHS = listed({"id": "4", "name": "Volunteer onboarding"})
SCRIPT: dict[str, Any] = {
    "search_people": MARIA,
    "list_lists": HOSTS,
    "list_events": HALL,
    "list_paths": PATHS,
    "list_membership_types": listed({"id": "2", "name": "Gold"}),
    "list_automations": listed({"id": "6", "name": "Welcome"}),
    "list_surveys": listed({"id": "8", "name": "Issues"}),
    "list_petitions": listed({"id": "11", "name": "Clean water"}),
}
THIS_WEEK = {"after": "2026-11-16T00:00:00-05:00", "before": "2026-11-23T00:00:00-05:00"}
LAST_MONTH = {"after": "2026-10-01T00:00:00-04:00", "before": "2026-11-01T00:00:00-04:00"}
NEXT_MONTH = {"after": "2026-12-01T00:00:00-05:00", "before": "2027-01-01T00:00:00-05:00"}
THIS_YEAR_START = "2026-01-01T00:00:00-05:00"

ASKED: list[tuple[str, str, dict[str, Any]]] = [
    # money
    ("who donated this week?", "list_donations", {"succeeded": "this_week"}),
    ("who donated this week?", "summarize_donations", {"period": "this_week"}),
    ("who donatd last month", "list_donations", {"succeeded": "last_month"}),
    ("did anyone donate yesterday?", "summarize_donations", {"period": "yesterday"}),
    ("donors this week", "list_donations", {"succeeded": "this_week"}),
    ("show me the latest donations", "list_donations", {"limit": 20}),
    ("who donated over $100", "list_donations", {"min_cents": 10_001}),
    ("gifts under $1,000 this week", "list_donations", {"max_cents": 99_999, "succeeded": "this_week"}),
    ("how much did we raise last month?", "summarize_donations", {"period": "last_month"}),
    ("total donations today", "summarize_donations", {"period": "today"}),
    ("how many ppl gave this month", "summarize_donations", {"period": "this_month"}),
    ("average donation in the last 30 days", "summarize_donations", {"period": "last_30_days"}),
    ("top 5 donors this year", "summarize_donations", {"period": "this_year", "top": 5}),
    ("donations by month this year", "summarize_donations", {"group_by": "month", "period": "this_year"}),
    ("how much has Maria Lopez donated?", "list_donations", {"person_id": "7"}),
    ("Maria Lopez's donations", "search_people", {"name": "Maria Lopez"}),
    ("when did Maria last donate?", "search_people", {"name": "Maria"}),
    ("who still owes on a pledge?", "list_pledges", {"outstanding_only": True}),
    # people and tags
    (
        "how many people are tagged volunteer?",
        "list_people_with_tag",
        {"tag": "volunteer", "count_only": True},
    ),
    ('show me people tagged "Major Donor"', "list_people_with_tag", {"tag": "Major Donor"}),
    ("who has the tag house-party host", "list_people_with_tag", {"tag": "house-party host"}),
    ("how many people are in our nation?", "search_people", {"count_only": True}),
    ("how many volunters do we have", "search_people", {"flags": {"is_volunteer": True}, "count_only": True}),
    ("list volunteers in Springfield", "search_people", {"city": "Springfield"}),
    ("people in Ohio", "search_people", {"state": "OH"}),
    ("donors in Texas", "search_people", {"flags": {"is_donor": True}, "state": "TX"}),
    ("how many people have support level 1", "search_people", {"support_level": [1], "count_only": True}),
    ("who joined this week?", "search_people", {"created": "this_week"}),
    ("how many people signed up this week", "search_people", {"created": "this_week", "count_only": True}),
    ("find Maria Lopez", "search_people", {"name": "Maria Lopez"}),
    ("find Lisa Park", "search_people", {"name": "Lisa Park"}),
    ("who is maria@example.org?", "search_people", {"email": "maria@example.org"}),
    ("tell me about Maria Lopez", "get_person", {"person_id": "7"}),
    ("what is Maria Lopez's email?", "get_person", {"include_contact_details": True}),
    ("what tags does Maria Lopez have?", "get_person_tags", {"person_ids": ["7"]}),
    ("which tags do we have?", "list_tags", {}),
    ("unused tags", "list_tags", {"max_people": 0}),
    ("who am I?", "get_current_user", {}),
    # lists and contacts
    ("which lists do we have?", "list_lists", {}),
    ("who is on the list Spring hosts?", "list_list_members", {"list_id": "3"}),
    ("how many people are on the Spring hosts list", "get_list", {"list_id": "3"}),
    (
        "how many calls did we log this week?",
        "list_contacts",
        {"since": THIS_WEEK["after"], "until": THIS_WEEK["before"], "count_only": True},
    ),
    ("when was Maria Lopez last contacted?", "list_contacts", {"person_id": "7"}),
    ("who called Maria?", "list_contacts", {"person_id": "7"}),
    # events
    ("which events are coming up?", "list_events", {"after": "2026-11-22T10:00:00-05:00"}),
    ("evnts this week", "list_events", THIS_WEEK),
    ("when is our next event", "list_events", {"limit": 1}),
    ("who is coming to the Town hall?", "list_event_rsvps", {"event_id": "9", "status": "coming"}),
    ("how many people came to the Town hall", "list_event_rsvps", {"status": "attended", "count_only": True}),
    # paths, memberships, automations
    ("which paths do we have", "list_paths", {}),
    ("who is on the Volunteer onboarding path?", "list_path_journeys", {"path_id": "4"}),
    ("which memberships expire next month?", "list_memberships", {"expires": NEXT_MONTH}),
    ("how many active members do we have", "list_memberships", {"status": ["active"], "count_only": True}),
    ("which automations are active?", "list_automations", {"status": "running"}),
    ("who is enrolled in the Welcome automation?", "list_automations", {}),
    # surveys, petitions, mailings, pages, fields
    ("results of the issues survey", "list_surveys", {}),
    ("who signed the clean water petition?", "list_petition_signatures", {"petition_id": "11"}),
    ("which emails did we send last month?", "list_mailings", {"sent": "last_month"}),
    ("scheduled mailings", "list_mailings", {"scheduled_only": True}),
]


@pytest.mark.parametrize(("text", "tool", "arguments"), ASKED, ids=[f"{a[0]} - {a[1]}" for a in ASKED])
def test_a_question_leads_to_the_tool_that_answers_it(
    text: str, tool: str, arguments: dict[str, Any]
) -> None:
    heard = talk(text, SCRIPT)

    assert tool in heard.names
    assert heard.arguments(tool).items() >= arguments.items()


def test_two_independent_reads_are_asked_for_in_one_message() -> None:
    heard = talk("who donated this week?")

    assert heard.rounds == [["list_donations", "summarize_donations"]]


def test_a_comparison_asks_for_both_periods_in_one_message() -> None:
    heard = talk("compare donations this month with last month")

    assert [arguments["period"] for _, arguments in heard.calls] == ["this_month", "last_month"]
    assert len(heard.rounds) == 1


def test_a_name_is_looked_up_before_the_details() -> None:
    heard = talk("tell me about Maria Lopez", SCRIPT)

    assert heard.rounds == [["search_people"], ["get_person"]]


def test_the_open_page_says_who_this_person_is() -> None:
    page = {"kind": "person", "record_id": "77", "url": "https://demo.example/77"}

    heard = talk("what tags does this person have?", page=page)

    assert heard.calls == [("get_person_tags", {"person_ids": ["77"]})]


def test_without_a_page_this_person_is_asked_back() -> None:
    heard = talk("which tags does this person have?")

    assert heard.calls == []
    assert "Which person" in heard.text


def test_the_open_list_is_meant_by_this_list() -> None:
    page = {"kind": "list", "record_id": "5", "url": "https://demo.example/lists/5"}

    heard = talk("who is on this list?", page=page)

    assert heard.calls == [("list_list_members", {"list_id": "5", "limit": 20})]


def test_several_people_of_a_name_are_shown_and_asked_about() -> None:
    found = listed({"id": "7", "name": "Maria Lopez"}, {"id": "8", "name": "Maria Lopes"})

    heard = talk("what tags does Maria have?", {"search_people": found})

    assert heard.names == ["search_people"]
    assert "Which one do you mean?" in heard.text
    assert "Maria Lopes" in heard.text


def test_an_unknown_name_is_said_to_be_unknown() -> None:
    heard = talk("tell me about Nobody Here", {"search_people": listed()})

    assert "found nobody" in heard.text


def test_a_tool_that_is_not_offered_is_never_called() -> None:
    heard = talk("who donated this week?", tools=[])

    assert heard.calls == []
    assert "no way to look that up" in heard.text


def test_a_parameter_that_a_tool_does_not_know_is_not_sent() -> None:
    bare = {
        "name": "list_events",
        "input_schema": {"type": "object", "properties": {"after": {"type": "string"}}},
    }

    heard = talk("which events are coming up?", tools=[bare])

    assert set(heard.arguments("list_events")) == {"after"}


def test_a_limit_is_kept_within_what_the_tool_allows() -> None:
    limit = {"type": "integer", "maximum": 5}
    tool = {"name": "list_tags", "input_schema": {"type": "object", "properties": {"limit": limit}}}

    heard = talk("which tags do we have?", tools=[tool])

    assert heard.arguments("list_tags") == {"limit": 5}


def test_the_same_question_leads_to_the_same_calls_and_words() -> None:
    first, second = (talk("who is on the list Spring hosts?", SCRIPT) for _ in range(2))

    assert first == second
