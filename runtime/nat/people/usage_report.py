"""What a nation used, for its people: of the pool, by day, by person and by tool. Admins see everybody,
with tokens and money; everybody else sees their own questions, and how much of the common pool is left."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from nat.aws.items import timestamp
from nat.aws.store import Store
from nat.contract.fields import Count, Moment, ResponseBody
from nat.errors import BadRequest
from nat.ids import UserId
from nat.nations.budgets import BudgetRows, Budgets
from nat.nations.plans import UNLIMITED, Plans
from nat.nations.record import Nation
from nat.nations.spending import FIELDS, Share, Spendings, Spent, summed
from nat.nations.usage import in_period, period_end
from nat.people.memberships import Membership, Memberships
from nat.people.users import Users
from nat.roles import Role
from nat.spreadsheets import csv_text
from nat.wording import Worded

LONGEST_SPAN: Final = 366
"""Days that one report may cover."""
MOST_ROWS: Final = 30_000
"""Of one file: an answer of a Lambda function holds 6 MB."""
OWN_FIGURES: Final = ("queries",)
"""What everybody sees. Tokens and money are for admins."""


class Figures(ResponseBody, frozen=True, kw_only=True):
    """A sum. Tokens and cost are for admins."""

    queries: Count
    input_tokens: Count | UnsetType = UNSET
    cache_write_tokens: Count | UnsetType = UNSET
    cache_read_tokens: Count | UnsetType = UNSET
    output_tokens: Count | UnsetType = UNSET
    cost_micros: Count | UnsetType = UNSET
    """Micro-dollars, at the list price of the day."""
    unpriced: Count | UnsetType = UNSET
    """Turns whose model had no price: with any of them the cost is too low."""


F = TypeVar("F", bound=Figures)


class Day(Figures, frozen=True, kw_only=True):
    """One UTC day."""

    day: date


class BudgetOf(ResponseBody, frozen=True, kw_only=True):
    """A budget and what was used of it in this period, in queries."""

    limit: Count
    used: Count


class PersonUsed(Figures, frozen=True, kw_only=True):
    """One person."""

    user_id: UserId
    role: Role | None
    """Null for somebody who is no member any more."""
    email: str | UnsetType | None = UNSET
    budget: BudgetOf | UnsetType | None = UNSET


class ToolUsed(ResponseBody, frozen=True, kw_only=True):
    """One tool of the agent."""

    tool: str
    calls: Count
    """Calls that gave a result. What was refused or failed is none."""


class PeriodBody(ResponseBody, frozen=True, kw_only=True):
    """The billing period."""

    start: Moment
    end: Moment


class UsageBody(ResponseBody, frozen=True, kw_only=True):
    """The pool of this period, and what was used in the days asked for."""

    plan: str | None
    cap: Literal["hard", "soft"]
    """With a soft cap questions go on beyond the limit."""
    period: PeriodBody
    used: Count
    limit: Count | None
    """Null is unlimited."""
    remaining: Count | None
    limit_reached: bool
    scope: Literal["nation", "own"]
    """Whose figures these are: admins see the nation's, the others their own."""
    budget: BudgetOf | None
    first: date
    last: date
    total: Figures
    days: list[Day]
    tools: list[ToolUsed]
    """The most used first."""
    people: list[PersonUsed]


@dataclass(frozen=True)
class ReportSpan:
    """UTC days, both included."""

    first: date
    last: date

    @classmethod
    def read(cls, first: str | None, last: str | None, nation: Nation, now: datetime) -> "ReportSpan":
        """Days as clients name them; by default the nation's period until today. Raises `BadRequest`."""
        try:
            end = now.astimezone(UTC).date() if last is None else _day(last)
            start = nation.billing_period_start.astimezone(UTC).date() if first is None else _day(first)
        except ValueError:
            raise BadRequest("`first` and `last` are days such as 2026-11-22.") from None
        span = cls(start, end)
        if not 1 <= span.length <= LONGEST_SPAN:
            raise BadRequest(Worded("form.span", most=LONGEST_SPAN - 1))
        return span

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        """Every day, also those on which nobody asked."""
        return (self.first + timedelta(days=each) for each in range(self.length))


