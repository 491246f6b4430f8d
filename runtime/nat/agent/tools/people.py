"""People and organisations: find them, look at one, say who is connected."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import CentsRange, CountOnly, Limit, Parameters, RecordId, Text, When, span_of
from nat.agent.tools.phones import PHONES, agreement, candidates, uncertain
from nat.agent.tools.results import (
    Item,
    amount_words,
    as_spelt,
    counted,
    given,
    in_words,
    item,
    listed,
    local,
    noted,
    panel_link,
    person_name,
    single,
    span_words,
    whole_between,
)
from nat.errors import BadRequest
from nat.nationbuilder import (
    Condition,
    Filters,
    HasValues,
    IndexQuery,
    NationBuilder,
    Record,
    between,
    spelling,
    where,
)
from nat.parallel import together

SCANNED_AT_MOST: Final = 5_000
"""People that one search looks through for what V2 cannot filter: 50 requests."""

_SPELLINGS_SHOWN: Final = 20
"""Spellings of a city or state that are told."""

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
    value: str | int | bool | Annotated[float, Field(allow_inf_nan=False)]


@tool(
    group="people",
    effect=Effect.READ,
    label="Looking for people",
    endpoints=("GET /signups", "GET /custom_fields"),
    finds="signups",
)
def search_people(
    v2: NationBuilder,
    *,
    name: Annotated[Text | None, Field(description="Words of the full name, in any order")] = None,
    email: Annotated[Text | None, Field(description="Or a part, such as @corp.example")] = None,
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
    sort = None if count_only else sort
    spans = {
        "last_donated_at": span_of(v2, last_donated),
        "last_contacted_at": span_of(v2, last_contacted),
        "created_at": span_of(v2, created),
    }
    filters = dict(
        given(
            with_email_address=_address(email) if email else None,
            signup_type=None if kind is None else int(kind == "organisation"),
            tag_id=tag_id,
            support_level=sorted(set(support_level)) if support_level else None,
            donations_amount_in_cents=(
                whole_between(donated_cents.gte, donated_cents.lte) if donated_cents else None
            ),
            recruiter_id=recruiter_id,
            precinct_id=precinct_id,
            custom_values=HasValues({custom_field.slug: custom_field.value}) if custom_field else None,
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
        _sort_words(sort),
    )
    links = panel_link(v2, "dashboard", f"Control panel ({query})")
    fields = (*SUMMARY_FIELDS, *CONTACT_FIELDS) if include_contact_details or phone else SUMMARY_FIELDS
    wanted: IndexQuery = {"fields": {"signups": fields}}
    if include_contact_details or city or state:
        wanted["extra_fields"] = {"signups": ("primary_address",)}
    if sort:
        wanted["sort"] = (_SORTS[sort],)
    search = _Search(name, phone, city, state)
    found = _find(v2, filters, wanted, limit, count_only, search)
    note = noted(
        found.note,
        "Names are compared as spelt: accents count." if name and found.matched else None,
        as_spelt(name or email or phone or city or state, range(found.matched)),
        how_stored(v2, custom_field) if custom_field and found.total == 0 else None,
    )
    if count_only:
        return counted(
            v2,
            found.matched,
            query=query,
            links=links,
            complete=found.whole,
            scanned=found.scanned,
            stored=found.stored,
            note=note,
        )
    return listed(
        v2,
        [summary(v2, each, contact_details=include_contact_details) for each in found.people],
        query=query,
        total=found.total,
        complete=found.total is not None and len(found.people) >= found.total,
        links=links,
        scanned=found.scanned,
        stored=found.stored,
        note=note,
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
    """People to show, and how many fit in all. `whole` False: `matched` is a lower bound. `stored` are how
    cities or states are spelt in the addresses scanned, with how many people have each."""

    people: tuple[Record, ...]
    matched: int
    whole: bool = True
    scanned: int | None = None
    stored: Item | None = None
    note: str | None = None

    @property
    def total(self) -> int | None:
        """How many fit, if that is known."""
        return self.matched if self.whole else None


@dataclass(frozen=True)
class _Search:
    """What V2 cannot filter: it is matched here, in what the other criteria and a part of these find."""

    name: str | None = None
    phone: str | None = None
    city: str | None = None
    state: str | None = None

    @property
    def by_v2(self) -> bool:
        """Whether V2's own comparison is enough: of a name, where it is one plain word."""
        plain = self.name is None or (spelling.is_plain(self.name) and len(spelling.words(self.name)) == 1)
        return plain and self.phone is None and self.city is None and self.state is None

    def fits(self, found: Record) -> bool:
        """Whether a person has the words of the name, the number and the address."""
        return (
            (self.name is None or _is_called(found, self.name))
            and (self.phone is None or agreement(found, self.phone) is not None)
            and _lives_in(found, self.city, self.state)
        )


