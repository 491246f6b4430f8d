"""People: counting, searching, one person's record, history and tags."""

import re
from dataclasses import replace
from typing import Any, Final

from local.claude.brain.answers import counted, listing
from local.claude.brain.criteria import PEOPLE, read_criteria
from local.claude.brain.markdown import (
    Record,
    clean,
    date,
    field,
    linked,
    money,
    paragraphs,
    table,
)
from local.claude.brain.people import EMAIL, find_person, person_of
from local.claude.brain.plan import Ask, Plan, intent
from local.claude.brain.result import Result
from local.claude.brain.tools import call

ANYONE: Final = (
    r"(?:people|persons?|everyone|everybody|signups?|supporters?|contacts|records|profiles|members|"
    r"volunteers?|donors?|prospects?|organi[sz]ations?|companies)"
)
SHOW: Final = (
    r"^(?:(?:please|can you|could you|would you|nat|i want to|i need to|let me) )*(?:show|list|find|get|"
    r"give|see|display|pull up|search|search for|look up|lookup)(?: me| us| out)?(?: all| the| every| our|"
    r" my| a list of| for)*"
)
COMMAND: Final = (
    r"^(?:(?:please|can you|could you|nat|go ahead and) )*(?:tag|untag|add|remove|delete|create|update|"
    r"change|set|mark|put|make|rename|log|record|move|enroll|assign|rsvp|register|sign up|start|cancel|"
    r"complete)\b"
)


def columns() -> dict[str, Any]:
    """Columns of a list of people; those without values are not shown."""
    return {
        "Name": linked,
        "Id": lambda r: clean(r.get("id", "—")),
        "City": lambda r: clean(field(r, "city", "primary_address.city") or "—"),
        "Email": lambda r: clean(field(r, "email") or "—"),
        "Support level": lambda r: field(r, "support_level") or "—",
        "Donated": lambda r: money(
            field(r, "donations_amount_in_cents", "donated_cents", "total_donated_cents")
        ),
        "Since": lambda r: date(field(r, "created_at")),
    }


@intent(r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)", unless=COMMAND)
def by_email(ask: Ask, match: re.Match[str]) -> Plan:
    """ "who is maria@example.org?" """
    email = EMAIL.search(ask.words.source)
    (found,) = yield (call("search_people", email=email.group() if email else match["email"], limit=5),)
    if not found.items:
        return f"Nobody has the email address {clean(match['email'])}."
    if len(found.items) > 1:
        return listing(ask, found, PEOPLE, columns(), about=f"with the email address {clean(match['email'])}")
    return (yield from _record(ask, person_of(found.items[0]).id))


