"""Seeded sites, pages, events with RSVPs, petitions with signatures, suggestions."""

from collections.abc import Sequence
from typing import Any

from local.nationbuilder.rules.change import slug_of
from local.nationbuilder.rules.events import refresh_attending
from local.nationbuilder.rules.pages import derived
from local.nationbuilder.schema import schema
from local.nationbuilder.seeds import hostile, words
from local.nationbuilder.seeds.sower import Sower


def add_site(sower: Sower, name: str, domain: str) -> str:
    """The nation's web site."""
    return sower.add("sites", name=name, domain=domain, slug=sower.nation.slug)


def add_page(sower: Sower, site_id: str, name: str, page_type: str = "Basic", **values: Any) -> str:
    """A page; published unless told otherwise."""
    page = {
        "name": name,
        "title": name,
        "headline": name,
        "slug": slug_of(name),
        "site_id": site_id,
        "page_type_name": page_type,
        "permission_level": "anyone",
        "status": "published",
        "author_id": "2",
        **values,
    }
    page["published_at"] = sower.past(600, 30) if page["status"] == "published" else None
    whole = {**schema().resources["pages"].defaults, **page}
    return sower.add("pages", **page, **derived(sower.nation, whole.get))


def add_events(
    sower: Sower, site_id: str, names: Sequence[str], zones: Sequence[str], rsvps: tuple[int, int]
) -> None:
    """Half of them past, half to come, with RSVPs: coming, attended, cancelled, with guests, volunteering."""
    rng, nation = sower.rng, sower.nation
    half = len(names) // 2
    for index, name in enumerate(names):
        days = -14 * (half - index) if index < half else 3 + 9 * (index - half)
        text = hostile.INJECTIONS[index % 8] if index % 4 == 1 else f"Join us: {name}."
        page_id = add_page(
            sower, site_id, name, "Event", status="published" if index % 7 else "unlisted", excerpt=text
        )
        event_id = sower.add(
            "events",
            page_id=page_id,
            start_at=sower.at(days, 18, 30),
            duration=rng.choice((3600, 5400, 7200)),
            time_zone=zones[index % len(zones)],
            venue_name=rng.choice(("Town Hall", "Riverside Library", "Union Hall", hostile.HTML)),
            venue_address=sower.address(words.EAST[0], "Main"),
            content=hostile.LONG if index == 2 else text,
            capacity_count=rng.choice((0, 40, 80)),
            accept_rsvps=True,
            allow_guests=True,
            private=False,
            sends_auto_response=index % 2 == 0,
            auto_response_subject="See you there",
            point_person_id="2",
            contact_email=f"events@{nation.slug}.example",
            contact_name="Events team",
            gather_volunteers=index % 3 == 0,
            attending_count=0,
        )
        people = rng.sample(list(nation["signups"].rows)[5:], rng.randint(*rsvps))
        for signup_id in people:
            _rsvp(sower, event_id, page_id, signup_id, days)
        refresh_attending(nation, event_id)
        if index % 5 == 0:
            _ticket_levels(sower, event_id)


def _rsvp(sower: Sower, event_id: str, page_id: str, signup_id: str, days: int) -> None:
    person, over = sower.nation["signups"].rows[signup_id], days < 0
    canceled = sower.some(0.12)
    sower.add(
        "event_rsvps",
        sower.past(40 - min(days, 0), max(1, 1 - days)),
        event_id=event_id,
        page_id=page_id,
        signup_id=signup_id,
        author_id=signup_id,
        first_name=person["first_name"],
        last_name=person["last_name"],
        email=person["email"],
        attendee=over and not canceled and sower.some(0.7),
        canceled=canceled,
        guests_count=sower.rng.choice((0, 0, 0, 1, 2)),
        volunteer=sower.some(0.15),
        private=sower.some(0.1),
        prepaid=False,
    )


def _ticket_levels(sower: Sower, event_id: str) -> None:
    for number, (name, cents) in enumerate((("Standard", 1500), ("Supporter", 5000)), start=1):
        sower.add(
            "event_ticket_levels",
            event_id=event_id,
            name=name,
            number=number,
            limit=100,
            amount_in_cents=cents,
            tickets_sold=number * 7,
            description=f"{name} ticket",
        )


def add_petitions(sower: Sower, site_id: str, names: Sequence[str], signatures: tuple[int, int]) -> None:
    """Petitions and who signed them, some with a comment."""
    rng, nation = sower.rng, sower.nation
    comments = ("I agree", "About time", None, None, hostile.INJECTIONS[1], hostile.RIGHT_TO_LEFT)
    for name in names:
        page_id = add_page(sower, site_id, name, "Petition")
        petition_id = sower.add(
            "petitions",
            page_id=page_id,
            goal=500,
            content=f"We ask the council: {name}.",
            intro=name,
            signature_name="signature",
        )
        people = rng.sample(list(nation["signups"].rows)[5:], rng.randint(*signatures))
        for signup_id in people:
            sower.add(
                "petition_signatures",
                sower.past(200),
                petition_id=petition_id,
                page_id=page_id,
                signup_id=signup_id,
                recruiter_id=rng.choice(people) if sower.some(0.1) else None,
                comment=rng.choice(comments),
                is_private=sower.some(0.1),
            )


def add_suggestions(sower: Sower, site_id: str, headlines: Sequence[str]) -> None:
    """One box with suggestions."""
    name = "Community ideas"
    page_id = add_page(sower, site_id, name, "Suggestion Box")
    box_id = sower.add(
        "suggestion_boxes",
        sower.past(300, 200),
        name=name,
        title=name,
        headline=name,
        slug=slug_of(name),
        status="published",
        site_id=site_id,
        page_id=page_id,
        allow_image=False,
        require_image=False,
        send_auto_responses=True,
        send_official_response_notifications=True,
        send_response_notifications=True,
    )
    for index, headline in enumerate(headlines):
        sower.add(
            "suggestions",
            sower.past(190),
            suggestion_box_id=box_id,
            headline=headline,
            content=hostile.INJECTIONS[4] if index == 1 else f"{headline}, please.",
            slug=slug_of(headline),
            status="published",
            site_id=site_id,
            page_id=add_page(sower, site_id, headline, "Suggestion"),
            response_type_id=7,
            has_image=False,
            is_responded=False,
        )
