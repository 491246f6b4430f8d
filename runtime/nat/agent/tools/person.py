"""One person or organisation in full."""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import RecordId
from nat.agent.tools.people import ContactDetails, summary
from nat.agent.tools.results import Item, item, local, long_text, related_person, single
from nat.nationbuilder import Document, NationBuilder, Record

Section = Literal["tags", "memberships", "recruiter", "precinct", "profile", "addresses", "custom_values"]

_MORE_FIELDS: Final = (
    "prefix", "suffix", "middle_name", "legal_name", "username", "employer", "occupation", "language", "sex",
    "born_at", "party", "party_member", "inferred_party", "inferred_support_level", "priority_level",
    "contact_status", "availability", "email_opt_in", "mobile_opt_in", "do_not_call", "is_fundraiser",
    "is_possible_duplicate", "external_id", "donations_amount_this_cycle_in_cents",
    "donations_pledged_amount_in_cents", "donations_raised_amount_in_cents", "federal_district",
    "state_upper_district", "state_lower_district", "county_district", "city_district", "ward",
    "school_district", "registered_at",
)  # fmt: skip
_MORE_MOMENTS: Final = (
    "first_donated_at", "first_volunteer_at", "first_supporter_at", "unsubscribed_at", "banned_at",
    "support_level_changed_at", "updated_at",
)  # fmt: skip
_ADDRESS_PARTS: Final = ("city", "state", "zip", "county", "country_code")
_STREET_PARTS: Final = ("address1", "address2", "address3")


@tool(
    group="people",
    effect=Effect.READ,
    label="Opening a profile",
    endpoints=("GET /signups/{id}", "GET /membership_types"),
    finds="signups",
)
def get_person(
    v2: NationBuilder,
    *,
    person_id: RecordId,
    sections: Annotated[list[Section] | None, Field(description="All if left out")] = None,
    include_contact_details: ContactDetails = False,
) -> ToolOutcome:
    """Full record of one person or organisation: totals, flags, note, tags, memberships, recruiter, address,
    custom values. Donations, contacts and the like are in get_person_timeline."""
    wanted = set(sections or get_args(Section))
    includes = {
        "tags": "signup_tags",
        "memberships": "memberships",
        "recruiter": "recruiter",
        "precinct": "precinct",
        "profile": "signup_profile",
    }
    extra = ["primary_address"] if "addresses" in wanted else []
    if extra and include_contact_details:
        extra += ["home_address", "mailing_address", "registered_address", "work_address", "billing_address"]
    found = v2.show(
        "signups",
        person_id,
        include=[name for section, name in includes.items() if section in wanted],
        extra_fields={"signups": extra} if extra else None,
    )
    data = _whole_person(v2, found, wanted, include_contact_details)
    return single(v2, data, query=f"person {person_id}")


def _whole_person(v2: NationBuilder, found: Document, wanted: set[str], contact_details: bool) -> Item:
    record = found.record
    data = summary(v2, record, contact_details=contact_details)
    data |= item(**{name: record[name] for name in _MORE_FIELDS if record[name] not in (None, "", False)})
    data |= item(
        **{name: local(v2, record.moment(name)) for name in _MORE_MOMENTS},
        note=long_text(record.text("note"), 2_000),
    )
    if not contact_details:
        data.pop("submitted_address", None)
    if "tags" in wanted:
        data["tags"] = sorted(tag.text("name") for tag in found.many("signup_tags"))
    if "memberships" in wanted:
        data["memberships"] = _memberships(v2, found)
    if "recruiter" in wanted:
        data |= item(recruiter=related_person(v2, record, found.included, "recruiter"))
    if "precinct" in wanted and (precinct := found.one("precinct")) is not None:
        data["precinct"] = item(id=precinct.id, name=precinct.text("name"), code=precinct.text("code"))
    if "profile" in wanted and (profile := found.one("signup_profile")) is not None:
        data["profile"] = item(bio=long_text(profile.text("bio")), website=profile.text("website"))
    if "addresses" in wanted:
        data |= _addresses(record, contact_details)
    if "custom_values" in wanted:
        values = record["custom_values"] or {}
        data |= item(custom_values={slug: value for slug, value in values.items() if value not in (None, "")})
    return data


def _addresses(record: Record, contact_details: bool) -> Item:
    parts = (*_STREET_PARTS, *_ADDRESS_PARTS) if contact_details else _ADDRESS_PARTS
    addresses = {
        name: item(**{part: value.get(part) for part in parts})
        for name, value in record.attributes.items()
        if name.endswith("_address") and isinstance(value, dict)
    }
    return item(**{name: address for name, address in addresses.items() if address})


def _memberships(v2: NationBuilder, found: Document) -> list[Item]:
    memberships = found.many("memberships")
    if not memberships:
        return []
    types = v2.find("membership_types", [each.text("membership_type_id") for each in memberships])
    return [
        item(
            id=each.id,
            type=types[each.text("membership_type_id")].text("name")
            if each.text("membership_type_id") in types
            else None,
            status=each["status"],
            started_at=local(v2, each.moment("started_at")),
            expires_on=each["expires_on"],
        )
        for each in memberships
    ]