@intent(
    r"\bhow many (?:new )?(?:" + ANYONE + r")\b",
    r"\b(?:number|count) of (?:our |all |the |new )*" + ANYONE + r"\b",
    r"^(?:please )?count (?:our |all |the |my )*" + ANYONE + r"\b",
    r"\bhow (?:big|large) is (?:our|my|the) (?:nation|database|list)$",
    unless=r"\btag|\b(?:the|a|my|this|on|\w+s) list\b|\brsvp|\bevents?\b|\bpetition|\bsurvey|\bpath\b|"
    r"\bmembership|\bmembers\b|"
    r"\bcustom field",
)
def count_people(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "how many volunteers do we have?" """
    wanted, words, nouns = read_criteria(ask)
    (found,) = yield (call("search_people", **wanted, count_only=True, limit=1),)
    return counted(found, nouns, words or "in your nation")


@intent(
    r"\bnew (?:people|signups?|supporters?|contacts|records)\b",
    r"\bwho (?:joined|signed up|registered|is new)\b(?! for)",
    r"\b(?:signups?|people) (?:who )?(?:joined|created|added|signed up)?\b ?(?:this|last|today|"
    r"yesterday|since)\b",
    r"^(?:our |new )?signups?\b",
    SHOW + r" (?:people|persons|everyone|everybody|supporters|volunteers|donors|prospects|organi[sz]ations|"
    r"companies|contacts who)\b(?!.*\btag)",
    r"\bwho (?:are|is) (?:our |the |a |my )*(?:volunteers?|supporters?|donors|prospects?)\b",
    r"\b(?:volunteers|people|supporters|everyone|everybody|donors|anyone|anybody)\b.* (?:in|from|near|"
    r"with support level|who) \w+",
    r"\bwho (?:lives?|is) in \w+",
    r"\bwho is volunteering\b",
    r"^list (?:our |all |the |my )*" + ANYONE + r"\b",
    r"^(?:our |all |the )*(?:volunteers|supporters|prospects|people|organi[sz]ations)(?: list)?$",
    unless=COMMAND
    + r"|\btagged\b|\bwith (?:the )?tag\b|\b(?:the|a|my|our|this|on) lists?\b|\brsvp|\bevents?\b|"
    r"\bpetition|\bsurvey|\bpath\b|"
    r"\bmembership|\bautomation|\bwho (?:contacted|called)\b",
)
def list_people(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "who joined this week?", "list volunteers in Springfield" """
    wanted, words, nouns = read_criteria(ask)
    if "created" in wanted:
        wanted["sort"] = "newest"
    found, counted_all = yield (
        call("search_people", **wanted, limit=ask.limit),
        call("search_people", **wanted, count_only=True, limit=1),
    )
    if found.total is None and counted_all.total is not None:
        found = replace(found, total=counted_all.total)
    return listing(ask, found, nouns, columns(), about=words)


@intent(
    r"\b(?:details|information|info|contact details|phone(?: number)?|email(?: address)?|address|"
    r"record|profile)\b (?:of|for|on|about) (?P<who>(?!the list|list|event|path).+)$",
    r"\bwhat is (?P<who>(?!the\b|our\b).+?)(?:'s)? (?:email|phone|number|address|contact details|"
    r"support level)\b",
    r"\b(?P<who>\w+(?: \w+)?)(?:'s) (?:email|phone|number|phone number|address|email address|details|"
    r"contact details|record|profile|support level)\b",
    r"\btell me (?:more )?about (?P<who>(?!the list|list|event|path|our|my|the (?:event|path|survey|"
    r"petition)|donations|tags).+)$",
    r"\bwhat do (?:we|you) know about (?P<who>.+)$",
    r"^(?:and )?who is (?P<who>(?!the\b|our\b|a\b|on\b|in\b|coming\b|going\b|attending\b|tagged\b|"
    r"registered\b|signed\b).+)$",
    r"^(?:show|open|describe|summari[sz]e)(?: me)? (?P<who>this person|this donor|this supporter|him|"
    r"her|them|(?:person|signup) #?\d+)$",
    r"^(?:person|signup) #?(?P<who>\d+)$",
    r"^(?:and )?(?P<who>this person|his details|her details|details)$",
    unless=COMMAND,
)
def one_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "tell me about Maria Lopez" """
    who = re.sub(r"\b(?:details)$", "", bare_name(ask.words.group(match, "who")), flags=re.IGNORECASE)
    person = yield from find_person(ask, who)
    return (yield from _record(ask, person.id))


def search_by_name(ask: Ask, match: re.Match[str]) -> Plan:
    """ "find Maria Lopez": the list of matches, or the record if there is one."""
    name = re.sub(
        r"^(?:a |the |an )?(?:person|people|supporter|donor|someone|somebody|anyone)?(?: (?:named|"
        r"called|with (?:the )?name(?: of)?))? ?",
        "",
        ask.words.group(match, "name"),
        flags=re.IGNORECASE,
    )
    (found,) = yield (call("search_people", name=name, limit=min(ask.limit, 20)),)
    if not found.items:
        return f"I found nobody called “{clean(name)}”. Check the spelling, or try an email address."
    if len(found.items) == 1 and (found.total or 1) == 1:
        return (yield from _record(ask, person_of(found.items[0]).id))
    return listing(ask, found, PEOPLE, columns(), about=f"called “{clean(name)}”")


def _record(ask: Ask, person_id: str) -> Plan:
    details = bool(re.search(r"\b(?:email|phone|number|address|contact details)\b", ask.text))
    (found,) = yield (call("get_person", person_id=person_id, include_contact_details=details or None),)
    return person_card(found)


def person_card(found: Result) -> str:
    """One person's record as a heading line and a table."""
    record: Record = found.record
    cells: dict[str, str] = {}
    for key, value in record.items():
        if key in ("id", "name", "full_name", "panel_url", "type", "links") or value in (None, "", [], {}):
            continue
        label = key.replace("_in_cents", "").replace("_cents", "").replace("_", " ").capitalize()
        if key.endswith("cents"):
            cells[label] = money(value)
        elif key.endswith(("_at", "_on", "_date")):
            cells[label] = date(value)
        elif isinstance(value, dict):
            inner = {
                name: each
                for name, each in value.items()
                if each not in (None, "", [], {}) and name != "panel_url"
            }
            if "name" in inner:
                cells[label] = linked(value)
            elif inner:
                cells[label] = ", ".join(f"{clean(name)} {clean(each)}" for name, each in inner.items())
        else:
            cells[label] = clean(value)
    return paragraphs(
        f"**{linked(record)}** (id {clean(record.get('id', '?'))})",
        table({"Field": list(cells), "Value": list(cells.values())}),
    )


def bare_name(who: str) -> str:
    """A name without the words of a request before it."""
    return re.sub(
        r"^(?:show|list|get|give me|see|open|the|and|what|which|all) ", "", who.strip(), flags=re.IGNORECASE
    )
