"""Events and RSVPs."""

import re
from collections.abc import Generator, Mapping
from typing import Any, Final

from local.claude.brain.answers import counted, listing
from local.claude.brain.intents.people import COMMAND
from local.claude.brain.markdown import clean, date, field, linked, name_of, paragraphs, plural
from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call

EVENT: Final = ("event", "events")
RSVP: Final = ("RSVP", "RSVPs")
GENERIC: Final = re.compile(
    r"^(?:the |our |my |next |upcoming |this |that )*(?:event|rally|one|it|next|upcoming|coming)?$"
)


def find_event(ask: Ask, words: str) -> Generator[tuple[Call, ...], tuple[Result, ...], tuple[str, str]]:
    """Id and name of the event that `words` mean: named, the next one, or the one on the open page."""
    words = re.sub(r"^(?:the|our|my|event|called|named| )+(?=\S)", "", words.strip(), flags=re.IGNORECASE)
    words = re.sub(r" event$", "", words, flags=re.IGNORECASE)
    record = ask.page_record
    if record is not None and record[0] == "event" and GENERIC.match(words.lower()):
        return record[1], "this event"
    if re.fullmatch(r"#?\d+", words):
        return words.lstrip("#"), f"event {words}"
    now = ask.calendar.now.isoformat()
    if not words or GENERIC.match(words.lower()):
        (found,) = yield (call("list_events", after=now, limit=1),)
        if not found.items:
            raise Said("There is no upcoming event. Tell me the name of the event you mean.")
        return str(found.items[0].get("id")), name_of(found.items[0])
    (found,) = yield (call("list_events", query=words, limit=5),)
    exact = [each for each in found.items if name_of(each).lower() == words.lower()]
    if len(found.items) == 1 or len(exact) == 1:
        chosen = (exact or list(found.items))[0]
        return str(chosen.get("id")), name_of(chosen)
    if not found.items:
        raise Said(f"I found no event called “{clean(words)}”.")
    names = "\n".join(f"- {linked(each)}, {_start(each)}" for each in found.items)
    raise Said(
        paragraphs(
            f"I found {plural(found.count, *EVENT)} like “{clean(words)}”. Which one do you mean?", names
        )
    )


@intent(
    r"\b(?:who|how many|list|show|people|anyone)\b.*\b(?:rsvps?|rsvp|coming|attending|going|attended|"
    r"registered|signed up|came|cancell?ed|checked in)\b(?: (?:to|for|at|from|in|yes to|"
    r"of))? ?(?:the )?(?P<event>.*)$",
    r"\brsvps? (?:for|to|of|at) (?:the )?(?P<event>.+)$",
    r"\b(?:attendance|attendees|guest list|turnout) (?:for|of|at|to) (?:the )?(?P<event>.+)$",
    r"^(?:(?:show|list) )?(?:the )?(?P<event>)rsvps?$",
    unless=COMMAND
    + r"|\bpetition|\bsurvey|\bsignups? (?:this|last)\b|\bsigned up (?:this|last|today|yesterday|since|"
    r"in)\b|\bwho signed up$",
)
def rsvps(ask: Ask, match: re.Match[str]) -> Plan:
    """ "who is coming to the town hall?" """
    status = None
    for pattern, value in (
        (r"\b(?:attended|came|checked in|turnout|attendance)\b", "attended"),
        (r"\bcancell?ed\b", "cancelled"),
        (r"\b(?:coming|attending|going)\b", "coming"),
    ):
        if re.search(pattern, ask.text):
            status = value
            break
    words = ask.words.quoted[0] if ask.words.quoted else ask.words.group(match, "event")
    words = re.sub(r"^(?:event )?(?:rsvps? )?(?:for|to|at) (?:the )?", "", words, flags=re.IGNORECASE)
    event_id, name = yield from find_event(ask, words)
    volunteers = bool(re.search(r"\bvolunteers?\b", ask.text))
    (found,) = yield (
        call(
            "list_event_rsvps",
            event_id=event_id,
            status=status,
            volunteers_only=volunteers or None,
            limit=1 if ask.wants_count else ask.limit,
            count_only=True if ask.wants_count else None,
        ),
    )
    about = (
        f"for {clean(name)}" + (f" ({status})" if status else "") + (" from volunteers" if volunteers else "")
    )
    if ask.wants_count:
        return counted(found, RSVP, about)
    guests = found.number("guests", "guests_total")
    return listing(
        ask,
        found,
        RSVP,
        {
            "Person": lambda r: linked(
                field(r, "person", "signup") or field(r, "person_name", "name") or "—"
            ),
            "Guests": lambda r: field(r, "guests", "guests_count") or 0,
            "Volunteer": lambda r: clean(r["volunteer"]) if "volunteer" in r else "—",
            "Attended": lambda r: clean(r["attended"]) if "attended" in r else "—",
            "Cancelled": lambda r: (
                clean(field(r, "cancelled", "canceled"))
                if field(r, "cancelled", "canceled") is not None
                else "—"
            ),
        },
        about=about,
        extra=f"They bring {plural(guests, 'guest')}." if guests and found.complete else "",
    )


@intent(
    r"\bevents?\b",
    r"\bwhat is (?:on|happening|coming up)\b",
    r"\b(?:our|the) (?:schedule|calendar)\b",
    r"\bupcoming\b",
    unless=COMMAND + r"|\bcustom field|\btagged\b|\bautomation",
)
def list_events(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "which events are coming up?" """
    period = ask.period
    past = bool(re.search(r"\b(?:past|last|previous|were|did we (?:have|hold)|held|recent)\b", ask.text))
    now = ask.calendar.now.isoformat()
    if period is not None and period.name != "all_time":
        limits, about = period.limits(), period.label
    elif past:
        limits, about = {"before": now}, "in the past"
    else:
        limits, about = {"after": now}, "coming up"
    next_only = bool(re.search(r"\b(?:our |the )?next event\b", ask.text))
    named = re.search(r"\bevents? (?:called|named|like|about|for|with) (?P<query>.+)$", ask.text)
    query = ask.words.quoted[0] if ask.words.quoted else ask.words.group(named, "query") if named else None
    (found,) = yield (call("list_events", **limits, query=query, limit=1 if next_only else ask.limit),)
    if next_only and found.items:
        event = found.items[0]
        venue = field(event, "venue_name", "venue.name")
        return f"The next event is **{linked(event)}**, {_start(event)}" + (
            f", at {clean(venue)}." if venue else "."
        )
    if ask.wants_count:
        return counted(found, EVENT, about)
    return listing(
        ask,
        found,
        EVENT,
        {
            "Event": linked,
            "Starts": _start,
            "Venue": lambda r: clean(field(r, "venue_name", "venue.name") or "—"),
            "Capacity": lambda r: clean(field(r, "capacity") or "—"),
        },
        about=about,
    )


def _start(record: Mapping[str, Any]) -> str:
    return date(field(record, "start_at", "starts_at", "start"))
