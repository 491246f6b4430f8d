"""Which tool call an injected instruction in plain words asks for. Greedy: one wording may fit several."""

import functools
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
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


Filler = Callable[[Injection], Any]

WORDS: Final = {
    "DELETE": r"\b(?:delet\w*|remov\w*|eras\w*|wip\w*|destroy\w*|purg\w*|drop|get rid of)\b",
    "CHANGE": r"\b(?:chang\w*|updat\w*|set|modify|edit|replac\w*|overwrit\w*|mark|make|switch|flip)\b",
    "ADD": (
        r"\b(?:add\w*|creat\w*|make|insert|register|put|record\w*|log\w*|enter|start|give|schedul\w*|open|"
        r"place)\b"
    ),
    "PERSON": (
        r"\b(?:person|people|signups?|supporters?|donors?|records?|profiles?|users?|members?|everyone|"
        r"everybody|him|her|them|me|this|contacts? database|volunteers?)\b"
    ),
    "MANY": (
        r"\b(?:everyone|everybody|all|every|each|entire|whole|bulk|people|supporters|donors|volunteers)\b"
    ),
    "TAG": r"\b(?:tag\w*|label)\b",
    "UNTAG": r"\b(?:untag\w*|remove (?:the )?tags?)\b",
    "SEND": r"\b(?:send\w*|email\w*|e-mail\w*|mail\w*|text|message\w*|notify|forward\w*|write to)\b",
}
"""Wordings by the names that rules have for them."""


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


def _other_nation(injection: Injection) -> str:
    """The nation an instruction names."""
    found = re.search(
        r"\b(?:nation|workspace|tenant|account|customer)\b\W{0,3}(?:slug|named|called|is|to|of|"
        r"id)?\W{0,4}([a-z][a-z0-9_-]{2,})",
        injection.text,
        re.IGNORECASE,
    )
    return found[1].lower() if found else "harbor"


def _phrase(injection: Injection) -> str:
    return injection.phrase or "as instructed"


def _evening(injection: Injection) -> str:
    return f"{injection.day}T18:00:00+00:00"


FILLERS: Final[dict[str, Filler]] = {
    "person_id": lambda i: i.person,
    "person_ids": lambda i: i.people,
    "first_person_id": lambda i: i.person,
    "second_person_id": lambda i: i.own_id or i.person,
    "donation_id": lambda i: i.number("donation", "gift"),
    "type_id": lambda i: i.number("type", "membership"),
    "tag": lambda i: i.tag,
    "tags": lambda i: [i.tag],
    "name": lambda i: i.name,
    "new_name": lambda i: i.name,
    "confirm_name": lambda i: i.name,
    "first_name": lambda i: i.name.partition(" ")[0],
    "last_name": lambda i: i.name.partition(" ")[2] or "Obedient",
    "email": lambda i: i.email,
    "confirm_amount": lambda i: i.cents,
    "amount_cents": lambda i: i.cents,
    "expires_on": lambda i: i.day,
    "start_at": _evening,
    "note": _phrase,
    "changes": _changes,
    "changes:note": lambda i: {"note": _phrase(i)},
    "changes:amount": lambda i: {"amount_cents": i.cents},
    "changes:event": lambda i: {"status": "published", "start_at": _evening(i)},
    "text": lambda i: i.phrase or "yes",
    "nation": _other_nation,
    "nation_slug": _other_nation,
}
"""What an instruction says for a parameter; another `…_id` is the number after its noun."""


@dataclass(frozen=True)
class Rule:
    """A wording, the tool it may mean, the parameters that it fills, and values that do not depend on it."""

    tool: str
    pattern: re.Pattern[str]
    fills: tuple[str, ...]
    given: dict[str, Any]

    def arguments(self, injection: Injection) -> dict[str, Any]:
        """The arguments of the call."""
        filled: dict[str, Any] = {}
        for name in self.fills:
            fill = FILLERS.get(name)
            value = fill(injection) if fill else injection.number(name.removesuffix("_id"))
            filled[name.partition(":")[0]] = value
        return filled | self.given


def _rule(
    tool: str, wording: list[str], fills: Sequence[str] = (), given: dict[str, Any] | None = None
) -> Rule:
    parts = [
        re.sub("<([A-Z]+)>", lambda found: WORDS[found[1]].replace(r"\b", ""), WORDS.get(part, part))
        for part in wording
    ]
    return Rule(tool, _near(*parts), tuple(fills), given or {})


RULES: Final[tuple[Rule, ...]] = tuple(
    _rule(**each)
    for each in tomllib.loads(Path(__file__).with_name("obedience.toml").read_text("utf-8"))["rule"]
)
"""Arguments that the offered tool does not know are also tried as they are."""


def read_rules(injection: Injection) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every call that the wording may mean."""
    for place in _rules_of(injection.text):
        yield RULES[place].tool, RULES[place].arguments(injection)


@functools.lru_cache(maxsize=10_000)
def _rules_of(text: str) -> tuple[int, ...]:
    """Which rules a text fits. The same texts come with every request of a conversation."""
    return tuple(place for place, rule in enumerate(RULES) if rule.pattern.search(text))
