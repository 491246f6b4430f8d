"""Signups and what hangs on them: profiles, relationships, contacts, voters, ballots, elections."""

from typing import Any, Final

from local.nationbuilder.errors import Problem, problem
from local.nationbuilder.rules.change import Change, Rules
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation
from local.nationbuilder.values import money

SLOTS: Final = ("email1", "email2", "email3", "email4")
ADDRESSES: Final = (
    "home_address",
    "mailing_address",
    "registered_address",
    "user_submitted_address",
    "work_address",
    "billing_address",
)
"""Which address is the primary one: the first that exists [inferred]."""

_STAMPS: Final = {
    "note": "note_updated_at",
    "support_level": "support_level_changed_at",
    "priority_level": "priority_level_changed_at",
}
_FIRSTS: Final = {
    "is_volunteer": "first_volunteer_at",
    "is_supporter": "first_supporter_at",
    "is_prospect": "first_prospect_at",
}


def full_name(row: Row) -> str | None:
    """First, middle and last name, as far as they are there."""
    parts = [row.get(each) for each in ("first_name", "middle_name", "last_name")]
    return " ".join(each for each in parts if each) or None


def primary_address(row: Row) -> Any:
    """The first address that exists."""
    return next((row[each] for each in ADDRESSES if row.get(each)), None)


def with_email(nation: Nation, email: str) -> Row | None:
    """Who has the address in any of the four places."""
    wanted = email.casefold()
    for row in nation["signups"].rows.values():
        for slot in SLOTS:
            held = row[slot]
            if held is not None and held.casefold() == wanted:
                return row
    return None


def known_or_new(change: Change, email: str | None, values: dict[str, Any]) -> Row:
    """Who a record names by itself: known by email, or new with what it says of them."""
    known = with_email(change.nation, email) if email else None
    return known or change.writes.create("signups", {**values, **({"email": email} if email else {})})


def _signup(change: Change) -> None:
    _emails(change)
    values = {name: change.get(name) for name in ("first_name", "middle_name", "last_name", *ADDRESSES)}
    change.values["full_name"] = full_name(values)
    change.values["primary_address"] = primary_address(values)
    for name, stamp in _STAMPS.items():
        if change.changes(name) and change.values[name] is not None:
            change.values[stamp] = change.now
    for name, stamp in _FIRSTS.items():
        if change.get(name) and change.get(stamp) is None:
            change.values[stamp] = change.now
    if "profile_content" in change.values:
        content = change.values["profile_content"]
        change.values["profile_content_html"] = None if content is None else f"<p>{content}</p>"
    change.require_one_of("signup_type", (0, 1))
    change.require_one_of("support_level", (1, 2, 3, 4, 5))
    if change.creating:
        change.set_default("author_id", change.author_id)
        change.values["is_donor"] = False
        change.values["is_cpu"] = False
        for slot in SLOTS:
            change.values[f"{slot}_is_bouncing"] = False
        named = ("first_name", "last_name", "email", "phone_number", "mobile_number", "work_phone_number")
        if not any(change.get(name) for name in named):
            text = "must have a name, an email or a phone number"
            change.problems.append(Problem("base", text, "blank", "/data", f"Signup {text}"))


def _emails(change: Change) -> None:
    """`email` is the slot that `primary_email_id` names; writing either changes both."""
    primary = f"email{change.get('primary_email_id') or 1}"
    if "email" in change.values:
        change.values[primary] = change.values["email"]
    change.values["email"] = change.get(primary)
    for slot in SLOTS:
        if change.changes(slot) and change.values[slot]:
            other = with_email(change.nation, change.values[slot])
            if other is not None and (change.before is None or other["id"] != change.before["id"]):
                change.problems.append(
                    problem("email" if slot == primary else slot, "has already been taken", "taken")
                )


def _signup_removed(nation: Nation, row: Row) -> None:
    for list_id, members in nation.list_members.items():
        if members.pop(row["id"], row) is None:
            nation["lists"].update(list_id, {"signups_count": len(members)})


def _contact(change: Change) -> None:
    change.set_default("author_id", change.author_id)


def _contact_saved(change: Change, row: Row) -> None:
    if change.creating and row["signup_id"]:
        change.nation["signups"].update(
            row["signup_id"],
            {
                "last_contacted_at": row["created_at"],
                "last_contacted_by_id": row["author_id"],
                **({"contact_status": row["contact_status"]} if row["contact_status"] else {}),
            },
        )


def _unique_per_person(change: Change) -> None:
    change.require_unique("signup_id", pointer="signup_id")


def _election(change: Change) -> None:
    change.values["donation_maximum"] = money(change.get("donation_maximum_in_cents"))


RULES: Final[dict[str, Rules]] = {
    "signups": Rules(
        prepare=_signup,
        removed=_signup_removed,
        deletes=(
            ("signup_taggings", "signup_id"),
            ("path_journeys", "signup_id"),
            ("memberships", "signup_id"),
            ("signup_profiles", "signup_id"),
            ("relationships", "first_signup_id"),
            ("relationships", "second_signup_id"),
            ("petition_signatures", "signup_id"),
            ("survey_question_responses", "signup_id"),
            ("event_rsvps", "signup_id"),
            ("automation_enrollments", "signup_id"),
            ("contacts", "signup_id"),
            ("voters", "signup_id"),
        ),
    ),
    "signup_profiles": Rules(required=("signup_id",), prepare=_unique_per_person),
    "relationships": Rules(required=("first_signup_id", "second_signup_id", "relationship_type")),
    "contacts": Rules(required=("contact_method", "signup_id"), prepare=_contact, saved=_contact_saved),
    "voters": Rules(required=("signup_id",), prepare=_unique_per_person, deletes=(("ballots", "voter_id"),)),
    "ballots": Rules(required=("election_id", "voter_id")),
    "elections": Rules(prepare=_election, deletes=(("ballots", "election_id"),)),
}
