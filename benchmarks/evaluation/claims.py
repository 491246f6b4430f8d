"""Figures in an answer, taken as claims: a value with its unit, what it is the figure of, its period, and
whether it is the whole.

A claim is met by a figure of that value and unit that belongs to that name and period, and is told as
certain. An answer that leaves open which of two figures it is, or that holds many others, meets nothing: who
names every number names no answer.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from benchmarks.evaluation.labels import belonging, found_by, labels_in, sentences

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
    r"\bat least\b|\bpartial(?:ly)?\b|\bincomplete\b|\blower bound\b|\b(?:may|might|could) (?:well )?be more"
    r"\b|\bor more\b",
    re.IGNORECASE,
)
_PART_BESIDE: Final = re.compile(
    r"\bnot all\b|\bfirst \d+\b|\bonly (?:the )?(?:first|newest|\d+)\b", re.IGNORECASE
)
"""What makes a part of the figure in the same sentence; elsewhere it is about what is shown."""
_OF_SO_MANY: Final = re.compile(
    r"\b\d[\d,]*\b[^.\n\d]{0,40}\b(?:of|out of) (?:the |your |our |all )*$", re.IGNORECASE
)
_OF: Final = re.compile(r"\bof (?:the |your |our |all |these |those )*$", re.IGNORECASE)
_THEN_OF: Final = re.compile(r"\s*(?:\w+\s)?(?:out )?of\b", re.IGNORECASE)
SIGNS: Final = ("+", "-", "−", "–")
"""What stands before a difference."""
_UNSURE: Final = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx|circa|nearly|almost|up to|at most|maybe|perhaps|"
    r"possibly|probably|or|either)|[~≈])\.?\s*(?:the |a )?$",
    re.IGNORECASE,
)
_PERIOD: Final = re.compile(
    r"\b(?:this|last|past|previous|prior|next|current) (?:week|month|quarter|year)\b|\bweek before\b|"
    r"\b(?:(?:last|past|previous|next) )?\d+ (?:days|weeks|months)\b|\ball[- ]time\b|"
    r"\bsince (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    rf"(?:the )?\d[\d-]*(?:st|nd|rd|th)?(?: (?:of )?{_MONTHS})?|{_MONTHS}(?: \d+)?)",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[,;:|\n()]|[.!?] ")
_WORD: Final = re.compile(r"[^\W\d_][^\s.,;:!?()|\"“”]*")
_SAYS_NOTHING: Final = frozenset(
    re.findall(
        r"\w+",
        "a about actually again all alternatively altogether an and are around as at be been but by can "
        "certain could either else exactly figure for from guess had has have i if in instead is it its "
        "just like look looks make makes may maybe might must not number of on one or otherwise our "
        "overall perhaps possibly probably rather say so some sure than that the their them then there "
        "these they think this those to total was we were will would you your",
    )
)
"""Words that do not say what else a figure is of."""
_SUMS: Final = frozenset(["all", "total", "overall", "altogether", "sum"])
"""Those that do where several figures of a sort were asked for."""


@dataclass(frozen=True)
class Claim:
    """One figure that an answer must hold.

    `value` is in cents where the unit is money. `period` are the ways to say which time it covers, one of
    which must stand there. `of` are the ways to name what it is the figure of, where an answer has figures of
    several things. `partial`: the figure is known of a part only, and the answer has to say so.
    """

    value: int
    unit: str
    period: tuple[str, ...] = ()
    partial: bool = False
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One figure of a text, and where it stands. `unit` is empty where nothing beside it says one; `counts`
    where that is the word right after it; `mark` is the currency's."""

    value: Decimal
    unit: str
    mark: str = ""
    counts: bool = False
    at: int = 0
    end: int = 0


def figures_in(text: str) -> list[Figure]:
    """The figures of a text, in order. Shares are none."""
    plain = _ASIDE.sub(
        lambda found: ("] " if found[0].startswith("](") else "").ljust(len(found[0])), _plain(text)
    )
    found = list(_FIGURE.finditer(plain))
    figures = []
    for place, match in enumerate(found):
        if match["share"]:
            continue
        value = Decimal(match["number"].replace(",", ""))
        mark = _mark(match["mark"] or match["after"] or "")
        before = plain[found[place - 1].end() if place else 0 : match.start()]
        after = plain[match.end() : found[place + 1].start() if place + 1 < len(found) else None]
        unit, counts = (MONEY, True) if mark else _unit(before, after)
        start = match.start("mark") if match["mark"] else match.start("number")
        figures.append(Figure(value, unit, mark, counts, start, match.end()))
    return figures


