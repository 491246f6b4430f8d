"""Which changing tools the brain calls for commands, when they are offered."""

from typing import Any

import pytest

from tests.unit.local.claude.catalogue import ALL_TOOLS, READS
from tests.unit.local.claude.talking import listed, talk

JOURNEY = {"id": "5", "path": {"id": "4", "name": "Onboarding"}, "current_step": {"id": "41", "name": "Call"}}
STEPS = [{"id": "41", "name": "Call"}, {"id": "42", "name": "Interview"}]
CHOICES = [{"id": "811", "name": "Yes"}]
SCRIPT: dict[str, Any] = {
    "search_people": listed({"id": "7", "name": "Maria Lopez"}),
    "list_people_with_tag": listed({"id": "7", "name": "Maria Lopez"}, {"id": "8", "name": "Jo Park"}),
    "list_lists": listed({"id": "3", "name": "Spring hosts"}),
    "list_events": listed({"id": "9", "name": "Town hall"}),
    "get_event": listed({"id": "9", "name": "Town hall"}),
    "list_paths": listed({"id": "4", "name": "Onboarding", "steps": STEPS}),
    "list_path_journeys": listed(JOURNEY),
    "list_membership_types": listed({"id": "2", "name": "Gold"}),
    "list_memberships": listed({"id": "22", "name": "Gold"}),
    "list_automations": listed({"id": "6", "name": "Welcome"}),
    "list_surveys": listed(
        {
            "id": "8",
            "name": "Issues",
            "questions": [{"id": "81", "prompt": "Will you host?", "choices": CHOICES}],
        }
    ),
    "list_tags": listed({"id": "1", "name": "old campaign", "people": 4}),
    "get_donation": listed({"id": "42", "amount_cents": 5000}),
}
BOTH = ["7", "8"]

COMMANDS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "tag everyone who donated over $100 as major donor",
        "bulk_tag_people",
        {"search": {"donated_cents": {"gte": 10_001}}, "tag": "major donor", "action": "add"},
    ),
    (
        "remove the tag old from everyone tagged host",
        "bulk_tag_people",
        {"person_ids": BOTH, "action": "remove"},
    ),
    ("tag Maria Lopez as volunteer", "add_tags_to_person", {"person_id": "7", "tags": ["volunteer"]}),
    ('please add the tag "Big Fan" to Maria Lopez', "add_tags_to_person", {"tags": ["Big Fan"]}),
    ("remove the tag host from Maria Lopez", "remove_tags_from_person", {"person_id": "7", "tags": ["host"]}),
    ("tag everyone on the list Spring hosts as host", "tag_list_members", {"list_id": "3", "tag": "host"}),
    ("untag everyone on the list Spring hosts from host", "untag_list_members", {"list_id": "3"}),
    ("rename the tag volunter to volunteer", "rename_tag", {"tag": "volunter", "new_name": "volunteer"}),
    ("delete the tag old campaign", "delete_tag", {"tag": "old campaign", "confirm_count": 4}),
    (
        "change Maria Lopez's email to maria@new.example",
        "update_person",
        {"person_id": "7", "changes": {"email": "maria@new.example"}},
    ),
    ("set the support level of Maria Lopez to 2", "update_person", {"changes": {"support_level": 2}}),
    ("mark Maria Lopez as do not contact", "update_person", {"changes": {"do_not_contact": True}}),
    (
        "set the support level of everyone tagged host to 1",
        "bulk_update_people",
        {"person_ids": BOTH, "changes": {"support_level": 1}},
    ),
    ("delete Maria Lopez", "delete_person", {"person_id": "7", "confirm_name": "Maria Lopez"}),
    ("create a list called Spring hosts", "create_list", {"name": "Spring hosts"}),
    ("add everyone tagged host to the list Spring hosts", "add_people_to_list", {"person_ids": BOTH}),
    ("remove Maria Lopez from the list Spring hosts", "remove_people_from_list", {"person_ids": ["7"]}),
    ("delete the list Spring hosts", "delete_list", {"list_id": "3", "confirm_name": "Spring hosts"}),
    (
        "log a call with Maria Lopez: she will host in May",
        "log_contact",
        {"person_id": "7", "method": "phone_call", "note": "she will host in May"},
    ),
    ("I called Maria Lopez, no answer", "log_contact", {"outcome": "no_answer"}),
    (
        "record a cash donation of $50 from Maria Lopez",
        "record_donation",
        {"person_id": "7", "amount_cents": 5_000, "payment_type_name": "Cash"},
    ),
    ("record $1,250.50 check from Maria Lopez", "record_donation", {"amount_cents": 125_050}),
    (
        "create an event Town hall on 2026-12-05 at 6pm",
        "create_event",
        {"name": "Town hall", "start_at": "2026-12-05T18:00:00-05:00"},
    ),
    (
        "move the event Town hall to friday at 7pm",
        "update_event",
        {"event_id": "9", "changes": {"start_at": "2026-11-27T19:00:00-05:00"}},
    ),
    ("delete the event Town hall", "delete_event", {"event_id": "9", "confirm_name": "Town hall"}),
    ("delete event 9", "delete_event", {"event_id": "9", "confirm_name": "Town hall"}),
    (
        "rsvp Maria Lopez to the Town hall with 2 guests",
        "add_event_rsvp",
        {"event_id": "9", "person_id": "7", "guests": 2},
    ),
    ("put Maria Lopez on the Onboarding path", "start_path_journey", {"person_id": "7", "path_id": "4"}),
    (
        "give Maria Lopez a Gold membership until 2027-12-31",
        "create_membership",
        {"person_id": "7", "type_id": "2", "expires_on": "2027-12-31"},
    ),
    ("enroll Maria Lopez in the Welcome automation", "enroll_in_automation", {"automation_id": "6"}),
]


