"""Which people a question is about, as arguments of `search_people` and in words."""

import re
from typing import Any, Final

from local.claude.brain.markdown import clean, money
from local.claude.brain.plan import Ask

PEOPLE: Final = ("person", "people")
FLAGS: Final = (
    (r"volunteers?|volunteering", "is_volunteer", ("volunteer", "volunteers")),
    (r"donors?", "is_donor", ("donor", "donors")),
    (r"supporters?", "is_supporter", ("supporter", "supporters")),
    (r"prospects?", "is_prospect", ("prospect", "prospects")),
    (r"do not contacts?", "do_not_contact", ("person marked do not contact", "people marked do not contact")),
)
LEVEL: Final = re.compile(
    r"\bsupport level (?:of |is )?(\d)\b|\blevel (\d) supporters?\b|\bstrong supporters?\b"
)
PLACE: Final = re.compile(
    r"\b(?:in|from|near) (?:the )?(?:(?:city|town|state) of )?(?P<place>[a-z][a-z .'-]+?)"
    r"(?: (?:who|with|that|tagged|and)\b.*)?$"
)
NO_PLACE: Final = re.compile(
    r"^(?:total|all|here|(?:our |my |the |this )*(?:nation|nationbuilder|database|system|crm|records|list))$"
)
AMOUNT: Final = re.compile(
    r"\b(?P<side>over|above|more than|at least|exceeding|bigger than|larger than|of|under|below|"
    r"less than|up to|"
    r"at most) \$? ?(?P<amount>[\d.]+k?)\b(?! (?:day|week|month|year|people|times))|\$(?P<plain>[\d.]+k?)"
)
STATES: Final = {
    "alabama": "AL",
    "alaska": "AK",
    "arizona": "AZ",
    "arkansas": "AR",
    "california": "CA",
    "colorado": "CO",
    "connecticut": "CT",
    "delaware": "DE",
    "florida": "FL",
    "georgia": "GA",
    "hawaii": "HI",
    "idaho": "ID",
    "illinois": "IL",
    "indiana": "IN",
    "iowa": "IA",
    "kansas": "KS",
    "kentucky": "KY",
    "louisiana": "LA",
    "maine": "ME",
    "maryland": "MD",
    "massachusetts": "MA",
    "michigan": "MI",
    "minnesota": "MN",
    "mississippi": "MS",
    "missouri": "MO",
    "montana": "MT",
    "nebraska": "NE",
    "nevada": "NV",
    "new hampshire": "NH",
    "new jersey": "NJ",
    "new mexico": "NM",
    "north carolina": "NC",
    "north dakota": "ND",
    "ohio": "OH",
    "oklahoma": "OK",
    "oregon": "OR",
    "pennsylvania": "PA",
    "rhode island": "RI",
    "south carolina": "SC",
    "south dakota": "SD",
    "tennessee": "TN",
    "texas": "TX",
    "utah": "UT",
    "vermont": "VT",
    "virginia": "VA",
    "west virginia": "WV",
    "wisconsin": "WI",
    "wyoming": "WY",
}
"""States whose name is not also a city's in common use; "New York" and "Washington" mean the city."""


def read_criteria(ask: Ask) -> tuple[dict[str, Any], str, tuple[str, str]]:
    """Arguments of `search_people`, the same in words, and what the people found are called."""
    arguments, nouns = _kinds(ask.text)
    words: list[str] = []
    for read in (_level, _amount, _period, _place):
        more, phrase = read(ask)
        arguments |= more
        if phrase:
            words.append(phrase)
    if "support_level" in arguments or "donated_cents" in arguments:
        arguments.pop("flags", None)  # "donors over $100" are found by the amount
        nouns = PEOPLE
    return arguments, " ".join(words), nouns


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
    if side in ("over", "above", "more than", "exceeding", "bigger than", "larger than"):
        return amount + 1, None
    return amount, amount if side == "of" else None


def cents_of(text: str) -> int:
    """`1.5k` → 150000."""
    factor = 1000 if text.endswith("k") else 1
    return round(float(text.rstrip("k").rstrip(".") or 0) * factor * 100)


def _kinds(text: str) -> tuple[dict[str, Any], tuple[str, str]]:
    if re.search(r"\b(?:organi[sz]ations?|companies|businesses)\b", text):
        return {"kind": "organisation"}, ("organisation", "organisations")
    fitting = [(flag, nouns) for pattern, flag, nouns in FLAGS if re.search(rf"\b(?:{pattern})\b", text)]
    if not fitting:
        return {}, PEOPLE
    return {"flags": {flag: True for flag, _ in fitting}}, fitting[-1][1]


def _level(ask: Ask) -> tuple[dict[str, Any], str]:
    found = LEVEL.search(ask.text)
    if found is None:
        return {}, ""
    level = int(found[1] or found[2] or 1)
    return {"support_level": [level]}, f"with support level {level}"


def _amount(ask: Ask) -> tuple[dict[str, Any], str]:
    least, most = bounds(ask.text)
    limits = {name: cents for name, cents in (("gte", least), ("lte", most)) if cents is not None}
    if not limits:
        return {}, ""
    if least is None:
        phrase = f"up to {money(most)}"
    else:
        phrase = f"more than {money(least - 1)}" if least % 100 == 1 else f"{money(least)} or more"
    return {"donated_cents": limits}, f"who donated {phrase}"


def _period(ask: Ask) -> tuple[dict[str, Any], str]:
    period = ask.period
    if period is None or not period.limits():
        return {}, ""
    if re.search(r"\b(?:contacted|called|talked to|reached)\b", ask.text):
        return {"last_contacted": period}, f"last contacted {period.label}"
    if re.search(r"\b(?:donated|gave|given)\b", ask.text):
        return {"last_donated": period}, f"who last donated {period.label}"
    return {"created": period}, f"who joined {period.label}"


def _place(ask: Ask) -> tuple[dict[str, Any], str]:
    found = PLACE.search(ask.text)
    if found is None or NO_PLACE.match(found["place"]) or ask.calendar.find(f"in {found['place']}"):
        return {}, ""
    state = STATES.get(found["place"]) or (found["place"].upper() if len(found["place"]) == 2 else None)
    name = ask.words.group(found, "place")
    shown = clean(name.title() if name.islower() else name)
    return ({"state": state} if state else {"city": shown}), f"in {shown}"
