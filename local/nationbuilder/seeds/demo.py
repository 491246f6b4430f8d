"""The nation `demo`: Demo for Change, on New York time, a few thousand people."""

from datetime import datetime
from typing import Final

from local.nationbuilder.seeds import campaigns, gatherings, money, people, words
from local.nationbuilder.seeds.sower import Sower
from local.nationbuilder.store import Nation, new_nation

PEOPLE: Final = 3_100
MAJOR_DONORS: Final = 23
EASTERN: Final = "Eastern Time (US & Canada)"


def demo(now: datetime) -> Nation:
    """Seed it as of `now`."""
    nation = new_nation("demo", "Demo for Change", "America/New_York")
    sower = Sower(nation, now)
    people.add_custom_fields(sower)
    people.add_people(
        sower,
        PEOPLE,
        organisations=120,
        places=words.EAST,
        staff=(
            ("Maya", "Okafor", "admin"),
            ("Daniel", "Reyes", "admin"),
            ("Priya", "Patel", "staffer"),
            ("Tom", "Weber", "no_finances"),
            ("Lena", "Fischer", "read_only"),
        ),
    )
    near_duplicates = ("Volunteers", "volunteer ", "VIP", "vip donor", "Yard Sign", "yard-sign", "yardsign")
    people.add_tags(sower, near_duplicates, volunteers=640)
    people.add_lists(
        sower,
        {
            "Board": 9,
            "Canvassers": 120,
            "Core volunteers": 85,
            "Dinner guests": 60,
            "Door knocking east": 140,
            "Door knocking west": 135,
            "Empty": 0,
            "Newsletter": 900,
            "Phone bank": 75,
            "Press": 22,
            "Summer picnic": 110,
            "Supporters in Albany": 180,
            "Town hall": 130,
            "Vendors": 14,
        },
    )
    people.add_relationships(sower, 90)
    people.add_contacts(sower, 900)
    site = gatherings.add_site(sower, "Demo for Change", "demo.example")
    about = gatherings.add_page(sower, site, "About")
    gatherings.add_page(sower, site, "Team", parent_id=about, permission_level="members")
    donate = gatherings.add_page(sower, site, "Donate")
    codes = money.add_tracking_codes(
        sower, ("Summer Banquet", "Spring Appeal", "Website", "Phone Bank", "Year End", "Unused code")
    )
    treasury = money.Treasury(sower, codes[:5], donate)
    money.add_donations(sower, treasury, total=2_300, major=MAJOR_DONORS, monthly=60)
    money.add_pledges(sower, treasury, 60)
    money.add_memberships(sower, ("Sustainer", "Student", "Household", "Honorary"), 360)
    gatherings.add_events(
        sower,
        site,
        (
            "Winter Kick-off",
            "Canvass Training",
            "Transit Forum",
            "Housing Town Hall",
            "Phone Bank Evening",
            "Library Read-in",
            "Volunteer Thank-you",
            "Street Fair",
            "Spring Town Hall",
            "Door Knocking Day",
            "Donor Dinner",
            "Park Clean-up",
            "Candidate Night",
            "Bike Ride",
            "Summer Picnic",
            "Annual Meeting",
        ),
        (EASTERN, EASTERN, "Central Time (US & Canada)", "Pacific Time (US & Canada)"),
        rsvps=(20, 70),
    )
    gatherings.add_petitions(
        sower, site, ("Fund the buses", "Save the library", "Safe streets now"), signatures=(90, 260)
    )
    gatherings.add_suggestions(sower, site, ("More bike racks", "Open board meetings", "A youth council"))
    campaigns.add_paths(
        sower,
        {
            "Become a supporter": (
                "Potential supporter",
                "Introduce organization",
                "Opted into communication",
                "Define support level",
            ),
            "Become a donor": ("Identified", "Asked", "Pledged", "Gave"),
            "Become a volunteer": ("Interested", "Trained", "First shift"),
        },
        journeys=110,
    )
    campaigns.add_surveys(
        sower,
        {
            "Neighbourhood priorities": (
                ("What matters most to you?", ("Housing", "Transit", "Schools", "Parks")),
                ("What should change first?", ()),
            ),
            "Phone bank": (("Will you vote?", ("Yes", "No", "Undecided")), ("Anything else?", ())),
            "Volunteer intake": (("When can you help?", ("Weekdays", "Evenings", "Weekends")),),
        },
        answers=110,
    )
    campaigns.add_automations(
        sower,
        {
            "Welcome series": "running",
            "Lapsed donors": "running",
            "Event reminders": "on_hold",
            "Old welcome": "archived",
            "New idea": "drafted",
        },
        enrolled=70,
    )
    campaigns.add_mailings(
        sower,
        (
            "Welcome to our community",
            "The transit vote is on Tuesday",
            "You are invited: Spring Town Hall",
            "Thank you for marching with us",
            "Five days to our deadline",
            "What we won this year",
            "Volunteers needed on Saturday",
            "Your membership",
            "A note from Maya",
            "Minutes of the annual meeting",
        ),
    )
    campaigns.add_imports(sower, 4)
    campaigns.add_voter_file(sower, voters=150, precincts=12)
    return nation
