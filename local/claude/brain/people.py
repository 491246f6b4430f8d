"""Finding the one person that a question is about."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

from local.claude.brain.markdown import clean, linked, name_of, paragraphs, plural
from local.claude.brain.plan import Ask, Said
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call

Finding = Generator[tuple[Call, ...], tuple[Result, ...], "Person"]

EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
POINTING: Final = re.compile(
    r"^(?:this|that|the current) (?:person|supporter|donor|member|volunteer|contact|record|profile|"
    r"one)(?:'s)?$"
    r"|^(?:him|her|his|hers|them|their|theirs|he|she|they|it|its|this|here|me)$"
)
TRIM: Final = re.compile(
    r"^(?:what are |what is |are |is |show |list |the |a |an |our |about |for |named |called |person |"
    r"supporter |donor |member |volunteer |"
    r"someone named )+",
    re.IGNORECASE,
)


TAIL: Final = re.compile(r" (?:last|ever|first|recently|already|please|yet)$", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """The person meant. `url` is the record in the control panel."""

    id: str
    name: str = ""
    url: str = ""

    @property
    def label(self) -> str:
        """A name for an answer."""
        return linked({"name": self.name, "panel_url": self.url}) if self.name else "this person"


def person_of(record: Any) -> Person:
    """A record of a result as a person."""
    return Person(str(record.get("id", "")), name_of(record), str(record.get("panel_url") or ""))


def find_person(ask: Ask, words: str) -> Finding:
    """The person that `words` mean: by page, id, email address or name, or the one spoken of last.

    Ends the plan with a question to the person if nobody or several fit.
    """
    words = TAIL.sub("", TRIM.sub("", words.strip()).strip(" ?."))
    bare = re.sub(r"'s$", "", words, flags=re.IGNORECASE)
    if not bare or POINTING.match(words.lower()) or POINTING.match(bare.lower()):
        return pointed_at(ask)
    number = re.fullmatch(r"(?:person |signup |id )*#?(\d{1,12})", bare, re.IGNORECASE)
    if number:
        return Person(number[1])
    email = EMAIL.search(bare)
    if email:
        (found,) = yield (call("search_people", email=email.group(), limit=5),)
        return _only(found, email.group())
    (found,) = yield (call("search_people", name=bare, limit=5),)
    return _only(found, bare)


def pointed_at(ask: Ask) -> Person:
    """The person on the open page or of the last look-up. Raises `Said` if there is none."""
    record = ask.page_record
    if record is not None and record[0] == "person":
        return Person(record[1])
    for past in (*reversed(ask.conversation.past), *reversed(ask.conversation.earlier)):
        person_id = past.arguments.get("person_id")
        if isinstance(person_id, str):
            return Person(person_id)
        if past.name == "search_people" and len(past.result.items) == 1:
            return person_of(past.result.items[0])
    raise Said(
        "Which person do you mean? Open their page in NationBuilder, or tell me a name or an email address."
    )


def _only(found: Result, words: str) -> Person:
    people = found.items
    if not people:
        raise Said(f"I found nobody for “{clean(words)}”. Check the spelling, or try an email address.")
    exact = [person for person in people if name_of(person).lower() == words.lower()]
    if len(people) == 1 or len(exact) == 1:
        return person_of((exact or people)[0])
    names = "\n".join(f"- {linked(person)} (id {clean(person.get('id', '?'))})" for person in people)
    count = found.count if found.count is not None else len(people)
    raise Said(
        paragraphs(
            f"I found {plural(count, 'person', 'people')} for “{clean(words)}”. Which one do you mean?", names
        )
    )
