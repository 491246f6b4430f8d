"""Questions that only make sense after the one before: "and last month?", "show more", "who are they?"."""

import re
from collections.abc import Sequence
from typing import Final

from local.claude.brain.periods import PHRASE
from local.claude.brain.words import Words

LEAD: Final = re.compile(
    r"^(?:ok |okay |so |then )?(?:and |but |or |what about |how about |same for |what of |"
    r"now )+(?:for |in |from |the )*"
)
MORE: Final = re.compile(
    r"^(?:(?:please )?(?:show|give|list|tell) (?:me )?)?(?:all|the rest|more|the others|the next|next|"
    r"next page|all of (?:them|it)|everything|"
    r"some more|\d+ more|more of them|the full list|a longer list|the remaining)(?: please| of them|"
    r" results| people| donations)*$"
)
WHO: Final = re.compile(
    r"^(?:and )?(?:who (?:are|were) (?:they|these|those)|which ones|list them|show (?:me )?them|"
    r"names(?: please)?|who)$"
)
COUNTING: Final = re.compile(r"\bhow many\b|\b(?:number|count) of\b")


def resolve(question: str, before: Sequence[str]) -> tuple[str, bool]:
    """The question as a whole one, and whether a longer list is wanted."""
    whole, more = "", False
    for each in (*before, question):
        whole, more = _resolve(each, whole)
    return whole, more


def _resolve(question: str, last: str) -> tuple[str, bool]:
    text = Words(question).text
    if not last:
        return question, False
    if MORE.match(text):
        return last, True
    if WHO.match(text):
        return COUNTING.sub("list", Words(last).text, count=1), False
    rest = LEAD.sub("", text)
    led = rest != text
    period = PHRASE.search(rest)
    if period and not PHRASE.sub("", rest, count=1).strip(" ?") and (led or len(rest.split()) <= 4):
        return _with_period(last, period.group()), False
    tagged = re.match(r"^(?:people |those |the ones )?(?:tagged |with (?:the )?tag )(?P<tag>.+)$", rest)
    if led and tagged:
        before = Words(last).text
        changed = re.sub(r"(tagged |with (?:the )?tag )(?:as |with )?.+$", rf"\g<1>{tagged['tag']}", before)
        if changed != before:
            return changed, False
    return question, False


def _with_period(question: str, phrase: str) -> str:
    text = Words(question).text
    return PHRASE.sub(phrase, text, count=1) if PHRASE.search(text) else f"{text} {phrase}"
