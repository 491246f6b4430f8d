"""RSVPs: putting people down for an event, checking them in, cancelling.

An RSVP has no `signup_id` in V2: whose it is shows only with the person sideloaded, and none can be asked for
by person (API facts, §8). NationBuilder answers a new RSVP by email if the event says so; V2 has no switch
for a single one.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.events import named_event
from nat.agent.tools.changing.given_person import given_person
from nat.agent.tools.changing.planning import change, create, existing, existing_person, patch, person_subject
from nat.agent.tools.parameters import RecordId, Text
from nat.agent.tools.results import PERSON_FIELDS, person_name
from nat.changes.plan import Change, Operation, Skipped, Subject
from nat.errors import BadRequest, RecordNotFound
from nat.nationbuilder import NationBuilder, Record, Sidepost, where
from nat.wording import Worded

RSVPS_AT_MOST: Final = 5_000
"""RSVPs of one event that are looked through for a person: 50 requests."""

_ASKED: Final = ("capacity_count", "attending_count", "accept_rsvps", "allow_guests", "sends_auto_response")

Guests = Annotated[int, Field(ge=0, le=1_000, description="Besides the person")]


@tool(
    group="events",
    effect=Effect.WRITE,
    label="Adding an RSVP",
    endpoints=(
        "POST /event_rsvps",
        "PATCH /event_rsvps/{id}",
        "PATCH /signups/push",
        "POST /signups",
        "GET /event_rsvps",
        "GET /events/{id}",
        "GET /signups",
        "GET /signups/{id}",
        "GET /event_rsvps/{id}",
    ),
    sends=True,
    undo="deletes the RSVP",
)
def add_event_rsvp(
    v2: NationBuilder,
    *,
    event_id: RecordId,
    person_id: RecordId | None = None,
    first_name: Annotated[Text | None, Field(description="Somebody without person_id")] = None,
    last_name: Text | None = None,
    email: Text | None = None,
    phone_number: Text | None = None,
    guests: Guests | None = None,
    volunteer: bool | None = None,
    private: Annotated[bool | None, Field(description="Not shown on the page")] = None,
) -> Change:
    """Put somebody down for an event: a known person, or a new one by first and last name with email or
    phone."""
    event, event_subject = named_event(v2, event_id, _ASKED)
    if person_id is None and not email and not phone_number:
        raise BadRequest("Give person_id, or names with an email address or a phone number.")
    person = given_person(
        v2,
        person_id=person_id,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone_number=phone_number,
        needed=("first_name", "last_name"),
    )
    values = {"guests_count": guests, "volunteer": volunteer, "private": private}
    given: dict[str, int] = {name: value for name, value in values.items() if value is not None}
    there = _rsvps_of(v2, event_id=event_id, person_id=person.id, email=person.email) if person.id else []
    name = f"{person.subject.name} for “{event_subject.name}”"
    if there:
        return _there_already(person.subject, there, given, name)
    operation = create(
        "rsvp",
        person.subject,
        "event_rsvps",
        {"event_id": event_id, **given},
        related={"signup": Sidepost("signups", "update", id=person.reference)},
        needs=person.needs,
    )
    coming = event.integer("attending_count") + 1 + (guests or 0)
    capacity = event.integer("capacity_count")
    return change(
        Worded("change.add_rsvp_with_guests", name=name, guests=guests)
        if guests
        else Worded("change.add_rsvp", name=name),
        [*person.made(), operation],
        people=1,
        warnings=[
            person.warning,
            Worded("warning.capacity", coming=coming, capacity=capacity) if 0 < capacity < coming else None,
            Worded("warning.no_rsvps") if event["accept_rsvps"] is False else None,
            Worded("warning.no_guests") if guests and event["allow_guests"] is False else None,
            Worded("warning.rsvp_answer") if event["sends_auto_response"] is not False else None,
        ],
    )


@tool(
    group="events",
    effect=Effect.WRITE,
    label="Changing an RSVP",
    endpoints=(
        "PATCH /event_rsvps/{id}",
        "GET /event_rsvps/{id}",
        "GET /event_rsvps",
        "GET /events/{id}",
        "GET /signups/{id}",
    ),
    undo="patches back the old values",
)
def update_event_rsvp(
    v2: NationBuilder,
    *,
    rsvp_id: RecordId | None = None,
    event_id: Annotated[RecordId | None, Field(description="With person_id, instead of rsvp_id")] = None,
    person_id: RecordId | None = None,
    attended: Annotated[bool | None, Field(description="Check in")] = None,
    cancelled: bool | None = None,
    guests: Guests | None = None,
    volunteer: bool | None = None,
) -> Change:
    """Change one RSVP: check somebody in, cancel, change guests."""
    if attended and cancelled:
        raise BadRequest(Worded("refused.attended_cancelled"))
    values = {"attendee": attended, "canceled": cancelled, "guests_count": guests, "volunteer": volunteer}
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        raise BadRequest(Worded("refused.rsvp_nothing"))
    rsvp, subject = _rsvp(v2, rsvp_id, event_id, person_id)
    if attended and rsvp["canceled"]:
        given["canceled"] = False  # whoever is there has not cancelled after all
    return change(
        Worded(_what(attended, cancelled, given), name=subject.name),
        [patch(subject, rsvp, _differing(rsvp, given))],
        people=1,
    )


def _there_already(subject: Subject, there: list[Record], given: Mapping[str, int], name: str) -> Change:
    """Somebody who has RSVP'd already: an RSVP that was cancelled is taken up again."""
    rsvp = next((each for each in there if not each["canceled"]), there[0])
    wanted = {**given, "canceled": False}
    part: Operation | Skipped = patch(subject, rsvp, _differing(rsvp, wanted))
    again = "change.resume_rsvp" if rsvp["canceled"] else "change.update_rsvp"
    return change(Worded(again, name=name), [part], people=1, warnings=[Worded("warning.rsvp_there")])


