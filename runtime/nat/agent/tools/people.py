"""People and organisations: find them, look at one, say who is connected."""

import re
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, Outcome, tool
from nat.agent.tools.parameters import CentsRange, CountOnly, Limit, Parameters, RecordId, Text, When, span_of
from nat.agent.tools.results import (
    Item,
    cents_between,
    counted,
    either,
    given,
    in_words,
    item,
    listed,
    local,
    panel_link,
    person_name,
    single,
    span_words,
)
from nat.errors import BadRequest, QueryRejected
from nat.nationbuilder import (
    Collection,
    Filters,
    HasValues,
    NationBuilder,
    Record,
    between,
    where,
)

SCANNED_AT_MOST: Final = 5_000
"""People that one search looks through for what V2 cannot filter: 50 requests."""

SUMMARY_FIELDS: Final = (
    "full_name", "first_name", "last_name", "signup_type", "support_level", "is_volunteer", "is_donor",
    "is_supporter", "is_prospect", "do_not_contact", "is_deceased", "donations_amount_in_cents",
    "donations_count", "last_donated_at", "last_contacted_at", "created_at",
)  # fmt: skip
CONTACT_FIELDS: Final = ("email", "phone_number", "mobile_number", "work_phone_number")

_SORTS: Final = {
    "name": "last_name",
    "newest": "-created_at",
    "oldest": "created_at",
    "most_donated": "-donations_amount_in_cents",
    "last_donated": "-last_donated_at",
    "last_contacted": "-last_contacted_at",
}
_NULLABLE_SORTS: Final = {"last_donated": "last_donated_at", "last_contacted": "last_contacted_at"}
"""Databases put null first in descending order, so these sorts leave out people who have no such date."""

Sort = Literal["name", "newest", "oldest", "most_donated", "last_donated", "last_contacted"]
ContactDetails = Annotated[bool, Field(description="Add email, phone, street; only if the person asked")]


class Flags(Parameters):
    is_volunteer: bool | None = None
    is_donor: bool | None = None
    is_supporter: bool | None = None
    is_prospect: bool | None = None
    do_not_contact: bool | None = None


class CustomField(Parameters):
    slug: str
    value: str | int | bool


