"""What every tool on NationBuilder is called with on the stand-in's nation `harbor`: arguments that work, and
arguments that name something that is not there."""

from collections.abc import Mapping
from typing import Any, Final

from local.nationbuilder.store import Nation
from nat.agent.tool import Effect
from nat.agent.tools import load
from tests.unit.nat.agent.tools.changing.cases import CASES, Case
from tests.unit.nat.agent.tools.reading.calls import NOBODY, usual

Arguments = Mapping[str, Any]

TOOLS: Final = {name: each for name, each in load().items() if each.group != "nat"}
EVERY: Final = tuple(TOOLS)
CHANGING: Final = tuple(name for name, each in TOOLS.items() if each.effect is not Effect.READ)

SMALLEST: Final[Mapping[str, Case]] = {
    name: min((each for each in CASES if each.tool == name), key=lambda each: each.operations)
    for name in CHANGING
}
"""Of each changing tool the call with the fewest operations; the first of several."""


def arguments(nation: Nation, tool: str) -> Arguments:
    """A call of a tool that works and has something to find, or to do."""
    return SMALLEST[tool].arguments(nation) if tool in SMALLEST else usual(nation)[tool]


NOT_FOUND: Final[Mapping[str, Arguments]] = {
    "add_event_rsvp": {"event_id": NOBODY, "person_id": "7"},
    "add_people_to_list": {"list_id": NOBODY, "person_ids": ["7"]},
    "add_tags_to_person": {"person_id": NOBODY, "tags": ["volunteer"]},
    "bulk_tag_people": {"person_ids": [NOBODY], "tag": "volunteer"},
    "bulk_update_people": {"person_ids": [NOBODY], "changes": {"support_level": 1}},
    "create_event": {"name": "Regatta", "start_at": "2030-06-01T10:00", "site_id": NOBODY},
    "create_list": {"name": "Spring hosts", "owner_id": NOBODY},
    "create_membership": {"person_id": NOBODY, "type_id": "1"},
    "create_person": {"first_name": "Jo", "recruiter_id": NOBODY},
    "create_relationship": {
        "first_person_id": "7",
        "second_person_id": NOBODY,
        "type": "friend-friend",
    },
    "delete_contact": {"contact_id": NOBODY},
    "delete_donation": {"donation_id": NOBODY, "confirm_amount": 100},
    "delete_event": {"event_id": NOBODY, "confirm_name": "Regatta"},
    "delete_list": {"list_id": NOBODY, "confirm_name": "Crew"},
    "delete_person": {"person_id": NOBODY, "confirm_name": "Jo Park"},
    "delete_tag": {"tag": "nobody has this", "confirm_count": 1},
    "enroll_in_automation": {"person_id": "7", "automation_id": NOBODY},
    "get_batch_status": {"token": "nosuchtoken"},
    "get_donation": {"donation_id": NOBODY},
    "get_event": {"event_id": NOBODY},
    "get_list": {"list_id": NOBODY},
    "get_person": {"person_id": NOBODY},
    "get_person_tags": {"person_ids": [NOBODY]},
    "get_person_timeline": {"person_id": NOBODY},
    "list_automations": {"automation_id": NOBODY},
    "list_contacts": {"person_id": NOBODY},
    "list_donations": {"person_id": NOBODY},
    "list_event_rsvps": {"event_id": NOBODY},
    "list_list_members": {"list_id": NOBODY},
    "list_memberships": {"person_id": NOBODY},
    "list_path_journeys": {"person_id": NOBODY},
    "list_paths": {"path_id": NOBODY},
    "list_people_with_tag": {"tag": "nobody has this"},
    "list_petition_signatures": {"person_id": NOBODY},
    "list_pledges": {"person_id": NOBODY},
    "list_relationships": {"person_id": NOBODY},
    "list_surveys": {"survey_id": NOBODY},
    "log_contact": {"person_id": NOBODY, "method": "text"},
    "record_donation": {"person_id": NOBODY, "amount_cents": 500, "payment_type_name": "Cash"},
    "record_survey_response": {"person_id": NOBODY, "question_id": "1", "choice_id": "1"},
    "remove_people_from_list": {"list_id": NOBODY, "person_ids": ["7"]},
    "remove_tags_from_person": {"person_id": NOBODY, "tags": ["volunteer"]},
    "rename_tag": {"tag": "nobody has this", "new_name": "Deck hand"},
    "set_path_journey_status": {"journey_id": NOBODY, "status": "completed"},
    "start_path_journey": {"person_id": NOBODY, "path_id": "1"},
    "tag_list_members": {"list_id": NOBODY, "tag": "volunteer"},
    "untag_list_members": {"list_id": NOBODY, "tag": "volunteer"},
    "update_contact": {"contact_id": NOBODY, "changes": {"note": "Corrected"}},
    "update_donation": {"donation_id": NOBODY, "changes": {"note": "Corrected"}},
    "update_event": {"event_id": NOBODY, "changes": {"name": "Regatta"}},
    "update_event_rsvp": {"rsvp_id": NOBODY, "attended": True},
    "update_membership": {"membership_id": NOBODY, "status": "canceled"},
    "update_path_journey": {"journey_id": NOBODY, "step_id": "1"},
    "update_person": {"person_id": NOBODY, "changes": {"note": "Corrected"}},
}
"""A call of each tool that names a record, with one that does not exist."""

ONLY_NARROWS: Final[Mapping[str, Arguments]] = {
    "list_lists": {"author_id": NOBODY},
    "list_mailings": {"broadcaster_id": NOBODY},
    "list_pages": {"site_id": NOBODY},
    "search_people": {"recruiter_id": NOBODY},
}
"""Tools whose ids only narrow a search: that nothing fits is the answer, not an error."""


def names_a_record(tool: str) -> bool:
    """Whether a tool takes an id, a tag or a token."""
    properties = TOOLS[tool].schema.get("properties", {})
    return any(name in ("tag", "token") or name.endswith(("_id", "_ids")) for name in properties)


NAMES_NO_RECORD: Final = frozenset(tool for tool in EVERY if not names_a_record(tool))
"""Tools that take no id and no name of a record: there is nothing that could not be found."""
