"""People and organisations: find them, look at one, say who is connected."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import CentsRange, CountOnly, Limit, Parameters, RecordId, Text, When, span_of
from nat.agent.tools.results import (
    Item,
    amount_words,
    cents_between,
    counted,
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
from nat.errors import BadRequest
from nat.nationbuilder import (
    Filters,
    HasValues,
    NationBuilder,
    Record,
    between,
    together,
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
_WORDS: Final = {
    "last_donated_at": "last donated",
    "last_contacted_at": "last contacted",
    "created_at": "created",
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
    endpoints=("GET /signups", "GET /custom_fields"),
)
def search_people(
    v2: NationBuilder,
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
) -> ToolOutcome:
    """Find people or organisations by any mix of criteria (all must hold), or count them.

    City and state are matched by reading through the others' matches: add a further criterion if the result
    is incomplete. "Who donated in a period" is list_donations or summarize_donations; `last_donated` only
    knows the last gift.
    """
    spans = {
        "last_donated_at": span_of(v2, last_donated),
        "last_contacted_at": span_of(v2, last_contacted),
        "created_at": span_of(v2, created),
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
        amount_words(donated_cents.gte, donated_cents.lte, "donated in all") if donated_cents else None,
        *(
            span_words(v2, span, attribute.removesuffix("_at").replace("_", " "))
            for attribute, span in spans.items()
        ),
        f"recruiter {recruiter_id}" if recruiter_id else None,
        f"precinct {precinct_id}" if precinct_id else None,
        f"{custom_field.slug} = {custom_field.value}" if custom_field else None,
        f"city {city}" if city else None,
        f"state {state}" if state else None,
        f"sorted by {sort.replace('_', ' ')}" if sort else None,
    )
    links = panel_link(v2, "dashboard", f"Control panel ({query})")
    fields = (*SUMMARY_FIELDS, *CONTACT_FIELDS) if include_contact_details or phone else SUMMARY_FIELDS
    wanted: dict[str, Any] = {"fields": {"signups": fields}}
    if include_contact_details or city or state:
        wanted["extra_fields"] = {"signups": ("primary_address",)}
    if sort:
        wanted["sort"] = (_SORTS[sort],)
    found = _find(v2, filters, wanted, limit, count_only, phone, city, state)
    if found.total == 0 and custom_field is not None:
        _require_custom_field(v2, custom_field.slug)
    if count_only:
        return counted(
            v2,
            found.matched,
            query=query,
            links=links,
            complete=found.whole,
            scanned=found.scanned,
            note=found.note,
        )
    return listed(
        v2,
        [summary(v2, each, contact_details=include_contact_details) for each in found.people],
        query=query,
        total=found.total,
        complete=found.total is not None and len(found.people) >= found.total,
        links=links,
        scanned=found.scanned,
        note=found.note,
    )


@tool(
    group="people",
    effect=Effect.READ,
    label="Looking who is connected",
    endpoints=("GET /signups/me",),
)
def get_current_user(v2: NationBuilder) -> ToolOutcome:
    """Who connected Nat to NationBuilder: calls act as this person, with their permission set. Not
    necessarily the person who is asking."""
    me = v2.show("signups", "me").record
    data = item(
        id=me.id,
        name=person_name(me),
        panel_url=v2.panel_url("person", me.id),
        is_control_panel_user=me["is_cpu"],
    )
    return single(v2, data, query="the person who connected Nat")


def summary(v2: NationBuilder, found: Record, *, contact_details: bool = False) -> Item:
    """A person in a list of people."""
    address = found["primary_address"] or {}
    data = item(
        id=found.id,
        name=person_name(found),
        panel_url=v2.panel_url("person", found.id),
        kind="organisation" if found["signup_type"] == 1 else None,
        support_level=found["support_level"],
        flags=[flag for flag in _FLAGS if found[flag]],
        donated_cents=found["donations_amount_in_cents"] or None,
        donations_count=found["donations_count"] or None,
        last_donated_at=local(v2, found.moment("last_donated_at")),
        last_contacted_at=local(v2, found.moment("last_contacted_at")),
        created_at=local(v2, found.moment("created_at")),
        city=address.get("city"),
        state=address.get("state"),
    )
    if contact_details:
        data |= item(**{name: found[name] for name in CONTACT_FIELDS}, street=address.get("address1"))
    return data


_FLAGS: Final = ("is_volunteer", "is_donor", "is_supporter", "is_prospect", "do_not_contact", "is_deceased")


@dataclass(frozen=True)
class _Found:
    """People to show, and how many fit in all. `whole` False: `matched` is a lower bound."""

    people: tuple[Record, ...]
    matched: int
    whole: bool = True
    scanned: int | None = None
    note: str | None = None

    @property
    def total(self) -> int | None:
        """How many fit, if that is known."""
        return self.matched if self.whole else None


def _find(
    v2: NationBuilder,
    filters: Filters,
    wanted: Mapping[str, Any],
    limit: int,
    count_only: bool,
    phone: str | None,
    city: str | None,
    state: str | None,
) -> _Found:
    if phone is None and city is None and state is None:
        if count_only:
            return _Found((), v2.count("signups", filters))
        page = v2.index("signups", filters=filters, page_size=limit, count=True, **wanted)
        matched = len(page.records) if page.total is None else page.total
        return _Found(page.records, matched, page.total is not None or page.complete)
    # What V2 cannot filter is matched here, in what the other criteria find.
    searches = [filters]
    if phone is not None:
        # Land line and mobile are kept apart, and in any spelling; they agree in the last four digits.
        last_digits = where("suffix", _digits(phone)[-4:])
        searches = [{**filters, attribute: last_digits} for attribute in _PHONES]
    readings = together(
        [
            partial(v2.read_all, "signups", max_records=SCANNED_AT_MOST, filters=each, **wanted)
            for each in searches
        ]
    )
    scanned = {record.id: record for reading in readings for record in reading.records}
    fitting = tuple(
        each
        for each in scanned.values()
        if _lives_in(each, city, state) and (phone is None or _has_phone(each, phone))
    )
    whole = all(reading.complete for reading in readings)
    note = (
        "City and state were matched in the primary addresses of the people scanned." if city or state else ""
    )
    if not whole:
        note += " There are more people than were scanned: the figures are a lower bound."
    return _Found(fitting[:limit], len(fitting), whole, len(scanned), note.strip() or None)


_PHONES: Final = ("phone_number", "mobile_number")


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    if len(digits) < 4:
        raise BadRequest("Give at least four digits of the phone number.")
    return digits


def _has_phone(found: Record, phone: str) -> bool:
    """Whether a number ends as the one looked for, whatever its spelling and country code."""
    wanted = _digits(phone)[-10:]
    numbers = (re.sub(r"\D", "", found.text(attribute)) for attribute in _PHONES)
    return any(
        number.endswith(wanted) or (len(number) >= 7 and wanted.endswith(number)) for number in numbers
    )


def _lives_in(found: Record, city: str | None, state: str | None) -> bool:
    address = found["primary_address"] or {}
    return all(
        str(address.get(part) or "").strip().casefold() == wanted.casefold()
        for part, wanted in (("city", city), ("state", state))
        if wanted
    )


def _require_custom_field(v2: NationBuilder, slug: str) -> None:
    """Nobody has a value in a field that does not exist: say so instead of "nobody"."""
    fields = v2.read_all("custom_fields", filters={"resource_type": "Signup"})
    slugs = [each.text("slug") for each in fields.records]
    if slug not in slugs:
        raise BadRequest(f"There is no custom field {slug!r} for people. There are: {', '.join(slugs)}.")


def _flag_words(flags: Flags | None) -> str | None:
    if flags is None:
        return None
    chosen = {name: value for name, value in flags.model_dump().items() if value is not None}
    return ", ".join(f"{'' if value else 'not '}{name.replace('_', ' ')}" for name, value in chosen.items())
