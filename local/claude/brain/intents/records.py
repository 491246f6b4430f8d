"""Changing contacts, donations, events, RSVPs, memberships and the rest, one record at a time."""

import re
from typing import Final

from local.claude.brain.changing import DO, done, quoted_or
from local.claude.brain.criteria import cents_of
from local.claude.brain.intents.events import find_event
from local.claude.brain.intents.outreach import named_record
from local.claude.brain.markdown import clean, date, money, name_of
from local.claude.brain.moments import find_moment, without_moment
from local.claude.brain.people import find_person
from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.tools import call

METHODS: Final = {
    r"phone call|call|called|phoned": "phone_call",
    r"door knock|door ?step|canvass\w*|knocked on": "door_knock",
    r"meeting|met|coffee": "meeting",
    r"visit|visited": "face_to_face",
    r"text(?: message)?|texted|sms": "text",
    r"email|emailed": "email",
}
METHOD: Final = "(?P<method>" + "|".join(METHODS) + "|conversation|contact)"
OUTCOMES: Final = {
    r"no answer|did not answer|not home": "no_answer",
    r"left (?:a )?(?:voice ?mail|message)": "left_message",
    r"refused|did not want": "refused",
    r"wrong number|bad info": "bad_info",
    r"": "meaningful_interaction",
}
MONEY: Final = r"\$? ?(?P<amount>\d[\d.]*k?)(?: dollars| usd)?"


@intent(
    DO
    + r"(?:log|record|note|add|enter) (?:a |an |my |that i had a |that i )?"
    + METHOD
    + r" (?:with |to |at |for |of )?(?P<who>.+)$",
    DO + r"i (?P<method>called|phoned|met|visited|texted|emailed)(?: with)? (?P<who>.+)$",
)
def log_contact(ask: Ask, match: re.Match[str]) -> Plan:
    """ "log a call with Maria Lopez: she will host in May" """
    method = next(
        (value for pattern, value in METHODS.items() if re.fullmatch(pattern, match["method"])), "other"
    )
    outcome = next(value for pattern, value in OUTCOMES.items() if re.search(pattern, ask.text))
    who, note = ask.words.group(match, "who"), ""
    split = re.search(
        r"(?:[:;,]| - | and (?:said|noted)| about | saying | who said | she | he | they | no answer| left )",
        who,
    )
    source = re.search(re.escape(who.split(" ")[0]) + r".*$", ask.words.source, re.DOTALL)
    tail = source.group() if source else who
    cut = re.search(
        r"\s*[:;,]\s*|\s+-\s+|\s+(?:and said|saying|who said|about)\s+|\s+(?=(?:she|he|they|no answer|"
        r"left)\b)",
        tail,
    )
    if cut:
        who, note = tail[: cut.start()], tail[cut.end() :].strip(' ."“”')
    elif split:
        who = who[: split.start()]
    level = re.search(r"\bsupport level (\d)", ask.text)
    person = yield from find_person(ask, who)
    (result,) = yield (
        call(
            "log_contact",
            person_id=person.id,
            method=method,
            outcome=outcome,
            note=note or None,
            support_level=int(level[1]) if level else None,
        ),
    )
    return done(result, f"The {method.replace('_', ' ')} with {person.label} is logged.")


