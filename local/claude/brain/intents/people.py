"""People: counting, searching, one person's record, history and tags."""

import re
from typing import Any, Final

from local.claude.brain.answers import counted, listing
from local.claude.brain.intents.money import bounds
from local.claude.brain.markdown import (
    Record,
    clean,
    date,
    field,
    linked,
    money,
    name_of,
    paragraphs,
    plural,
    table,
)
from local.claude.brain.people import EMAIL, find_person, person_of
from local.claude.brain.plan import Ask, Plan, intent
from local.claude.brain.result import Result
from local.claude.brain.tools import call

PEOPLE: Final = ("person", "people")
FLAGS: Final = {
    "volunteers?": ("is_volunteer", "volunteer", "volunteers"),
    "donors?": ("is_donor", "donor", "donors"),
    "supporters?": ("is_supporter", "supporter", "supporters"),
    "prospects?": ("is_prospect", "prospect", "prospects"),
    "do not contacts?": ("do_not_contact", "person marked do not contact", "people marked do not contact"),
}
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


def criteria(ask: Ask) -> tuple[dict[str, Any], str, tuple[str, str]]:
    """What `search_people` should look for, the same in words, and what the found are called."""
    text, wanted, words = ask.text, dict[str, Any](), list[str]()
    nouns = PEOPLE
    for pattern, (flag, one, many) in FLAGS.items():
        if re.search(rf"\b{pattern}\b", text) and not (flag == "is_supporter" and "support level" in text):
            wanted.setdefault("flags", {})[flag] = True
            nouns = (one, many)
    if re.search(r"\b(?:organi[sz]ations?|companies|businesses)\b", text):
        wanted["kind"], nouns = "organisation", ("organisation", "organisations")
    level = re.search(
        r"\bsupport level (?:of |is )?(\d)\b|\blevel (\d) supporters?\b|\b(?P<strong>strong) supporters?\b",
        text,
    )
    if level:
        number = int(level[1] or level[2] or 1)
        wanted["support_level"] = [number]
        wanted.pop("flags", None)
        words.append(f"with support level {number}")
    least, most = bounds(text)
    if least is not None or most is not None:
        wanted["donated_cents"] = {
            key: value for key, value in (("gte", least), ("lte", most)) if value is not None
        }
        wanted.pop("flags", None)
        nouns = PEOPLE
        words.append(
            f"who donated {money(least)} or more" if most is None else f"who donated up to {money(most)}"
        )
    if ask.period and ask.period.limits():
        if re.search(r"\b(?:contacted|called|talked to|reached)\b", text):
            wanted["last_contacted"] = ask.period
            words.append(f"last contacted {ask.period.label}")
        elif re.search(r"\b(?:donated|gave|given)\b", text):
            wanted["last_donated"] = ask.period
            words.append(f"whose last donation came in {ask.period.label}")
        else:
            wanted["created"] = ask.period
            words.append(f"who joined {ask.period.label}")
    place = re.search(
        r"\b(?:in|from|living in|lives? in|near) (?:the )?(?:(?:city|town|"
        r"state) of )?(?P<place>[a-z][a-z .'-]+?)(?: (?:who|with|that|tagged|and)\b.*)?$",
        text,
    )
    if (
        place
        and not ask.calendar.find(f"in {place['place']}")
        and place["place"]
        not in (
            "total",
            "our nation",
            "my nation",
            "nation",
            "nationbuilder",
            "database",
            "our database",
            "system",
            "all",
            "here",
            "our system",
        )
    ):
        name = ask.words.original(*place.span("place"))
        wanted["state" if re.fullmatch(r"[A-Za-z]{2}", name) else "city"] = (
            name.upper() if len(name) == 2 else name.title() if name.islower() else name
        )
        words.append(f"in {clean(name.title() if name.islower() else name)}")
    return wanted, " ".join(words), nouns


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
    r"\b(?:timeline|history|activity|interactions?)\b(?: (?:of|for|with) (?P<who>.+))?$",
    r"\bwhat (?:has|have|did) (?P<who>.+?) (?:done|do|been up to|been doing)\b",
    r"\b(?P<who>this person|\w+(?: \w+)?)(?:'s) (?:timeline|history|activity|recent activity)\b",
    unless=COMMAND + r"|\b(?:donation|contact|mailing) history\b",
)
def timeline(ask: Ask, match: re.Match[str]) -> Plan:
    """ "show the timeline of this person" """
    person = yield from find_person(ask, _bare(ask.words.group(match, "who")))
    (found,) = yield (call("get_person_timeline", person_id=person.id, limit=ask.limit),)
    name = field(found.data, "person.name", "name") or person.name
    about = f"in the history of {clean(name)}" if name else "in this person's history"
    return listing(
        ask,
        found,
        ("entry", "entries"),
        {
            "Date": lambda r: date(field(r, "at", "date", "created_at", "happened_at")),
            "What": lambda r: clean(field(r, "kind", "type") or "—"),
            "Details": lambda r: clean(field(r, "summary", "text", "details", "name", "note") or "—"),
        },
        about=about,
    )


