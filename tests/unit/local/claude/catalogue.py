"""The 66 tools of the catalogue as a model sees them, with just enough of a schema for the brain to fill."""

from typing import Any

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
LIMIT = {"type": "integer", "minimum": 1, "maximum": 1000}
FLAG = {"type": "boolean"}
TEXTS = {"type": "array", "items": TEXT}
RANGE = {"type": "object", "properties": {"after": TEXT, "before": TEXT}, "additionalProperties": False}
CENTS = {"type": "object", "properties": {"gte": WHOLE, "lte": WHOLE}, "additionalProperties": False}
NAMED = [
    *("today", "yesterday", "this_week", "last_week", "this_month", "last_month", "this_year", "last_year"),
    *("all_time", "last_7_days", "last_30_days", "last_90_days"),
]
PERIOD = {"anyOf": [{"type": "string", "enum": NAMED}, {"$ref": "#/$defs/Range"}]}
OBJECT = {"type": "object"}

READS: dict[str, dict[str, Any]] = {
    "search_people": {
        **dict.fromkeys(("name", "email", "phone", "kind", "tag_id", "recruiter_id", "city", "state"), TEXT),
        "support_level": {"type": "array", "items": WHOLE},
        "flags": {
            "type": "object",
            "properties": dict.fromkeys(
                ("is_volunteer", "is_donor", "is_supporter", "is_prospect", "do_not_contact"), FLAG
            ),
        },
        "donated_cents": CENTS,
        **dict.fromkeys(("last_donated", "last_contacted", "created"), RANGE),
        "sort": TEXT,
        "limit": LIMIT,
        "count_only": FLAG,
    },
    "get_person": {"person_id": TEXT, "sections": TEXTS, "include_contact_details": FLAG},
    "get_person_timeline": {"person_id": TEXT, "since": TEXT, "kinds": TEXTS, "limit": LIMIT},
    "get_current_user": {},
    "list_tags": {"query": TEXT, "min_people": WHOLE, "max_people": WHOLE, "limit": LIMIT},
    "get_person_tags": {"person_ids": TEXTS},
    "list_people_with_tag": {"tag": TEXT, "limit": LIMIT, "count_only": FLAG},
    "list_lists": {"query": TEXT, "author_id": TEXT, "limit": LIMIT},
    "get_list": {"list_id": TEXT},
    "list_list_members": {"list_id": TEXT, "fields": TEXTS, "limit": LIMIT},
    "get_batch_status": {"token": TEXT},
    "list_contacts": {
        **dict.fromkeys(("person_id", "author_id", "since", "until"), TEXT),
        "method": TEXTS,
        "outcome": TEXTS,
        "limit": LIMIT,
        "count_only": FLAG,
    },
    "list_donations": {
        "succeeded": RANGE,
        **dict.fromkeys(("person_id", "tracking_code", "page_id", "payment_type_name", "sort"), TEXT),
        "min_cents": WHOLE,
        "max_cents": WHOLE,
        "status": TEXTS,
        "limit": LIMIT,
    },
    "get_donation": {"donation_id": TEXT},
    "summarize_donations": {
        "period": PERIOD,
        "compare_to": PERIOD,
        "group_by": TEXT,
        "status": TEXTS,
        "top": WHOLE,
    },
    "list_tracking_codes": {"query": TEXT, "limit": LIMIT},
    "list_pledges": {"person_id": TEXT, "outstanding_only": FLAG, "limit": LIMIT},
    "list_events": {"after": TEXT, "before": TEXT, "query": TEXT, "limit": LIMIT},
    "get_event": {"event_id": TEXT},
    "list_event_rsvps": {
        "event_id": TEXT,
        "status": {"type": "string", "enum": ["coming", "attended", "cancelled"]},
        "volunteers_only": FLAG,
        "limit": LIMIT,
        "count_only": FLAG,
    },
    "list_paths": {"query": TEXT, "path_id": TEXT},
    "list_path_journeys": {
        **dict.fromkeys(("path_id", "step_id", "person_id", "point_person_id", "status"), TEXT),
        **dict.fromkeys(("due_before", "not_moved_since"), TEXT),
        "limit": LIMIT,
        "count_only": FLAG,
    },
    "list_membership_types": {"query": TEXT},
    "list_memberships": {
        "person_id": TEXT,
        "type_id": TEXT,
        "status": TEXTS,
        "expires": RANGE,
        "started": RANGE,
        "limit": LIMIT,
        "count_only": FLAG,
    },
    "list_automations": {"status": TEXT, "automation_id": TEXT, "person_id": TEXT, "limit": LIMIT},
    "list_surveys": {"survey_id": TEXT, "question_id": TEXT, "with_tallies": FLAG, "since": TEXT},
    "list_petitions": {"query": TEXT, "limit": LIMIT},
    "list_petition_signatures": {
        **dict.fromkeys(("petition_id", "person_id", "since", "until", "group_by"), TEXT),
        "limit": LIMIT,
        "count_only": FLAG,
    },
    "list_relationships": {"person_id": TEXT, "type": TEXT},
    "list_mailings": {
        "query": TEXT,
        "sent": RANGE,
        "scheduled_only": FLAG,
        "broadcaster_id": TEXT,
        "include_body": FLAG,
        "limit": LIMIT,
    },
    "list_pages": {"query": TEXT, "site_id": TEXT, "status": TEXT, "page_type": TEXT, "limit": LIMIT},
    "list_custom_fields": {"applies_to": TEXT},
}

