"""Figures in an answer, taken as claims: a value with its unit, its period, and whether it is the whole.

A claim is met by a figure of that value and unit. An answer that holds many other figures of the same sort
meets nothing: who names every number names no answer.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MONEY: Final = "money"
PEOPLE: Final = "people"
GIFTS: Final = "gifts"
EVENTS: Final = "events"
MEMBERSHIPS: Final = "memberships"
ORGANISATIONS: Final = "organisations"
SIGNATURES: Final = "signatures"
PLEDGES: Final = "pledges"
CONTACTS: Final = "contacts"
TAGS: Final = "tags"

_NOUNS: Final = {
    PEOPLE: r"people|persons?|supporters?|individuals|members?|donors?|givers?|guests?|attendees|rsvps?|"
    r"coming|"
    r"volunteers?|journeys?|carry|carries|answers?|answered|responses?|times|registrations?",
    GIFTS: r"donations?|gifts?|contributions?|payments?",
    EVENTS: r"events?",
    MEMBERSHIPS: r"memberships?",
    ORGANISATIONS: r"organi[sz]ations?|groups|companies",
    SIGNATURES: r"signatures?|signed|signers",
    PLEDGES: r"pledges?",
    CONTACTS: r"contacts?|calls?|interactions?|conversations?|logged",
    TAGS: r"tags?",
}
_NOUN: Final = re.compile(
    "|".join(rf"(?P<{unit}>\b(?:{words})\b)" for unit, words in _NOUNS.items()), re.IGNORECASE
)
_MONTHS: Final = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_ASIDE: Final = re.compile(
    r"\]\([^)\s]*\)|https?://\S+|\S+@\S+|\d{4}-\d\d-\d\d(?:t[\d:.+-]+z?)?|\b\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTHS}(?:,?\s+\d{{4}})?\b|"
    rf"\b{_MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:\s*[–-]\s*\d{{1,2}}(?!\d))?(?:,?\s+\d{{4}})?|\b(?:19|"
    rf"20)\d\d\b|"
    r"\b(?:ids?|no\.|person|event|list|record|tag|donation|contact)\s+#?\d+\b|#\d+|\+?\d[\d ()-]{6,}\d|"
    r"^\s*\d+[.)]\s",
    re.IGNORECASE | re.MULTILINE,
)
"""What holds digits and is no figure: links, addresses, dates, times, years, ids, phone numbers, list
numbers."""
_FIGURE: Final = re.compile(
    r"(?P<mark>[$€£])?\s?(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d])"
    r"(?:(?P<share>\s?%)|(?P<after>\s?(?:[€£]|(?:dollars|euros?|pounds|USD|EUR|GBP)\b)))?"
)
CURRENCIES: Final = {"$": ("dollar", "USD"), "€": ("euro", "EUR"), "£": ("pound", "GBP")}
"""Each by its mark, with the words for it."""
_NOTHING: Final = re.compile(r"\b(?:no one|nobody|none|is empty|zero|no \w+)\b", re.IGNORECASE)
_PART: Final = re.compile(
    r"\bat least\b|\bpartial(?:ly)?\b|\bincomplete\b|\bnot all\b|\blower bound\b|\bfirst \d+\b|"
    r"\b\d+ of (?:the )?\d+\b|"
    r"\bonly (?:the )?(?:first|newest|\d+)\b|\bof \d+ in all\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Claim:
    """One figure that an answer must hold. `value` is in cents where the unit is money; `period` are the ways
    to say which time it covers, one of which must stand there; `partial`: the figure is known of a part only,
    and the answer has to say so."""

    value: int
    unit: str
    period: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True)
class Figure:
    """One figure of a text. `unit` is empty where nothing beside it says one; `mark` is the currency's."""

    value: Decimal
    unit: str
    mark: str = ""


def figures_in(text: str) -> list[Figure]:
    """The figures of a text, in order. Shares are none."""
    plain = _ASIDE.sub(lambda found: "] " if found[0].startswith("](") else " ", text.replace("*", ""))
    found = list(_FIGURE.finditer(plain))
    figures = []
    for place, match in enumerate(found):
        if match["share"]:
            continue
        value = Decimal(match["number"].replace(",", ""))
        mark = _mark(match["mark"] or match["after"] or "")
        before = plain[found[place - 1].end() if place else 0 : match.start()]
        after = plain[match.end() : found[place + 1].start() if place + 1 < len(found) else None]
        figures.append(Figure(value, MONEY if mark else _unit(before, after), mark))
    return figures


def _mark(text: str) -> str:
    """The mark of a currency that is written by its mark or its name."""
    for mark, ways in CURRENCIES.items():
        if mark in text or any(way.casefold() in text.casefold() for way in ways):
            return mark
    return ""


def _unit(before: str, after: str) -> str:
    """What a figure counts: the first noun right after it, else the last one before it."""
    near = " ".join(re.split(r"[,;:|\n(]|\. ", after, maxsplit=1)[0].split()[:5])
    follows = _NOUN.search(near)
    if follows is not None:
        return str(follows.lastgroup)
    precedes = list(_NOUN.finditer(re.split(r"\n\n|\. ", before)[-1]))
    return str(precedes[-1].lastgroup) if precedes else ""


def wrong_claims(
    text: str, claims: Iterable[Claim], mark: str, known: str = "", beside: int = 3
) -> Iterator[str]:
    """What is wrong with an answer's figures: claims that it lacks, and more than `beside` others.

    `mark` is the nation's currency. A question (`known`) that does not name it leaves dollars right as well,
    since NationBuilder's API tells no currency; its figures may be repeated. Rows of a table are details
    where all is said outside them.
    """
    wanted = list(claims)
    marks = {"", mark} if _mark(known) else {"", mark, "$"}
    prose = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))
    found = figures_in(prose)
    if not all(_met(claim, found, wanted, prose, marks) for claim in wanted):
        found = figures_in(text)
    for claim in wanted:
        if not _met(claim, found, wanted, text, marks):
            yield f"no figure says {_spelt(claim)}"
        if claim.period and not any(each.casefold() in text.casefold() for each in claim.period):
            yield f"{_spelt(claim)} without its period"
        if claim.partial != bool(_PART.search(text)):
            yield f"{_spelt(claim)} as {'the whole' if claim.partial else 'a part'}"
    values = {_value(claim) for claim in wanted} | {figure.value for figure in figures_in(known)}
    strays = {figure.value for figure in found if figure.value not in values}
    if len(strays) > beside:
        yield f"{len(strays)} other figures beside it"


def _met(claim: Claim, found: list[Figure], wanted: list[Claim], text: str, marks: set[str]) -> bool:
    if claim.value == 0 and _NOTHING.search(text):
        return True
    rivals = {each.unit for each in wanted}
    for figure in found:
        if figure.value != _value(claim):
            continue
        if claim.unit == MONEY:
            if figure.mark in marks and (figure.mark or figure.unit == "" or len(rivals) == 1):
                return True
        elif not figure.mark and (figure.unit == claim.unit or (figure.unit == "" and len(rivals) == 1)):
            return True
    return False


def _value(claim: Claim) -> Decimal:
    return Decimal(claim.value) / 100 if claim.unit == MONEY else Decimal(claim.value)


def _spelt(claim: Claim) -> str:
    return f"{_value(claim):,.2f}" if claim.unit == MONEY else f"{claim.value} {claim.unit}"
