"""What a nation used, for its people: of the pool, by day, by person and by tool. Admins see everybody,
with tokens and money; everybody else sees their own questions, and how much of the common pool is left."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from nat.aws.items import timestamp
from nat.aws.store import Store
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

LONGEST_SPAN: Final = 366
"""Days that one report may cover."""
MOST_ROWS: Final = 30_000
"""Of one file: an answer of a Lambda function holds 6 MB."""
OWN_FIGURES: Final = ("queries",)
"""What everybody sees. Tokens and money are for admins."""


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
            raise BadRequest(f"`first` is not after `last`, and at most {LONGEST_SPAN - 1} days before it.")
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

    def report(
        self, member: Membership, stored: Nation, first: str | None, last: str | None
    ) -> dict[str, object]:
        """The JSON object of the HTTP API. Raises `BadRequest` for days that are none."""
        nation = in_period(stored, self._now)
        span = ReportSpan.read(first, last, nation, self._now)
        shown = self._shown(member)
        spending = summed(self._shares(member, span))
        return {
            **self._pool(nation),
            "scope": "nation" if _sees_all(member) else "own",
            "budget": self._own_budget(member, nation),
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            "total": _figures(spending.total, shown),
            "days": [
                {"day": day.isoformat(), **_figures(spending.days.get(day, Spent()), shown)}
                for day in span.days()
            ],
            "tools": _tools(spending.tools),
            "people": self._people(member, nation, spending.people, shown),
        }

    def as_csv(self, member: Membership, stored: Nation, first: str | None, last: str | None) -> str:
        """The same as a spreadsheet, a row for each day and person. Raises `BadRequest` for days that are
        none or too many."""
        span = ReportSpan.read(first, last, in_period(stored, self._now), self._now)
        shares = self._shares(member, span)
        if len(shares) > MOST_ROWS:
            raise BadRequest("There is too much for one file. Ask for fewer days.")
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

    def _pool(self, nation: Nation) -> dict[str, object]:
        used, limit = nation.queries_used_this_period, nation.queries_limit
        unlimited = limit >= UNLIMITED
        soft = nation.subscription_plan in self._plans.soft
        return {
            "plan": nation.subscription_plan,
            "cap": "soft" if soft else "hard",
            "period": {
                "start": timestamp(nation.billing_period_start),
                "end": timestamp(period_end(nation)),
            },
            "used": used,
            "limit": None if unlimited else limit,
            "remaining": None if unlimited else max(0, limit - used),
            "limit_reached": used >= limit and not soft,
        }

    @staticmethod
    def _shown(member: Membership) -> tuple[str, ...]:
        return FIELDS if _sees_all(member) else OWN_FIGURES

    def _shares(self, member: Membership, span: ReportSpan) -> list[Share]:
        if _sees_all(member):
            return self._spendings.shares(member.nation_slug, span.first, span.last)
        return self._spendings.shares_of(member.nation_slug, member.user_id, span.first, span.last)

    def _own_budget(self, member: Membership, nation: Nation) -> dict[str, int] | None:
        limit = Budgets.of(nation).limit_of(member.user_id, member.role)
        if limit is None:
            return None
        return {"limit": limit, "used": self._budgets.used(nation, member.user_id)}

    def _people(
        self, member: Membership, nation: Nation, spent: Mapping[str, Spent], shown: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """Who asked, and who has a budget; the most queries first. A member finds themselves alone."""
        if not _sees_all(member):
            mine = spent.get(member.user_id, Spent())
            return [{"user_id": member.user_id, **_figures(mine, shown), "role": member.role.value}]
        members = self._memberships.of_nation(nation.nation_slug)
        roles: dict[str, Role] = {each.user_id: each.role for each in members}
        budgets = Budgets.of(nation)
        limits = {user_id: budgets.limit_of(UserId(user_id), role) for user_id, role in roles.items()}
        used = self._budgets.used_by_person(nation) if nation.budgets else {}
        named = {*spent, *(user_id for user_id, limit in limits.items() if limit is not None)}
        users = self._users.get_many(named)
        people = [
            {
                "user_id": user_id,
                "email": users[user_id].email if user_id in users else None,
                "role": roles[user_id].value if user_id in roles else None,
                **_figures(spent.get(user_id, Spent()), shown),
                "budget": _budget(limits.get(user_id), used.get(user_id, 0)),
            }
            for user_id in named
        ]
        return sorted(people, key=lambda each: (-int(each["queries"] or 0), str(each["user_id"])))


def _day(text: str) -> date:
    """A day in the one way of writing it. Raises `ValueError`; Python itself also reads weeks."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def _sees_all(member: Membership) -> bool:
    return member.role.at_least(Role.ADMIN)


def _figures(spent: Spent, shown: tuple[str, ...]) -> dict[str, int]:
    return {name: getattr(spent, name) for name in shown}


def _tools(calls: Mapping[str, int]) -> list[dict[str, Any]]:
    """The most used first."""
    ordered = sorted(calls.items(), key=lambda each: (-each[1], each[0]))
    return [{"tool": name, "calls": number} for name, number in ordered]


def _budget(limit: int | None, used: int) -> dict[str, int] | None:
    return None if limit is None else {"limit": limit, "used": used}
