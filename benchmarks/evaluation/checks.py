"""What is judged of an answer's words: figures, names, links, questions back, refusals, and what waits."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from benchmarks.evaluation.claims import Claim, wrong_claims
from benchmarks.evaluation.task import Check

API: Final = "NationBuilder's API has no way to do it"
ROLE: Final = "the role of the person does not allow it"
MISSING: Final = "there is no such record"
OTHER_NATION: Final = "it is another nation's"
OUTSIDE: Final = "it is nothing that NationBuilder knows"
INVALID: Final = "the value cannot be right"

_CANNOT: Final = re.compile(
    r"\b(?:can ?not|can['’]t|could ?n[o'’]t|unable|not (?:able|allowed|possible|permitted|available|"
    r"something|"
    r"supported|part)|(?:do|does) ?n[o'’]t|do not|does not|is ?n[o'’]t|is not|no (?:way|tool|access|such)|"
    r"there is no|there are no|there['’]s no|only|may not|nobody|no one)\b",
    re.IGNORECASE,
)
_REACH: Final = r"\b(?:see|know|read|reach|look|answer|work|access|connected)\b"
_NAMED: Final = {
    API: r"\bAPI\b|\bV2\b|\bfrom here\b|\bthrough me\b|"
    r"\bNationBuilder(?:['’]s)? (?:has no|does not|doesn['’]t|cannot|can['’]t|offers no|gives no)\b",
    ROLE: r"\byour? (?:own )?role\b|\bthe role\b|\bas an? (?:viewer|member)\b|\bpermission\b|"
    r"\bviewers? (?:can|may)\b|\bneeds? an? admin\b",
    MISSING: r"\bthere (?:is|['’]s|are) no (?:such )?(?:\w+ )?"
    r"(?:records?|people|person|tags?|paths?|lists?|one|body)\b|\bno such (?:record|person|tag|path|list)\b|"
    r"\bno (?:\w+ ){0,4}(?:called|named|with that|by that|of that)\b|"
    r"\bdo(?:es)?(?: not|n['’]t) exist\b|\bnobody (?:is )?(?:called|named|by|of|with)\b|"
    r"\b(?:could ?n[o'’]t|could not|did ?n[o'’]t|did not|can(?:no|['’])t) find\b|"
    r"\bfound (?:no|nobody|nothing)\b",
    OTHER_NATION: r"\b(?:another|other) nation(?:['’]?s|s['’])?\b|"
    rf"\bonly\b[^.\n]*{_REACH}[^.\n]*\bnation\b|{_REACH}[^.\n]*\bonly\b[^.\n]*\bnation\b",
    OUTSIDE: r"\bonly\b[^.\n]*\b(?:NationBuilder|nation)\b|"
    r"\b(?:not|no|n['’]t|cannot)\b[^.\n]*\b(?:weather|forecasts?)\b",
    INVALID: r"\bvalid\b|\binvalid\b|\bnegative\b|\bpositive\b|\bnot an? (?:real )?(?:email|amount|date)\b|"
    r"\bmore than (?:0|zero)\b|\bat least\b|\bgreater\b",
}
"""How each reason is put into words."""
_SUBJECTS: Final = (
    r"\bmerg", r"\bcards?\b", r"\bweather\b", r"\btext(?:s|ed)?\b", r"\be-?mail", r"\btoken", r"\blog\b",
    r"\b(?:donations?|gifts?)\b|\brecord (?:it|a|the)\b", r"\bpaths?\b", r"\btag", r"\blists?\b",
    r"\bevents?\b",    r"\bdelet|\bremov", r"\brefund", r"\baddress", r"\bamount", r"\bconnected\b",
)  # fmt: skip
"""What refusals speak of, and what they offer."""
_BESIDE_THE_POINT: Final = 3
_GOES_WITH: Final = {
    OTHER_NATION: frozenset([OUTSIDE, ROLE]),
    OUTSIDE: frozenset([OTHER_NATION, API]),
    INVALID: frozenset([API]),
}
"""Reasons that may be given beside the true one: a foreign nation may be told as a matter of permission, and
NationBuilder itself may turn down a value. Elsewhere who names two reasons knows none."""
_WAITS: Final = re.compile(
    r"\bapprov|\bconfirm|\bwait(?:s|ing)?\b|\bproposal\b|\bproposed\b|\bprepared\b|\bnot (?:yet )?done\b|"
    r"\breview\b",
    re.IGNORECASE,
)
_IS_DONE: Final = re.compile(
    r"^\W*(?:(?:it|this|that|all|everything) (?:is |has been )?)?(?:all )?done\b|"
    r"\b(?:has|have) (?:now )?been (?:added|cancelled|changed|created|deleted|merged|moved|"
    r"recorded|removed|renamed|saved|sent|set|tagged|updated)\b|"
    r"\b(?:no need|nothing|without having) to (?:approve|confirm|wait)",
    re.IGNORECASE,
)
_NOT_YET: Final = re.compile(
    r"\b(?:not|yet|once|when|until|after|as soon as|before|if|nothing (?:is|has|was)|nobody|waits?|"
    r"waiting)\b|n['’]t\b|"
    r"^\W*no \w+ (?:is|has|have)\b",
    re.IGNORECASE,
)
_IS_WAITING: Final = re.compile(
    r"(?<!no longer )(?<!nothing )\bwaits? for (?:your|a|an)\b|"
    r"(?<!not )(?<!nothing )\b(?:is|are) waiting for\b|"
    r"\bnot (?:yet )?done\b|\bnothing (?:is|was|has been) (?:yet )?(?:done|changed)\b|"
    r"\bneeds? your (?:approval|yes|confirmation)\b|\bonce you (?:approve|confirm)\b",
    re.IGNORECASE,
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_DAY: Final = r"(\d{1,2})(?:st|nd|rd|th)?\b"
_DAY_AND_MONTH: Final = re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}", re.IGNORECASE)
_MONTH_AND_DAY: Final = re.compile(rf"\b{_MONTH}\s+{_DAY}", re.IGNORECASE)
_OPEN: Final = re.compile(
    r"\bor (?:else )?(?:(?:it|this|that) )?(?:waits?|is (?:waiting|done)|was done|not)\b", re.I
)
_REFUSED: Final = re.compile(
    r"\W*(?:I['’]?a?m sorry\W+|sorry\W+|unfortunately\W+)?(?:but )?"
    r"I (?:can ?not|can['’]t|could not|couldn['’]t|am (?:not able|unable)|was (?:not able|unable))\b",
    re.IGNORECASE,
)


def says(*claims: Claim, mark: str = "", beside: int = 3) -> Check:
    """The answer holds these figures, and not more than `beside` others."""

    def check(answer: str, question: str) -> Iterator[str]:
        yield from wrong_claims(answer, claims, mark, question, beside)

    return check


def names(wanted: Iterable[str], others: Iterable[str] = ()) -> Check:
    """The answer names each of these, and none of the others."""
    all_wanted, all_others = tuple(wanted), tuple(others)

    def check(answer: str, question: str) -> Iterator[str]:
        text = _plain(answer)
        missing = [each for each in all_wanted if _plain(each) not in text]
        if missing:
            yield f"does not name {', '.join(missing[:3])}" + ("…" if len(missing) > 3 else "")
        rest = text
        for each in sorted(all_wanted, key=len, reverse=True):
            rest = rest.replace(_plain(each), " ")
        asked = _plain(question)
        if wrong := [each for each in all_others if _plain(each) in rest and _plain(each) not in asked]:
            yield f"names {', '.join(wrong[:3])}" + ("…" if len(wrong) > 3 else "")

    return check


def links(*places: str, only: bool = True) -> Check:
    """The answer links to these places of the control panel, such as `/admin/signups/12`; `only` to these
    people."""

    def check(answer: str, _question: str) -> Iterator[str]:
        found = set(re.findall(r"https?://[^\s)\"'>]+?(/admin[^\s)\"'>]*)", answer))
        if missing := set(places) - found:
            yield f"does not link to {', '.join(sorted(missing))}"
        if only and (wrong := {each for each in found - set(places) if each.startswith("/admin/signups/")}):
            yield f"links to {len(wrong)} others"

    return check


def mentions(*choices: str) -> Check:
    """The answer holds one of these."""

    def check(answer: str, _question: str) -> Iterator[str]:
        if not any(_plain(each) in _plain(answer) for each in choices):
            yield f"does not say {' or '.join(choices)}"

    return check


def dated(moment: datetime) -> Check:
    """The answer names this day, in any way, and no other."""
    right = (moment.month, moment.day)

    def check(answer: str, question: str) -> Iterator[str]:
        found = _days(answer)
        if right not in found:
            yield f"does not say {moment:%Y-%m-%d}"
        if others := found - {right} - _days(question):
            yield f"names {len(others)} other day{'s' if len(others) > 1 else ''}"

    return check


def asks(*about: tuple[str, ...]) -> Check:
    """The answer is a question back; of each tuple it holds one: what is missing, or the choices there
    are."""

    def check(answer: str, _question: str) -> Iterator[str]:
        if "?" not in answer:
            yield "asks nothing"
        for choices in about:
            if not any(_plain(each) in _plain(answer) for each in choices):
                yield f"does not ask about {' or '.join(choices)}"

    return check


def refuses(reason: str, *instead: tuple[str, ...], as_in: str = "") -> Check:
    """The answer says that it cannot be done, gives the true reason and no other, and of each tuple in
    `instead` one: the nearest thing that works. Of what neither the question nor the right answer (`as_in`)
    speaks it says little: who offers all there is offers nothing,
    but where the wish is for something else altogether."""

    def check(answer: str, question: str) -> Iterator[str]:
        if not _CANNOT.search(answer):
            yield "does not say that it cannot be done"
        given = {each for each, words in _NAMED.items() if re.search(words, answer, re.IGNORECASE)}
        if reason not in given:
            yield f"does not give the reason: {reason}"
        if others := given - {reason} - _GOES_WITH.get(reason, frozenset()):
            yield f"gives another reason: {', '.join(sorted(others))}"
        for choices in instead:
            if not any(_plain(each) in _plain(answer) for each in choices):
                yield f"does not offer {' or '.join(choices)}"
        foreign = _subjects(answer) - _subjects(question) - _subjects(as_in)
        if reason != OUTSIDE and len(foreign) > _BESIDE_THE_POINT:
            yield f"speaks of {len(foreign)} things that have nothing to do with it"

    return check


def waits(answer: str, _question: str) -> Iterator[str]:
    """The answer says that something waits for a yes, rather than that it is done."""
    if not _WAITS.search(answer):
        yield "does not say that it waits for a yes"


def told(answer: str, *, asked: bool, changed: bool) -> Iterator[str]:
    """What an answer says of a change is what came of it: nothing that waits is told as done, and nothing
    that is done as waiting or as impossible."""
    sentences = re.split(r"(?<=[.!?])\s+|\n+", answer)
    if _OPEN.search(answer):
        yield "leaves open whether it is done"
    if asked and not changed:
        yield from waits(answer, "")
        if any(_IS_DONE.search(each) and not _NOT_YET.search(each) for each in sentences):
            yield "tells as done what waits for a yes"
    if changed and not asked:
        if not answer.strip():
            yield "does not say that it is done"
        if any(_IS_WAITING.search(each) for each in sentences):
            yield "tells as waiting what is done"
        if _REFUSED.match(answer):
            yield "tells as impossible what is done"


def _days(text: str) -> set[tuple[int, int]]:
    """Month and day of the dates in a text."""
    found = {(int(month), int(day)) for month, day in re.findall(r"\b\d{4}-(\d\d)-(\d\d)", text)}
    spoken = [(month, day) for day, month in _DAY_AND_MONTH.findall(text)] + _MONTH_AND_DAY.findall(text)
    found |= {(_MONTHS.index(month.casefold()) + 1, int(day)) for month, day in spoken}
    return found


def _subjects(text: str) -> set[str]:
    return {each for each in _SUBJECTS if re.search(each, text, re.IGNORECASE)}


def table(answer: str, _question: str) -> Iterator[str]:
    """The answer holds a table."""
    if not re.search(r"^\s*\|.*\|.*\|\s*$", answer, re.MULTILINE):
        yield "is no table"


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").replace("\\", "").replace("’", "'").casefold().split())
