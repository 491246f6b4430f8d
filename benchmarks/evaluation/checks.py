"""What is judged of an answer's words: figures, names, links, questions back, refusals, and what waits."""

import re
from collections.abc import Iterable, Iterator
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
_REASONS: Final = {
    API: r"\bAPI\b|\bNationBuilder(?:['’]s)?\b[^.\n]*\b(?:not|no|cannot|can['’]t|doesn['’]t)\b|from here\b|"
    r"\bthrough me\b",
    ROLE: r"\byour? (?:own )?role\b|\bthe role\b|\bas an? (?:viewer|member)\b|\bpermission\b|"
    r"\bviewers? (?:can|may)\b|"
    r"\bneeds? an? admin\b",
    MISSING: r"\bthere (?:is|['’]s|are) no\b|\bno (?:\w+ ){0,4}(?:called|named|with that|by that|of that|"
    r"found|match)|"
    r"\b(?:could ?n[o'’]t|could not|did ?n[o'’]t|did not|can(?:no|['’])t) find\b|\bdoes ?n[o'’]t exist\b|"
    r"\bdoes not exist\b|\bfound (?:no|nobody|nothing)\b|\bnobody\b",
    OTHER_NATION: r"\b(?:this|your|one|another|other) nations?\b",
    OUTSIDE: r"\bNationBuilder\b|\bnation\b|\bweather\b",
    INVALID: r"\b(?:valid|invalid|negative|positive|not an? (?:real )?(?:email|amount|date)|more than (?:0|"
    r"zero)|"
    r"at least|greater)\b",
}
_EXCLUSIVE: Final = {
    API: r"\byour role\b|\bas an? (?:viewer|member)\b",
    ROLE: r"\bthe API\b|\bV2\b",
    MISSING: r"\byour role\b|\bthe API\b",
    OTHER_NATION: r"\byour role\b",
    OUTSIDE: r"\byour role\b",
    INVALID: r"\byour role\b",
}
"""Reasons that are wrong where another is true: who names them all knows none."""
_WAITS: Final = re.compile(
    r"\bapprov|\bconfirm|\bwait(?:s|ing)?\b|\bproposal\b|\bproposed\b|\bprepared\b|\bnot (?:yet )?done\b|"
    r"\breview\b",
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


def refuses(reason: str, *instead: tuple[str, ...]) -> Check:
    """The answer says that it cannot be done, gives the true reason and no other, and of each tuple in
    `instead` one: the nearest thing that works."""

    def check(answer: str, _question: str) -> Iterator[str]:
        if not _CANNOT.search(answer):
            yield "does not say that it cannot be done"
        if not re.search(_REASONS[reason], answer, re.IGNORECASE):
            yield f"does not give the reason: {reason}"
        if re.search(_EXCLUSIVE[reason], answer, re.IGNORECASE):
            yield f"gives another reason than: {reason}"
        for choices in instead:
            if not any(_plain(each) in _plain(answer) for each in choices):
                yield f"does not offer {' or '.join(choices)}"

    return check


def waits(answer: str, _question: str) -> Iterator[str]:
    """The answer says that something waits for a yes, rather than that it is done."""
    if not _WAITS.search(answer):
        yield "does not say that it waits for a yes"


def table(answer: str, _question: str) -> Iterator[str]:
    """The answer holds a table."""
    if not re.search(r"^\s*\|.*\|.*\|\s*$", answer, re.MULTILINE):
        yield "is no table"


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").replace("\\", "").replace("’", "'").casefold().split())
