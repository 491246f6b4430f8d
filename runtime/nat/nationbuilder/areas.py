"""Areas of a nation's data, as its permission sets open and close them to people of the control panel.

V2 tells nobody's permission set (API facts §4), but it answers a read that the set does not allow with 401
`unauthorized`. So one read of each area is tried with a person's own token, and what is refused them there is
refused them in Nat too. An area is a group of tools.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Area:
    """One area: the resource whose reading is tried, and all that are closed with it. `title` is for people;
    `words` are parts of the names of attributes that other records have of it."""

    title: str
    probe: str
    resources: frozenset[str]
    words: tuple[str, ...] = ()


AREAS: Final[dict[str, Area]] = {
    "people": Area(
        "people",
        "signups",
        frozenset(
            {
                "signups",
                "signup_profiles",
                "signup_taggings",
                "voters",
                "event_rsvps",
                "path_journeys",
                "path_journey_status_changes",
                "petition_signatures",
                "survey_question_responses",
                "automation_enrollments",
            }
        ),
    ),
    "contacts": Area("contacts", "contacts", frozenset({"contacts"})),
    "tags": Area("tags", "signup_tags", frozenset({"signup_tags"})),
    "lists": Area("lists", "lists", frozenset({"lists"})),
    "events": Area("events", "events", frozenset({"events", "event_ticket_levels"})),
    "money": Area(
        "finances",
        "donations",
        frozenset({"donations", "pledges", "donation_tracking_codes"}),
        words=("donat", "donor", "pledge", "capital"),
    ),
    "memberships": Area("memberships", "memberships", frozenset({"memberships", "membership_types"})),
    "paths": Area("paths", "paths", frozenset({"paths", "path_steps", "path_histories"})),
    "petitions": Area("petitions", "petitions", frozenset({"petitions"})),
    "surveys": Area(
        "surveys",
        "surveys",
        frozenset({"surveys", "survey_questions", "survey_question_possible_responses"}),
    ),
    "relationships": Area("relationships", "relationships", frozenset({"relationships"})),
    "automations": Area("automations", "automations", frozenset({"automations"})),
    "lookups": Area("mailings and broadcasters", "mailings", frozenset({"mailings", "broadcasters"})),
}
"""By the name of the tools' group; what is recorded of people goes with the people. Pages, sites and custom
fields are in none: what they say of a nation is on its website, or in records of an area."""


def titles(areas: frozenset[str]) -> list[str]:
    """Areas in words, in the order in which they are listed here."""
    return [area.title for name, area in AREAS.items() if name in areas]
