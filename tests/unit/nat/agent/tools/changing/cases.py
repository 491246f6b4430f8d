"""One call, or more, of each tool on the stand-in's nation `harbor`, with what it should plan and change."""

from local.nationbuilder.store import Nation
from tests.unit.nat.agent.tools.changing.case import Arguments, Case, people, rows
from tests.unit.nat.agent.tools.changing.engagement_cases import ENGAGEMENT_CASES
from tests.unit.nat.agent.tools.changing.money_and_event_cases import MONEY_AND_EVENT_CASES

__all__ = [
    "CASES",
    "Arguments",
    "Case",
    "carriers",
    "contact",
    "level_of",
    "list_id",
    "off",
    "on",
    "others",
    "people",
    "rows",
    "tag_id",
]


def tag_id(nation: Nation, name: str) -> str:
    """Id of a tag."""
    return next(each for each, row in rows(nation, "signup_tags").items() if row["name"] == name)


def carriers(nation: Nation, name: str) -> list[str]:
    """Who carries a tag."""
    wanted = tag_id(nation, name)
    return [row["signup_id"] for row in rows(nation, "signup_taggings").values() if row["tag_id"] == wanted]


def others(nation: Nation, name: str, count: int) -> list[str]:
    """People who do not carry a tag."""
    carrying = set(carriers(nation, name))
    return [each for each in people(nation, 200) if each not in carrying][:count]


def list_id(nation: Nation, name: str) -> str:
    """Id of a list."""
    return next(each for each, row in rows(nation, "lists").items() if row["name"] == name)


def on(nation: Nation, name: str) -> list[str]:
    """Who is on a list."""
    return list(nation.list_members[list_id(nation, name)])


def off(nation: Nation, name: str, count: int) -> list[str]:
    """People who are not on a list."""
    return [each for each in people(nation, 250) if each not in on(nation, name)][:count]


def contact(nation: Nation) -> str:
    """A contact with a person and an outcome."""
    return next(each for each, row in rows(nation, "contacts").items() if row["contact_status"])


def level_of(nation: Nation, person: str) -> int:
    """A support level that the person does not have."""
    return 1 if rows(nation, "signups")[person]["support_level"] != 1 else 2


