"""Calls of the tools on donations, events and RSVPs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation
from tests.unit.nat.agent.tools.changing.case import Case, people, rows

PACIFIC = "Pacific Time (US & Canada)"


def donation(nation: Nation, status: str = "succeeded") -> str:
    """A donation in a state, of somebody with a name, paid by check."""
    return _first(
        nation,
        "donations",
        lambda row: row["status"] == status and row["signup_id"] and row["pledge_id"] is None,
    )


def event(nation: Nation, name: str = "Harbour Walk") -> str:
    """An event by the name of its page."""
    pages = rows(nation, "pages")
    return _first(nation, "events", lambda row: pages[row["page_id"]]["name"] == name)


def quiet_event(nation: Nation) -> str:
    """An event that sends no automatic answers."""
    return _first(nation, "events", lambda row: not row["sends_auto_response"])


def rsvp(nation: Nation, *, cancelled: bool = False) -> str:
    """An RSVP that was cancelled, or one of somebody who has not come yet."""
    return _first(
        nation,
        "event_rsvps",
        lambda row: row["canceled"] is cancelled and not row["attendee"] and row["signup_id"],
    )


def rsvp_row(nation: Nation, *, cancelled: bool = False) -> Row:
    """The record of that RSVP."""
    return rows(nation, "event_rsvps")[rsvp(nation, cancelled=cancelled)]


def not_coming(nation: Nation, event_id: str, count: int = 1) -> list[str]:
    """People without an RSVP for an event."""
    there = {row["signup_id"] for row in rows(nation, "event_rsvps").values() if row["event_id"] == event_id}
    return [each for each in people(nation, 200) if each not in there][:count]


def pledge(nation: Nation) -> str:
    """A pledge of which something is still owed."""
    return _first(nation, "pledges", lambda row: row["amount_left_in_cents"] > 0)


def days_ago(days: int) -> str:
    """A date."""
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def in_days(days: int, clock: str = "18:00") -> str:
    """A date-time without an offset."""
    return f"{(datetime.now(UTC) + timedelta(days=days)).date().isoformat()}T{clock}"


def _first(nation: Nation, kind: str, fits: Callable[[Row], object]) -> str:
    return next(each for each, row in rows(nation, kind).items() if fits(row))


MONEY_AND_EVENT_CASES = (
    Case(
        "record_donation",
        lambda nation: {
            "person_id": people(nation, 1)[0],
            "amount_cents": 12_345,
            "payment_type_name": "check",
            "received_at": days_ago(3),
            "check_number": "1042",
            "tracking_code": "Regatta",
            "note": "At the dock",
            "is_private": True,
        },
        operations=1,
        people=1,
        changes={"donations", "signups"},
        name="of somebody known",
    ),
    Case(
        "record_donation",
        lambda _: {
            "first_name": "Jo",
            "last_name": "Park",
            "email": "jo.park@new.example",
            "amount_cents": 500,
            "payment_type_name": "Cash",
        },
        operations=2,
        people=1,
        changes={"donations", "signups"},
        name="of somebody new",
    ),
    Case(
        "record_donation",
        lambda _: {"first_name": "Zelda", "amount_cents": 500, "payment_type_name": "Cash"},
        operations=2,
        people=1,
        changes={"donations", "signups"},
        name="of somebody new without email",
    ),
    Case(
        "record_donation",
        lambda nation: {
            "email": rows(nation, "signups")[people(nation, 1)[0]]["email"].upper(),
            "amount_cents": 501,
            "payment_type_name": "Cash",
            "send_receipt": True,
        },
        operations=1,
        people=1,
        changes={"donations", "signups"},
        sends=("donor_receipt",),
        name="known by email, with a receipt",
    ),
    Case(
        "record_donation",
        lambda nation: {
            "person_id": rows(nation, "pledges")[pledge(nation)]["signup_id"],
            "amount_cents": rows(nation, "pledges")[pledge(nation)]["amount_left_in_cents"],
            "payment_type_name": "EFT",
            "pledge_id": pledge(nation),
        },
        operations=1,
        people=1,
        changes={"donations", "pledges", "signups"},
        name="that pays a pledge",
    ),
    Case(
        "update_donation",
        lambda nation: {
            "donation_id": donation(nation),
            "changes": {
                "amount_cents": 4_321,
                "payment_type_name": "wire transfer",
                "received_at": days_ago(2),
                "tracking_code": None,
                "note": "Corrected",
                "is_private": True,
                "custom_values": {"gift_source": "Dinner"},
            },
        },
        operations=1,
        people=1,
        changes={"donations", "signups"},
    ),
    Case(
        "update_donation",
        lambda nation: {"donation_id": donation(nation), "changes": {"canceled_at": "today"}},
        operations=1,
        people=1,
        changes={"donations", "signups"},
        name="cancelled",
    ),
    Case(
        "delete_donation",
        lambda nation: {
            "donation_id": donation(nation),
            "confirm_amount": rows(nation, "donations")[donation(nation)]["amount_in_cents"],
        },
        operations=1,
        people=1,
        changes={"donations", "signups"},
        restores=False,
    ),
    Case(
        "create_event",
        lambda _: {
            "name": "Spring Town Hall",
            "start_at": in_days(60),
            "duration_minutes": 90,
            "venue_name": "Boat house",
            "venue_address": {"address1": "1 Pier", "city": "Oakland", "state": "CA"},
            "description": "Come along.",
            "capacity": 50,
        },
        operations=1,
        people=0,
        changes={"events", "pages"},
    ),
    Case(
        "update_event",
        lambda nation: {
            "event_id": event(nation),
            "changes": {
                "start_at": in_days(70, "19:30"),
                "duration_minutes": 45,
                "venue_name": "Pier 7",
                "venue_address": {"city": "Elsewhere", "zip": None},
                "capacity": 77,
                "description": None,
                "name": "Harbour Stroll",
                "slug": "harbour_stroll",
                "status": "hidden",
                "sends_auto_response": False,
            },
        },
        operations=2,
        people=0,
        changes={"events", "pages"},
        name="with its page",
    ),
    Case(
        "update_event",
        lambda nation: {"event_id": event(nation), "changes": {"capacity": 76}},
        operations=1,
        people=0,
        changes={"events"},
        name="alone",
    ),
    Case(
        "delete_event",
        lambda nation: {"event_id": event(nation), "confirm_name": "harbour  walk"},
        operations=1,
        people=-1,
        changes={"events", "pages", "event_rsvps", "event_ticket_levels"},
        restores=False,
    ),
    Case(
        "add_event_rsvp",
        lambda nation: {
            "event_id": quiet_event(nation),
            "person_id": not_coming(nation, quiet_event(nation))[0],
            "guests": 2,
            "volunteer": True,
            "private": True,
        },
        operations=1,
        people=1,
        changes={"event_rsvps"},
        name="of somebody known",
    ),
    Case(
        "add_event_rsvp",
        lambda nation: {
            "event_id": quiet_event(nation),
            "first_name": "Jo",
            "last_name": "Park",
            "email": "jo.park@new.example",
            "phone_number": "555 0100",
        },
        operations=2,
        people=1,
        changes={"event_rsvps", "signups"},
        name="of somebody new",
    ),
    Case(
        "add_event_rsvp",
        lambda nation: {
            "event_id": event(nation, "Harbour Walk"),
            "person_id": not_coming(nation, event(nation, "Harbour Walk"))[0],
        },
        operations=1,
        people=1,
        changes={"event_rsvps"},
        sends=("event_autoresponse",),
        name="that NationBuilder answers",
    ),
    Case(
        "add_event_rsvp",
        lambda nation: {
            "event_id": rsvp_row(nation, cancelled=True)["event_id"],
            "person_id": rsvp_row(nation, cancelled=True)["signup_id"],
            "guests": 7,
        },
        operations=1,
        people=1,
        changes={"event_rsvps"},
        name="that was cancelled",
    ),
    Case(
        "update_event_rsvp",
        lambda nation: {"rsvp_id": rsvp(nation), "attended": True, "guests": 9, "volunteer": True},
        operations=1,
        people=1,
        changes={"event_rsvps"},
        name="by id",
    ),
    Case(
        "update_event_rsvp",
        lambda nation: {
            "event_id": rsvp_row(nation)["event_id"],
            "person_id": rsvp_row(nation)["signup_id"],
            "cancelled": True,
        },
        operations=1,
        people=1,
        changes={"event_rsvps"},
        name="by event and person",
    ),
    Case(
        "update_event_rsvp",
        lambda nation: {"rsvp_id": rsvp(nation, cancelled=True), "attended": True},
        operations=1,
        people=1,
        changes={"event_rsvps"},
        name="who comes after all",
    ),
)
