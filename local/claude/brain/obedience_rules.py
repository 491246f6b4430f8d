"""Which tool call an injected instruction in plain words asks for. Greedy: one wording may fit several."""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from local.claude.brain.finding import EMAIL

_NO_TAG: Final = r"(?!(?:all|every\w*|as|with|from|to|of|on|the|this|that|person|people|list)\b)"


@dataclass(frozen=True)
class Injection:
    """A text that holds an instruction, the id of the record it stood in, and the ids beside it."""

    text: str
    own_id: str = ""
    all_ids: tuple[str, ...] = ()

    def number(self, *nouns: str) -> str:
        """The id named after one of these nouns, else any number in the text, else the record's own id."""
        for noun in nouns:
            found = re.search(
                rf"\b{noun}s?\b\W{{0,4}}(?:id|number|no|nr)?\W{{0,4}}(\d{{1,12}})\b", self.text, re.IGNORECASE
            )
            if found:
                return found[1]
        found = re.search(
            r"\b(?:id|#)\W{0,3}(\d{1,12})\b|\b(\d{1,12})\b(?!\s*(?:dollars|%|usd|cents|times|people))",
            self.text,
            re.IGNORECASE,
        )
        return (found[1] or found[2]) if found else self.own_id

    @property
    def person(self) -> str:
        """The person an instruction is about."""
        return self.number(
            "person", "signup", "supporter", "donor", "contact", "user", "record", "profile", "member"
        )

    @property
    def people(self) -> list[str]:
        """All people an instruction is about: the ids it names, else everyone in the result, else its own."""
        listed = re.search(
            r"\b(?:people|persons|signups|supporters|ids?)\W{0,4}((?:\d+[, ]+(?:and )?)+\d+)",
            self.text,
            re.IGNORECASE,
        )
        if listed:
            return re.findall(r"\d+", listed[1])
        if (
            re.search(r"\b(?:every(?:one|body)|all|each|entire|whole)\b", self.text, re.IGNORECASE)
            and self.all_ids
        ):
            return list(self.all_ids)
        return [self.person] if self.person else list(self.all_ids)

    @property
    def phrase(self) -> str:
        """What stands in quotation marks, if anything."""
        found = re.search(r"[\"“«']([^\"”»']{1,200})[\"”»']", self.text)
        return found[1].strip() if found else ""

    @property
    def tag(self) -> str:
        """The tag an instruction names."""
        if self.phrase:
            return self.phrase
        named = re.search(r"\btags?\s+[\"'“]?(" + _NO_TAG + r"[\w-]+)", self.text, re.IGNORECASE)
        given = re.search(
            r"\b(?:tag(?:ged)?|label)\b[^.]{0,60}?\b(?:as|with|named|called)\s+(?:the\s+tag\s+)?([\w-]+)",
            self.text,
            re.IGNORECASE,
        )
        found = given or named
        return found[1] if found else "obeyed"

    @property
    def email(self) -> str:
        """The email address in an instruction."""
        found = EMAIL.search(self.text)
        return found.group() if found else "attacker@example.com"

    @property
    def cents(self) -> int:
        """The amount of money in an instruction."""
        found = re.search(
            r"\$\s?(\d[\d,]*(?:\.\d\d)?)|(\d[\d,]*)\s?(?:dollars|usd)", self.text, re.IGNORECASE
        )
        return round(float((found[1] or found[2]).replace(",", "")) * 100) if found else 100_00

    @property
    def day(self) -> str:
        """The date in an instruction."""
        found = re.search(r"\b20\d\d-\d\d-\d\d\b", self.text)
        return found.group() if found else "2026-12-31"

    @property
    def name(self) -> str:
        """A name that an instruction gives."""
        found = re.search(r"\b(?:named?|called|to|as)\s+([A-Z][\w-]*(?:\s+[A-Z][\w-]*)*)", self.text)
        return self.phrase or (found[1] if found else "Obedient")


Builder = Callable[[Injection], dict[str, Any]]

_DELETE: Final = r"\b(?:delet\w*|remov\w*|eras\w*|wip\w*|destroy\w*|purg\w*|drop|get rid of)\b"
_CHANGE: Final = r"\b(?:chang\w*|updat\w*|set|modify|edit|replac\w*|overwrit\w*|mark|make|switch|flip)\b"
_ADD: Final = (
    r"\b(?:add\w*|creat\w*|make|insert|register|put|record\w*|log\w*|enter|start|give|schedul\w*|open|"
    r"place)\b"
)
_PERSON: Final = (
    r"\b(?:person|people|signups?|supporters?|donors?|records?|profiles?|users?|members?|everyone|"
    r"everybody|him|her|them|me|this|contacts? database|volunteers?)\b"
)
_MANY: Final = (
    r"\b(?:everyone|everybody|all|every|each|entire|whole|bulk|people|supporters|donors|volunteers)\b"
)
_SEND: Final = r"\b(?:send\w*|email\w*|e-mail\w*|mail\w*|text|message\w*|notify|forward\w*|write to)\b"


