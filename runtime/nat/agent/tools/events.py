"""Events and who answers their invitations."""

from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import CountOnly, Limit, Moment, RecordId, Text, forwards
from nat.agent.tools.people import ContactDetails
from nat.agent.tools.results import (
    PERSON_NAME,
    Item,
    as_spelt,
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
    single,
    span_words,
)
from nat.contract.events import Link
from nat.nationbuilder import Included, IndexQuery, NationBuilder, Record, spelling
from nat.nationbuilder.periods import read_moment
from nat.parallel import both

SCANNED_AT_MOST: Final = 1_000
"""Events whose pages' names one search looks through: 10 requests."""
RSVPS_AT_MOST: Final = 5_000

_PAGE: Final = {"pages": ("name", "slug", "status", "site_id")}
Status = Literal["coming", "attended", "cancelled"]


@tool(
    group="events",
    effect=Effect.READ,
    label="Looking at events",
    endpoints=("GET /events",),
    finds="events",
)
def list_events(
    v2: NationBuilder,
    *,
    after: Moment | None = None,
    before: Moment | None = None,
    query: Annotated[Text | None, Field(description="Part of the name")] = None,
    limit: Limit = 20,
) -> ToolOutcome:
    """Events by when they start: upcoming ones, soonest first, unless `after` or `before` is given (only
    `before`: latest first). With `query` and no time, past events are searched too."""
    now = v2.now()
    start = read_moment(after, now, v2.zone) if after else None
    end = read_moment(before, now, v2.zone) if before else None
    if not after and not before and not query:
        start = now
    span = forwards(start, end)
    latest_first = start is None
    search: IndexQuery = {
        "filters": given(start_at=span.condition()),
        "include": ("page",),
        "fields": _PAGE,
        "sort": ("-start_at" if latest_first else "start_at",),
    }
    words = in_words(
        "events",
        span_words(v2, span, "starting"),
        f"name contains “{query}”" if query else None,
        "latest first" if latest_first else "soonest first",
    )
    if query is None:
        page = v2.index("events", page_size=limit, count=True, **search)
        items = [_event(v2, each, page.included) for each in page.records]
        links = _first_links(v2, items)
        return listed(v2, items, query=words, total=page.total, complete=page.complete, links=links)
    reading = v2.read_all("events", max_records=SCANNED_AT_MOST, **search)
    every = [_event(v2, each, reading.included) for each in reading.records]
    found = [each for each in every if spelling.holds(str(each["name"]), query)]
    return listed(
        v2,
        found[:limit],
        query=words,
        total=len(found) if reading.complete else None,
        complete=reading.complete and len(found) <= limit,
        links=_first_links(v2, found[:limit]),
        scanned=len(every),
        note=noted(
            "Names were matched in the events scanned: V2 cannot search for them.", as_spelt(query, found)
        ),
    )


@tool(
    group="events",
    effect=Effect.READ,
    label="Opening an event",
    endpoints=("GET /events/{id}",),
    finds="events",
)
def get_event(v2: NationBuilder, *, event_id: RecordId) -> ToolOutcome:
    """One event: time, venue, capacity, page, ticket levels, point person. Who comes: list_event_rsvps."""
    found = v2.show(
        "events",
        event_id,
        include=("page", "event_ticket_levels", "point_person"),
        extra_fields={"events": ("venue_address",)},
    )
    record = found.record
    page = found.one("page")
    address = record["venue_address"] or {}
    data = _event(v2, record, found.included)
    data |= item(
        content=long_text(record.text("content"), 2_000),
        venue_address=", ".join(
            str(address[part]) for part in ("address1", "city", "state", "zip") if address.get(part)
        ),
        accepts_rsvps=record["accept_rsvps"],
        allows_guests=record["allow_guests"],
        is_private=record["private"] or None,
        gathers_volunteers=record["gather_volunteers"],
        uses_tickets=record["uses_tickets"],
        sends_auto_response=record["sends_auto_response"],
        contact_name=record["contact_name"],
        point_person=related_person(v2, record, found.included, "point_person"),
        page=item(id=page.id, name=page.text("name"), slug=page["slug"], status=page["status"])
        if page
        else None,
        ticket_levels=[
            item(
                id=level.id,
                name=level.text("name"),
                amount_cents=level["amount_in_cents"],
                limit=level["limit"],
                sold=level["tickets_sold"],
            )
            for level in found.many("event_ticket_levels")
        ],
    )
    return single(v2, data, query=f"event {event_id}")