def _plain(text: str) -> str:
    return text.replace("*", "").replace("\\", "")


def _mark(text: str) -> str:
    """The mark of a currency that is written by its mark or its name."""
    for mark, ways in CURRENCIES.items():
        if mark in text or any(way.casefold() in text.casefold() for way in ways):
            return mark
    return ""


def _unit(before: str, after: str) -> tuple[str, bool]:
    """What a figure counts, the first noun right after it, else the last one before it; and whether the noun
    comes at once."""
    near = " ".join(re.split(r"[,;:|\n(]|\. ", after, maxsplit=1)[0].split()[:5])
    follows = _NOUN.search(near)
    if follows is not None:
        return str(follows.lastgroup), follows.start() == 0
    precedes = list(_NOUN.finditer(re.split(r"\n\n|\. ", before)[-1]))
    return (str(precedes[-1].lastgroup) if precedes else "", False)


def wrong_claims(
    text: str, claims: Iterable[Claim], mark: str, known: str = "", beside: int = 3
) -> Iterator[str]:
    """What is wrong with an answer's figures: claims that it lacks, figures that compete with them, and more
    than `beside` others.

    `mark` is the nation's currency. A question (`known`) that does not name it leaves dollars right as well,
    since NationBuilder's API tells no currency; its figures may be repeated. Rows of a table are details
    where all is said outside them.
    """
    wanted = list(claims)
    marks = {"", mark} if _mark(known) else {"", mark, "$"}
    prose = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))
    reading = _Reading(prose, wanted, marks)
    if not all(map(reading.meeting, wanted)):
        reading = _Reading(text, wanted, marks)
    wrong = [problem for claim in wanted for problem in reading.wrong(claim)]
    yield from wrong
    values = {_value(claim) for claim in wanted} | {figure.value for figure in figures_in(known)}
    strays = [figure for figure in reading.figures if figure.value not in values]
    rivals = [] if wrong else [each for each in strays if reading.competes(each, known)]
    if rivals:
        yield f"leaves open whether it is {' or '.join(f'{each.value:,}' for each in rivals[:3])}"
    if len({each.value for each in strays}) > beside:
        yield f"{len({each.value for each in strays})} other figures beside it"