WRITES: dict[str, dict[str, Any]] = {
    "create_person": {
        **dict.fromkeys(("first_name", "last_name", "email", "phone_number", "kind"), TEXT),
        "tags": TEXTS,
    },
    "update_person": {"person_id": TEXT, "changes": OBJECT},
    "bulk_update_people": {"person_ids": TEXTS, "list_id": TEXT, "changes": OBJECT},
    "delete_person": {"person_id": TEXT, "confirm_name": TEXT},
    "add_tags_to_person": {"person_id": TEXT, "tags": TEXTS, "create_missing": FLAG},
    "remove_tags_from_person": {"person_id": TEXT, "tags": TEXTS},
    "bulk_tag_people": {
        "person_ids": TEXTS,
        "search": OBJECT,
        "tag": TEXT,
        "action": {"enum": ["add", "remove"]},
    },
    "rename_tag": {"tag": TEXT, "new_name": TEXT},
    "delete_tag": {"tag": TEXT, "confirm_count": WHOLE},
    "create_list": {"name": TEXT, "slug": TEXT, "description": TEXT, "owner_id": TEXT},
    "add_people_to_list": {"list_id": TEXT, "person_ids": TEXTS},
    "remove_people_from_list": {"list_id": TEXT, "person_ids": TEXTS},
    "tag_list_members": {"list_id": TEXT, "tag": TEXT},
    "untag_list_members": {"list_id": TEXT, "tag": TEXT},
    "delete_list": {"list_id": TEXT, "confirm_name": TEXT},
    "log_contact": {
        **dict.fromkeys(("person_id", "method", "outcome", "note", "path_id"), TEXT),
        "support_level": WHOLE,
    },
    "update_contact": {"contact_id": TEXT, "changes": OBJECT},
    "delete_contact": {"contact_id": TEXT},
    "record_donation": {
        **dict.fromkeys(("person_id", "payment_type_name", "received_at", "check_number", "note"), TEXT),
        "amount_cents": WHOLE,
        "send_receipt": FLAG,
    },
    "update_donation": {"donation_id": TEXT, "changes": OBJECT},
    "delete_donation": {"donation_id": TEXT, "confirm_amount": WHOLE},
    "create_event": {
        **dict.fromkeys(("name", "start_at", "time_zone", "venue_name", "description", "status"), TEXT),
        "duration_minutes": WHOLE,
        "capacity": WHOLE,
    },
    "update_event": {"event_id": TEXT, "changes": OBJECT},
    "delete_event": {"event_id": TEXT, "confirm_name": TEXT},
    "add_event_rsvp": {"event_id": TEXT, "person_id": TEXT, "guests": WHOLE, "volunteer": FLAG},
    "update_event_rsvp": {
        **dict.fromkeys(("rsvp_id", "event_id", "person_id"), TEXT),
        **dict.fromkeys(("attended", "cancelled", "volunteer"), FLAG),
    },
    "start_path_journey": {"person_id": TEXT, "path_id": TEXT, "step_id": TEXT},
    "update_path_journey": {"journey_id": TEXT, "step_id": TEXT, "due_date": TEXT},
    "set_path_journey_status": {"journey_id": TEXT, "status": TEXT},
    "create_membership": {"person_id": TEXT, "type_id": TEXT, "expires_on": TEXT, "status": TEXT},
    "update_membership": {"membership_id": TEXT, "expires_on": TEXT, "status": TEXT, "notify_member": FLAG},
    "enroll_in_automation": {"person_id": TEXT, "automation_id": TEXT},
    "record_survey_response": {"person_id": TEXT, "question_id": TEXT, "choice_id": TEXT, "text": TEXT},
    "create_relationship": {"first_person_id": TEXT, "second_person_id": TEXT, "type": TEXT, "title": TEXT},
}


def definitions(*groups: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Tools as the Messages API takes them."""
    return [
        {
            "name": name,
            "description": f"The tool {name}.",
            "input_schema": {
                "type": "object",
                "properties": properties,
                "additionalProperties": False,
                "$defs": {"Range": RANGE},
            },
        }
        for group in groups
        for name, properties in sorted(group.items())
    ]


READ_TOOLS = definitions(READS)
ALL_TOOLS = definitions(READS, WRITES)