@intent(
    r"\b(?:what|which|show|list|any|all)\b.*\btags? (?:does|do|did|has|have|are on|on|of|for|"
    r"is on) (?P<who>.+?)(?: have| has| got)?$",
    r"\b(?:what|which) tags? (?P<who>.+?) (?:has|have)$",
    r"\b(?:how|what) (?:is|are|was) (?P<who>(?!people\b).+?) tagged(?: as| with)?$",
    r"\b(?P<who>this person|(?!people|everyone)\w+(?: \w+)?)(?:'s) tags\b",
    r"^(?:show )?(?P<who>his|her|their) tags$",
    unless=COMMAND,
)
def tags_of_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "what tags does Maria have?" """
    person = yield from find_person(ask, _bare(ask.words.group(match, "who")))
    (found,) = yield (call("get_person_tags", person_ids=[person.id]),)
    record = next((each for each in found.items if str(each.get("id")) == person.id), None) or (
        found.items[0] if len(found.items) == 1 and "tags" in found.items[0] else None
    )
    tags = (record or {}).get("tags") if record is not None else found.data.get("tags")
    tags = tags if tags is not None else list(found.items)
    label = linked(record) if record is not None and field(record, "name") else person.label
    label = label[0].upper() + label[1:]
    if not tags:
        return f"{label} has no tags."
    return paragraphs(
        f"{label} has **{plural(len(tags), 'tag')}**:", "\n".join(f"- {clean(name_of(tag))}" for tag in tags)
    )


@intent(
    r"\bhow many (?:new )?(?:" + ANYONE + r")\b",
    r"\b(?:number|count) of (?:our |all |the |new )*" + ANYONE + r"\b",
    r"^(?:please )?count (?:our |all |the |my )*" + ANYONE + r"\b",
    r"\bhow (?:big|large) is (?:our|my|the) (?:nation|database|list)$",
    unless=r"\btag|\blist\b|\brsvp|\bevents?\b|\bpetition|\bsurvey|\bpath\b|\bmembership|\bmembers\b|"
    r"\bcustom field",
)
def count_people(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "how many volunteers do we have?" """
    wanted, words, nouns = criteria(ask)
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
    r"^list (?:our |all |the |my )*" + ANYONE + r"\b",
    unless=COMMAND
    + r"|\btagged\b|\bwith (?:the )?tag\b|\blists?\b|\brsvp|\bevents?\b|\bpetition|\bsurvey|\bpath\b|"
    r"\bmembership|\bautomation|\bwho (?:contacted|called)\b",
)
def list_people(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "who joined this week?", "list volunteers in Springfield" """
    wanted, words, nouns = criteria(ask)
    if "created" in wanted:
        wanted["sort"] = "-created_at"
    (found,) = yield (call("search_people", **wanted, limit=ask.limit),)
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
    who = re.sub(r"\b(?:details)$", "", _bare(ask.words.group(match, "who")), flags=re.IGNORECASE)
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
    record: Record = field(found.data, "person", "item") or (found.items[0] if found.items else found.data)
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


def _bare(who: str) -> str:
    return re.sub(
        r"^(?:show|list|get|give me|see|open|the|and|what|which|all) ", "", who.strip(), flags=re.IGNORECASE
    )
