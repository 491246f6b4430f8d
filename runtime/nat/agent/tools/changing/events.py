"""Making, changing and deleting events, each with its web page.

An event has no name of its own: name, slug, status and site are those of its page, which V2 makes by sidepost
(API facts, §8). NationBuilder answers everyone who RSVPs with an email unless the event says otherwise, so a
new event says otherwise unless that was asked for.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.moments import clock_time, in_words
from nat.agent.tools.changing.planning import (
    change,
    create,
    delete,
    existing,
    free_slug,
    patch,
    require_name,
)
from nat.agent.tools.parameters import Parameters, RecordId, Slug, Text
from nat.agent.tools.results import page_url
from nat.changes.plan import (
    CREATED_ID,
    Change,
    Operation,
    PlannedRequest,
    Skipped,
    Subject,
    answered,
)
from nat.errors import BadRequest
from nat.nationbuilder import Document, NationBuilder, Record, Sidepost, where
from nat.nationbuilder.zones import v2_name, zone_of
from nat.wording import Worded, enumerated, field_name

PageStatus = Literal["unlisted", "published", "hidden", "archived"]

_MINUTES_AT_MOST: Final = 60 * 24 * 60
_PAGE: Final = {"pages": ("name", "title", "headline", "slug", "status", "site_id")}
_LOST: Final = ("start_at", "duration", "venue_name", "capacity_count", "attending_count")
_ATTRIBUTES: Final = {
    "venue_name": "venue_name",
    "description": "content",
    "capacity": "capacity_count",
    "time_zone": "time_zone",
    "sends_auto_response": "sends_auto_response",
}
_WORDS: Final = {
    "title": "name",
    "headline": "name",
    "status": "page_status",
}
"""An event's name is its page's as well, and its status that of its page."""

EventTime = Annotated[str, Field(description="ISO date and time, on the event's clock unless with offset")]
Minutes = Annotated[int, Field(ge=1, le=_MINUTES_AT_MOST)]
Capacity = Annotated[int, Field(ge=0, le=1_000_000, description="0: no limit")]
ZoneName = Annotated[Text, Field(description="Default: the nation's")]
Title = Annotated[Text, Field(max_length=255)]
Description = Annotated[str, Field(max_length=20_000)]


class Venue(Parameters):
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country_code: Annotated[str | None, Field(description="Two letters")] = None


class EventChanges(Parameters):
    start_at: EventTime | None = None
    duration_minutes: Minutes | None = None
    time_zone: Annotated[Text | None, Field(description="With start_at only")] = None
    venue_name: Title | None = None
    venue_address: Venue | None = None
    description: Description | None = None
    capacity: Capacity | None = None
    name: Title | None = None
    slug: Slug | None = None
    status: Annotated[PageStatus | None, Field(description="Of the page")] = None
    sends_auto_response: Annotated[
        Literal[False] | None, Field(description="false: no more emails to who RSVPs")
    ] = None


@tool(
    group="events",
    effect=Effect.WRITE,
    label="Making an event",
    endpoints=("POST /events", "GET /sites", "GET /pages"),
    sends=True,
    undo="deletes the event and its page",
)
def create_event(
    v2: NationBuilder,
    *,
    name: Title,
    start_at: EventTime,
    duration_minutes: Minutes | None = None,
    time_zone: ZoneName | None = None,
    venue_name: Title | None = None,
    venue_address: Venue | None = None,
    description: Description | None = None,
    capacity: Capacity | None = None,
    site_id: Annotated[RecordId | None, Field(description="If there are several sites")] = None,
    slug: Slug | None = None,
    status: Annotated[PageStatus, Field(description="Of its page")] = "unlisted",
    send_auto_response: Annotated[
        bool, Field(description="Only if the person asked: emails everyone who RSVPs")
    ] = False,
) -> Change:
    """Make an event with its web page, unlisted unless told otherwise. It takes RSVPs."""
    zone_name = time_zone or v2.time_zone
    start = _start(start_at, zone_name)
    site = _site(v2, site_id)
    address = venue_address.model_dump(exclude_none=True) if venue_address else {}
    values: dict[str, object] = {
        "start_at": start.isoformat(timespec="seconds"),
        "time_zone": _v2_zone(zone_name, start),
        "duration": None if duration_minutes is None else duration_minutes * 60,
        "venue_name": venue_name,
        **{f"venue_address.{part}": value for part, value in address.items()},
        "content": description,
        "capacity_count": capacity,
        "accept_rsvps": True,
        "sends_auto_response": send_auto_response,
    }
    given = {attribute: value for attribute, value in values.items() if value not in (None, "")}
    page = {
        "site_id": site.id,
        "name": name,
        "title": name,
        "slug": _free(v2, slug) if slug else free_slug(v2, "pages", name),
        "status": status,
        "page_type_name": "Event",
    }
    operation = create(
        "event",
        Subject("event", None, name),
        "events",
        given,
        related={"page": Sidepost("pages", "create", attributes=page)},
        undo=(
            PlannedRequest("DELETE", f"events/{CREATED_ID}"),
            PlannedRequest("DELETE", f"pages/{answered('page_id')}"),
        ),
    )
    return change(
        Worded(
            "change.make_event",
            event=name,
            when=in_words(start),
            zone=given["time_zone"],
            status=status,
            site=_site_name(site),
            slug=page["slug"],
        ),
        [operation],
        people=0,
        warnings=[
            Worded("warning.past") if start < v2.now() else None,
            Worded("warning.auto_response") if send_auto_response else None,
        ],
    )


@tool(
    group="events",
    effect=Effect.WRITE,
    label="Changing an event",
    endpoints=(
        "PATCH /events/{id}",
        "PATCH /pages/{id}",
        "GET /events/{id}",
        "GET /pages",
        "GET /pages/{id}",
    ),
    undo="patches back the old values",
)
def update_event(
    v2: NationBuilder,
    *,
    event_id: RecordId,
    changes: Annotated[EventChanges, Field(description="null clears")],
) -> Change:
    """Change an event: time, venue, capacity, description, or its page's name, address or status. Nobody is
    told of it."""
    given = changes.model_dump(exclude_unset=True)
    for name in ("start_at", "name", "slug", "status", "sends_auto_response"):
        if name in given and given[name] is None:
            raise BadRequest(Worded("refused.event_needs", field=field_name(name)))
    if given.get("time_zone") and not given.get("start_at"):
        raise BadRequest("With a new time zone, say at what time it starts there: give start_at too.")
    if "time_zone" in given and not given["time_zone"]:
        raise BadRequest(Worded("refused.event_zone"))
    venue = given.get("venue_address") or {}
    attributes = (*_ATTRIBUTES.values(), "start_at", "duration", *(f"venue_address.{each}" for each in venue))
    found, subject = _event(v2, event_id, attributes)
    values = _event_changes(v2, found.record, changes, venue)
    page = found.one("page")
    page_values = _page_changes(v2, page, changes)
    if not values and not page_values:
        raise BadRequest(Worded("refused.nothing_to_change"))
    parts: list[Operation | Skipped] = []
    if values:
        parts.append(patch(subject, found.record, values))
    if page is not None and page_values:
        parts.append(patch(subject, page, page_values))
    start = datetime.fromisoformat(str(values["start_at"])) if "start_at" in values else None
    changed = dict.fromkeys(_word(each) for each in (*values, *page_values))
    fields = enumerated(list(changed))
    return change(
        Worded("change.move_event", fields=fields, event=subject.name, when=in_words(start))
        if start
        else Worded("change.update_event", fields=fields, event=subject.name),
        parts,
        people=0,
        warnings=[
            Worded("warning.not_told", people=found.record.integer("attending_count"))
            if start and found.record.integer("attending_count")
            else None,
            Worded("warning.past") if start and start < v2.now() else None,
        ],
    )


@tool(
    group="events",
    effect=Effect.DESTRUCTIVE,
    label="Deleting an event",
    endpoints=("DELETE /events/{id}", "GET /events/{id}", "GET /event_rsvps"),
)
def delete_event(
    v2: NationBuilder,
    *,
    event_id: RecordId,
    confirm_name: Annotated[Text, Field(description="Its name, as read")],
) -> Change:
    """Permanently delete an event with its RSVPs. This cannot be undone."""
    found, subject = _event(v2, event_id, _LOST)
    require_name(confirm_name, subject.name)
    people = v2.count("event_rsvps", {"event_id": event_id})
    start = found.record.moment("start_at")
    when = Worded("change.on_day", day=in_words(start.astimezone(v2.zone))) if start else ""
    lost = Worded("change.with_rsvps", people=people) if people else ""
    return change(
        Worded("change.delete_event", event=subject.name, when=when, lost=lost),
        [delete(subject, found.record, _LOST)],
        people=people,
        warnings=[Worded("warning.event_lost")],
    )


def named_event(v2: NationBuilder, event_id: str, attributes: tuple[str, ...] = ()) -> tuple[Record, Subject]:
    """An event with these attributes, and what it is called. Raises `RecordNotFound`."""
    found, subject = _event(v2, event_id, attributes)
    return found.record, subject


def _event(v2: NationBuilder, event_id: str, attributes: tuple[str, ...]) -> tuple[Document, Subject]:
    """An event with its page, which has its name and its URL."""
    names = dict.fromkeys(("page_id", "attending_count", "time_zone", *attributes))
    found = existing(v2, "events", event_id, "event", attributes=names, include=("page",), fields=_PAGE)
    page = found.one("page")
    name = (page.text("name") if page else "") or f"Event {event_id}"
    return found, Subject("event", event_id, name, page_url(v2, page))


def _event_changes(
    v2: NationBuilder, event: Record, changes: EventChanges, venue: Mapping[str, str | None]
) -> dict[str, object]:
    given = changes.model_fields_set
    values: dict[str, object] = {
        attribute: getattr(changes, name) for name, attribute in _ATTRIBUTES.items() if name in given
    }
    if "capacity" in given:
        values["capacity_count"] = changes.capacity or 0  # V2 writes "no limit" as 0
    if "description" in given:
        values["content"] = changes.description or None
    if "duration_minutes" in given:
        minutes = changes.duration_minutes
        values["duration"] = None if minutes is None else minutes * 60
    if changes.start_at is not None:
        zone_name = changes.time_zone or event.text("time_zone") or v2.time_zone
        start = _start(changes.start_at, zone_name)
        values["start_at"] = start.isoformat(timespec="seconds")
        if changes.time_zone is not None:
            values["time_zone"] = _v2_zone(zone_name, start)
    return values | {f"venue_address.{part}": value or None for part, value in venue.items()}


def _page_changes(v2: NationBuilder, page: Record | None, changes: EventChanges) -> dict[str, str]:
    values: dict[str, str] = changes.model_dump(include={"name", "slug", "status"}, exclude_unset=True)
    if not values:
        return {}
    if page is None:
        raise BadRequest(Worded("refused.event_no_page"))
    if "name" in values:
        # A page shows its title and headline: those that repeat the old name follow it.
        same = [each for each in ("title", "headline") if page.text(each) == page.text("name")]
        values |= dict.fromkeys(same, values["name"])
    if "slug" in values and values["slug"] != page.text("slug"):
        _free(v2, values["slug"])
    return values


def _start(text: str, zone_name: str) -> datetime:
    """When an event starts, on the clocks of its zone. Raises `BadRequest`."""
    zone = zone_of(zone_name)
    if zone is None:
        raise BadRequest(Worded("refused.time_zone", zone=zone_name[:60]))
    return clock_time(text, zone, Worded("refused.an_event"))


def _v2_zone(zone_name: str, start: datetime) -> str:
    name = v2_name(zone_name, start)
    if name is None:
        raise BadRequest(Worded("refused.unknown_zone", zone=zone_name))
    return name


def _site(v2: NationBuilder, site_id: str | None) -> Record:
    """The site of a new page: the one that was named, or the only one. Raises `BadRequest`."""
    sites = v2.read_all("sites").records
    there = ", ".join(f"{_site_name(each)} (id {each.id})" for each in sites)
    if site_id is not None:
        named = next((each for each in sites if each.id == site_id), None)
        if named is None:
            raise BadRequest(Worded("refused.no_such_site", site=site_id, sites=there or "none"))
        return named
    if not sites:
        raise BadRequest(Worded("refused.no_site"))
    if len(sites) > 1:
        raise BadRequest(Worded("refused.which_site", sites=there))
    return sites[0]


def _site_name(site: Record) -> str:
    return site.text("name") or site.text("domain") or site.text("slug") or f"site {site.id}"


def _free(v2: NationBuilder, slug: str) -> str:
    if v2.index("pages", filters={"slug": where("eq", slug)}, page_size=1).records:
        raise BadRequest(Worded("refused.page_slug", slug=slug))
    return slug


def _word(name: str) -> str:
    whole = name.partition(".")[0]
    return field_name(_WORDS.get(whole, whole))
