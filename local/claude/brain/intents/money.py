"""Donations, pledges and tracking codes."""

import re

from local.claude.brain.answers import listing, rows
from local.claude.brain.criteria import bounds
from local.claude.brain.markdown import (
    clean,
    completeness,
    date,
    field,
    linked,
    money,
    paragraphs,
    plural,
    sentence,
    table,
)
from local.claude.brain.people import find_person
from local.claude.brain.periods import Period, previous
from local.claude.brain.plan import Ask, Plan, Said, intent
from local.claude.brain.result import Result
from local.claude.brain.tools import call

GIVING = r"(?:donat\w+|gifts?|giving|gave|given|raised?|fundrais\w+|contributions?|contributed)"
ALL_TIME = Period("all time", None, None, "all_time")
DONATION = ("donation", "donations")


def donor(record: object) -> str:
    """The donor of a donation, as a link."""
    person = field(record, "donor", "signup", "person") if isinstance(record, dict) else None
    if isinstance(person, dict):
        return linked(person)
    return linked(record) if isinstance(record, dict) else "—"


def amount_of(record: object) -> str:
    """The amount of a donation."""
    return (
        money(field(record, "amount_cents", "amount_in_cents", "cents")) if isinstance(record, dict) else "—"
    )


def when(record: object) -> str:
    """When a donation came in."""
    if not isinstance(record, dict):
        return "—"
    return date(field(record, "succeeded_at", "received_at", "date", "created_at"))


def donations_table(ask: Ask, result: Result) -> str:
    """Donor, amount, date, and what else there is."""
    shown = rows(ask, result)
    return table(
        {
            "Donor": [donor(record) for record in shown],
            "Amount": [amount_of(record) for record in shown],
            "Date": [when(record) for record in shown],
            "Paid by": [clean(field(record, "payment_type_name", "payment_type") or "—") for record in shown],
            "Tracking code": [
                clean(field(record, "tracking_code", "tracking_code.name") or "—") for record in shown
            ],
        }
    )


def summary_figures(result: Result) -> tuple[int | None, int | None, int | None]:
    """Total in cents, number of donations, number of donors."""
    return (
        result.number("total_cents", "sum_cents", "amount_cents"),
        result.number("count", "donations"),
        result.number("donors", "unique_donors", "donor_count"),
    )


def in_words(period: Period) -> str:
    """`this week`, or `in all time` as `over all time`."""
    return "over all time" if period.name == "all_time" else period.label


