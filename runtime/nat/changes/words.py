"""What the words of a person's message stand for: texts, numbers, amounts, dates, flags and fixed choices.

Used to tell whether a value that is about to be written was said (`nat.changes.said`). A reading that is not
certain is no reading: a value that is not recognised waits for a yes, which costs a click. Texts are compared
in every language; number words, dates in words, flags and choices are known in English.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

LONGEST: Final = 600
"""Characters of a message. A longer one is taken for pasted, so its words are not the person's own."""

Place = tuple[int, int]
"""Start and end of a text within a message."""

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NEGATIONS: Final = frozenset(("not", "no", "never", "without", "nor", "neither", "cannot", "stop", "remove"))
_LINKING: Final = frozenset(".@-/+")
_NEGATED_WITHIN: Final = 3
"""Words between a negation and what it denies."""

_NUMBER: Final = re.compile(
    r"(?<![\w.,:/@-])(?P<sign>-?)(?P<whole>\d{1,3}(?:[,'’\u00a0\u202f]\d{3})+|\d+)(?P<part>\.\d+)?"
    r"(?!\w|[-.,:/@]\w)"
)
_MONTH: Final = "|".join(f"{each}|{each[:3]}" for each in _MONTHS)
_DAY_MONTH: Final = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<month>{_MONTH})\b\.?(?:,? (?P<year>\d{{4}})\b)?"
)
_MONTH_DAY: Final = re.compile(
    rf"\b(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}})\b)?"
)
_ISO: Final = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_DOTTED: Final = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
_SLASHED: Final = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_WEEKDAY: Final = re.compile(rf"\b(?:(?P<which>last|next|this) )?(?P<day>{'|'.join(_DAYS)})\b")
_SPAN: Final = re.compile(
    r"\b(?P<ahead>in )?(?P<count>\d{1,3}|a|an|" + "|".join(_SMALL) + r") (?P<unit>day|week)s?(?P<ago> ago)?\b"
)
_CLOCK: Final = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2}))? ?(?P<half>a\.?m\b|p\.?m\b)?(?![\d:])"
)

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "phone_call": ("call", "called", "phoned", "rang", "voicemail"),
    "door_knock": ("door", "knocked", "canvassed"),
    "face_to_face": ("in person", "met"),
    "email": ("emailed", "e-mail"),
    "text": ("texted", "sms"),
    "meeting": ("met",),
    "left_message": ("left a message", "left message", "voicemail"),
    "no_answer": ("did not answer", "didn't answer", "didn’t answer", "nobody answered", "not home"),
    "answered": ("picked up",),
    "bad_info": ("wrong number", "bad number"),
    "refused": ("refuses",),
    "completed": ("complete", "finished", "done"),
    "abandoned": ("abandon", "gave up"),
    "active": ("reactivate", "resume"),
    "canceled": ("cancel", "cancelled"),
}
"""What people say for a fixed choice besides its own words."""

SCALES: Final[Mapping[str, Mapping[int, tuple[str, ...]]]] = {
    "support_level": {
        1: ("strong support", "strong supporter", "strongly supports"),
        2: ("weak support", "weak supporter", "leaning support"),
        3: ("undecided",),
        4: ("weak opposition", "weak opponent", "leaning opposition"),
        5: ("strong opposition", "strong opponent", "strongly opposes"),
    }
}
"""Words for the numbers of a scale."""

FLAGS: Final[Mapping[str, tuple[str, ...]]] = {
    "attended": ("came", "showed up", "checked in", "check in", "was there"),
    "cancelled": ("cancel", "canceled"),
}
"""What people say for a flag besides its name."""