@pytest.mark.parametrize(("text", "tool", "arguments"), COMMANDS, ids=[each[0] for each in COMMANDS])
def test_a_command_leads_to_the_tool_that_does_it(text: str, tool: str, arguments: dict[str, Any]) -> None:
    heard = talk(text, SCRIPT, tools=ALL_TOOLS)

    assert heard.names[-1] == tool
    assert heard.arguments(tool).items() >= arguments.items()


@pytest.mark.parametrize("text", [each[0] for each in COMMANDS])
def test_without_changing_tools_nothing_is_changed_and_that_is_said(text: str) -> None:
    heard = talk(text, SCRIPT)

    assert set(heard.names) <= set(READS)
    assert "cannot" in heard.text


def test_a_waiting_approval_is_not_called_done() -> None:
    script = {**SCRIPT, "bulk_tag_people": {"data": {"status": "waiting for approval"}}}

    heard = talk("tag everyone who donated over $100 as major donor", script, tools=ALL_TOOLS)

    assert "need your approval" in heard.text
    assert "Done" not in heard.text


def test_everyone_in_the_nation_is_never_meant_by_accident() -> None:
    heard = talk("tag everyone as voter", SCRIPT, tools=ALL_TOOLS)

    assert heard.calls == []


def test_a_search_that_did_not_return_everyone_changes_nobody() -> None:
    script = {**SCRIPT, "list_people_with_tag": listed({"id": "7", "name": "Maria"}, total=4_000)}

    heard = talk("remove the tag old from everyone tagged host", script, tools=ALL_TOOLS)

    assert heard.names == ["list_people_with_tag"]
    assert "4,000 people" in heard.text


def test_them_means_the_people_listed_before() -> None:
    before = talk("who is tagged host?", SCRIPT, tools=ALL_TOOLS).messages

    heard = talk("tag them as friend", SCRIPT, tools=ALL_TOOLS, before=before)

    assert heard.arguments("bulk_tag_people")["person_ids"] == BOTH