@intent(
    DO + r"(?:record|log|add|enter|note|create) (?:a |an )?(?:new )?(?P<kind>cash|check|cheque|offline|"
    r"card)? ?(?:donation|gift|contribution) (?:of|for|over|worth) "
    + MONEY
    + r"(?: in)?(?: (?P<kind2>cash|check|cheque))? (?:from|by|for|to) (?P<who>.+)$",
    DO
    + r"(?:record|log|add|enter) "
    + MONEY
    + r" (?:(?:in|by) )?(?P<kind>cash|check|cheque)? ?(?:donation |gift )?(?:from|by) (?P<who>.+)$",
    DO
    + r"(?:record|log) that (?P<who>.+?) (?:gave|donated) (?:us )?"
    + MONEY
    + r"(?: (?:in|by))?(?: (?P<kind>cash|check|cheque))?.*$",
)
def record_donation(ask: Ask, match: re.Match[str]) -> Plan:
    """ "record a cash donation of $50 from Maria Lopez" """
    groups = match.groupdict()
    kind = (
        groups.get("kind")
        or groups.get("kind2")
        or ("check" if re.search(r"\bche(?:ck|que)\b", ask.text) else "cash")
    )
    check = re.search(r"\bche(?:ck|que) (?:number |no |#)*(\d+)", ask.text)
    who = re.split(
        r"\s+(?:by|in|with|paid)\s+(?:cash|check|cheque|card)\b|\s+check\b|,",
        ask.words.group(match, "who"),
        flags=re.IGNORECASE,
    )[0]
    received = find_moment(ask.calendar, ask.text, past=True)
    person = yield from find_person(ask, without_moment(who))
    cents = cents_of(groups["amount"])
    (result,) = yield (
        call(
            "record_donation",
            person_id=person.id,
            amount_cents=cents,
            payment_type_name={"cash": "Cash", "card": "Credit Card"}.get(kind, "Check"),
            received_at=received.isoformat() if received else None,
            check_number=check[1] if check else None,
            send_receipt=True if re.search(r"\bsend (?:a |the )?receipt\b", ask.text) else None,
        ),
    )
    return done(result, f"A donation of **{money(cents)}** from {person.label} is recorded.")


@intent(
    DO + r"(?:create|schedule|add|plan|set up|make|organi[sz]e) (?:a |an |the )?(?:new )?event(?: (?:called|"
    r"named|for))? (?P<name>.+)$"
)
def create_event(ask: Ask, match: re.Match[str]) -> Plan:
    """ "create an event Town hall on 2026-12-05 at 6pm" """
    start = find_moment(ask.calendar, ask.text)
    name = ask.words.quoted[0] if ask.words.quoted else without_moment(ask.words.group(match, "name"))
    if start is None:
        raise Said(f"When does “{clean(name)}” start? Tell me the day and the time.")
    capacity = re.search(r"\b(?:capacity(?: of)?|up to|max(?:imum)?) (\d+)", ask.text)
    (result,) = yield (
        call(
            "create_event",
            name=name,
            start_at=start.isoformat(),
            duration_minutes=120,
            time_zone=str(ask.context.get("time_zone") or "UTC"),
            capacity=int(capacity[1]) if capacity else None,
        ),
    )
    return done(result, f"The event “{clean(name)}” starts {date(start.isoformat())}. Its page is unlisted.")


@intent(
    DO + r"(?:move|reschedule|postpone|change|update) (?:the )?(?:(?:time|date|"
    r"start) of )?(?:the )?(?:event (?P<event>.+?)|(?P<event2>.+?) event) to (?P<when>.+)$",
    DO + r"(?:set|change) (?:the )?capacity of (?:the )?(?:event )?(?P<event>.+?) to (?P<capacity>\d+)$",
)
def update_event(ask: Ask, match: re.Match[str]) -> Plan:
    """ "move the event Town hall to friday at 7pm" """
    groups = match.groupdict()
    start = find_moment(ask.calendar, groups.get("when") or "")
    if start is None and not groups.get("capacity"):
        raise Said("To which day and time should I move the event?")
    event_id, name = yield from find_event(
        ask, ask.words.group(match, "event") or ask.words.group(match, "event2")
    )
    if start is not None:
        changes: dict[str, object] = {"start_at": start.isoformat()}
        words = f"{clean(name)} now starts {date(start.isoformat())}."
    else:
        changes = {"capacity": int(groups["capacity"] or 0)}
        words = f"{clean(name)} now takes {groups['capacity']} people."
    (result,) = yield (call("update_event", event_id=event_id, changes=changes),)
    return done(result, words)


