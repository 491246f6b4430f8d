"""Events, RSVPs and ticket levels."""

from typing import Any, Final

from local.nationbuilder.bodies import blank
from local.nationbuilder.rules.change import Change, Rules
from local.nationbuilder.rules.pages import remove_page, require_page
from local.nationbuilder.rules.people import known_or_new
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation

_SWITCHED_OFF: Final = (
    "accept_rsvps",
    "allow_guests",
    "contact_email_private",
    "contact_phone_private",
    "gather_volunteers",
    "private",
    "show_guests",
    "uses_shifts",
    "uses_tickets",
)


def refresh_attending(nation: Nation, event_id: str | None) -> None:
    """Set an event's `attending_count`: RSVPs that are not cancelled, and their guests [inferred]."""
    if event_id is None or nation["events"].get(event_id) is None:
        return
    coming = [row for row in nation["event_rsvps"].where("event_id", event_id) if not row["canceled"]]
    count = len(coming) + sum(row["guests_count"] or 0 for row in coming)
    nation["events"].update(event_id, {"attending_count": count})


def _event(change: Change) -> None:
    for name in _SWITCHED_OFF:
        change.set_default(name, False)
    change.set_default("capacity_count", 0)
    change.set_default("attending_count", 0)
    require_page(change)


def _rsvp(change: Change) -> None:
    event = change.nation["events"].get(change.get("event_id"))
    if event is not None:
        change.values["page_id"] = event["page_id"]
    if not change.creating:
        return
    for name in ("attendee", "canceled", "prepaid", "private", "volunteer"):
        change.set_default(name, False)
    change.set_default("guests_count", 0)
    change.set_default("author_id", change.author_id)
    if change.get("signup_id") is None:
        _find_person(change)
    person = change.nation["signups"].get(change.get("signup_id"))
    if person is not None:
        for name in ("first_name", "last_name", "email"):
            change.set_default(name, person[name])


def _find_person(change: Change) -> None:
    """A person named in the RSVP itself: known by email, or new. Both names and a way to reach them."""
    phone, email = change.switches.get("phone_number"), change.get("email")
    change.require("first_name", "last_name")
    if not email and not phone:
        change.problems.append(blank("email"))
    if change.problems:
        return
    values: dict[str, Any] = {name: change.get(name) for name in ("first_name", "last_name")}
    values |= {"phone_number": phone} if phone else {}
    change.values["signup_id"] = known_or_new(change, email, values)["id"]


def _rsvp_saved(change: Change, row: Row) -> None:
    event = change.nation["events"].get(row["event_id"])
    addresses = {
        name: value for name, value in change.switches.items() if name.endswith("_address_attributes")
    }
    if change.creating and addresses and row["signup_id"]:
        change.writes.update("signups", row["signup_id"], addresses)
    if change.creating and event is not None and event["sends_auto_response"]:
        change.effect("event_autoresponse", row, row["signup_id"], event["auto_response_subject"] or "")
    refresh_attending(change.nation, row["event_id"])


def _rsvp_removed(nation: Nation, row: Row) -> None:
    refresh_attending(nation, row["event_id"])


RULES: Final[dict[str, Rules]] = {
    "events": Rules(
        required=("start_at",),
        prepare=_event,
        removed=remove_page,
        deletes=(("event_rsvps", "event_id"), ("event_ticket_levels", "event_id")),
    ),
    "event_rsvps": Rules(required=("event_id",), prepare=_rsvp, saved=_rsvp_saved, removed=_rsvp_removed),
    "event_ticket_levels": Rules(required=("event_id", "name", "number", "limit", "amount_in_cents")),
}