class UsageReports:
    """Reports on nations that the client's credentials reach."""

    def __init__(self, store: Store, plans: Plans, *, now: datetime) -> None:
        self._plans = plans
        self._now = now
        self._spendings = Spendings(store)
        self._budgets = BudgetRows(store)
        self._memberships = Memberships(store)
        self._users = Users(store)

    def report(self, member: Membership, stored: Nation, first: str | None, last: str | None) -> UsageBody:
        """What the HTTP API answers. Raises `BadRequest` for days that are none."""
        nation = in_period(stored, self._now)
        span = ReportSpan.read(first, last, nation, self._now)
        shown = self._shown(member)
        spending = summed(self._shares(member, span))
        used, limit = nation.queries_used_this_period, nation.queries_limit
        unlimited = limit >= UNLIMITED
        soft = nation.subscription_plan in self._plans.soft
        return UsageBody(
            plan=nation.subscription_plan,
            cap="soft" if soft else "hard",
            period=PeriodBody(
                start=timestamp(nation.billing_period_start), end=timestamp(period_end(nation))
            ),
            used=used,
            limit=None if unlimited else limit,
            remaining=None if unlimited else max(0, limit - used),
            limit_reached=used >= limit and not soft,
            scope="nation" if _sees_all(member) else "own",
            budget=self._own_budget(member, nation),
            first=span.first,
            last=span.last,
            total=_figures(Figures, spending.total, shown),
            days=[_figures(Day, spending.days.get(day, Spent()), shown, day=day) for day in span.days()],
            tools=_tools(spending.tools),
            people=self._people(member, nation, spending.people, shown),
        )

    def as_csv(self, member: Membership, stored: Nation, first: str | None, last: str | None) -> str:
        """The same as a spreadsheet, a row for each day and person. Raises `BadRequest` for days that are
        none or too many."""
        span = ReportSpan.read(first, last, in_period(stored, self._now), self._now)
        shares = self._shares(member, span)
        if len(shares) > MOST_ROWS:
            raise BadRequest(Worded("form.report_too_large"))
        shown = self._shown(member)
        users = self._users.get_many(each.user_id for each in shares)
        return csv_text(
            ("day", "user_id", "email", *shown),
            (
                (
                    share.day.isoformat(),
                    share.user_id,
                    users[share.user_id].email if share.user_id in users else None,
                    *(getattr(share.spent, name) for name in shown),
                )
                for share in shares
            ),
        )

    @staticmethod
    def _shown(member: Membership) -> tuple[str, ...]:
        return FIELDS if _sees_all(member) else OWN_FIGURES

    def _shares(self, member: Membership, span: ReportSpan) -> list[Share]:
        if _sees_all(member):
            return self._spendings.shares(member.nation_slug, span.first, span.last)
        return self._spendings.shares_of(member.nation_slug, member.user_id, span.first, span.last)

    def _own_budget(self, member: Membership, nation: Nation) -> BudgetOf | None:
        limit = Budgets.of(nation).limit_of(member.user_id, member.role)
        if limit is None:
            return None
        return BudgetOf(limit=limit, used=self._budgets.used(nation, member.user_id))

    def _people(
        self, member: Membership, nation: Nation, spent: Mapping[str, Spent], shown: tuple[str, ...]
    ) -> list[PersonUsed]:
        """Who asked, and who has a budget; the most queries first. A member finds themselves alone."""
        if not _sees_all(member):
            mine = spent.get(member.user_id, Spent())
            return [_figures(PersonUsed, mine, shown, user_id=member.user_id, role=member.role)]
        members = self._memberships.of_nation(nation.nation_slug)
        roles: dict[str, Role] = {each.user_id: each.role for each in members}
        budgets = Budgets.of(nation)
        limits = {user_id: budgets.limit_of(UserId(user_id), role) for user_id, role in roles.items()}
        used = self._budgets.used_by_person(nation) if nation.budgets else {}
        named = {*spent, *(user_id for user_id, limit in limits.items() if limit is not None)}
        users = self._users.get_many(named)
        people = [
            _figures(
                PersonUsed,
                spent.get(user_id, Spent()),
                shown,
                user_id=user_id,
                email=users[user_id].email if user_id in users else None,
                role=roles.get(user_id),
                budget=_budget(limits.get(user_id), used.get(user_id, 0)),
            )
            for user_id in named
        ]
        return sorted(people, key=lambda each: (-each.queries, each.user_id))


def _day(text: str) -> date:
    """A day in the one way of writing it. Raises `ValueError`; Python itself also reads weeks."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def _sees_all(member: Membership) -> bool:
    return member.role.at_least(Role.ADMIN)


def _figures(kind: type[F], spent: Spent, shown: tuple[str, ...], **whose: object) -> F:
    """The figures that somebody may see, and of what or whom they are."""
    return msgspec.convert({**whose, **{name: getattr(spent, name) for name in shown}}, kind)


def _tools(calls: Mapping[str, int]) -> list[ToolUsed]:
    """The most used first."""
    ordered = sorted(calls.items(), key=lambda each: (-each[1], each[0]))
    return [ToolUsed(tool=name, calls=number) for name, number in ordered]


def _budget(limit: int | None, used: int) -> BudgetOf | None:
    return None if limit is None else BudgetOf(limit=limit, used=used)