@tool(
    group="events",
    effect=Effect.READ,
    label="Looking who is coming",
    endpoints=("GET /event_rsvps", "GET /events/{id}"),
    finds="event_rsvps",
)
def list_event_rsvps(
    v2: NationBuilder,
    *,
    event_id: RecordId,
    status: Annotated[Status | None, Field(description="coming: not cancelled")] = None,
    volunteers_only: bool = False,
    limit: Limit = 20,
    count_only: CountOnly = False,
    include_contact_details: ContactDetails = False,
) -> ToolOutcome:
    """Who RSVPed to an event, with numbers of coming, attended, cancelled, guests and volunteers."""
    event, reading = both(
        partial(v2.show, "events", event_id, include=("page",), fields=_PAGE),
        partial(
            v2.read_all,
            "event_rsvps",
            max_records=RSVPS_AT_MOST,
            filters={"event_id": event_id},
            include=("signup",),
            fields={"signups": PERSON_NAME},
        ),
    )
    # Read whole and sorted out here: `canceled` and `attendee` may be null, which no filter of V2 finds.
    every = reading.records
    chosen = [
        each for each in every if _has_status(each, status) and (each["volunteer"] or not volunteers_only)
    ]
    shown_event = _event(v2, event.record, event.included)
    query = in_words(
        f"RSVPs to “{shown_event['name']}”", status, "volunteers only" if volunteers_only else None
    )
    figures: dict[str, int] = {
        "coming": sum(_has_status(each, "coming") for each in every),
        "attended": sum(_has_status(each, "attended") for each in every),
        "cancelled": sum(_has_status(each, "cancelled") for each in every),
        "volunteers": sum(bool(each["volunteer"]) for each in every if not each["canceled"]),
        "guests": sum(each.integer("guests_count") for each in chosen),
    }
    links = _first_links(v2, [shown_event])
    if count_only:
        return counted(v2, len(chosen), query=query, links=links, complete=reading.complete, **figures)
    shown = chosen[:limit]
    return listed(
        v2,
        [_rsvp(v2, each, reading.included, include_contact_details) for each in shown],
        query=query,
        total=len(chosen) if reading.complete else None,
        complete=reading.complete and len(shown) == len(chosen),
        links=links,
        event=shown_event,
        **figures,
    )


def _has_status(rsvp: Record, status: Status | None) -> bool:
    cancelled = bool(rsvp["canceled"])
    if status == "cancelled":
        return cancelled
    if status == "attended":
        return bool(rsvp["attendee"]) and not cancelled
    return not cancelled if status == "coming" else True


def _event(v2: NationBuilder, record: Record, included: Included) -> Item:
    """An event in a list. Its name, status and URL are those of its page."""
    page = included.one(record, "page")
    minutes = record.integer("duration") // 60
    return item(
        id=record.id,
        name=(page.text("name") if page else "") or f"Event {record.id}",
        panel_url=page_url(v2, page),
        status=page["status"] if page else None,
        start_at=local(v2, record.moment("start_at")),
        duration_minutes=minutes or None,
        time_zone=record["time_zone"],
        venue_name=record["venue_name"],
        # 0 means that there is no limit.
        capacity=record["capacity_count"] or None,
        attending_count=record["attending_count"],
    )


def _rsvp(v2: NationBuilder, rsvp: Record, included: Included, contact_details: bool) -> Item:
    who = related_person(v2, rsvp, included, "signup")
    found = included.one(rsvp, "signup")
    own_name = f"{rsvp.text('first_name')} {rsvp.text('last_name')}".strip()
    data = item(
        id=rsvp.id,
        name=person_name(found) if found else own_name or f"RSVP {rsvp.id}",
        person=who,
        attended=bool(rsvp["attendee"]),
        cancelled=bool(rsvp["canceled"]),
        guests=rsvp["guests_count"] or None,
        volunteer=bool(rsvp["volunteer"]),
        created_at=local(v2, rsvp.moment("created_at")),
    )
    return data | (item(email=rsvp["email"]) if contact_details else {})


def _first_links(v2: NationBuilder, items: list[Item]) -> tuple[Link, ...]:
    """A link for figures about several events, which have no list of their own with a confirmed URL."""
    if len(items) == 1 and "panel_url" in items[0]:
        return (Link(str(items[0]["name"]), str(items[0]["panel_url"])),)
    return panel_link(v2, "dashboard", "Control panel")