@tool(
    group="people",
    effect=Effect.READ,
    label="Looking for people",
    endpoints=("GET /signups",),
)
def search_people(
    nation: NationBuilder,
    *,
    name: Annotated[Text | None, Field(description="Any part of the full name")] = None,
    email: Text | None = None,
    phone: Text | None = None,
    kind: Literal["person", "organisation"] | None = None,
    tag_id: RecordId | None = None,
    support_level: Annotated[
        list[Annotated[int, Field(ge=1, le=5)]] | None, Field(description="1 strong support, 5 opposition")
    ] = None,
    flags: Flags | None = None,
    donated_cents: Annotated[CentsRange | None, Field(description="All gifts together")] = None,
    last_donated: When | None = None,
    last_contacted: When | None = None,
    created: When | None = None,
    recruiter_id: RecordId | None = None,
    precinct_id: RecordId | None = None,
    custom_field: CustomField | None = None,
    city: Text | None = None,
    state: Annotated[Text | None, Field(description="As stored, e.g. NY")] = None,
    sort: Sort | None = None,
    limit: Limit = 20,
    count_only: CountOnly = False,
    include_contact_details: ContactDetails = False,
) -> Outcome:
    """Find people or organisations by any mix of criteria (all must hold), or count them.

    City and state are matched by reading through the others' matches: add a further criterion if the result
    is incomplete. "Who donated in a period" is list_donations or summarize_donations; `last_donated` only
    knows the last gift.
    """
    spans = {
        "last_donated_at": span_of(nation, last_donated),
        "last_contacted_at": span_of(nation, last_contacted),
        "created_at": span_of(nation, created),
    }
    filters = dict(
        given(
            full_name=where("match", name) if name else None,
            with_email_address=where("eq" if "@" in email else "match", email) if email else None,
            signup_type=None if kind is None else int(kind == "organisation"),
            tag_id=tag_id,
            support_level=sorted(set(support_level)) if support_level else None,
            donations_amount_in_cents=donated_cents and cents_between(donated_cents.gte, donated_cents.lte),
            recruiter_id=recruiter_id,
            precinct_id=precinct_id,
            custom_values=custom_field and HasValues({custom_field.slug: custom_field.value}),
            **{attribute: span.condition() for attribute, span in spans.items()},
            **(flags.model_dump() if flags else {}),
        )
    )
    if sort in _NULLABLE_SORTS:
        filters.setdefault(_NULLABLE_SORTS[sort], between(date(1900, 1, 1)))
    query = in_words(
        f"{kind}s" if kind else "people and organisations",
        f"name contains “{name}”" if name else None,
        f"email {email}" if email else None,
        f"phone {phone}" if phone else None,
        f"tag {tag_id}" if tag_id else None,
        f"support level {' or '.join(map(str, sorted(set(support_level))))}" if support_level else None,
        _flag_words(flags),
        _cents_words(donated_cents),
        *(span_words(nation, span, attribute.replace("_", " ")) for attribute, span in spans.items()),
        f"recruiter {recruiter_id}" if recruiter_id else None,
        f"precinct {precinct_id}" if precinct_id else None,
        f"{custom_field.slug} = {custom_field.value}" if custom_field else None,
        f"city {city}" if city else None,
        f"state {state}" if state else None,
        f"sorted by {sort.replace('_', ' ')}" if sort else None,
    )
    links = panel_link(nation, "dashboard", f"Control panel ({query})") if count_only else ()
    fields = (*SUMMARY_FIELDS, *CONTACT_FIELDS) if include_contact_details else SUMMARY_FIELDS
    wanted: dict[str, Any] = {"fields": {"signups": fields}}
    if include_contact_details or city or state:
        wanted["extra_fields"] = {"signups": ("primary_address",)}
    if sort:
        wanted["sort"] = (_SORTS[sort],)
    searches: list[Filters] = _phone_filters(filters, phone) if phone else [filters]
    try:
        if city or state:
            return _search_by_place(
                nation, searches, wanted, city, state, query, limit, count_only, include_contact_details
            )
        if count_only and not phone:
            return counted(nation, nation.count("signups", filters), query=query, links=links)
        reads = [
            partial(
                nation.index, "signups", filters=each, page_size=100 if phone else limit, count=True, **wanted
            )
            for each in searches
        ]
        page = either(reads)
    except QueryRejected:
        if custom_field is None:
            raise
        raise BadRequest(
            f"NationBuilder knows no custom field {custom_field.slug!r} with such values: see "
            "list_custom_fields."
        ) from None
    if count_only and page.total is not None:
        return counted(nation, page.total, query=query, links=links)
    found = page.records[:limit]
    return listed(
        nation,
        [summary(nation, each, contact_details=include_contact_details) for each in found],
        query=query,
        total=page.total,
        complete=page.total is not None and len(found) >= page.total,
        links=links,
    )


@tool(
    group="people",
    effect=Effect.READ,
    label="Looking who is connected",
    endpoints=("GET /signups/me",),
)
def get_current_user(nation: NationBuilder) -> Outcome:
    """Who connected Nat to NationBuilder: calls act as this person, with their permission set. Not
    necessarily the person who is asking."""
    me = nation.show("signups", "me").record
    data = item(
        id=me.id,
        name=person_name(me),
        panel_url=nation.panel_url("person", me.id),
        is_control_panel_user=me["is_cpu"],
    )
    return single(nation, data, query="the person who connected Nat")