class _Reading:
    """A text with its figures, and what they belong to."""

    def __init__(self, text: str, wanted: list[Claim], marks: set[str]) -> None:
        self._text = _plain(text)
        self._wanted = wanted
        self._marks = marks
        self.figures = figures_in(text)
        self._sentences = sentences(self._text)
        places = [each.at for each in self.figures]
        self._named = labels_in(self._text, (way for claim in wanted for way in claim.of))
        self._of = belonging(self._text, places, self._named)
        self._periods = belonging(self._text, places, found_by(_PERIOD, self._text))

    def meeting(self, claim: Claim) -> list[Figure]:
        """The figures that say what is claimed."""
        return [
            each
            for each in self._valued(claim)
            if self._is_of(claim, each) and self._covers(claim, each) and not self._unsure(each)
        ]

    def wrong(self, claim: Claim) -> Iterator[str]:
        """What is wrong with one claim."""
        valued, met = self._valued(claim), self.meeting(claim)
        if claim.value == 0 and not met:
            if not self._says_nothing(claim):
                yield f"no figure says {_spelt(claim)}"
            return
        if not valued:
            yield f"no figure says {_spelt(claim)}"
        elif not any(self._is_of(claim, each) for each in valued):
            yield f"{_spelt(claim)} is said of something else"
        elif not met and any(map(self._unsure, valued)):
            yield f"{_spelt(claim)} is not said for certain"
        elif not met:
            yield f"{_spelt(claim)} is said of another time"
        if claim.period and not any(each.casefold() in self._text.casefold() for each in claim.period):
            yield f"{_spelt(claim)} without its period"
        if claim.partial != self._told_as_part(claim, met):
            yield f"{_spelt(claim)} as {'the whole' if claim.partial else 'a part'}"

    def competes(self, stray: Figure, known: str) -> bool:
        """Whether a figure could be meant instead of one that was claimed: it is of the same sort, and
        nothing beside it says what else it is of."""
        alike = [claim for claim in self._wanted if _is_sort(stray, claim)]
        before, after = self._text[: stray.at], self._text[stray.end :]
        in_table = before.rpartition("\n")[2].lstrip().startswith("|")
        if not alike or in_table or _OF.search(before) or _THEN_OF.match(after) or before.endswith(SIGNS):
            return False
        sums = _SUMS if len(alike) > 1 else frozenset[str]()
        same = {word for claim in alike for each in self.meeting(claim) for word in self._words(each)}
        told = self._words(stray) - same - {_root(each) for each in _WORD.findall(known)}
        told -= {each for each in told if any(_names(claim.unit, each) for claim in alike)}
        return not told - (_SAYS_NOTHING - sums)

    def _valued(self, claim: Claim) -> list[Figure]:
        sole = len({each.unit for each in self._wanted}) == 1
        found = []
        for figure in self.figures:
            if figure.value != _value(claim):
                continue
            if claim.unit == MONEY:
                bare = figure.unit == "" or (sole and not figure.counts)
                fits = figure.mark in self._marks and bool(figure.mark or bare)
            else:
                fits = not figure.mark and (figure.unit == claim.unit or (figure.unit == "" and sole))
            if fits:
                found.append(figure)
        return found

    def _is_of(self, claim: Claim, figure: Figure) -> bool:
        ways = {each.casefold() for each in claim.of}
        return not ways or (bool(self._of.get(figure.at)) and self._of[figure.at] <= ways)

    def _covers(self, claim: Claim, figure: Figure) -> bool:
        """Whether the period that it belongs to is the claim's; no period that is known is none."""
        spoken = self._periods.get(figure.at, frozenset())
        return not claim.period or all(any(way.casefold() in each for way in claim.period) for each in spoken)

    def _unsure(self, figure: Figure) -> bool:
        return bool(_UNSURE.search(self._text[: figure.at]))

    def _says_nothing(self, claim: Claim) -> bool:
        """Whether words say zero, of what the claim is of."""
        found = found_by(_NOTHING, self._text)
        ways = {each.casefold() for each in claim.of}
        places = [each.at for each in found] + [each.at for each in self.figures]
        belongs = belonging(self._text, places, self._named)
        return any(not ways or belongs.get(each.at, frozenset()) & ways for each in found)

    def _told_as_part(self, claim: Claim, met: list[Figure]) -> bool:
        if _PART.search(self._text):
            return True
        if claim.partial:
            return bool(_PART_BESIDE.search(self._text)) or any(
                _OF_SO_MANY.search(self._text[: each.at]) for each in self._valued(claim)
            )
        return bool(met) and all(_PART_BESIDE.search(self._sentence(each)) for each in met)

    def _sentence(self, figure: Figure) -> str:
        return next(self._text[start:end] for start, end in self._sentences if start <= figure.at < end)

    def _words(self, figure: Figure) -> set[str]:
        """What the clause around a figure says."""
        before = _CLAUSE.split(self._text[: figure.at])[-1]
        after = _CLAUSE.split(self._text[figure.end :], maxsplit=1)[0]
        return {_root(each) for each in _WORD.findall(f"{before} {after}")}


def _root(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s")


def _names(unit: str, word: str) -> bool:
    """Whether a word only names the unit."""
    words = _NOUNS.get(unit, r"dollars?|euros?|pounds?")
    return bool(re.fullmatch(words, word, re.IGNORECASE))


def _is_sort(figure: Figure, claim: Claim) -> bool:
    """Whether a figure is of the sort of a claim, or of none that can be told."""
    if claim.unit == MONEY:
        return bool(figure.mark)
    return not figure.mark and figure.unit in ("", claim.unit)


def _value(claim: Claim) -> Decimal:
    return Decimal(claim.value) / 100 if claim.unit == MONEY else Decimal(claim.value)


def _spelt(claim: Claim) -> str:
    return f"{_value(claim):,.2f}" if claim.unit == MONEY else f"{claim.value} {claim.unit}"