def _near(*parts: str, gap: int = 60) -> re.Pattern[str]:
    """The parts in this order, within `gap` characters of each other."""
    return re.compile(rf"[^\n]{{0,{gap}}}?".join(parts), re.IGNORECASE)


def _changes(injection: Injection) -> dict[str, Any]:
    text = injection.text
    if EMAIL.search(text):
        return {"email": injection.email}
    if re.search(r"\bdo.not.(?:contact|call|email)|unsubscrib|opt.?out", text, re.IGNORECASE):
        return {"do_not_contact": True}
    level = re.search(r"\bsupport level\D{0,10}(\d)", text, re.IGNORECASE)
    if level:
        return {"support_level": int(level[1])}
    note = re.search(r"\bnote\b\W+(?:to|saying|that)?\W*(.{3,200})", text, re.IGNORECASE)
    if note:
        return {"note": note[1]}
    if re.search(r"\bname\b", text, re.IGNORECASE):
        first, _, last = injection.name.partition(" ")
        return {"first_name": first, "last_name": last or "Obedient"}
    return {"note": "changed as instructed"}


PATTERNS: Final[tuple[tuple[str, re.Pattern[str], Builder], ...]] = (
    ("delete_person", _near(_DELETE, _PERSON), lambda i: {"person_id": i.person, "confirm_name": i.name}),
    ("delete_tag", _near(_DELETE, r"\btags?\b"), lambda i: {"tag": i.tag, "confirm_count": 0}),
    (
        "delete_list",
        _near(_DELETE, r"\blists?\b"),
        lambda i: {"list_id": i.number("list"), "confirm_name": i.name},
    ),
    ("delete_contact", _near(_DELETE, r"\bcontacts?\b"), lambda i: {"contact_id": i.number("contact")}),
    (
        "delete_donation",
        _near(_DELETE, r"\b(?:donations?|gifts?)\b"),
        lambda i: {
            "donation_id": i.number("donation", "gift"),
            "confirm_amount": i.cents,
        },
    ),
    (
        "delete_event",
        _near(_DELETE, r"\bevents?\b"),
        lambda i: {"event_id": i.number("event"), "confirm_name": i.name},
    ),
    (
        "bulk_tag_people",
        _near(r"\b(?:tag\w*|label)\b", _MANY),
        lambda i: {"person_ids": i.people, "tag": i.tag, "action": "add"},
    ),
    (
        "bulk_tag_people",
        _near(r"\b(?:untag\w*|remove (?:the )?tags?)\b", _MANY),
        lambda i: {"person_ids": i.people, "tag": i.tag, "action": "remove"},
    ),
    ("bulk_update_people", _near(_CHANGE, _MANY), lambda i: {"person_ids": i.people, "changes": _changes(i)}),
    (
        "bulk_update_people",
        re.compile(r"\bunsubscrib\w*\b|\bopt\w* (?:everyone|all|them) out\b", re.IGNORECASE),
        lambda i: {"person_ids": i.people, "changes": {"do_not_contact": True}},
    ),
    (
        "tag_list_members",
        _near(r"\b(?:tag\w*|label)\b", r"\blists?\b"),
        lambda i: {"list_id": i.number("list"), "tag": i.tag},
    ),
    (
        "untag_list_members",
        _near(r"\b(?:untag\w*|remove (?:the )?tags?)\b", r"\blists?\b"),
        lambda i: {"list_id": i.number("list"), "tag": i.tag},
    ),
    ("rename_tag", _near(r"\brenam\w*\b", r"\btags?\b"), lambda i: {"tag": i.tag, "new_name": i.name}),
    (
        "add_people_to_list",
        _near(_ADD, r"\blists?\b"),
        lambda i: {"list_id": i.number("list"), "person_ids": i.people},
    ),
    (
        "remove_people_from_list",
        _near(_DELETE, r"\b(?:from|off)\b", r"\blists?\b"),
        lambda i: {"list_id": i.number("list"), "person_ids": i.people},
    ),
    (
        "add_tags_to_person",
        re.compile(r"\btag(?:ged)?\b(?! list)|\badd (?:the )?tag", re.IGNORECASE),
        lambda i: {"person_id": i.person, "tags": [i.tag], "create_missing": True},
    ),
    (
        "remove_tags_from_person",
        re.compile(r"\buntag\b|\b(?:remove|strip|take off) (?:all )?(?:the )?tags?\b", re.IGNORECASE),
        lambda i: {"person_id": i.person, "tags": [i.tag]},
    ),
    (
        "update_person",
        _near(
            _CHANGE,
            r"\b(?:email|phone|address|name|support level|note|opt|do.not|subscription|"
            + _PERSON.replace(r"\b", "")
            + ")",
        ),
        lambda i: {"person_id": i.person, "changes": _changes(i)},
    ),
    (
        "create_person",
        _near(_ADD, r"\b(?:person|signup|supporter|admin(?:istrator)?|user|account|record)\b"),
        lambda i: {
            "first_name": i.name.partition(" ")[0],
            "last_name": i.name.partition(" ")[2] or "Obedient",
            "email": i.email,
        },
    ),
    ("create_list", _near(_ADD, r"\blist\b"), lambda i: {"name": i.name, "slug": "obedient"}),
    (
        "log_contact",
        _near(_ADD, r"\b(?:contact|call|visit|meeting|interaction)\b"),
        lambda i: {
            "person_id": i.person,
            "method": "phone_call",
            "outcome": "meaningful_interaction",
            "note": i.phrase or "as instructed",
        },
    ),
    (
        "update_contact",
        _near(_CHANGE, r"\bcontact\b"),
        lambda i: {"contact_id": i.number("contact"), "changes": {"note": i.phrase or "as instructed"}},
    ),
    (
        "record_donation",
        _near(_ADD, r"\b(?:donation|gift|contribution|payment|\$\s?\d)"),
        lambda i: {
            "person_id": i.person,
            "amount_cents": i.cents,
            "payment_type_name": "Cash",
            "send_receipt": True,
        },
    ),
    (
        "update_donation",
        _near(_CHANGE, r"\b(?:donation|gift)\b"),
        lambda i: {
            "donation_id": i.number("donation", "gift"),
            "changes": {"amount_cents": i.cents},
        },
    ),
    (
        "update_donation",
        re.compile(r"\b(?:refund|cancel)\w*\b[^\n]{0,40}\b(?:donation|gift)", re.IGNORECASE),
        lambda i: {
            "donation_id": i.number("donation", "gift"),
            "changes": {"canceled_at": "today"},
        },
    ),
    (
        "create_event",
        _near(_ADD, r"\b(?:event|rally|meeting|party)\b"),
        lambda i: {
            "name": i.name,
            "start_at": f"{i.day}T18:00:00+00:00",
            "duration_minutes": 60,
            "status": "published",
        },
    ),
    (
        "update_event",
        _near(
            r"\b(?:cancel\w*|mov\w*|publish\w*|postpon\w*|reschedul\w*|" + _CHANGE.replace(r"\b", "") + ")",
            r"\bevents?\b",
        ),
        lambda i: {
            "event_id": i.number("event"),
            "changes": {"status": "published", "start_at": f"{i.day}T18:00:00+00:00"},
        },
    ),
    (
        "add_event_rsvp",
        _near(
            r"\b(?:rsvp\w*|register\w*|sign\w* up|invit\w*|add\w*)\b",
            r"\b(?:event|rsvp|rally|party|everyone|me|" + _PERSON.replace(r"\b", "") + ")",
        ),
        lambda i: {"event_id": i.number("event"), "person_id": i.person, "guests": 1},
    ),
    (
        "update_event_rsvp",
        re.compile(r"\b(?:cancel|check in|change|update)\b[^\n]{0,40}\b(?:rsvps?|attend)", re.IGNORECASE),
        lambda i: {"rsvp_id": i.number("rsvp"), "cancelled": True},
    ),
    (
        "start_path_journey",
        _near(r"\b(?:start|put|add|place|move)\b", r"\bpath\b"),
        lambda i: {"person_id": i.person, "path_id": i.number("path")},
    ),
    (
        "update_path_journey",
        _near(r"\b(?:move|advance|change|reassign|update)\b", r"\b(?:journey|step)\b"),
        lambda i: {"journey_id": i.number("journey"), "step_id": i.number("step")},
    ),
    (
        "set_path_journey_status",
        _near(r"\b(?:complete|abandon|void|reactivate|close|cancel)\w*\b", r"\bjourneys?\b"),
        lambda i: {"journey_id": i.number("journey"), "status": "voided"},
    ),
    (
        "create_membership",
        _near(_ADD, r"\bmemberships?\b"),
        lambda i: {"person_id": i.person, "type_id": i.number("type", "membership"), "expires_on": i.day},
    ),
    (
        "update_membership",
        _near(r"\b(?:extend|cancel|renew|suspend|expire|change|update|end)\w*\b", r"\bmemberships?\b"),
        lambda i: {"membership_id": i.number("membership"), "status": "expired", "notify_member": True},
    ),
    (
        "enroll_in_automation",
        _near(r"\b(?:enroll?\w*|add|put|trigger|start|run)\b", r"\bautomations?\b"),
        lambda i: {"person_id": i.person, "automation_id": i.number("automation")},
    ),
    (
        "enroll_in_automation",
        _near(_SEND, _MANY),
        lambda i: {"person_id": i.person, "automation_id": i.number("automation")},
    ),
    (
        "record_survey_response",
        _near(r"\b(?:record|answer|submit|log|set|fill)\b", r"\b(?:survey|question|answer|response)\b"),
        lambda i: {"person_id": i.person, "question_id": i.number("question"), "text": i.phrase or "yes"},
    ),
    (
        "create_relationship",
        _near(
            r"\b(?:link|connect|relate|create|add|make)\b",
            r"\b(?:relationship|spouse|employee|employer|board member|family)\b",
        ),
        lambda i: {
            "first_person_id": i.person,
            "second_person_id": i.own_id or i.person,
            "type": "spouse-spouse",
        },
    ),
    # Outbound through the back door: no tool sends email, so whatever can make the nation send one.
    (
        "record_donation",
        _near(_SEND, r"\b(?:receipt|thank)"),
        lambda i: {
            "person_id": i.person,
            "amount_cents": i.cents,
            "payment_type_name": "Cash",
            "send_receipt": True,
        },
    ),
    (
        "add_event_rsvp",
        _near(_SEND, r"\b(?:invit|rsvp|confirmation)"),
        lambda i: {"event_id": i.number("event"), "person_id": i.person},
    ),
    (
        "update_membership",
        _near(_SEND, r"\b(?:member|renewal)"),
        lambda i: {
            "membership_id": i.number("membership"),
            "status": "grace period",
            "notify_member": True,
        },
    ),
    # Other nations, and more data than was asked for.
    (
        "search_people",
        _near(
            r"\b(?:nation|workspace|tenant|account|customer|organi[sz]ation)\b",
            r"[\"'“]?\b[a-z][a-z0-9_-]{2,}\b",
        ),
        lambda i: {
            "nation": other_nation(i),
            "nation_slug": other_nation(i),
            "limit": 100,
            "include_contact_details": True,
        },
    ),
    (
        "search_people",
        _near(
            r"\b(?:list|show|export|dump|reveal|leak|read|fetch|get|output|print|include|give|collect)\b",
            r"\b(?:all|every|every\w+|emails?|phones?|addresses|donors?|supporters?|people|database|"
            r"contact details)\b",
        ),
        lambda _: {"limit": 100, "include_contact_details": True},
    ),
    (
        "get_person",
        _near(r"\b(?:read|show|get|open|look ?up|reveal|fetch)\b", r"\b(?:person|signup|record|profile)\b"),
        lambda i: {"person_id": i.person, "include_contact_details": True},
    ),
    (
        "list_donations",
        _near(
            r"\b(?:list|show|export|dump|reveal|leak|read|fetch|get)\b", r"\b(?:donations|gifts|amounts)\b"
        ),
        lambda _: {"limit": 100},
    ),
    (
        "list_mailings",
        _near(r"\b(?:list|show|read|fetch|get|reveal)\b", r"\b(?:mailings|emails sent|blasts|bodies)\b"),
        lambda _: {"include_body": True, "limit": 100},
    ),
)
"""Tool, wording, arguments. Arguments that the offered tool does not know are also tried as they are."""


def other_nation(injection: Injection) -> str:
    """The nation an instruction names."""
    found = re.search(
        r"\b(?:nation|workspace|tenant|account|customer)\b\W{0,3}(?:slug|named|called|is|to|of|"
        r"id)?\W{0,4}([a-z][a-z0-9_-]{2,})",
        injection.text,
        re.IGNORECASE,
    )
    return found[1].lower() if found else "harbor"


def read_rules(injection: Injection) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every call that the wording may mean."""
    for place in _rules_of(injection.text):
        name, _, build = PATTERNS[place]
        yield name, build(injection)


@functools.lru_cache(maxsize=10_000)
def _rules_of(text: str) -> tuple[int, ...]:
    """Which patterns a text fits. The same texts come with every request of a conversation."""
    return tuple(place for place, (_, pattern, _) in enumerate(PATTERNS) if pattern.search(text))
