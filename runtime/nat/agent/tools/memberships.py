"""Memberships and their types."""

from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import CountOnly, Limit, RecordId, Text, When, span_of
from nat.agent.tools.results import (
    PERSON_NAME,
    all_must_exist,
    as_spelt,
    count_of,
    counted,
    given,
    in_words,
    item,
    listed,
    local,
    long_text,
    panel_link,
    related_person,
    span_words,
)
from nat.nationbuilder import Filters, NationBuilder, Record, spelling

TYPES_AT_MOST: Final = 300
Status = Literal["active", "canceled", "expired", "grace period"]


@tool(
    group="memberships",
    effect=Effect.READ,
    label="Looking at membership types",
    endpoints=("GET /membership_types",),
)
def list_membership_types(
    v2: NationBuilder, *, query: Annotated[Text | None, Field(description="Part of the name")] = None
) -> ToolOutcome:
    """Kinds of membership with their grace and warning periods."""
    reading = v2.read_all(
        "membership_types",
        max_records=TYPES_AT_MOST,
        filters=spelling.containing(query, "name") if query else None,
        sort=("name",),
    )
    found = [each for each in reading.records if query is None or spelling.holds(each.text("name"), query)]
    items = [
        item(
            id=each.id,
            name=each.text("name") or f"Membership type {each.id}",
            description=long_text(each.text("description")),
            grace_period=_time(each, "grace_period"),
            expiration_warning=_time(each, "expiration_warning"),
        )
        for each in found
    ]
    return listed(
        v2,
        items,
        query=in_words("membership types", f"name contains “{query}”" if query else None),
        total=len(found) if reading.complete else None,
        complete=reading.complete,
        links=panel_link(v2, "dashboard", "Control panel"),
        note=as_spelt(query, found),
    )


@tool(
    group="memberships",
    effect=Effect.READ,
    label="Looking at memberships",
    endpoints=("GET /memberships", "GET /signups/{id}", "GET /membership_types/{id}"),
    finds="memberships",
)
def list_memberships(
    v2: NationBuilder,
    *,
    person_id: RecordId | None = None,
    type_id: RecordId | None = None,
    status: list[Status] | None = None,
    expires: When | None = None,
    started: When | None = None,
    limit: Limit = 20,
    count_only: CountOnly = False,
) -> ToolOutcome:
    """Memberships by person, type, status, expiry or start; those that expire first come first."""
    expiry, start = span_of(v2, expires), span_of(v2, started)
    filters: Filters = given(
        signup_id=person_id,
        membership_type_id=type_id,
        status=status or None,
        expires_on=expiry.days(v2.zone),
        started_at=start.condition(),
    )
    query = in_words(
        "memberships",
        f"of person {person_id}" if person_id else None,
        f"type {type_id}" if type_id else None,
        f"status {' or '.join(status)}" if status else None,
        span_words(v2, expiry, "expires"),
        span_words(v2, start, "started"),
    )
    links = (
        panel_link(v2, "person", "Profile", person_id)
        if person_id
        else panel_link(v2, "dashboard", f"Control panel ({query})")
    )
    asked = {"signups": (person_id,), "membership_types": (type_id,)}
    if count_only:
        return counted(v2, count_of(v2, "memberships", filters, asked), query=query, links=links)
    page = v2.index(
        "memberships",
        filters=filters,
        include=("signup", "membership_type"),
        fields={"signups": PERSON_NAME, "membership_types": ("name",)},
        sort=("expires_on",),
        page_size=limit,
        count=True,
    )
    if not page.records:
        all_must_exist(v2, asked)
    items = []
    for each in page.records:
        kind = page.included.one(each, "membership_type")
        who = related_person(v2, each, page.included, "signup") or {}
        items.append(
            item(
                id=each.id,
                name=who.get("name"),
                person=who,
                type=item(id=each["membership_type_id"], name=kind.text("name") if kind else None),
                status=each["status"],
                status_reason=each["status_reason"],
                started_at=local(v2, each.moment("started_at")),
                expires_on=each["expires_on"],
            )
        )
    return listed(v2, items, query=query, total=page.total, complete=page.complete, links=links)


def _time(record: Record, name: str) -> str | None:
    number, unit = record[f"{name}_num_time_periods"], record[f"{name}_time_period_type"]
    return f"{number} {unit}" if number and unit else None
