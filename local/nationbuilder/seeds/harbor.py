"""The nation `harbor`: Harbor Alliance, on Los Angeles time, a few hundred people.

Ids count from 1 here as they do in `demo`: the same id is somebody else, so that a mix-up shows.
"""

from datetime import datetime
from typing import Final

from local.nationbuilder.seeds import campaigns, gatherings, money, people, words
from local.nationbuilder.seeds.sower import Sower
from local.nationbuilder.store import Nation, new_nation

PEOPLE: Final = 260
MAJOR_DONORS: Final = 7
PACIFIC: Final = "Pacific Time (US & Canada)"


def harbor(now: datetime) -> Nation:
    """Seed it as of `now`."""
    nation = new_nation("harbor", "Harbor Alliance", "America/Los_Angeles")
    sower = Sower(nation, now)
    people.add_custom_fields(sower)
    people.add_people(
        sower,
        PEOPLE,
        organisations=20,
        places=words.WEST,
        staff=(("Grace", "Nakamura", "admin"), ("Omar", "Castro", "staffer"), ("Ines", "Costa", "no_people")),
    )
    people.add_tags(sower, ("Volunteers", "Boat owner", "boat-owner"), volunteers=45)
    people.add_lists(sower, {"Crew": 12, "Harbour walk": 40, "Newsletter": 150, "Patrons": 18})
    people.add_relationships(sower, 15)
    people.add_contacts(sower, 80)
    site = gatherings.add_site(sower, "Harbor Alliance", "harbor.example")
    donate = gatherings.add_page(sower, site, "Give")
    codes = money.add_tracking_codes(sower, ("Regatta", "Patrons", "Website"))
    treasury = money.Treasury(sower, codes, donate)
    money.add_donations(sower, treasury, total=240, major=MAJOR_DONORS, monthly=8)
    money.add_pledges(sower, treasury, 8)
    money.add_memberships(sower, ("Crew", "Patron"), 48)
    gatherings.add_events(
        sower,
        site,
        ("Harbour Walk", "Clean Water Talk", "Regatta Day", "Patrons Dinner"),
        (PACIFIC,),
        rsvps=(8, 25),
    )
    gatherings.add_petitions(sower, site, ("Clean the bay",), signatures=(20, 60))
    gatherings.add_suggestions(sower, site, ("More moorings", "A children's dock"))
    campaigns.add_paths(sower, {"Become crew": ("Interested", "Trained", "Aboard")}, journeys=25)
    campaigns.add_surveys(
        sower, {"Bay survey": (("How often do you sail?", ("Weekly", "Monthly", "Never")),)}, answers=25
    )
    campaigns.add_automations(sower, {"Welcome aboard": "running", "Winter break": "on_hold"}, enrolled=15)
    campaigns.add_mailings(sower, ("Regatta news", "The tide table", "Thank you, patrons"))
    campaigns.add_imports(sower, 1)
    campaigns.add_voter_file(sower, voters=20, precincts=3)
    return nation
