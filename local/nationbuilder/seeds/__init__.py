"""The seeded nations. The same date gives the same records, whatever the machine.

What a nation consists of stands in a file of its name; the order of its parts here is part of what is drawn.
"""

import tomllib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from local.nationbuilder.seeds import campaigns, gatherings, money, people, words
from local.nationbuilder.seeds.sower import Sower
from local.nationbuilder.store import Nation, new_nation

NATIONS: Final[dict[str, dict[str, Any]]] = {
    slug: tomllib.loads((Path(__file__).parent / f"{slug}.toml").read_text("utf-8"))
    for slug in ("demo", "harbor")
}
ZONES: Final = {slug: ZoneInfo(plan["zone"]) for slug, plan in NATIONS.items()}


def seeded(now: datetime) -> dict[str, Nation]:
    """Fresh nations as of `now`, which is aware. Only its date in each nation's zone counts."""
    return {slug: _grown(slug, _day(slug, now)).copy() for slug in NATIONS}


def _day(slug: str, now: datetime) -> datetime:
    return now.astimezone(ZONES[slug]).replace(hour=12, minute=0, second=0, microsecond=0)


@lru_cache(maxsize=12)
def _grown(slug: str, now: datetime) -> Nation:
    plan = NATIONS[slug]
    nation = new_nation(slug, plan["name"], plan["zone"])
    sower = Sower(nation, now)
    people.add_custom_fields(sower)
    people.add_people(
        sower, plan["people"], plan["organisations"], words.PLACES[plan["places"]], plan["staff"]
    )
    people.add_tags(sower, plan["look_alike_tags"], plan["volunteers"])
    people.add_lists(sower, plan["lists"])
    people.add_relationships(sower, plan["relationships"])
    people.add_contacts(sower, plan["contacts"])
    _add_pages_and_money(sower, plan)
    campaigns.add_paths(sower, plan["paths"], plan["journeys"])
    campaigns.add_surveys(sower, plan["surveys"], plan["answers"])
    campaigns.add_automations(sower, plan["automations"], plan["enrolled"])
    campaigns.add_mailings(sower, plan["mailings"])
    campaigns.add_imports(sower, plan["imports"])
    campaigns.add_voter_file(sower, plan["voters"], plan["precincts"])
    return nation


def _add_pages_and_money(sower: Sower, plan: dict[str, Any]) -> None:
    """A site with pages, of which the last takes donations and `Team` is for members; what hangs on them."""
    site = gatherings.add_site(sower, plan["name"], f"{sower.nation.slug}.example")
    page = None
    for name in plan["pages"]:
        for_members: dict[str, Any] = (
            {"parent_id": page, "permission_level": "members"} if name == "Team" else {}
        )
        page = gatherings.add_page(sower, site, name, **for_members)
    codes = money.add_tracking_codes(sower, plan["tracking_codes"])
    gifts = plan["donations"]
    treasury = money.Treasury(sower, codes[: gifts["codes"]], str(page))
    money.add_donations(sower, treasury, total=gifts["total"], major=gifts["major"], monthly=gifts["monthly"])
    money.add_pledges(sower, treasury, plan["pledges"])
    money.add_memberships(sower, plan["membership_types"], plan["memberships"])
    gatherings.add_events(sower, site, plan["events"], plan["event_zones"], plan["rsvps"])
    gatherings.add_petitions(sower, site, plan["petitions"], plan["signatures"])
    gatherings.add_suggestions(sower, site, plan["suggestions"])
