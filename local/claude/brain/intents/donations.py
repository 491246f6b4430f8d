"""Donations and pledges: who gave, how much in all, and compared with before."""

import re
from typing import Final

from local.claude.brain.answers import donation_figures, listing, records_table
from local.claude.brain.arguments import ALL_TIME, bounds, spoken
from local.claude.brain.finding import KINDS, find
from local.claude.brain.intents.looking import COMMAND
from local.claude.brain.markdown import completeness, money, paragraphs, plural, table
from local.claude.brain.periods import Period, previous
from local.claude.brain.plan import Ask, Intents, Plan
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call

INTENTS: Final = Intents()
GIVING: Final = r"(?:donat\w+|gifts?|giving|gave|given|raised?|fundrais\w+|contributions?)"
DONATIONS: Final = ("donation", "donations")
NOBODY: Final = (
    r"(?:we|our|people|every\w*|each|any\w+|someone|the|this|last|all|day|week|month|page)\b(?! person)"
)
"""Words that are no name of a donor."""


@INTENTS.on(r"\bpledg\w+\b", unless=COMMAND)
def pledges(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "who still owes on a pledge?" """
    (found,) = yield (Call("list_pledges", spoken(ask, "list_pledges")),)
    return listing(ask, found, ("pledge", "pledges"))


@INTENTS.on(
    r"\b(?:compare|compared|versus|vs|difference)\b.*\b" + GIVING,
    GIVING + r".*\b(?:compare|compared|versus|vs|than last)\b",
)
def compared(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "compare donations this month with last month": two sums at once."""
    first = ask.period or ask.calendar.named("this_month")
    second = previous(ask.calendar, first)
    found = yield (call("summarize_donations", period=first), call("summarize_donations", period=second))
    now, before = (each.number("total_cents") or 0 for each in found)
    share = f" ({abs(now - before) * 100 / before:.0f} %)" if before else ""
    word = "more" if now >= before else "less"
    return paragraphs(
        f"**{money(abs(now - before))} {word}** {first.label} than {second.label}{share}.",
        table(
            {
                "Period": [each.label.capitalize() for each in (first, second)],
                "Total": [money(now), money(before)],
                "Donations": [each.number("count") or 0 for each in found],
                "Donors": [each.number("donors") or 0 for each in found],
            }
        ),
        _partly(*found),
    )


@INTENTS.on(
    rf"\b(?:how much|what|how often) (?:has|have|did) (?P<person>(?!{NOBODY}).+?) (?:ever )?"
    r"(?:donated?|given?|gave|give)\b",
    r"^(?:show )?(?P<person>.+?)(?:'s) (?:donations?|gifts?|giving)$",
    rf"\bdonations? (?:from|by|of) (?P<person>(?!{NOBODY}|\d|\$)[^\d]+)$",
    rf"\b(?:when did|has|did) (?P<person>(?!{NOBODY}).+?) (?:ever |last )?"
    r"(?:donated?|given|give)\b",
    unless=COMMAND + r"|\b(?:this|last) (?:week|month|year)'s\b",
)
def of_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "how much has Maria Lopez donated?" """
    person = yield from find(ask, KINDS["person"], ask.words.group(match, "person"))
    wanted = {**spoken(ask, "list_donations"), "person_id": person.id, "limit": 100}
    (found,) = yield (Call("list_donations", wanted),)
    return listing(ask, found, DONATIONS, f"by {person.label(KINDS['person'])}{_when(ask)}")


@INTENTS.on(
    r"\b(?:how much|total|sum|average|altogether|raised|summar\w+)\b.*\b(?:"
    + GIVING
    + r"|money|came in|come in|did we (?:get|raise)|income)\b",
    GIVING + r".*\b(?:total|totals|summary|average|overview|statistics|by (?:day|week|month))\b",
    r"\bhow many (?:donations|gifts)\b",
    r"\bhow many (?:people|donors) (?:donated|gave|have donated)\b(?! (?:over|more))",
    r"\b(?:top|biggest|largest|most generous) (?:\d+ )?(?:donors?|donations?|gifts?)\b",
    r"\b(?:did|has|have) (?:anyone|anybody|someone) (?:donated?|given?|gave)\b",
    unless=COMMAND + r"|\btagged\b|\bhow many people have given\b",
)
def summed(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "how much did we raise last month?", "top 5 donors this year", "donations by month" """
    wanted = {"period": ALL_TIME, **spoken(ask, "summarize_donations")}
    (found,) = yield (Call("summarize_donations", wanted),)
    if not found.number("count"):
        return f"There are no donations{_when(ask)}."
    average = money(found.number("average_cents") or 0)
    parts = [found.data.get(name) for name in ("groups", "top") if name != "top" or "top" in wanted]
    return paragraphs(
        f"{donation_figures(found)}{_when(ask) or ' over all time'}; {average} on average.",
        *(records_table(part) for part in parts if isinstance(part, list)),
        _partly(found),
    )


@INTENTS.on(
    r"\bwho (?:all |has |have )?(?:donated|donate|donates|gave|given|contributed)\b",
    r"\b(?:show|list|see|get|find|which|what|any|latest|recent|newest|all|our)\b.*\b(?:donations?|gifts?)\b",
    r"^(?:the )?(?:donations?|gifts?|giving)\b|^(?:our |the )?donors$",
    r"\bdonors? (?:this|last|today|yesterday|since)\b",
    unless=COMMAND + r"|\bhow many people\b|\bpages?\b",
)
def listed(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "who donated this week?": the list and the sum at once."""
    wanted = Call("list_donations", {"status": ["succeeded"], **spoken(ask, "list_donations")})
    period = ask.period
    if period is None or bounds(ask.text) != (None, None) or "summarize_donations" not in ask.tools:
        (gifts,) = yield (wanted,)
        return listing(ask, gifts, DONATIONS, _when(ask).strip())
    gifts, sums = yield (wanted, call("summarize_donations", period=period))
    return _told(ask, period, gifts, sums)


def _told(ask: Ask, period: Period, gifts: Result, sums: Result) -> str:
    total, count, donors = (sums.number(name) for name in ("total_cents", "count", "donors"))
    if not gifts.items or total is None:
        return listing(ask, gifts, DONATIONS, period.label)
    shown = gifts.items[: max(20, ask.limit)]
    return paragraphs(
        f"**{plural(count, *DONATIONS)}** from **{plural(donors, 'donor')}** {period.label}, "
        f"**{money(total)}** in total.",
        records_table(shown),
        completeness(gifts, len(shown)),
    )


def _when(ask: Ask) -> str:
    return f" {ask.period.label}" if ask.period else ""


def _partly(*results: Result) -> str:
    whole = all(result.complete for result in results)
    return "" if whole else "This is partial: not all donations could be read."