def _find(
    v2: NationBuilder,
    filters: Filters,
    wanted: IndexQuery,
    limit: int,
    count_only: bool,
    search: _Search,
) -> _Found:
    if search.by_v2:
        if search.name is not None:
            filters = {**filters, "full_name": where("match", search.name)}
        if count_only:
            return _Found((), v2.count("signups", filters))
        asked: IndexQuery = {**wanted, "filters": filters}
        page = v2.index("signups", page_size=limit, count=True, **asked)
        matched = len(page.records) if page.total is None else page.total
        return _Found(page.records, matched, page.total is not None or page.complete)
    searches = [_narrowed(v2, filters, search.name)]
    if search.phone is not None:
        searches = [
            {**filters, attribute: condition}
            for filters in searches
            for attribute in PHONES
            for condition in candidates(search.phone)
        ]
    scans: list[IndexQuery] = [{**wanted, "filters": each} for each in searches]
    readings = together(
        [partial(v2.read_all, "signups", max_records=SCANNED_AT_MOST, **each) for each in scans]
    )
    scanned = {record.id: record for reading in readings for record in reading.records}
    fitting = tuple(each for each in scanned.values() if search.fits(each))
    whole = all(reading.complete for reading in readings)
    note = noted(
        "City and state were matched in the primary addresses of the people scanned."
        if search.city or search.state
        else None,
        uncertain(agreement(each, search.phone) for each in fitting) if search.phone else None,
        None if whole else "There are more people than were scanned: the figures are a lower bound.",
    )
    stored = {
        part: _spellings(scanned.values(), part)
        for part, asked in (("city", search.city), ("state", search.state))
        if asked
    }
    return _Found(fitting[:limit], len(fitting), whole, len(scanned), stored or None, note)


def _spellings(people: Iterable[Record], part: str) -> Item:
    """How a part of the address is spelt, the most frequent first: New York may be there as NY too."""
    spelt = Counter(str((each["primary_address"] or {}).get(part) or "none") for each in people)
    return dict(spelt.most_common(_SPELLINGS_SHOWN))


def _narrowed(v2: NationBuilder, filters: Filters, name: str | None) -> Filters:
    """Filters that let through everybody of a name, and as few others as one word of it can: the rarest."""
    if name is None:
        return filters
    parts = {part for word in name.split() if (part := spelling.needle(word)) is not None and len(part) > 1}
    if not parts:
        return {**filters, **spelling.containing(name, "full_name")}
    narrowed: list[Filters] = [{**filters, "full_name": where("match", part)} for part in sorted(parts)]
    if len(narrowed) == 1:
        return narrowed[0]
    counts = together([partial(v2.count, "signups", each) for each in narrowed])
    return min(zip(counts, range(len(narrowed)), narrowed, strict=True))[2]


def _is_called(found: Record, name: str) -> bool:
    """Whether every word of a name is part of somebody's: in any order, with other names between. What has no
    words, such as brackets, is looked for as it stands."""
    full = spelling.folded(person_name(found))
    return all(word in full for word in spelling.words(name) or (spelling.folded(name),))


def _address(email: str) -> Condition:
    """A whole address, or a part of one: `@corp.example` is everybody there. Raises `BadRequest` for what is
    no part of any."""
    part = spelling.address(email.strip("*"))
    if not part or any(each.isspace() for each in part):
        raise BadRequest(f"“{email[:80]}” is no email address, nor a part of one.")
    local_part, _, domain = part.partition("@")
    return where("eq" if local_part and "." in domain else "match", part)


def _lives_in(found: Record, city: str | None, state: str | None) -> bool:
    address = found["primary_address"] or {}
    return all(
        spelling.folded(str(address.get(part) or "")) == spelling.folded(wanted)
        for part, wanted in (("city", city), ("state", state))
        if wanted
    )


def how_stored(v2: NationBuilder, wanted: CustomField) -> str:
    """What a custom field holds, of which nobody has the value that was looked for. Raises `BadRequest` if
    there is no such field: nobody has a value in it."""
    reading = v2.read_all("custom_fields", filters={"resource_type": "Signup"})
    fields = {each.text("slug"): each for each in reading.records}
    if wanted.slug not in fields:
        raise BadRequest(
            f"There is no custom field {wanted.slug!r} for people. There are: {', '.join(fields)}."
        )
    found = fields[wanted.slug]
    choices = ", ".join(map(str, (found["options"] or {}).values()))
    kind = found.text("field_type").replace("_", " ") or "unknown"
    return f"{wanted.slug} is of the kind {kind}{f', with {choices}' if choices else ''}: compared as stored."


def _sort_words(sort: Sort | None) -> str | None:
    if sort is None:
        return None
    without = ", without people who have no such date" if sort in _NULLABLE_SORTS else ""
    return f"sorted by {sort.replace('_', ' ')}{without}"


def _flag_words(flags: Flags | None) -> str | None:
    if flags is None:
        return None
    chosen = {name: value for name, value in flags.model_dump().items() if value is not None}
    return ", ".join(f"{'' if value else 'not '}{name.replace('_', ' ')}" for name, value in chosen.items())
