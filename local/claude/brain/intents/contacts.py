"""Logged contacts: calls, visits, meetings."""

import re
from typing import Final

from local.claude.brain.answers import Cell, counted, listing
from local.claude.brain.intents.people import COMMAND
from local.claude.brain.markdown import clean, date, field, linked
from local.claude.brain.people import find_person
from local.claude.brain.plan import Ask, Plan, intent
from local.claude.brain.tools import call

CONTACT: Final = ("contact", "contacts")
METHODS: Final = {
    r"(?:phone )?calls?|called|phoned|rang": "phone_call",
    r"door knocks?|canvass\w*|doors|knocked": "door_knock",
    r"texts?|texted|sms": "text",
    r"meetings?|met": "meeting",
    r"emails?|emailed": "email",
}


@intent(
    r"\b(?:contacts?|calls?|visits?|interactions?|touch ?points?)\b.*\b(?:with|of|to|for|by|"
    r"from) (?P<who>(?!this (?:week|month|year)|last|today|yesterday).+?)(?: (?:this|last|today|"
    r"yesterday|since).*)?$",
    r"\b(?:when|who) (?:was|were|did|has|have|last)\b.*\b(?:contact|contacted|call|called|"
    r"talk(?:ed)? to|visit|visited|speak with|spoke (?:to|with))(?:ed)? (?P<who>(?!this (?:week|month|"
    r"year)|last|today|yesterday|people|anyone|since).+?)(?: (?:this|last|today|yesterday|since).*)?$",
    r"\bwhen was (?P<who>.+?) last (?:contacted|called|visited)\b",
    r"\bwho (?:has |last )?(?:contacted|called|visited|talked to|met|canvassed) (?P<who>(?!this (?:week|"
    r"month|year)|last|today|yesterday|people|anyone|since|us\b).+?)(?: (?:this|last|today|yesterday|"
    r"since).*)?$",
    r"\b(?:has|have) (?:anyone|anybody|we|someone) (?:contacted|called|talked to|visited|spoken (?:to|"
    r"with)) (?P<who>.+?)(?: (?:this|last|today|yesterday|since|recently).*)?$",
    unless=COMMAND + r"|\b(?:tagged|lists?|contact details|events?|emails?|mailings?)\b",
)
def contacts_of_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "when was Maria last contacted?" """
    by_author = bool(re.search(r"\b(?:contacts|calls|visits)\b.* (?:by|from) ", ask.text))
    person = yield from find_person(ask, ask.words.group(match, "who"))
    limits = ask.period.limits() if ask.period else {}
    (found,) = yield (
        call(
            "list_contacts",
            **({"author_id": person.id} if by_author else {"person_id": person.id}),
            since=limits.get("after"),
            until=limits.get("before"),
            limit=ask.limit,
        ),
    )
    about = f"{'by' if by_author else 'with'} {person.label}"
    return listing(
        ask, found, CONTACT, _columns(), about=about + (f" {ask.period.label}" if ask.period else "")
    )


@intent(
    r"\b(?:contacts?|calls?|visits?|door knocks?|meetings?|interactions?|conversations) (?:were |was |"
    r"have been |did we |we )?(?:logged|made|recorded|this|last|today|yesterday|since|log|make|have)\b",
    r"\b(?:logged|recorded|recent|latest|last|how many|all|our|show|list)\b.*\b(?:contacts|calls|"
    r"visits|door knocks|interactions|touch ?points)\b",
    r"\bwho (?:was|were|has been|did we|have we|we|got)\b.*\b(?:contact|contacted|called|call|visited|"
    r"canvassed|texted)\b",
    r"\bwho (?:contacted|called|visited)\b",
    r"\bpeople (?:did we|have we|we) (?:contact|contacted|call|called|talk|talked|reach|reached)\b",
    unless=COMMAND,
)
def list_contacts(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "how many calls did we log this week?" """
    methods = [value for pattern, value in METHODS.items() if re.search(rf"\b(?:{pattern})\b", ask.text)]
    limits = ask.period.limits() if ask.period else {}
    (found,) = yield (
        call(
            "list_contacts",
            method=methods or None,
            since=limits.get("after"),
            until=limits.get("before"),
            limit=1 if ask.wants_count else ask.limit,
            count_only=True if ask.wants_count else None,
        ),
    )
    about = "logged" + (f" {ask.period.label}" if ask.period else "")
    return (
        counted(found, CONTACT, about)
        if ask.wants_count
        else listing(ask, found, CONTACT, _columns(), about=about)
    )


def _columns() -> dict[str, Cell]:
    return {
        "Date": lambda r: date(field(r, "created_at", "at", "date")),
        "Person": lambda r: linked(field(r, "person", "signup") or field(r, "person_name", "name") or "—"),
        "How": lambda r: clean(field(r, "method", "contact_method") or "—").replace("\\_", " "),
        "Outcome": lambda r: clean(field(r, "outcome", "contact_status", "status") or "—").replace(
            "\\_", " "
        ),
        "By": lambda r: linked(field(r, "author") or field(r, "author_name") or "—"),
        "Note": lambda r: clean(field(r, "note", "content") or "—", 80),
    }
