"""Finding the one record that a question is about: a person, a list, an event and the rest, by words."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

from local.claude.brain.markdown import clean, linked, name_of, paragraphs, plural
from local.claude.brain.plan import Ask, Said
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call


@dataclass(frozen=True)
class Kind:
    """How records of a kind are looked up: the tool, what it searches with, and what it says of records."""

    noun: str
    tool: str
    by: str | None
    parameter: str

    @property
    def many(self) -> str:
        """The noun for several."""
        return "people" if self.noun == "person" else f"{self.noun}s"


KINDS: Final = {
    "person": Kind("person", "search_people", "name", "person_id"),
    "list": Kind("list", "list_lists", "query", "list_id"),
    "event": Kind("event", "list_events", "query", "event_id"),
    "path": Kind("path", "list_paths", "query", "path_id"),
    "type": Kind("membership type", "list_membership_types", "query", "type_id"),
    "automation": Kind("automation", "list_automations", None, "automation_id"),
    "petition": Kind("petition", "list_petitions", None, "petition_id"),
    "survey": Kind("survey", "list_surveys", None, "survey_id"),
}
"""By the name of a group in an intent's pattern."""

EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
POINTING: Final = re.compile(
    r"^(?:this|that|the current|the|our|next|upcoming|coming| )*(?:person|supporter|donor|member|volunteer|"
    r"contact|record|profile|one|list|event|rally|path)?$"
    r"|^(?:him|her|his|hers|them|their|theirs|he|she|they|it|its|here|me)$"
)
LEAD: Final = re.compile(
    r"^(?:(?:what are|what is|are|is|show|the|an?|our|my|about|for|to|at|saved|named|called|someone|"
    r"person|supporter|donor|member|volunteer|list|event|path|survey|petition|automation) )+(?=\S)",
    re.IGNORECASE,
)
TAIL: Final = re.compile(
    r"(?:'s| last| ever| first| recently| already| please| yet| lists?| events?| paths?| petition| survey|"
    r" automation| membership)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """The record meant. `url` is its place in the control panel."""

    id: str
    name: str = ""
    url: str = ""

    @classmethod
    def of(cls, record: Any) -> "Found":
        """From a record of a result."""
        return cls(str(record.get("id", "")), name_of(record), str(record.get("panel_url") or ""))

    def label(self, kind: Kind) -> str:
        """A name for an answer."""
        return linked({"name": self.name, "panel_url": self.url}) if self.name else f"this {kind.noun}"


Finding = Generator[tuple[Call, ...], tuple[Result, ...], Found]


def find(ask: Ask, kind: Kind, words: str) -> Finding:
    """The record that `words` mean: by page, id, email address or name, or what was spoken of last.

    Ends the plan with a question to the person if nothing or several fit.
    """
    words = words.strip(" ?.")
    if POINTING.match(words.lower()):
        return (yield from _pointed_at(ask, kind))
    bare = TAIL.sub("", LEAD.sub("", words)).strip()
    number = re.fullmatch(r"(?:\w+ |id )?#?(\d{1,12})", bare, re.IGNORECASE)
    if number:
        return Found(number[1])
    email = EMAIL.search(bare) if kind.noun == "person" else None
    search = {"email": email.group()} if email else {kind.by: bare} if kind.by else {}
    (found,) = yield (call(kind.tool, **search, limit=5 if search else 100),)
    return _only(found, kind, bare)


def _pointed_at(ask: Ask, kind: Kind) -> Finding:
    """The record on the open page or of the last look-up, or the next event. Raises `Said` for none."""
    record = ask.page_record
    if record is not None and record[0] == kind.noun:
        return Found(record[1])
    if kind.noun == "event":
        (found,) = yield (call("list_events", after=ask.calendar.now.isoformat(), limit=1),)
        if found.items:
            return Found.of(found.items[0])
    for past in (*reversed(ask.conversation.past), *reversed(ask.conversation.earlier)):
        known = past.arguments.get(kind.parameter)
        if isinstance(known, str):
            return Found(known)
        if past.name == kind.tool and len(past.result.items) == 1:
            return Found.of(past.result.items[0])
    raise Said(f"Which {kind.noun} do you mean? Open it in NationBuilder, or tell me its name.")


def _only(found: Result, kind: Kind, words: str) -> Found:
    """The record of this name, or the only one there is."""
    exact = [each for each in found.items if name_of(each).lower() == words.lower()]
    near = exact or [each for each in found.items if words.lower() in name_of(each).lower()]
    for fitting in (exact, found.items if kind.by else near, found.items):
        if len(fitting) == 1:
            return Found.of(fitting[0])
    if not found.items:
        nothing = "nobody for" if kind.noun == "person" else f"no {kind.noun} called"
        raise Said(f"I found {nothing} “{clean(words)}”. Check the spelling, or try another name.")
    count = found.count if kind.by and found.count is not None else len(found.items)
    names = "\n".join(f"- {linked(each)} (id {clean(each.get('id', '?'))})" for each in found.items)
    raise Said(
        paragraphs(
            f"I found {plural(count, kind.noun, kind.many)} for “{clean(words)}”. Which one do you mean?",
            names,
        )
    )
