"""Seeded people and organisations, tags, lists, relationships and contacts."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from local.nationbuilder.rules.people import full_name, primary_address
from local.nationbuilder.rules.tags import refresh_count
from local.nationbuilder.schema import schema
from local.nationbuilder.seeds import hostile, words
from local.nationbuilder.seeds.sower import Sower
from local.nationbuilder.store import User

SYSTEM_RECORD: Final = "1"
NAMESAKES: Final = tuple(sorted([("John", "Smith"), ("Maria", "Garcia"), ("Wei", "Wang")] * 2))
"""First and last names of two people each."""

SIGNUP_FIELDS: Final = (
    ("Shirt size", "shirt_size", "multiple_choice", {"1": "S", "2": "M", "3": "L", "4": "XL"}),
    ("Dietary needs", "dietary_needs", "text", None),
    ("Years active", "years_active", "number", None),
    ("Newsletter consent", "newsletter_consent", "checkbox", None),
)
DONATION_FIELDS: Final = (
    ("Gift source", "gift_source", "multiple_choice", {"1": "Website", "2": "Dinner", "3": "Phone"}),
    ("Campaign note", "campaign_note", "text", None),
)


def add_custom_fields(sower: Sower) -> None:
    """One of each kind for people, two for donations."""
    for owner, kinds in (("Signup", SIGNUP_FIELDS), ("Donation", DONATION_FIELDS)):
        for position, (name, slug, kind, options) in enumerate(kinds, start=1):
            sower.add(
                "custom_fields",
                sower.past(900, 800),
                name=name,
                slug=slug,
                field_type=kind,
                options=options,
                position=position,
                resource_type=owner,
            )


def add_people(
    sower: Sower,
    count: int,
    organisations: int,
    places: Sequence[words.Place],
    staff: Sequence[tuple[str, str, str]],
    named: Sequence[tuple[str, str]] = NAMESAKES,
) -> None:
    """The system record, control-panel users (first name, last name, permission set), people, organisations.

    `named` are first and last names that certainly occur, as often as they stand there.
    Ids follow the date of creation: the last ones joined this week, three of them in today's first minute.
    """
    sower.add("signups", sower.past(1200, 1190), is_supporter=False)
    for first, last, permission_set in staff:
        values = _person(sower, first, last, places)
        values |= {"is_cpu": True, "email1": f"{first.lower()}@{sower.nation.slug}.example"}
        signup_id = _insert(sower, sower.past(1180, 1150), values)
        sower.nation.users[signup_id] = User(signup_id, permission_set)
    named = [*hostile.NAMES, *named]
    total = count - 1 - len(staff)
    organisation_places = set(sower.rng.sample(range(total // 4, total), organisations))
    name_places = dict(zip(sower.rng.sample(range(total // 8, total), len(named)), named, strict=True))
    for index in range(total):
        left = total - index
        if left <= 3:
            moment = sower.at(0, 0, 0, 20 - left)
        elif left <= max(8, total // 80):
            moment = sower.past(6, 1)
        else:
            moment = sower.at(-7 - (left * 1100) // total, 9 + index % 12, index % 60, index % 59)
        if index in organisation_places and index not in name_places:
            values = _organisation(sower, places)
        else:
            first, last = name_places.get(index) or (
                sower.rng.choice(words.FIRST_NAMES),
                sower.rng.choice(words.LAST_NAMES),
            )
            values = _person(sower, first, last, places)
        _insert(sower, moment, values)
    _special(sower)


def _person(sower: Sower, first: str, last: str, places: Sequence[words.Place]) -> dict[str, Any]:
    rng, some = sower.rng, sower.some
    values: dict[str, Any] = {"first_name": first, "last_name": last, "signup_type": 0}
    number = sower.nation["signups"].next_id
    if some(0.86):
        values["email1"] = f"{_plain(first)}.{_plain(last)}{number}@example.org"
        if some(0.12):
            values["email2"] = f"{_plain(first)}{number}@mail.example"
    if some(0.6):
        values["phone_number"] = f"555{rng.randint(1000000, 9999999)}"
    if some(0.5):
        values["mobile_number"] = f"556{rng.randint(1000000, 9999999)}"
    if some(0.8):
        values["home_address"] = sower.address(rng.choice(places), rng.choice(words.STREETS))
    if some(0.15):
        values["mailing_address"] = sower.address(rng.choice(places), rng.choice(words.STREETS))
    if some(0.6):
        values["support_level"] = rng.choices((1, 2, 3, 4, 5), (35, 30, 20, 10, 5))[0]
    if some(0.4):
        values |= {"employer": rng.choice(words.EMPLOYERS), "occupation": rng.choice(words.OCCUPATIONS)}
    if some(0.5):
        values["sex"] = rng.choices(("F", "M", "O"), (48, 48, 4))[0]
    if some(0.4):
        values["born_at"] = f"{rng.randint(1940, 2004)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if some(0.3):
        values["custom_values"] = {
            "shirt_size": rng.choice(("S", "M", "L", "XL")),
            "years_active": str(rng.randint(0, 20)),
            "newsletter_consent": some(0.7),
            "dietary_needs": rng.choice(("vegetarian", "vegan", "none", None)),
        }
    values["email_opt_in"] = some(0.85)
    values["mobile_opt_in"] = some(0.7)
    values["is_prospect"] = some(0.1)
    return values


def _organisation(sower: Sower, places: Sequence[words.Place]) -> dict[str, Any]:
    place = sower.rng.choice(places)
    kind = sower.rng.choice(words.ORGANISATION_KINDS)
    street = sower.rng.choice(words.STREETS)
    number = sower.nation["signups"].next_id
    return {
        "first_name": None,
        "last_name": f"{place.city} {street} {kind}",
        "signup_type": 1,
        "email1": f"office{number}@org.example",
        "work_phone_number": f"557{sower.rng.randint(1000000, 9999999)}",
        "work_address": sower.address(place, street),
    }


def _insert(sower: Sower, moment: Any, values: dict[str, Any]) -> str:
    defaults = schema().resources["signups"].defaults
    whole = {"is_donor": False, "is_cpu": False, **values}
    whole |= {f"email{slot}_is_bouncing": False for slot in (1, 2, 3, 4)}
    whole["email"] = whole.get("email1")
    whole["full_name"] = full_name({**defaults, **whole})
    whole["primary_address"] = primary_address(whole)
    whole["first_supporter_at"] = moment
    whole["author_id"] = SYSTEM_RECORD
    return sower.add("signups", moment, **whole)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", folded)[:20] or "person"


def _special(sower: Sower) -> None:
    """The awkward ones: four emails, bouncing, deceased, do-not-contact, notes that give orders."""
    rng, table = sower.rng, sower.nation["signups"]
    people = [each for each, row in table.rows.items() if row["signup_type"] == 0 and int(each) > 10]
    chosen = rng.sample(people, min(len(people), max(40, len(people) // 20)))
    share = len(chosen) // 8
    for index, signup_id in enumerate(chosen):
        row = table.rows[signup_id]
        changes: dict[str, Any]
        match index // share if share else 8:
            case 0:
                changes = {f"email{slot}": f"slot{slot}.{signup_id}@example.net" for slot in (2, 3, 4)}
                if row["email1"] is None:
                    changes |= {
                        "email1": f"slot1.{signup_id}@example.net",
                        "email": f"slot1.{signup_id}@example.net",
                    }
            case 1:
                changes = {"email1_is_bouncing": row["email1"] is not None}
            case 2:
                changes = {"is_deceased": True, "do_not_contact": True}
            case 3:
                changes = {"do_not_contact": True, "do_not_call": True}
            case 4:
                changes = {"unsubscribed_at": sower.past(400, 20), "email_opt_in": False}
            case 5:
                changes = {"note": rng.choice(hostile.INJECTIONS), "note_updated_at": sower.past(90, 2)}
            case 6:
                changes = {"is_possible_duplicate": True}
            case _:
                text = rng.choice((hostile.HTML, hostile.FORMULA, hostile.RIGHT_TO_LEFT, hostile.IMAGE))
                changes = {"custom_values": {"dietary_needs": text, "shirt_size": "M"}}
        table.update(signup_id, changes)
    table.update(chosen[-1], {"note": hostile.LONG})
    table.update(chosen[-2], {"first_name": None, "last_name": None, "full_name": None})


def add_tags(sower: Sower, near_duplicates: Sequence[str], volunteers: int) -> None:
    """Tags of every size, look-alikes among them; `volunteer` is on that many people."""
    nation, rng = sower.nation, sower.rng
    people = list(nation["signups"].rows)[1:]
    named: dict[str, int] = {"volunteer": volunteers}
    for theme in words.TAG_THEMES:
        for action in words.TAG_ACTIONS:
            named[f"{theme} {action}"] = rng.randint(0, max(2, len(people) // 60))
    named |= {name: rng.randint(1, 12) for name in near_duplicates}
    named |= {hostile.INJECTIONS[0]: 2, hostile.FORMULA_PLUS: 1, hostile.ZERO_WIDTH: 3}
    for name, size in named.items():
        tag_id = sower.add(
            "signup_tags", name=name, from_sharing_nation=False, imported=False, shared_with_nations=False
        )
        for signup_id in sorted(rng.sample(people, size), key=int):
            sower.add("signup_taggings", sower.past(700), signup_id=signup_id, tag_id=tag_id)
            if name == "volunteer":
                since = sower.past(700, 100)
                nation["signups"].update(signup_id, {"is_volunteer": True, "first_volunteer_at": since})
        refresh_count(nation, tag_id)


def add_lists(sower: Sower, sizes: dict[str, int]) -> None:
    """Saved lists by name and size; the last one has a description that gives orders."""
    nation = sower.nation
    people = list(nation["signups"].rows)[1:]
    for name, size in sizes.items():
        list_id = sower.add(
            "lists",
            sower.past(500),
            name=name,
            slug=_plain(name.replace(" ", "")),
            author_id="2",
            signups_count=size,
            description=hostile.INJECTIONS[2] if name == list(sizes)[-1] else f"{name}, kept by hand",
        )
        members = sorted(sower.rng.sample(people, size), key=int)
        nation.list_members[list_id] = dict.fromkeys(members)


def add_relationships(sower: Sower, count: int) -> None:
    """People with organisations, and people with people."""
    rows = sower.nation["signups"].rows
    people = [each for each, row in rows.items() if row["signup_type"] == 0 and int(each) > 1]
    organisations = [each for each, row in rows.items() if row["signup_type"] == 1]
    with_organisation = ("member-organization", "employee-employer", "board_member-organization")
    for index in range(count):
        first = sower.rng.choice(people)
        if index % 3:
            kind, second = sower.rng.choice(with_organisation), sower.rng.choice(organisations)
        else:
            kind = sower.rng.choice(("spouse-spouse", "friend-friend", "mentee-mentor"))
            second = sower.rng.choice([each for each in people[:50] if each != first])
        sower.add(
            "relationships",
            sower.past(600),
            first_signup_id=first,
            second_signup_id=second,
            relationship_type=kind,
            title="Treasurer" if index % 7 == 0 else None,
        )


def add_contacts(sower: Sower, count: int) -> None:
    """Logged calls, visits and messages by the staff, oldest first."""
    rng, nation = sower.rng, sower.nation
    people, staff = list(nation["signups"].rows)[5:], list(nation.users)
    attributes = schema().resources["contacts"].attributes
    methods, statuses = attributes["contact_method"].choices, attributes["contact_status"].choices
    moments = sorted(sower.past(400) for _ in range(count))
    for index, moment in enumerate(moments):
        signup_id, author = rng.choice(people), rng.choice(staff)
        status = rng.choice((*statuses, None))
        content = hostile.INJECTIONS[index % 8] if index % 90 == 7 else rng.choice(words.CONTACT_NOTES)
        sower.add(
            "contacts",
            moment,
            signup_id=signup_id,
            author_id=author,
            contact_method=rng.choice(methods[:8]),
            contact_status=status,
            content=content,
        )
        nation["signups"].update(
            signup_id,
            {"last_contacted_at": moment, "last_contacted_by_id": author, "contact_status": status},
        )