def summary(nation: NationBuilder, found: Record, *, contact_details: bool = False) -> Item:
    """A person in a list of people."""
    address = found["primary_address"] or {}
    data = item(
        id=found.id,
        name=person_name(found),
        panel_url=nation.panel_url("person", found.id),
        kind="organisation" if found["signup_type"] == 1 else None,
        support_level=found["support_level"],
        flags=[flag for flag in _FLAGS if found[flag]],
        donated_cents=found["donations_amount_in_cents"] or None,
        donations_count=found["donations_count"] or None,
        last_donated_at=local(nation, found.moment("last_donated_at")),
        last_contacted_at=local(nation, found.moment("last_contacted_at")),
        created_at=local(nation, found.moment("created_at")),
        city=address.get("city"),
        state=address.get("state"),
    )
    if contact_details:
        data |= item(**{name: found[name] for name in CONTACT_FIELDS}, street=address.get("address1"))
    return data


_FLAGS: Final = ("is_volunteer", "is_donor", "is_supporter", "is_prospect", "do_not_contact", "is_deceased")


def _phone_filters(filters: Filters, phone: str) -> list[Filters]:
    """Two searches: V2 keeps land line and mobile apart. Numbers are stored as typed or as digits only."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) < 4:
        raise BadRequest("Give at least four digits of the phone number.")
    forms = list(dict.fromkeys([phone, digits, f"+{digits}"]))
    if len(digits) < 7:
        return [{**filters, name: where("match", digits)} for name in ("phone_number", "mobile_number")]
    if len(digits) == 10:
        forms.append(f"{digits[:3]}-{digits[3:6]}-{digits[6:]}")
        forms.append(f"({digits[:3]}) {digits[3:6]}-{digits[6:]}")
    return [{**filters, name: where("eq", *forms)} for name in ("phone_number", "mobile_number")]


def _search_by_place(
    nation: NationBuilder,
    searches: list[Filters],
    wanted: dict[str, Any],
    city: str | None,
    state: str | None,
    query: str,
    limit: int,
    count_only: bool,
    contact_details: bool,
) -> Outcome:
    """Read through what the other criteria find, and keep who lives there."""
    readings: list[Collection] = [
        nation.read_all("signups", max_records=SCANNED_AT_MOST, filters=each, **wanted) for each in searches
    ]
    scanned = {record.id: record for reading in readings for record in reading.records}
    found = [record for record in scanned.values() if _lives_in(record, city, state)]
    whole = all(reading.complete for reading in readings)
    note = "City and state were matched in the primary addresses of the people scanned."
    if not whole:
        note += " There are more people than were scanned: the figures are a lower bound."
    if count_only:
        return counted(
            nation,
            len(found),
            query=query,
            links=panel_link(nation, "dashboard", f"Control panel ({query})"),
            complete=whole,
            scanned=len(scanned),
            note=note,
        )
    shown = found[:limit]
    return listed(
        nation,
        [summary(nation, each, contact_details=contact_details) for each in shown],
        query=query,
        total=len(found) if whole else None,
        complete=whole and len(shown) == len(found),
        matched=len(found),
        scanned=len(scanned),
        note=note,
    )


def _lives_in(found: Record, city: str | None, state: str | None) -> bool:
    address = found["primary_address"] or {}
    return all(
        str(address.get(part) or "").strip().casefold() == wanted.casefold()
        for part, wanted in (("city", city), ("state", state))
        if wanted
    )


def _flag_words(flags: Flags | None) -> str | None:
    if flags is None:
        return None
    chosen = {name: value for name, value in flags.model_dump().items() if value is not None}
    return ", ".join(f"{'' if value else 'not '}{name.replace('_', ' ')}" for name, value in chosen.items())


def _cents_words(cents: CentsRange | None) -> str | None:
    if cents is None or (cents.gte is None and cents.lte is None):
        return None
    low = f"at least {cents.gte} cents" if cents.gte is not None else ""
    high = f"at most {cents.lte} cents" if cents.lte is not None else ""
    return f"donated in all {' and '.join(filter(None, (low, high)))}"
