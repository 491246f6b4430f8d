"""Sums of donations. V2 adds nothing up, so all pages of a period are read and summed here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.money import Status
from nat.agent.tools.parameters import When, span_of
from nat.agent.tools.results import (
    PERSON_FIELDS,
    Item,
    in_words,
    item,
    listed,
    money,
    panel_link,
    person,
    span_data,
    span_words,
)
from nat.nationbuilder import Filter, NationBuilder, Record, between
from nat.nationbuilder.periods import (
    Span,
    Unit,
    previous_span,
    unit_start,
    year_before,
)
from nat.parallel import both

READ_AT_MOST: Final = 50_000
"""Donations of one period: 500 requests, which is half a minute under the rate limit."""
GROUPS_AT_MOST: Final = 100

GroupBy = Literal["day", "week", "month", "tracking_code", "page"]
Comparison = Literal["previous_period", "same_period_last_year"] | When

_DATES: Final[Mapping[str, str]] = {
    "succeeded": "succeeded_at",
    "pending": "pending_at",
    "failed": "failed_at",
    "canceled": "canceled_at",
}
"""By status the date that puts a donation into a period."""


@dataclass
class _Sum:
    """What some donations add up to. Donations without a person count as money but not as donors."""

    cents: int = 0
    count: int = 0
    by_donor: Counter[str] = field(default_factory=Counter)
    gifts: Counter[str] = field(default_factory=Counter)
    without_person: int = 0

    def add(self, cents: int, donor: str | None) -> None:
        """One donation."""
        self.cents += cents
        self.count += 1
        if donor is None:
            self.without_person += 1
        else:
            self.by_donor[donor] += cents
            self.gifts[donor] += 1

    def figures(self) -> Item:
        """The figures that every sum has."""
        return item(
            total_cents=self.cents,
            total_amount=money(self.cents),
            count=self.count,
            average_cents=round(self.cents / self.count) if self.count else None,
            donors=len(self.by_donor),
            donations_without_person=self.without_person or None,
        )


@dataclass
class _Reading:
    """The donations of one period, summed while they were read. `ended`: V2 said that no more follow, which
    counts where it does not say how many there are."""

    whole: _Sum = field(default_factory=_Sum)
    groups: dict[str, _Sum] = field(default_factory=dict)
    announced: int | None = None
    ended: bool = True

    @property
    def complete(self) -> bool:
        """Whether every donation was read."""
        return self.ended if self.announced is None else self.whole.count >= self.announced

    @property
    def cut_off(self) -> bool:
        """Whether there are more donations than are read."""
        return not self.ended if self.announced is None else self.announced > READ_AT_MOST


@tool(
    group="money",
    effect=Effect.READ,
    label="Adding up donations",
    endpoints=(
        "GET /donations",
        "GET /signups",
        "GET /donation_tracking_codes",
        "GET /pages",
    ),
)
def summarize_donations(
    v2: NationBuilder,
    *,
    period: When,
    compare_to: Comparison | None = None,
    group_by: GroupBy | None = None,
    status: Status = "succeeded",
    top: Annotated[int, Field(ge=0, le=50, description="How many top donors to name")] = 5,
) -> ToolOutcome:
    """Total, number, average, donors, top donors, first-time and lapsed donors of a period; by day, week,
    month, tracking code or page. `lapsed_donors` gave in the comparison period and not in this one; without
    a comparison they gave before the period and not since."""
    span = span_of(v2, period)
    other_span = _compared(v2, span, compare_to)
    reading = _read(v2, span, status, group_by)
    other = _read(v2, other_span, status, None) if other_span else None
    (leaders, groups), (first_time, lapsed) = both(
        partial(
            both, partial(_top_donors, v2, reading.whole, top), partial(_groups, v2, reading.groups, group_by)
        ),
        partial(
            both,
            partial(_first_time_donors, v2, span, status),
            partial(_lapsed_donors, v2, span, status, reading, other),
        ),
    )
    complete = reading.complete and (other is None or other.complete)
    outcome = listed(
        v2,
        [],
        query=in_words("donations", f"status {status}", span_words(v2, span, _DATES[status][:-3])),
        total=reading.announced,
        complete=complete,
        links=panel_link(v2, "finances", "Finances in the control panel"),
        period=span_data(v2, span),
        period_is_over=None if span.end is None else span.end <= v2.now(),
        **reading.whole.figures(),
        first_time_donors=first_time,
        lapsed_donors=lapsed,
        top=leaders,
        groups=groups[:GROUPS_AT_MOST] if group_by else None,
        groups_left_out=max(0, len(groups) - GROUPS_AT_MOST) or None,
        compared_with=_comparison(v2, other_span, reading, other),
        note=None if complete else _partial(reading, other),
    )
    return replace(outcome, returned=reading.whole.count)


def _partial(*readings: _Reading | None) -> str:
    """Why a sum is not of all donations: there are too many, or they moved while they were read."""
    if any(each is not None and each.cut_off for each in readings):
        return f"Partial: more than {READ_AT_MOST:,} donations, not all were read."
    return "Partial: the donations changed while they were read. Ask again for the whole sum."


def _read(v2: NationBuilder, span: Span, status: Status, group_by: GroupBy | None) -> _Reading:
    date = _DATES[status]
    filters: dict[str, Filter] = {"status": status}
    condition = span.condition()
    if condition is not None:
        filters[date] = condition
    reading = _Reading()
    seen: set[str] = set()
    for page in v2.pages(
        "donations",
        max_records=READ_AT_MOST,
        filters=filters,
        fields={
            "donations": ("amount_in_cents", date, "signup_id", "donation_tracking_code_id", "page_id"),
        },
        sort=(date,),
    ):
        if reading.announced is None:
            reading.announced = page.total
        reading.ended = not page.has_next
        for record in page.records:
            if record.id not in seen:
                seen.add(record.id)
                cents, donor = record.integer("amount_in_cents"), record.related_id("signup")
                reading.whole.add(cents, donor)
                if group_by is not None:
                    key = _group_key(v2, record, group_by, date)
                    reading.groups.setdefault(key, _Sum()).add(cents, donor)
    return reading


def _group_key(v2: NationBuilder, record: Record, group_by: GroupBy, date: str) -> str:
    if group_by == "tracking_code":
        return record.text("donation_tracking_code_id")
    if group_by == "page":
        return record.text("page_id")
    moment: datetime | None = record.moment(date)
    if moment is None:
        return ""
    unit: Unit = group_by
    return unit_start(unit, moment.astimezone(v2.zone).date()).isoformat()


def _groups(v2: NationBuilder, groups: Mapping[str, _Sum], group_by: GroupBy | None) -> list[Item]:
    """Stretches of time in order, codes and pages by amount. Weeks are named by their Monday."""
    if group_by in ("tracking_code", "page"):
        names = _names(v2, group_by, [key for key in groups if key])
        ordered: Iterable[tuple[str, _Sum]] = sorted(groups.items(), key=lambda pair: -pair[1].cents)
        return [{**item(id=key, name=names.get(key) or "none"), **group.figures()} for key, group in ordered]
    return [{**item(name=key or "no date"), **group.figures()} for key, group in sorted(groups.items())]


def _names(v2: NationBuilder, group_by: str, ids: list[str]) -> Mapping[str, str]:
    resource = "donation_tracking_codes" if group_by == "tracking_code" else "pages"
    found = v2.find(resource, ids, fields={resource: ("name", "slug")})
    return {key: record.text("name") or record.text("slug") for key, record in found.items()}


def _top_donors(v2: NationBuilder, whole: _Sum, top: int) -> list[Item]:
    leaders = sorted(whole.by_donor.items(), key=lambda pair: (-pair[1], int(pair[0])))[:top]
    people = v2.find("signups", [donor for donor, _ in leaders], fields=PERSON_FIELDS)
    return [
        {
            **(person(v2, people.get(donor), donor) or {}),
            "total_cents": cents,
            "total_amount": money(cents),
            "count": whole.gifts[donor],
        }
        for donor, cents in leaders
    ]


def _first_time_donors(v2: NationBuilder, span: Span, status: Status) -> int | None:
    """People whose first donation lies in the period: V2 keeps that date on the person."""
    if status != "succeeded" or span.start is None:
        return None
    return v2.count("signups", {"first_donated_at": span.condition()})


def _lapsed_donors(
    v2: NationBuilder, span: Span, status: Status, reading: _Reading, other: _Reading | None
) -> int | None:
    if other is not None:
        return len(other.whole.by_donor.keys() - reading.whole.by_donor.keys())
    if status != "succeeded" or span.start is None:
        return None
    return v2.count("signups", {"last_donated_at": between(None, span.start)})


def _compared(v2: NationBuilder, span: Span, compare_to: Comparison | None) -> Span | None:
    match compare_to:
        case None:
            return None
        case "previous_period":
            return previous_span(span, v2.zone)
        case "same_period_last_year":
            return year_before(span, v2.zone)
        case _:
            return span_of(v2, compare_to)


def _comparison(
    v2: NationBuilder, span: Span | None, reading: _Reading, other: _Reading | None
) -> Item | None:
    if span is None or other is None:
        return None
    now, then = reading.whole, other.whole
    return {
        "period": span_data(v2, span),
        **then.figures(),
        "change_cents": now.cents - then.cents,
        "change_percent": round((now.cents - then.cents) * 100 / then.cents, 1) if then.cents else None,
        "donors_in_both": len(now.by_donor.keys() & then.by_donor.keys()),
        "new_compared": len(now.by_donor.keys() - then.by_donor.keys()),
    }
