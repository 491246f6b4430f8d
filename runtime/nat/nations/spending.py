"""What turns of nations used: queries, tokens by kind and money, summed by day, person and billing period.

Every turn adds its share to one row of the day and the person when it ends (`nat.turns.settle`), also a turn
that failed: its query is given back, its tokens were paid for. Here these rows are read and summed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from boto3.dynamodb.conditions import ConditionBase, Key

from nat.aws.items import Row
from nat.aws.store import Store
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.record import Nation

_AFTER_ALL: Final = "$"
"""Sorts behind `#`, which stands between the day and the person."""
TOOL_CALLS: Final = "tool."
"""Begins the name of a row's attribute that counts calls of one tool."""


@dataclass(frozen=True)
class Spent:
    """A sum. Tokens as the provider counts them; `cost_micros` in micro-dollars at the prices of the day.

    `unpriced` counts turns whose model had no price: with any of them the money is too low.
    """

    queries: int = 0
    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = 0
    unpriced: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(*(getattr(self, name) + getattr(other, name) for name in FIELDS))


FIELDS: Final = tuple(Spent.__dataclass_fields__)


@dataclass(frozen=True)
class Spending:
    """What a nation spent in a span of UTC days: in all, and by day, by person and by tool."""

    total: Spent = field(default_factory=Spent)
    days: Mapping[date, Spent] = field(default_factory=dict)
    people: Mapping[str, Spent] = field(default_factory=dict)
    tools: Mapping[str, int] = field(default_factory=dict)
    """Calls that gave a result, by the tool's name."""


@dataclass(frozen=True)
class Share:
    """What one person spent on one UTC day."""

    day: date
    user_id: UserId
    spent: Spent
    tools: Mapping[str, int] = field(default_factory=dict)


def summed(shares: Iterable[Share]) -> Spending:
    """Shares added up."""
    days: dict[date, Spent] = {}
    people: dict[str, Spent] = {}
    tools: Counter[str] = Counter()
    total = Spent()
    for share in shares:
        days[share.day] = days.get(share.day, Spent()) + share.spent
        people[share.user_id] = people.get(share.user_id, Spent()) + share.spent
        total += share.spent
        tools.update(share.tools)
    return Spending(total, days, people, tools)


class Spendings:
    """The Usage table, read. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def between(self, nation_slug: NationSlug, first: date, last: date) -> Spending:
        """What was spent from the first to the last day, both included (UTC)."""
        return summed(self.shares(nation_slug, first, last))

    def shares(self, nation_slug: NationSlug, first: date, last: date) -> list[Share]:
        """The same by day and person, oldest day first."""
        return [_share(row) for row in self._rows(nation_slug, first, last)]

    def shares_of(self, nation_slug: NationSlug, user_id: UserId, first: date, last: date) -> list[Share]:
        """What one person spent, oldest day first: read by key, however many others asked."""
        days = [(first + timedelta(days=each)).isoformat() for each in range((last - first).days + 1)]
        keys = [{"nation_slug": nation_slug, "day_user": f"{day}#{user_id}"} for day in days]
        found = map(_share, self._store.get_many(Table.USAGE, keys, consistent=True))
        return sorted(found, key=lambda each: each.day)

    def daily(self, nation_slug: NationSlug, first: date, last: date) -> dict[date, Spent]:
        """Queries and money by day, a moment behind: for figures over many nations."""
        found = self._store.query(
            Table.USAGE, _days(nation_slug, first, last), attributes=("day_user", "queries", "cost_micros")
        )
        return dict(summed(map(_share, found)).days)

    def of_period(self, nation: Nation, now: datetime) -> Spending:
        """What was spent in the nation's billing period.

        Rows hold whole UTC days, so what was asked on the period's first day before it began is counted too.
        """
        first = nation.billing_period_start.astimezone(UTC).date()
        return self.between(nation.nation_slug, first, now.astimezone(UTC).date())

    def _rows(self, nation_slug: NationSlug, first: date, last: date) -> Iterable[Row]:
        return self._store.query(Table.USAGE, _days(nation_slug, first, last), consistent=True)


def _days(nation_slug: NationSlug, first: date, last: date) -> ConditionBase:
    days = Key("day_user").between(f"{first.isoformat()}#", f"{last.isoformat()}{_AFTER_ALL}")
    return Key("nation_slug").eq(nation_slug) & days


def _share(row: Row) -> Share:
    day, _, user_id = row["day_user"].partition("#")
    spent = Spent(**{name: row.get(name, 0) for name in FIELDS})
    tools = {name.removeprefix(TOOL_CALLS): row[name] for name in row if name.startswith(TOOL_CALLS)}
    return Share(date.fromisoformat(day), user_id, spent, tools)