@intent(DO + r"(?:delete|remove) (?:the )?(?:event (?P<event>.+)|(?P<event2>.+?) event)$")
def delete_event(ask: Ask, match: re.Match[str]) -> Plan:
    """ "delete the event Town hall" """
    if "delete_event" not in ask.tools:
        (result,) = yield (call("delete_event", event_id="0"),)
        return done(result, "")
    event_id, name = yield from find_event(
        ask, quoted_or(ask, ask.words.group(match, "event") or ask.words.group(match, "event2"))
    )
    if name in ("this event", f"event {event_id}"):  # known by its id only
        (found,) = yield (call("get_event", event_id=event_id),)
        name = name_of(found.record)
    (result,) = yield (call("delete_event", event_id=event_id, confirm_name=name),)
    return done(result, f"The event {clean(name)} is deleted; this cannot be undone.")


@intent(
    DO + r"(?:rsvp|register|sign up) (?P<who>.+?) (?:to|for|at) (?:the )?(?P<event>.+)$",
    DO + r"(?:add|put) (?P<who>.+?) (?:to|on) (?:the )?(?:event (?P<event>.+)|(?P<event2>.+?) event)$",
    DO + r"(?:add|create|record) (?:an )?rsvp (?:of|for|from) (?P<who>.+?) (?:to|for|"
    r"at) (?:the )?(?P<event>.+)$",
)
def add_rsvp(ask: Ask, match: re.Match[str]) -> Plan:
    """ "rsvp Maria Lopez to the Town hall with 2 guests" """
    guests = re.search(r"\b(?:with|plus|and) (\d+|a|one|two|three) guests?\b", ask.text)
    count = {"a": 1, "one": 1, "two": 2, "three": 3}.get(guests[1]) or int(guests[1]) if guests else None
    words = ask.words.group(match, "event") or ask.words.group(match, "event2")
    words = re.sub(r"\s+(?:with|plus|and) \S+ guests?$", "", words, flags=re.IGNORECASE)
    event_id, name = yield from find_event(ask, words)
    person = yield from find_person(ask, ask.words.group(match, "who"))
    (result,) = yield (call("add_event_rsvp", event_id=event_id, person_id=person.id, guests=count),)
    return done(
        result, f"{person.label} is coming to {clean(name)}" + (f" with {count} guests." if count else ".")
    )


@intent(
    DO + r"(?:give|add|create|sell) (?P<who>.+?) (?:a |an |the )(?P<type>.+?) membership(?: (?:until|till|"
    r"to|that expires on) .+)?$",
    DO + r"make (?P<who>.+?) (?:a |an )(?P<type>.+?) member(?: (?:until|till) .+)?$",
)
def create_membership(ask: Ask, match: re.Match[str]) -> Plan:
    """ "give Maria Lopez a Gold membership until 2027-12-31" """
    (types,) = yield (call("list_membership_types", query=ask.words.group(match, "type")),)
    kind = named_record(types, ask.words.group(match, "type"), "membership type")
    person = yield from find_person(ask, ask.words.group(match, "who"))
    expires = find_moment(ask.calendar, ask.text)
    (result,) = yield (
        call(
            "create_membership",
            person_id=person.id,
            type_id=str(kind.get("id")),
            expires_on=expires.date().isoformat() if expires else None,
        ),
    )
    return done(result, f"{person.label} now has the membership {clean(name_of(kind))}.")


@intent(
    DO + r"(?:enroll?|add|put) (?P<who>.+?) (?:in|into|to|on) (?:the )?(?:automation (?P<automation>.+)|"
    r"(?P<automation2>.+?) automation)$",
)
def enroll(ask: Ask, match: re.Match[str]) -> Plan:
    """ "enroll Maria Lopez in the automation Welcome" """
    words = ask.words.group(match, "automation") or ask.words.group(match, "automation2")
    (found,) = yield (call("list_automations", limit=100),)
    automation = named_record(found, quoted_or(ask, words), "automation")
    person = yield from find_person(ask, ask.words.group(match, "who"))
    (result,) = yield (
        call("enroll_in_automation", person_id=person.id, automation_id=str(automation.get("id"))),
    )
    return done(result, f"{person.label} is enrolled in {clean(name_of(automation))}.")
