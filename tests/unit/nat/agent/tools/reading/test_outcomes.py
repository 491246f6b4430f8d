"""What every outcome says: honest counts, the filter in words, links, no contact details unasked."""

import json
import re
from typing import Any

import pytest

from local.nationbuilder.store import Nation
from nat.agent.tool import ToolOutcome
from nat.agent.tools import load
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.reading.calls import READ_TOOLS, further, member, run, usual

PANEL = re.compile(
    r"https://demo\.nationbuilder\.com/admin"
    r"(/signups/\d+|/custom_lists(/\d+)?|/signup_tags|/financial_transactions|/sites/\d+/pages/\d+)?$"
)
GROUPED = {"group_by", "look_alikes"}


@pytest.fixture(scope="session")
def outcomes(v2: NationBuilder, demo: Nation) -> list[tuple[str, Any, ToolOutcome]]:
    """Every call with what it gave."""
    calls = [*usual(demo).items(), *further(demo)]
    return [(tool, arguments, run(v2, tool, **arguments)) for tool, arguments in calls]


Outcomes = list[tuple[str, Any, ToolOutcome]]


def test_counts_agree_with_the_records(outcomes: Outcomes) -> None:
    for tool, arguments, outcome in outcomes:
        items, count = outcome.data["items"], outcome.data.get("count")
        assert outcome.complete is not None
        if count is None:
            assert outcome.returned == len(items), tool
            assert outcome.total == outcome.returned or not outcome.complete, (tool, arguments)
        else:  # counted or added up: no records, and either all were read for it or none
            assert items == [], tool
            assert (outcome.returned, outcome.total) == (0, count) or outcome.returned == count, tool
            assert outcome.total == count or not outcome.complete, (tool, arguments)
        assert count is not None or not arguments.get("count_only"), (tool, arguments)


def test_every_record_has_an_id_and_a_name(outcomes: Outcomes) -> None:
    for tool, arguments, outcome in outcomes:
        for each in outcome.data["items"]:
            assert each.get("name") or tool in ("list_contacts", "get_person_timeline"), (tool, each)
            if not GROUPED & arguments.keys():
                assert isinstance(each["id"], str), (tool, each)


def test_every_outcome_says_in_words_what_was_asked_and_when_it_was_read(outcomes: Outcomes) -> None:
    for tool, _arguments, outcome in outcomes:
        assert outcome.data["query"], tool
        assert outcome.data["read_at"] == "2026-11-18T12:00-05:00"


def test_every_outcome_with_records_links_into_the_control_panel(outcomes: Outcomes) -> None:
    for tool, arguments, outcome in outcomes:
        if tool == "get_batch_status":
            continue
        assert outcome.links, (tool, arguments)
        assert len({link.url for link in outcome.links}) == len(outcome.links), (tool, outcome.links)


def test_only_confirmed_urls_are_given(outcomes: Outcomes) -> None:
    for tool, _arguments, outcome in outcomes:
        urls = [link.url for link in outcome.links]
        urls += re.findall(r'"panel_url": "([^"]+)"', json.dumps(outcome.data))
        for url in urls:
            assert PANEL.match(url), (tool, url)


def test_outcomes_are_json(outcomes: Outcomes) -> None:
    for _tool, _arguments, outcome in outcomes:
        assert json.loads(json.dumps(outcome.data)) == outcome.data


def test_contact_details_are_left_out_unless_asked_for(outcomes: Outcomes, demo: Nation) -> None:
    people = demo["signups"].rows.values()
    private = {row[name] for row in people for name in ("email1", "phone_number", "mobile_number")} - {None}
    for tool, arguments, outcome in outcomes:
        if arguments.get("include_contact_details") or "email" in arguments or "phone" in arguments:
            continue
        for value in texts(outcome.data["items"]):
            assert value not in private, (tool, value)
        assert '"street"' not in json.dumps(outcome.data)
        assert '"address1"' not in json.dumps(outcome.data)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_people", {"name": "Maya Okafor"}),
        ("get_person", {"person_id": "2"}),
        ("list_people_with_tag", {"tag": "volunteer", "limit": 100}),
        ("list_list_members", {"list_id": "1"}),
        ("list_event_rsvps", {"event_id": "1"}),
        ("get_donation", {"donation_id": "1"}),
    ],
)
def test_contact_details_are_given_when_asked_for(
    v2: NationBuilder, tool: str, arguments: dict[str, Any]
) -> None:
    outcome = run(v2, tool, include_contact_details=True, **arguments)

    assert any("@" in text for text in texts(outcome.data["items"]))


def test_street_addresses_are_given_only_with_contact_details(v2: NationBuilder, demo: Nation) -> None:
    without = run(v2, "get_person", person_id=member(demo)).data["items"][0]
    including = run(v2, "get_person", person_id=member(demo), include_contact_details=True)

    assert "address1" not in without.get("primary_address", {})
    assert including.data["items"][0]["primary_address"]["address1"]


def test_every_tool_finds_something_in_the_seeded_nation(outcomes: Outcomes) -> None:
    found = {tool for tool, _arguments, outcome in outcomes if outcome.total}

    assert found == set(READ_TOOLS)


def test_the_tool_labels_are_words_for_people() -> None:
    for name in READ_TOOLS:
        label = load()[name].label
        assert label[0].isupper()
        assert "_" not in label


def test_only_the_nations_own_records_are_seen(standin: Any) -> None:
    token = standin.access_token("harbor")
    with NationBuilder("harbor", token=lambda: token, base_url=standin.base_url) as harbor:
        total = run(harbor, "search_people", count_only=True).total

    assert total == len(standin.nation("harbor")["signups"].rows)
    assert total != len(standin.nation("demo")["signups"].rows)
