"""Petitions and who signed them."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import CountOnly, Limit, Moment, RecordId, Text, since_until
from nat.agent.tools.results import (
    PERSON_FIELDS,
    PERSON_NAME,
    Asked,
    Item,
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
    noted,
    page_url,
    panel_link,
    person_name,
    related_person,
    span_words,
)
from nat.agent.tools.tallies import tally
from nat.contract.events import Link
from nat.nationbuilder import Filters, Included, NationBuilder, Record, spelling
from nat.nationbuilder.periods import Unit, unit_start

PETITIONS_AT_MOST: Final = 300
SIGNATURES_AT_MOST: Final = 20_000
GROUPS_AT_MOST: Final = 100
GroupBy = Literal["day", "week", "month", "recruiter"]


@tool(
    group="petitions",
    effect=Effect.READ,
    label="Looking at petitions",
    endpoints=("GET /petitions", "GET /petition_signatures"),
)
def list_petitions(
    v2: NationBuilder,
    *,
    query: Annotated[Text | None, Field(description="Part of the name")] = None,
    limit: Limit = 20,
) -> ToolOutcome:
    """Petitions with goals and numbers of signatures."""
    reading = v2.read_all(
        "petitions",
        max_records=PETITIONS_AT_MOST,
        include=("page",),
        fields={"pages": ("name", "slug", "status", "site_id")},
    )
    every = [(each, _name(each, reading.included)) for each in reading.records]
    found = [each for each, name in every if query is None or spelling.holds(name, query)]
    shown = found[:limit]
    counts = tally(v2, "petition_signatures", "petition_id", [each.id for each in shown])
    items = []
    for each in shown:
        page = reading.included.one(each, "page")
        items.append(
            item(
                id=each.id,
                name=_name(each, reading.included),
                panel_url=page_url(v2, page),
                status=page["status"] if page else None,
                goal=each["goal"] or None,
                signatures=counts.get(each.id, 0),
                signatures_added_by_hand=each["additional_signatures_count"] or None,
            )
        )
    return listed(
        v2,
        items,
        query=in_words("petitions", f"name contains “{query}”" if query else None),
        total=len(found) if reading.complete else None,
        complete=reading.complete and len(shown) == len(found),
        links=panel_link(v2, "dashboard", "Control panel"),
        scanned=len(every) if query else None,
        note=noted(
            "Names were matched in the petitions scanned: V2 cannot search for them." if query else None,
            as_spelt(query, found),
        ),
    )


@tool(
    group="petitions",
    effect=Effect.READ,
    label="Looking who signed",
    endpoints=("GET /petition_signatures", "GET /signups/{id}", "GET /signups", "GET /petitions/{id}"),
)
def list_petition_signatures(
    v2: NationBuilder,
    *,
    petition_id: RecordId | None = None,
    person_id: RecordId | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    group_by: Annotated[GroupBy | None, Field(description="Growth, or who recruited")] = None,
    limit: Limit = 20,
    count_only: CountOnly = False,
) -> ToolOutcome:
    """Who signed, with comments and recruiters, newest first; or numbers by day, week, month or recruiter."""
    span = since_until(v2, since, until)
    filters: Filters = given(petition_id=petition_id, signup_id=person_id, created_at=span.condition())
    query = in_words(
        "petition signatures",
        f"petition {petition_id}" if petition_id else None,
        f"person {person_id}" if person_id else None,
        span_words(v2, span),
        f"by {group_by}" if group_by else None,
    )
    links = (
        panel_link(v2, "person", "Profile", person_id)
        if person_id
        else panel_link(v2, "dashboard", f"Control panel ({query})")
    )
    asked = {"signups": (person_id,), "petitions": (petition_id,)}
    if group_by is not None:
        return _grouped(v2, filters, group_by, query, links, asked)
    if count_only:
        return counted(v2, count_of(v2, "petition_signatures", filters, asked), query=query, links=links)
    page = v2.index(
        "petition_signatures",
        filters=filters,
        include=("signup", "recruiter", "page"),
        fields={"signups": PERSON_NAME, "pages": ("name", "slug", "site_id")},
        sort=("-created_at",),
        page_size=limit,
        count=True,
    )
    if not page.records:
        all_must_exist(v2, asked)
    items = []
    for each in page.records:
        who = related_person(v2, each, page.included, "signup") or {}
        items.append(
            item(
                id=each.id,
                name=who.get("name"),
                person=who,
                petition=item(id=each["petition_id"], name=_name(each, page.included)),
                comment=long_text(each.text("comment")),
                is_private=each["is_private"] or None,
                recruiter=related_person(v2, each, page.included, "recruiter"),
                signed_at=local(v2, each.moment("created_at")),
            )
        )
    return listed(v2, items, query=query, total=page.total, complete=page.complete, links=links)


def _grouped(
    v2: NationBuilder, filters: Filters, group_by: GroupBy, query: str, links: Iterable[Link], asked: Asked
) -> ToolOutcome:
    """Numbers by stretch of time (weeks named by their Monday) or by recruiter, who brought most first."""
    reading = v2.read_all(
        "petition_signatures",
        max_records=SIGNATURES_AT_MOST,
        filters=filters,
        fields={"petition_signatures": ("created_at", "recruiter_id")},
        sort=("created_at",),
    )
    if not reading.records:
        all_must_exist(v2, asked)
    counts = Counter(_key(v2, each, group_by) for each in reading.records)
    if group_by == "recruiter":
        ranked = counts.most_common(GROUPS_AT_MOST)
        people = v2.find("signups", [key for key, _ in ranked if key], fields=PERSON_FIELDS)
        groups: list[Item] = [
            item(
                id=key,
                name=person_name(people[key]) if key in people else "nobody",
                panel_url=v2.panel_url("person", key),
                count=count,
            )
            for key, count in ranked
        ]
    else:
        groups = [{"name": key, "count": count} for key, count in sorted(counts.items())][-GROUPS_AT_MOST:]
    return listed(
        v2,
        groups,
        query=query,
        total=len(counts) if reading.complete else None,
        complete=reading.complete and len(groups) == len(counts),
        links=links,
        signatures=reading.total,
        scanned=len(reading.records),
    )


def _key(v2: NationBuilder, signature: Record, group_by: GroupBy) -> str:
    if group_by == "recruiter":
        return signature.text("recruiter_id")
    signed = signature.moment("created_at")
    unit: Unit = group_by
    return unit_start(unit, signed.astimezone(v2.zone).date()).isoformat() if signed else "no date"


def _name(record: Record, included: Included) -> str:
    """A petition has no name of its own: its page has."""
    page = included.one(record, "page")
    return (page.text("name") if page else "") or f"Petition {record['petition_id'] or record.id}"