def _rsvp(
    v2: NationBuilder, rsvp_id: str | None, event_id: str | None, person_id: str | None
) -> tuple[Record, Subject]:
    """The RSVP that is meant, and whose it is for what. Raises `RecordNotFound` and `BadRequest`."""
    if rsvp_id is not None:
        found = existing(v2, "event_rsvps", rsvp_id, "RSVP", include=("signup",), fields=PERSON_FIELDS)
        person, signup_id = found.one("signup"), found.record.related_id("signup")
        own_name = f"{found.record.text('first_name')} {found.record.text('last_name')}".strip()
        of_event = found.record.related_id("event")
        if event_id not in (None, of_event) or person_id not in (None, signup_id):
            raise BadRequest(Worded("refused.other_rsvp", rsvp=rsvp_id))
        name = person_name(person) if person else own_name or f"RSVP {rsvp_id}"
        event = named_event(v2, of_event)[1].name if of_event else "an event"
        url = v2.panel_url("person", signup_id) if signup_id else None
        return found.record, Subject("RSVP", rsvp_id, f"{name} for “{event}”", url)
    if event_id is None or person_id is None:
        raise BadRequest("Give rsvp_id, or event_id and person_id.")
    _, event_subject = named_event(v2, event_id)
    who = existing_person(v2, person_id, ("email",))
    subject = person_subject(v2, who)
    rsvps = _rsvps_of(v2, event_id=event_id, person_id=person_id, email=who.text("email"))
    name = f"{subject.name} for “{event_subject.name}”"
    if not rsvps:
        raise RecordNotFound(f"There is no RSVP of {name}. Use add_event_rsvp.")
    if len(rsvps) > 1:
        ids = ", ".join(each.id for each in rsvps)
        raise BadRequest(f"There are several RSVPs of {name}: {ids}. Give rsvp_id.")
    return rsvps[0], Subject("RSVP", rsvps[0].id, name, subject.url)


def _rsvps_of(v2: NationBuilder, *, event_id: str, person_id: str, email: str) -> list[Record]:
    """A person's RSVPs for an event. Looked for by email address first: an event may have thousands.

    Raises `BadRequest` when there are more RSVPs than are looked through.
    """
    if email:
        page = v2.index(
            "event_rsvps",
            filters={"event_id": event_id, "email": where("eq", email)},
            include=("signup",),
            fields=PERSON_FIELDS,
        )
        by_email = [each for each in page.records if each.related_id("signup") == person_id]
        if by_email:
            return by_email
    reading = v2.read_all(
        "event_rsvps",
        max_records=RSVPS_AT_MOST,
        filters={"event_id": event_id},
        include=("signup",),
        fields=PERSON_FIELDS,
    )
    found = [each for each in reading.records if each.related_id("signup") == person_id]
    if not found and not reading.complete:
        raise BadRequest(Worded("refused.too_many_rsvps", rsvps=RSVPS_AT_MOST))
    return found


def _differing(rsvp: Record, wanted: Mapping[str, int]) -> dict[str, int]:
    """What is not so already; V2 leaves switches and counts null that were never set."""
    return {name: value for name, value in wanted.items() if (rsvp[name] or 0) != value}


def _what(attended: bool | None, cancelled: bool | None, given: Mapping[str, int]) -> str:
    if set(given) == {"attendee"} or (attended and set(given) == {"attendee", "canceled"}):
        return "change.check_in" if attended else "change.uncheck_in"
    if set(given) == {"canceled"}:
        return "change.cancel_rsvp" if cancelled else "change.resume_rsvp"
    return "change.update_rsvp"
