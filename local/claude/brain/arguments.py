"""What a question says for a tool: its parameters, read off the words by name and kind.

No tool is named here: a parameter called `expires` takes a period wherever it stands, and a value of an enum
is meant when its word, or a synonym, is in the question.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from local.claude.brain.finding import EMAIL
from local.claude.brain.moments import find_moment
from local.claude.brain.periods import Period
from local.claude.brain.plan import Ask
from local.claude.brain.words import STATES, SYNONYMS

ALL_TIME: Final = Period("over all time", None, None, "all_time")
TELLING: Final = {
    "expires": r"expires?|expiring|renew\w*|ends?|ending|soon",
    "last_donated": r"donated|gave|given",
    "last_contacted": r"contacted|called|reached",
}
"""Parameters that take a period only when one of these words is said."""
PERIODS: Final = ("succeeded", "sent", "period", "started", "created", *TELLING)
FLAGS: Final = {
    "is_volunteer": r"volunteers?|volunteering",
    "is_donor": r"donors?",
    "is_supporter": r"supporters?",
    "is_prospect": r"prospects?",
    "do_not_contact": r"do not contacts?",
}
NOTHING: Final = r"(?!)"
"""A pattern that nothing fits."""
AMOUNT: Final = re.compile(
    r"\b(?P<side>over|above|more than|at least|exceeding|bigger than|larger than|of|under|below|less than|"
    r"up to|at most) \$? ?(?P<amount>[\d.]+k?)\b(?! (?:day|week|month|year|people|times))"
    r"|\$(?P<plain>[\d.]+k?)"
)
PLACE: Final = re.compile(
    r"\b(?:in|from|near) (?:the )?(?:(?:city|town|state) of )?(?P<place>[a-z][a-z .'-]+?)"
    r"(?: (?:who|with|that|tagged|and)\b.*)?$"
)
NO_PLACE: Final = re.compile(
    r"^(?:total|all|here|(?:our |my |the |this )*(?:nation|nationbuilder|database|system|crm|records|list))"
    r"(?: all)?$"
)
NAMED: Final = re.compile(
    r"\b(?:lists?|tags?|events?|paths?|mailings?|petitions?) (?:called|named|like|about|with subject|"
    r"containing|matching|titled) (?P<query>.+?)(?: (?:this|last|since).*)?$"
)


def spoken(ask: Ask, tool: str) -> dict[str, Any]:
    """The arguments of a tool that the question names."""
    parameters = ask.tools.parameters(tool)
    found: dict[str, Any] = {}
    for name in parameters:
        if name in READERS:
            found[name] = READERS[name](ask)
        elif name in SYNONYMS:
            found[name] = said(ask, SYNONYMS[name]) or None
        else:
            found[name] = _choices(ask, tool, name)
    found |= _period(ask, [name for name in PERIODS if name in parameters])
    found |= {name: value for name, value in _amounts(ask).items() if name in parameters}
    if ask.wants_count and "count_only" in parameters:
        found |= {"count_only": True, "limit": 1}
    return {name: value for name, value in found.items() if value is not None}


def said(ask: Ask, pattern: str) -> bool:
    """Whether one of these words stands in the question."""
    return re.search(rf"\b(?:{pattern})\b", ask.text) is not None


def bounds(text: str) -> tuple[int | None, int | None]:
    """The least and the greatest amount in cents that a question names."""
    found = AMOUNT.search(text.replace(",", ""))
    if found is None:
        return None, None
    side, amount = found["side"] or "", cents_of((found["amount"] or found["plain"]).lstrip("$"))
    if side in ("under", "below", "less than"):
        return None, amount - 1
    if side in ("up to", "at most"):
        return None, amount
    if side in ("at least", "of", ""):
        return amount, amount if side == "of" else None
    return amount + 1, None


def cents_of(text: str) -> int:
    """`1.5k` → 150000."""
    factor = 1000 if text.endswith("k") else 1
    return round(float(text.rstrip("k").rstrip(".") or 0) * factor * 100)


def _choices(ask: Ask, tool: str, name: str) -> list[str] | None:
    """The values of an enum that the question names; a list, of which a single value takes the first."""
    found = [
        value
        for value in ask.tools.choices(tool, name)
        if said(ask, re.escape(value.replace("_", " "))) or said(ask, SYNONYMS.get(value, NOTHING))
    ]
    return found or None


def _period(ask: Ask, names: list[str]) -> dict[str, Any]:
    """The period that is said, for the parameter that is meant; where a tool needs one, all time."""
    telling = [name for name in names if name in TELLING and said(ask, TELLING[name])]
    free = [name for name in names if name not in TELLING]
    period = ask.period or (ask.calendar.find("next 30 days") if telling == ["expires"] else None)
    if period is None or period.name == "all_time":
        return {"period": ALL_TIME} if "period" in names else {}
    return {(telling or free)[0]: period} if telling or free else {}


def _amounts(ask: Ask) -> dict[str, Any]:
    least, most = bounds(ask.text)
    limits = {name: cents for name, cents in (("gte", least), ("lte", most)) if cents is not None}
    plain = re.search(r"\$? ?(?P<amount>\d[\d.]*k?)(?: dollars| usd)?\b", ask.text.replace(",", ""))
    return {
        "min_cents": least,
        "max_cents": most,
        "donated_cents": limits or None,
        "amount_cents": cents_of(plain["amount"]) if plain else None,
    }


def _limit_of(name: str) -> Callable[[Ask], Any]:
    return lambda ask: ask.period.limits().get(name) if ask.period else None


def _after(ask: Ask) -> str | None:
    """From when on events are meant: those to come, unless the question says otherwise."""
    if ask.period is not None:
        return ask.period.limits().get("after")
    return None if said(ask, _PAST) or ask.first_quoted else ask.calendar.now.isoformat()


def _before(ask: Ask) -> str | None:
    if ask.period is not None:
        return ask.period.limits().get("before")
    return ask.calendar.now.isoformat() if said(ask, _PAST) else None


def _query(ask: Ask) -> str | None:
    named = NAMED.search(ask.text)
    return ask.first_quoted or (ask.words.group(named, "query") if named else None)


def _flags(ask: Ask) -> dict[str, bool] | None:
    """Kinds of people; "donors over $100" are found by the amount."""
    if bounds(ask.text) != (None, None) or _level(ask):
        return None
    return {flag: True for flag, pattern in FLAGS.items() if said(ask, pattern)} or None


def _level(ask: Ask) -> int | None:
    found = re.search(r"\bsupport level (?:of |is )?(\d)\b|\blevel (\d) supporters?\b", ask.text)
    return int(found[1] or found[2]) if found else 1 if said(ask, "strong supporters?") else None


def _place(ask: Ask) -> tuple[str | None, str | None]:
    """City and state; one of them."""
    found = PLACE.search(ask.text)
    if found is None or NO_PLACE.match(found["place"]) or ask.calendar.find(f"in {found['place']}"):
        return None, None
    name = ask.words.group(found, "place")
    state = STATES.get(found["place"]) or (found["place"].upper() if len(found["place"]) == 2 else None)
    return (None, state) if state else (name.title() if name.islower() else name, None)


def _number(pattern: str) -> Callable[[Ask], int | None]:
    def read(ask: Ask) -> int | None:
        found = re.search(pattern, ask.text)
        return int(found[1]) if found else None

    return read


def _email(ask: Ask) -> str | None:
    found = EMAIL.search(ask.words.source)
    return found.group() if found else None


def _moment(*, day_only: bool = False, past: bool = False) -> Callable[[Ask], str | None]:
    def read(ask: Ask) -> str | None:
        moment = find_moment(ask.calendar, ask.text, past=past)
        return None if moment is None else (moment.date() if day_only else moment).isoformat()

    return read


def _payment(ask: Ask) -> str | None:
    return next((name for name in ("Check", "Credit Card", "Cash") if said(ask, name.lower())), None)


def _note(ask: Ask) -> str | None:
    """What stands behind a colon."""
    return ask.words.source.partition(": ")[2].strip(' ."“”') or None


def _group(ask: Ask) -> str | None:
    """By what a sum is divided: "by month"."""
    found = re.search(r"\b(?:by|per|each) (day|week|month|tracking code|page)\b", ask.text)
    return found[1].replace(" ", "_") if found else None


def _top(ask: Ask) -> int | None:
    found = re.search(r"\b(?:top|biggest|largest|most generous) (\d{1,2})?", ask.text)
    return int(found[1] or 10) if found else None


def _unless_new(ask: Ask) -> str | None:
    """How people are sorted: the newest first, where the question is who joined."""
    fits = ask.period and not any(said(ask, TELLING[name]) for name in ("last_donated", "last_contacted"))
    return "newest" if fits else None


_PAST: Final = r"past|last|previous|were|did we (?:have|hold)|held|recent"
READERS: Final[dict[str, Callable[[Ask], Any]]] = {
    "limit": lambda ask: 1 if said(ask, "our next event|the next event") else ask.limit,
    "query": _query,
    "after": _after,
    "before": _before,
    "since": _limit_of("after"),
    "until": _limit_of("before"),
    "email": _email,
    "kind": lambda ask: "organisation" if said(ask, "organi[sz]ations?|companies|businesses") else None,
    "flags": _flags,
    "support_level": _level,
    "city": lambda ask: _place(ask)[0],
    "state": lambda ask: _place(ask)[1],
    "sort": _unless_new,
    "group_by": _group,
    "top": _top,
    "min_people": _number(r"\b(?:more than|at least|over) (\d+)\b"),
    "max_people": lambda ask: 0 if said(ask, "unused|empty|nobody|no one|without") else None,
    "capacity": _number(r"\bcapacity\b.*?\b(\d+)\b"),
    "guests": _number(r"\b(\d+) guests?\b"),
    "check_number": _number(r"\bche(?:ck|que) (?:number |no |#)*(\d+)"),
    "payment_type_name": _payment,
    "start_at": _moment(),
    "received_at": _moment(past=True),
    "expires_on": _moment(day_only=True),
    "time_zone": lambda ask: ask.context.get("time_zone"),
    "note": _note,
}
"""How a parameter of this name is read off a question; what is not here is an enum, or is not read."""