CASES = (
    Case(
        "create_person",
        lambda _: {
            "first_name": "Jo",
            "last_name": "Park",
            "email": "jo.park@new.example",
            "mobile_number": "555 0100",
            "kind": "person",
            "address": {"type": "work", "city": "Oakland", "state": "CA"},
            "custom_values": {"shirt_size": "M"},
        },
        operations=1,
        people=1,
        changes={"signups"},
        name="new",
    ),
    Case(
        "create_person",
        lambda _: {"first_name": "Jo", "email": "jo@new.example", "tags": ["volunteer", "brand new tag"]},
        operations=2,
        people=1,
        changes={"signups", "signup_tags", "signup_taggings"},
        name="new, tagged",
    ),
    Case(
        "create_person",
        lambda nation: {
            "email": rows(nation, "signups")[others(nation, "volunteer", 1)[0]]["email"].upper(),
            "mobile_number": "555 0100",
            "tags": ["volunteer"],
        },
        operations=2,
        people=1,
        changes={"signups", "signup_taggings"},
        name="known by email",
    ),
    Case(
        "create_person",
        lambda _: {"last_name": "Harbour Bakery", "kind": "organisation", "phone_number": "555 0101"},
        operations=1,
        people=1,
        changes={"signups"},
        name="organisation without email",
    ),
    Case(
        "create_person",
        lambda nation: {
            "first_name": rows(nation, "signups")[people(nation, 1)[0]]["first_name"],
            "last_name": rows(nation, "signups")[people(nation, 1)[0]]["last_name"],
            "allow_duplicate": True,
        },
        operations=1,
        people=1,
        changes={"signups"},
        name="second of the name, as asked",
    ),
    Case(
        "update_person",
        lambda nation: {
            "person_id": people(nation, 1)[0],
            "changes": {
                "support_level": level_of(nation, people(nation, 1)[0]),
                "employer": "",
                "note": "Wants to host",
                "email_opt_in": False,
                "home_address": {"city": "Elsewhere", "zip": None},
                "mailing_address": {"city": "Elsewhere", "state": "NV"},
                "custom_values": {"shirt_size": "XL", "dietary_needs": "none"},
                "recruiter_id": people(nation, 2)[1],
            },
        },
        operations=1,
        people=1,
        changes={"signups"},
    ),
    Case(
        "bulk_update_people",
        lambda nation: {
            "person_ids": [*people(nation, 7), "987654"],
            "changes": {"priority_level": 3, "do_not_call": True, "custom_values": {"years_active": 4}},
        },
        operations=7,
        people=7,
        skipped=1,
        changes={"signups"},
        name="by id",
    ),
    Case(
        "bulk_update_people",
        lambda nation: {"list_id": list_id(nation, "Crew"), "changes": {"priority_level": 2}},
        operations=12,
        people=12,
        changes={"signups"},
        name="on a list",
    ),
    Case(
        "delete_person",
        lambda nation: {
            "person_id": people(nation, 1)[0],
            "confirm_name": rows(nation, "signups")[people(nation, 1)[0]]["full_name"].lower(),
        },
        operations=1,
        people=1,
        changes={"signups"},
        restores=False,
    ),
    Case(
        "add_tags_to_person",
        lambda nation: {
            "person_id": others(nation, "volunteer", 1)[0],
            "tags": ["VOLUNTEER", "volunteer", "quite new"],
        },
        operations=3,
        people=1,
        changes={"signup_tags", "signup_taggings"},
    ),
    Case(
        "remove_tags_from_person",
        lambda nation: {
            "person_id": carriers(nation, "volunteer")[0],
            "tags": ["volunteer", tag_id(nation, "Boat owner")],
        },
        operations=1,
        people=1,
        skipped=1,
        changes={"signup_taggings"},
    ),
    Case(
        "bulk_tag_people",
        lambda nation: {
            "person_ids": [*others(nation, "volunteer", 5), *carriers(nation, "volunteer")[:3]],
            "tag": "volunteer",
        },
        operations=5,
        people=5,
        skipped=3,
        changes={"signup_taggings"},
        name="add",
    ),
    Case(
        "bulk_tag_people",
        lambda _: {"search": {"tag": "volunteer"}, "tag": "boat hand", "action": "add"},
        operations=46,
        people=45,
        changes={"signup_tags", "signup_taggings"},
        name="add a new tag to whom a search finds",
    ),
    Case(
        "bulk_tag_people",
        lambda nation: {
            "person_ids": [*others(nation, "volunteer", 2), *carriers(nation, "volunteer")[:4]],
            "tag": tag_id(nation, "volunteer"),
            "action": "remove",
        },
        operations=4,
        people=4,
        skipped=2,
        changes={"signup_taggings"},
        name="remove",
    ),
    Case(
        "rename_tag",
        lambda _: {"tag": "volunteer", "new_name": "Deck hand"},
        operations=1,
        people=45,
        changes={"signup_tags"},
    ),
    Case(
        "delete_tag",
        lambda _: {"tag": "volunteer", "confirm_count": 45},
        operations=1,
        people=45,
        changes={"signup_tags", "signup_taggings"},
        restores=False,
    ),
    Case(
        "create_list",
        lambda _: {"name": "Spring hosts", "description": "For the spring"},
        operations=1,
        people=0,
        changes={"lists", "list_members"},
    ),
    Case(
        "add_people_to_list",
        lambda nation: {
            "list_id": list_id(nation, "Crew"),
            "person_ids": [*off(nation, "Crew", 4), *on(nation, "Crew")[:2], "987654"],
        },
        operations=1,
        people=4,
        skipped=3,
        changes={"list_members"},
        name="by id",
    ),
    Case(
        "add_people_to_list",
        lambda nation: {
            "list_id": list_id(nation, "Crew"),
            "search": {"tag": "volunteer", "flags": {"do_not_contact": False}},
        },
        operations=1,
        people=-1,
        skipped=-1,
        changes={"list_members"},
        name="by a search",
    ),
    Case(
        "remove_people_from_list",
        lambda nation: {
            "list_id": list_id(nation, "Crew"),
            "person_ids": [*off(nation, "Crew", 1), *on(nation, "Crew")[:3]],
        },
        operations=1,
        people=3,
        skipped=1,
        changes={"list_members"},
    ),
    Case(
        "tag_list_members",
        lambda nation: {"list_id": list_id(nation, "Crew"), "tag": "on deck"},
        operations=2,
        people=12,
        changes={"signup_tags", "signup_taggings"},
        name="with a new tag",
    ),
    Case(
        "tag_list_members",
        lambda nation: {"list_id": list_id(nation, "Newsletter"), "tag": "volunteer"},
        operations=1,
        people=-1,
        skipped=-1,
        changes={"signup_taggings"},
        name="some have it",
    ),
    Case(
        "untag_list_members",
        lambda nation: {"list_id": list_id(nation, "Newsletter"), "tag": "volunteer"},
        operations=1,
        people=-1,
        skipped=-1,
        changes={"signup_taggings"},
    ),
    Case(
        "delete_list",
        lambda nation: {"list_id": list_id(nation, "Crew"), "confirm_name": "Crew"},
        operations=1,
        people=12,
        changes={"lists", "list_members", "mailings"},
    ),
    Case(
        "log_contact",
        lambda nation: {
            "person_id": people(nation, 1)[0],
            "method": "phone_call",
            "outcome": "left_message",
            "note": "Will call back",
            "support_level": level_of(nation, people(nation, 1)[0]),
        },
        operations=2,
        people=1,
        changes={"contacts", "signups"},
    ),
    Case(
        "update_contact",
        lambda nation: {"contact_id": contact(nation), "changes": {"note": "Corrected", "outcome": None}},
        operations=1,
        people=1,
        changes={"contacts"},
    ),
    Case(
        "delete_contact",
        lambda nation: {"contact_id": contact(nation)},
        operations=1,
        people=1,
        changes={"contacts"},
    ),
    *ENGAGEMENT_CASES,
    *MONEY_AND_EVENT_CASES,
)
"""Counts of -1 are compared with the other records of the call in tests of their own."""