@intent(r"\bpledg\w+\b", unless=r"^(?:please )?(?:record|add|create|log|enter)\b")
def pledges(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "who still owes on a pledge?" """
    outstanding = bool(
        re.search(r"\b(?:owe[sd]?|outstanding|unpaid|open|left|still|unfulfilled|due)\b", ask.text)
    )
    person_id = None
    whose = re.search(
        r"\b(?:pledges? (?:of|by|from|for) (?P<who>.+)|(?:did|has) (?P<other>(?!not\b|anyone\b|"
        r"who\b).+?) pledged?)$",
        ask.text,
    )
    if whose:
        name = ask.words.group(whose, "who") or ask.words.group(whose, "other")
        person_id = (yield from find_person(ask, name)).id
    (found,) = yield (
        call("list_pledges", person_id=person_id, outstanding_only=outstanding or None, limit=ask.limit),
    )
    left = [field(record, "amount_left_cents", "amount_left_in_cents") for record in found.items]
    known = [cents for cents in left if isinstance(cents, int)]
    extra = f"{money(sum(known))} is still owed." if known and found.complete else ""
    return listing(
        ask,
        found,
        ("pledge", "pledges"),
        {
            "Person": donor,
            "Pledged": amount_of,
            "Still owed": lambda r: money(field(r, "amount_left_cents", "amount_left_in_cents")),
        },
        about="not yet paid in full" if outstanding else "",
        extra=extra,
    )


def _value(key: str, value: object) -> str:
    if key.endswith("cents"):
        return money(value)
    return date(value) if key.endswith("_at") else clean(value if value is not None else "—")


@intent(
    r"\b(?:compare|compared|versus|vs|difference|more than last|less than last|up or down|"
    r"how does .* compare)\b.*\b" + GIVING,
    GIVING + r".*\b(?:compare|compared|versus|vs|than last|up or down)\b",
)
def compare_donations(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "compare donations this month with last month": two summaries at once."""
    first = ask.period or ask.calendar.named("this_month")
    second = previous(ask.calendar, first)
    now, before = yield (
        call("summarize_donations", period=first),
        call("summarize_donations", period=second),
    )
    total_now, count_now, donors_now = summary_figures(now)
    total_before, count_before, donors_before = summary_figures(before)
    lead = ""
    if total_now is not None and total_before is not None:
        change = total_now - total_before
        word = "more" if change >= 0 else "less"
        share = f" ({abs(change) * 100 / total_before:.0f} %)" if total_before else ""
        lead = f"**{money(abs(change))} {word}** {first.label} than {second.label}{share}."
    return paragraphs(
        lead,
        table(
            {
                "Period": [first.label.capitalize(), second.label.capitalize()],
                "Total": [money(total_now), money(total_before)],
                "Donations": [
                    count_now if count_now is not None else "—",
                    count_before if count_before is not None else "—",
                ],
                "Donors": [
                    donors_now if donors_now is not None else "—",
                    donors_before if donors_before is not None else "—",
                ],
            }
        ),
        _partly(now, before),
    )


@intent(
    r"\b(?:top|biggest|largest|best|major|most generous) (?:\d+ )?(?:donors?|givers?|supporters? by)\b",
    r"\bwho (?:gave|donated|has given|has donated) (?:us )?(?:the )?most\b",
    r"\b(?:biggest|largest|highest|top) (?:\d+ )?(?:donations?|gifts?)\b",
    unless=r"\btagged\b|\btag\b|\bhow many\b",
)
def top_donors(ask: Ask, match: re.Match[str]) -> Plan:
    """ "top 5 donors this year" """
    period = ask.period or ALL_TIME
    asked = re.search(r"\b(\d{1,2})\b", match.group())
    top = int(asked[1]) if asked else 10
    (found,) = yield (call("summarize_donations", period=period, top=top),)
    records = field(found.data, "top", "top_donors") or list(found.items)
    total, count, _ = summary_figures(found)
    if not records:
        return f"There are no donations {in_words(period)}."
    return paragraphs(
        f"The **top {plural(len(records), 'donor')}** {in_words(period)}"
        + (f", out of {plural(count, *DONATION)} worth **{money(total)}**." if total is not None else "."),
        table(
            {
                "Donor": [donor(record) for record in records],
                "Total": [
                    money(field(record, "total_cents", "amount_cents", "sum_cents")) for record in records
                ],
                "Donations": [field(record, "count", "donations") or "—" for record in records],
            }
        ),
        _partly(found),
    )


@intent(
    GIVING
    + r".*\b(?:by|per|each|grouped by) (?P<group>day|week|month|tracking code|code|page|source|campaign)\b",
    r"\b(?:daily|weekly|monthly) (?:donation|giving|fundraising)\b",
)
def grouped_donations(ask: Ask, match: re.Match[str]) -> Plan:
    """ "donations by month this year" """
    word = match.groupdict().get("group") or {"d": "day", "w": "week", "m": "month"}[match.group()[0]]
    group = {
        "tracking code": "tracking_code",
        "code": "tracking_code",
        "source": "tracking_code",
        "campaign": "tracking_code",
    }.get(word, word)
    period = ask.period or ask.calendar.named("this_year")
    (found,) = yield (call("summarize_donations", period=period, group_by=group),)
    groups = field(found.data, "groups", "by", "series") or []
    total, count, _ = summary_figures(found)
    lead = f"**{money(total)}** from {plural(count, *DONATION)} {in_words(period)}, by {word}."
    return paragraphs(
        lead,
        table(
            {
                word.capitalize(): [
                    _group_name(word, field(each, "name", "key", "start", "label")) for each in groups
                ],
                "Total": [money(field(each, "total_cents", "amount_cents")) for each in groups],
                "Donations": [field(each, "count") or 0 for each in groups],
            }
        ),
        _partly(found),
    )


@intent(
    r"\b(?:how much|total|sum|average|raised)\b.*\b(?P<who>this person|he|she|they|him|her)\b.*\b" + GIVING,
    r"\b(?:how much|what) (?:has|have|did) (?!we\b|our\b|people\b|donors\b|everyone\b|anyone\b|"
    r"the\b)(?P<who>.+?) (?:ever )?(?:donated?|given?|gave|give|contributed?)\b",
    r"\b(?P<who>.+?)(?:'s) (?:donations?|gifts?|giving|donation history)\b",
    r"\bdonations? (?:from|by|of) (?P<who>(?!this|last|the|all|our|people|tracking|page|\d|\$)[^\d]+)$",
    r"\b(?:has|did|have) (?P<who>(?!we\b|anyone\b|anybody\b|someone\b|people\b|"
    r"they\b.*\bweek).+?) (?:ever |already )?(?:donated?|given|give|gave)\b",
    unless=r"\bhow many (?:people|donors)\b",
)
def donations_of_person(ask: Ask, match: re.Match[str]) -> Plan:
    """ "how much has Maria Lopez donated?" """
    who = re.sub(
        r"^(?:show|list|what are|give|me|get|see|all|the|of| )+(?=\S)",
        "",
        ask.words.group(match, "who"),
        flags=re.IGNORECASE,
    )
    if re.search(r"\b(?:event|page|today|yesterday|week|month|year)\b", who, re.IGNORECASE):
        raise Said("Tell me the name or email address of the donor you mean.")
    person = yield from find_person(ask, who)
    (found,) = yield (
        call("list_donations", person_id=person.id, succeeded=ask.period, limit=max(ask.limit, 100)),
    )
    amounts = [field(record, "amount_cents", "amount_in_cents") for record in found.items]
    known = [cents for cents in amounts if isinstance(cents, int)]
    about = f" {ask.period.label}" if ask.period else ""
    if not found.items:
        return f"{sentence(person.label)} has no donations{about}."
    total = f" worth **{money(sum(known))}**" if found.complete and known else ""
    return paragraphs(
        f"{sentence(person.label)} made **{plural(found.count, *DONATION)}**{total}{about}.",
        donations_table(ask, found),
        completeness(found, len(rows(ask, found))),
    )


@intent(
    r"\b(?:how much|total|sum|average|avg|altogether|raised)\b.*\b(?:"
    + GIVING
    + r"|money|come in|came in|did we (?:get|raise|take in)|income)\b",
    GIVING + r".*\b(?:total|totals|summary|average|overview|stats|statistics)\b",
    r"\bfundrais\w+ (?:total|totals|summary|numbers|so far)\b",
    r"\bsummar\w+ (?:of )?(?:the |our )?(?:donations|giving|fundraising)\b",
    r"\bhow many (?:donations|gifts)\b",
    r"\bhow many (?:people|donors) (?:donated|gave|have donated)\b",
    r"\bhow (?:is|are|was|were) (?:our |the )?(?:fundraising|donations)\b",
    unless=r"\bhow many people (?:have )?(?:donated|gave|given) (?:over|more than|at least|above|under)\b",
)
def donation_total(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "how much did we raise last month?" """
    period = ask.period or ALL_TIME
    (found,) = yield (call("summarize_donations", period=period),)
    total, count, donors = summary_figures(found)
    if not count:
        return f"There are no donations {in_words(period)}."
    average = found.number("average_cents") or (total // count if total is not None else None)
    return paragraphs(
        f"**{money(total)}** from **{plural(count, *DONATION)}**"
        + (f" by **{plural(donors, 'donor')}**" if donors is not None else "")
        + f" {in_words(period)}; {money(average)} on average.",
        _partly(found),
    )


@intent(
    r"\bwho (?:all |has |have |else )?(?:donated|donate|donates|gave|given|contributed|"
    r"made (?:a )?(?:donations?|gifts?))\b",
    r"\b(?:show|list|see|get|find|give|which|what|any|latest|recent|newest|last|all|our|"
    r"new)\b.*\b(?:donations?|gifts?|contributions?)\b",
    r"^(?:the )?(?:donations?|gifts?|giving)\b|^(?:our |the )?donors$",
    r"\b(?:anyone|anybody|someone|did people|have people|did they) (?:donated?|given?|give|gave)\b",
    r"\bdonors? (?:this|last|today|yesterday|since|in (?:january|february|march|april|may|june|july|august|"
    r"september|october|november|december|20))\b",
    unless=r"^(?:please )?(?:record|add|create|log|enter|delete|remove|update|change|correct|tag)\b|"
    r"\bhow many people\b|\bpages?\b|\bcustom fields?\b",
)
def list_donations(ask: Ask, _match: re.Match[str]) -> Plan:
    """ "who donated this week?": the list and the total at once."""
    period, (least, most) = ask.period, bounds(ask.text)
    code = re.search(r"\btracking code (?P<code>\S+)", ask.text)
    wanted = call(
        "list_donations",
        succeeded=period,
        status=_statuses(ask),
        min_cents=least,
        max_cents=most,
        tracking_code=ask.words.group(code, "code") if code else None,
        limit=ask.limit,
    )
    filtered = least is not None or most is not None or code is not None
    if period is None or filtered or "summarize_donations" not in ask.tools:
        (gifts,) = yield (wanted,)
        total, count, donors = None, gifts.count, None
    else:
        gifts, summary = yield (wanted, call("summarize_donations", period=period))
        total, count, donors = summary_figures(summary)
    if total is None and gifts.complete:
        total = sum(
            cents
            for record in gifts.items
            if isinstance(cents := field(record, "amount_cents", "amount_in_cents"), int)
        )
    about = f" {in_words(period)}" if period else ""
    if least is not None or most is not None:
        about += (
            f" of {money(least)} or more"
            if most is None
            else f" of up to {money(most)}"
            if least is None
            else f" of {money(least)}"
        )
    if not gifts.items:
        return f"There are no donations{about}."
    count = count if count is not None else gifts.count
    return paragraphs(
        f"**{plural(count, *DONATION)}**"
        + (f" from **{plural(donors, 'donor')}**" if donors is not None else "")
        + about
        + (f", **{money(total)}** in total." if total is not None else "."),
        donations_table(ask, gifts),
        completeness(gifts, len(rows(ask, gifts))),
    )


def _group_name(word: str, name: object) -> str:
    """A month as `Oct 2026`, a day or the Monday of a week as a date, anything else as it is."""
    text = date(name) if word in ("day", "week", "month") else clean(name or "—")
    return text.split(" ", 1)[-1] if word == "month" else text


def _statuses(ask: Ask) -> list[str]:
    """The status that is asked for; what came in, if none is."""
    asked = [
        status
        for status in ("pending", "failed", "canceled")
        if status in ask.text.replace("cancelled", "canceled")
    ]
    return asked or ["succeeded"]


def _partly(*results: Result) -> str:
    return (
        ""
        if all(result.complete for result in results)
        else "This is partial: not all donations could be read."
    )