def plain(text: str) -> str:
    """A text as it is compared: NFC, without case, one blank for all white space."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


class Words:
    """The words of one message, at one moment on the nation's clock. A message over `LONGEST` says nothing.

    What was used up (`using`) says nothing more: the words that named a record are not also a value for it.
    """

    def __init__(self, message: str, now: datetime, used: frozenset[Place] = frozenset()) -> None:
        self._message = message
        self._text = plain(message) if len(message) <= LONGEST else ""
        self._now = now
        self._used = used

    def using(self, places: Iterable[Place]) -> "Words":
        """The same words without those at these places."""
        return Words(self._message, self._now, self._used | frozenset(places))

    def place_of(self, value: str) -> Place | None:
        """Where a text stands for the first time; `None` if it does not."""
        return next(self._places(value), None)

    def say_text(self, value: str) -> bool:
        """Whether this text stands here, as whole words."""
        return any(not self._is_used(each) for each in self._places(value))

    def say_choice(self, value: str) -> bool:
        """Whether a fixed choice is named: by its own words, or by what people say for it."""
        own = re.sub(r"[_-]+", " ", value)
        return any(map(self.say_text, (value, own, *CHOICES.get(value, ()))))

    def say_flag(self, name: str, value: bool) -> bool:
        """Whether a flag is named and, for False, denied. A flag named both ways is not said."""
        own = re.sub(r"^(?:is|has)_", "", name).replace("_", " ")
        denied = {
            self._is_denied(place)
            for phrase in (own, *FLAGS.get(name, ()))
            for place in self._places(phrase)
            if not self._is_used(place)
        }
        return denied == {not value}

    def say_number(self, name: str, value: int | float) -> bool:
        """Whether a number stands here, in digits, as a word, or as a word of its scale."""
        if Decimal(str(value)) in {number for number, _ in self._numbers()}:
            return True
        if value not in range(len(_SMALL)):
            return False
        return any(map(self.say_text, (_SMALL[int(value)], *SCALES.get(name, {}).get(int(value), ()))))

    def say_cents(self, value: int) -> bool:
        """Whether an amount stands here, as people write it: 25, $25.00, 1,234.50."""
        return Decimal(value) in {number * 100 for number, _ in self._numbers()}

    def say_moment(self, value: str) -> bool:
        """Whether a date (ISO) or a moment is what the words for days and times of day resolve to."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return False
        if len(value) <= len("2026-11-20"):
            return moment.date() in self._dates()
        local = moment.astimezone(self._now.tzinfo) if moment.tzinfo else moment
        times = self._times() or {time()}
        return local.date() in self._dates() and local.time() in times

    def _places(self, value: str) -> Iterator[Place]:
        wanted = plain(value)
        start = self._text.find(wanted) if wanted else -1
        while start >= 0:
            end = start + len(wanted)
            before, after = self._text[max(0, start - 2) : start], self._text[end : end + 2]
            if not (_goes_on(wanted[0], before[::-1]) or _goes_on(wanted[-1], after)):
                yield start, end
            start = self._text.find(wanted, start + 1)

    def _is_used(self, place: Place) -> bool:
        """Whether a text lies wholly in words that are used up."""
        letters = [at for at in range(*place) if self._text[at].isalnum()]
        return bool(letters) and all(any(first <= at < last for first, last in self._used) for at in letters)

    def _is_denied(self, place: Place) -> bool:
        before = re.findall(r"[\w'’]+", self._text[: place[0]])[-_NEGATED_WITHIN:]
        return any(each in _NEGATIONS or re.search(r"n['’]t$", each) for each in before)

    def _numbers(self) -> Iterator[tuple[Decimal, Place]]:
        for found in _NUMBER.finditer(self._text):
            # "1.234" is a thousand to some and little more than one to others.
            if len(found["part"] or "") == 4 or self._is_used(found.span()):
                continue
            whole = re.sub(r"\D", "", found["whole"])
            yield Decimal(f"{found['sign']}{whole}{found['part'] or ''}"), found.span()

    def _dates(self) -> set[date]:
        return {each for each in self._read_dates() if each is not None}

    def _read_dates(self) -> Iterator[date | None]:
        text, today = self._text, self._now.date()
        for word, days in (("today", 0), ("yesterday", -1), ("tomorrow", 1)):
            if self.say_text(word):
                yield today + timedelta(days)
        for found in _ISO.finditer(text):
            yield _day(int(found[1]), int(found[2]), int(found[3]))
        for found in _DOTTED.finditer(text):
            yield _day(int(found[3]), int(found[2]), int(found[1]))
        for found in _SLASHED.finditer(text):
            first, second = int(found[1]), int(found[2])
            if first == second or max(first, second) > 12:  # else nobody knows which is the month
                yield _day(int(found[3]), min(first, second), max(first, second))
        for pattern in (_DAY_MONTH, _MONTH_DAY):
            for found in pattern.finditer(text):
                yield from self._days_of_month(found["day"], found["month"], found["year"])
        for found in _WEEKDAY.finditer(text):
            yield from _weekday(today, _DAYS.index(found["day"]), found["which"])
        for found in _SPAN.finditer(text):
            if bool(found["ahead"]) != bool(found["ago"]):
                days = _count(found["count"]) * (7 if found["unit"] == "week" else 1)
                yield today + timedelta(-days if found["ago"] else days)

    def _days_of_month(self, day: str, month: str, year: str | None) -> Iterator[date | None]:
        number = next(at for at, each in enumerate(_MONTHS, 1) if each[:3] == month[:3])
        if year is not None:
            yield _day(int(year), number, int(day))
            return
        today = self._now.date()
        there = [each for add in (-1, 0, 1) if (each := _day(today.year + add, number, int(day)))]
        yield max((each for each in there if each <= today), default=None)
        yield min((each for each in there if each >= today), default=None)

    def _times(self) -> set[time]:
        found = {time(12)} if self.say_text("noon") else set[time]()
        for each in _CLOCK.finditer(self._text):
            hour, minute = int(each["hour"]), int(each["minute"] or 0)
            half = (each["half"] or "")[:1]
            if not half and each["minute"] is None:
                continue
            if half:
                hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 24
            if hour < 24 and minute < 60:
                found.add(time(hour, minute))
        return found


def _goes_on(edge: str, beside: str) -> bool:
    """Whether a word goes on beyond its `edge`: in the letters `beside` it, the nearest first, or, in
    addresses and compounds, beyond a sign that links."""
    if not beside or not _in_word(edge):
        return bool(beside) and unicodedata.category(beside[0]).startswith("M")
    if beside[0] in _LINKING:
        return len(beside) == 2 and _in_word(beside[1])
    # Scripts without blanks have no words to tell apart.
    return _in_word(beside[0]) and not (_unspaced(edge) or _unspaced(beside[0]))


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")


def _unspaced(character: str) -> bool:
    """Whether it belongs to a script that is written without blanks: Thai, Lao, Khmer, kana, Han."""
    code = ord(character)
    return 0x0E00 <= code <= 0x0EFF or 0x1780 <= code <= 0x17FF or 0x2E80 <= code <= 0x9FFF or code > 0x1FFFF


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday(today: date, wanted: int, which: str | None) -> Sequence[date]:
    """The days that a weekday may mean: the nearest ones, and with "last" or "next" also that week's."""
    back = today - timedelta((today.weekday() - wanted) % 7)
    ahead = today + timedelta((wanted - today.weekday()) % 7)
    monday = today - timedelta(today.weekday())
    if which == "last":
        return back - timedelta(7 if back == today else 0), monday + timedelta(wanted - 7)
    if which == "next":
        return ahead + timedelta(7 if ahead == today else 0), monday + timedelta(wanted + 7)
    return back, ahead


def _count(word: str) -> int:
    if word in ("a", "an"):
        return 1
    return int(word) if word.isdecimal() else _SMALL.index(word)
