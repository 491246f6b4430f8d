"""Memberships and their types."""

import re
from typing import Final

from local.claude.brain.answers import Cell, counted, listing
from local.claude.brain.intents.people import COMMAND
from local.claude.brain.markdown import clean, date, field, linked, name_of
from local.claude.brain.plan import Ask, Plan, intent
from local.claude.brain.tools import call

MEMBERSHIP: Final = ("membership", "memberships")


@intent(
    r"\bmemberships?\b",
    r"\bmembers?\b.*\b(?:expire[sd]?|expiring|renew\w*|active|lapsed|expir\w+|suspended|grace|joined|new)\b",
    r"\b(?:expire[sd]?|expiring|renew\w*|active|lapsed|current|paid|paying|new|how many|our|"
    r"all)\b.*\bmembers\b",
    r"\b(?:whose|who)\b.*\bexpir\w+\b",
    unless=COMMAND + r"|\blist\b.*\bmembers of\b|\bon the list\b",
)
def list_memberships(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "which memberships expire next month?" """
    status = None
    for pattern, value in (
        (r"\bactive|current|paid|paying\b", "active"),
        (r"\bgrace\b", "grace period"),
        (r"\b(?:lapsed|expired)\b", "expired"),
        (r"\bcancell?ed\b", "canceled"),
        (r"\bsuspended\b", "suspended"),
    ):
        if re.search(pattern, ask.text):
            status = value
            break
    period = ask.period
    expires = (
        period
        if period and re.search(r"\b(?:expir\w+|renew\w*|end|ends|ending|run out|lapse\w*)\b", ask.text)
        else None
    )
    if expires is None and re.search(r"\b(?:expiring|expire|renew|soon|due)\b", ask.text):
        expires = ask.calendar.find("next 30 days")
    started = period if period and expires is None else None
    type_id = None
    named = re.search(
        r"\b(?P<type>gold|silver|bronze|premium|basic|standard|student|family|lifetime|supporting|"
        r"sustaining|annual) memberships?\b",
        ask.text,
    )
    if named:
        (types,) = yield (call("list_membership_types", query=named["type"]),)
        fitting = [each for each in types.items if named["type"] in name_of(each).lower()]
        type_id = str(fitting[0].get("id")) if fitting else None
    (found,) = yield (
        call(
            "list_memberships",
            type_id=type_id,
            status=[status] if status and expires is None else None,
            expires=expires,
            started=started,
            limit=1 if ask.wants_count else ask.limit,
            count_only=True if ask.wants_count else None,
        ),
    )
    about = (
        f"expiring {expires.label}"
        if expires
        else f"starting {started.label}"
        if started
        else f"with status {status}"
        if status
        else ""
    )
    return (
        counted(found, MEMBERSHIP, about)
        if ask.wants_count
        else listing(ask, found, MEMBERSHIP, _columns(), about=about)
    )


def _columns() -> dict[str, Cell]:
    return {
        "Person": lambda r: linked(field(r, "person", "signup") or field(r, "person_name") or "—"),
        "Type": lambda r: clean(field(r, "type", "membership_type", "type_name", "name") or "—"),
        "Status": lambda r: clean(field(r, "status") or "—"),
        "Started": lambda r: date(field(r, "started_at", "started_on")),
        "Expires": lambda r: date(field(r, "expires_on", "expires_at")),
    }
