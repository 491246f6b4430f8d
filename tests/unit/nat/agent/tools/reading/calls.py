"""Calls of every read tool, enough to make each send every kind of request it can send."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from local.nationbuilder.store import Job, Nation
from nat.agent.tool import Effect, ToolOutcome
from nat.agent.tools import load
from nat.nationbuilder import NationBuilder

NOW: Final = datetime(2026, 11, 18, 17, tzinfo=UTC)
"""A Wednesday noon in New York."""

READ_TOOLS: Final = tuple(
    name for name, tool in load().items() if tool.effect is Effect.READ and tool.group != "nat"
)

NOBODY: Final = "987654321"
Arguments = Mapping[str, Any]


def run(v2: NationBuilder, tool: str, **arguments: Any) -> ToolOutcome:
    """Call a tool as the agent does."""
    return load()[tool].call(v2, arguments)


def usual(demo: Nation) -> dict[str, Arguments]:
    """One plain call of each tool that finds something: with what its schema needs, and nothing else."""
    person = next(iter(demo["signup_taggings"].rows.values()))["signup_id"]
    linked = next(iter(demo["relationships"].rows.values()))["first_signup_id"]
    return {tool: _needed(demo, tool) for tool in READ_TOOLS} | {
        "search_people": {"name": "a"},
        "get_person_timeline": {"person_id": person},
        "get_person_tags": {"person_ids": [person]},
        "get_batch_status": {"token": job(demo)},
        "list_donations": {"succeeded": "this_week"},
        "list_relationships": {"person_id": linked},
    }


def _needed(demo: Nation, tool: str) -> Arguments:
    """What a tool cannot do without: the first record of the kind that an id names, the first of some
    choices, or a word that stands in the records."""
    schema = load()[tool].schema
    return {name: _value(demo, name, schema["properties"][name]) for name in schema.get("required", ())}


def _value(demo: Nation, name: str, described: Mapping[str, Any]) -> object:
    if name.endswith("_id"):
        kind = f"{name.removesuffix('_id')}s"
        return next(iter(demo["signups" if kind == "persons" else kind].rows))
    if "enum" in described:
        return described["enum"][0]
    return {"tag": "volunteer", "period": "last_month"}.get(name, "a")


def further(demo: Nation) -> list[tuple[str, Arguments]]:
    """Every other parameter of every tool."""

    def first(kind: str) -> str:
        return next(iter(demo[kind].rows))

    between = {"after": "2026-01-01", "before": "2026-11-01"}
    return [
        (
            "search_people",
            {
                "name": "a, b",
                "email": "@example",
                "kind": "person",
                "tag_id": "1",
                "support_level": [1, 2],
                "flags": {"is_volunteer": True, "do_not_contact": False},
                "donated_cents": {"gte": 1, "lte": 10_000_000},
                "last_donated": between,
                "last_contacted": "this_year",
                "created": "last_90_days",
                "recruiter_id": "2",
                "precinct_id": "1",
                "include_contact_details": True,
            },
        ),
        ("search_people", {"email": "ada@example.org", "count_only": True}),
        ("search_people", {"custom_field": {"slug": "shirt_size", "value": "L"}}),
        ("search_people", {"custom_field": {"slug": "shirt_size", "value": "no such size"}}),
        ("search_people", {"phone": "5551234", "city": "Albany", "state": "NY", "count_only": True}),
        *(
            ("search_people", {"sort": sort, "limit": 5})
            for sort in ("name", "newest", "oldest", "most_donated", "last_donated", "last_contacted")
        ),
        ("get_person", {"person_id": member(demo), "include_contact_details": True}),
        ("get_person_timeline", {"person_id": member(demo), "since": "this_year"}),
        ("list_tags", {"query": "vol", "min_people": 1, "max_people": 1_000}),
        ("list_tags", {"look_alikes": True}),
        ("get_person_tags", {"person_ids": [str(each) for each in range(10, 60)]}),
        ("list_people_with_tag", {"tag": "1", "include_contact_details": True}),
        ("list_people_with_tag", {"tag": "volunteer", "count_only": True}),
        ("list_lists", {"query": "phone", "author_id": "2"}),
        ("list_list_members", {"list_id": first("lists"), "fields": ["support_level"]}),
        (
            "list_contacts",
            {"author_id": "2", "method": ["phone_call"], "outcome": ["answered"], "since": "this_year"},
        ),
        ("list_contacts", {"person_id": "20", "until": "2026-11-01", "count_only": True}),
        ("list_contacts", {"person_id": "1"}),
        (
            "list_donations",
            {
                "person_id": "2",
                "min_cents": 1,
                "max_cents": 100,
                "status": ["pending", "failed"],
                "tracking_code": "website",
                "page_id": "3",
                "payment_type_name": "Check",
                "sort": "oldest",
            },
        ),
        ("list_donations", {"sort": "largest", "succeeded": between}),
        ("get_donation", {"donation_id": first("donations"), "include_contact_details": True}),
        *(
            ("summarize_donations", {"period": "last_month", "group_by": group})
            for group in ("day", "week", "month", "tracking_code", "page")
        ),
        *(
            ("summarize_donations", {"period": "this_year", "status": status, "compare_to": "last_year"})
            for status in ("succeeded", "pending", "failed", "canceled")
        ),
        ("list_tracking_codes", {"query": "w"}),
        ("list_pledges", {"person_id": "20", "outstanding_only": True}),
        ("list_events", {"after": "2026-01-01", "before": "this_month"}),
        ("list_events", {"query": "town"}),
        ("list_event_rsvps", {"event_id": first("events"), "status": "coming", "volunteers_only": True}),
        ("list_paths", {"query": "become"}),
        ("list_paths", {"path_id": first("paths")}),
        (
            "list_path_journeys",
            {
                "step_id": "1",
                "person_id": "20",
                "point_person_id": "2",
                "status": "any",
                "due_before": "2027-01-01",
                "not_moved_since": "today",
            },
        ),
        ("list_path_journeys", {"status": "completed", "count_only": True}),
        ("list_path_journeys", {"not_moved_since": "last_30_days"}),
        ("list_membership_types", {"query": "s"}),
        (
            "list_memberships",
            {
                "person_id": "20",
                "type_id": "1",
                "status": ["active", "grace period"],
                "expires": "next_30_days",
                "started": "last_year",
            },
        ),
        ("list_memberships", {"count_only": True}),
        ("list_automations", {"status": "running"}),
        ("list_automations", {"automation_id": first("automations")}),
        ("list_automations", {"automation_id": first("automations"), "person_id": "1"}),
        ("list_surveys", {"survey_id": first("surveys"), "with_tallies": True, "since": "2020-01-01"}),
        ("list_surveys", {"question_id": first("survey_questions"), "with_tallies": True}),
        ("list_petitions", {"query": "bus"}),
        ("list_petition_signatures", {"person_id": "1", "since": "2020-01-01", "until": "today"}),
        ("list_petition_signatures", {"petition_id": first("petitions"), "count_only": True}),
        ("list_petition_signatures", {"petition_id": first("petitions"), "group_by": "month"}),
        ("list_petition_signatures", {"group_by": "recruiter"}),
        ("list_relationships", {"person_id": "1", "type": "spouse-spouse"}),
        (
            "list_mailings",
            {
                "query": "a",
                "sent": "this_year",
                "broadcaster_id": first("broadcasters"),
                "include_body": True,
            },
        ),
        ("list_mailings", {"scheduled_only": True}),
        ("list_donations", {"page_id": first("pages"), "min_cents": 9_999_999_999}),
        (
            "list_path_journeys",
            {"path_id": first("paths"), "step_id": first("path_steps"), "due_before": "1990-01-01"},
        ),
        ("list_memberships", {"type_id": "1", "started": {"before": "1990-01-01"}}),
        ("list_petition_signatures", {"petition_id": first("petitions"), "until": "1990-01-01"}),
        ("list_pages", {"query": "a", "site_id": "1", "status": "published"}),
        ("list_pages", {"page_type": "Event"}),
        ("list_custom_fields", {"applies_to": "Donation"}),
    ]


def member(demo: Nation) -> str:
    """Somebody who has a membership."""
    found: str = next(iter(demo["memberships"].rows.values()))["signup_id"]
    return found


def job(demo: Nation) -> str:
    """The token of a list action that has finished."""
    token = "0123456789abcdef"
    demo.jobs.setdefault(token, Job(token, NOW, "tag", "1", "volunteer", NOW, "Completed"))
    return token
