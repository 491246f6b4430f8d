"""Budgets: how many queries of the nation's pool a person may use in a billing period.

Admins set them, per role and for single people; a person's own comes before that of the role, and without
either only the pool's limit holds. `Nation.budgets` is `{"roles": {"member": 100}, "people": {"<id>": 20}}`.

What a person has used of a budget is the row `budget@<period>#<person>` of Usage, counted in the transaction
that admits, and taken back in the one that refunds. It is kept only where a budget holds, so whoever has none
is admitted by the same writes as before. A budget that begins in the middle of a period starts with what the
person has asked since the period's first day (`begin`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.items import Row, timestamp
from nat.aws.store import Store
from nat.aws.writes import Update
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.record import Nation, StoredBudgets
from nat.roles import Role

MOST_PEOPLE: Final = 200
"""People with a budget of their own: the nation's row is read with every question, so it stays small."""
LONGEST_ID: Final = 128
_PREFIX: Final = "budget@"
_AFTER_ALL: Final = "$"
"""Sorts behind `#`, which stands between the period and the person."""


@dataclass(frozen=True)
class Budgets:
    """The budgets of one nation, in queries a period."""

    roles: Mapping[Role, int] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, nation: Nation) -> "Budgets":
        """As they are stored."""
        stored = nation.budgets
        roles = {role: stored["roles"][role.value] for role in Role if role.value in stored.get("roles", {})}
        return cls(roles, stored.get("people", {}))

    def limit_of(self, user_id: UserId, role: Role) -> int | None:
        """What this person may use in a period; `None` without a budget."""
        own = self.people.get(user_id)
        return self.roles.get(role) if own is None else own

    def stored(self) -> StoredBudgets:
        """As the nation's record has them."""
        return {
            "roles": {role.value: queries for role, queries in self.roles.items()},
            "people": dict(self.people),
        }


class BudgetRows:
    """What people have used of their budgets. The client's credentials decide of which nations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def used(self, nation: Nation, user_id: UserId) -> int:
        """What one person has used of a budget in the nation's period, strongly consistent."""
        key = _key(nation.nation_slug, timestamp(nation.billing_period_start), user_id)
        return _queries(self._store.get(Table.USAGE, key) or {})

    def used_by_person(self, nation: Nation) -> dict[str, int]:
        """The same of everybody who has one, strongly consistent."""
        period = f"{_PREFIX}{timestamp(nation.billing_period_start)}"
        slug = Key("nation_slug").eq(nation.nation_slug)
        where = slug & Key("day_user").between(f"{period}#", f"{period}{_AFTER_ALL}")
        rows = self._store.query(Table.USAGE, where, consistent=True)
        return {row["day_user"].partition("#")[2]: _queries(row) for row in rows}

    def begin(self, nation: Nation, queries: Mapping[str, int]) -> None:
        """Let budgets of this period begin with what these people have asked. Never lowers a count."""
        for user_id, used in queries.items():
            if used <= 0:
                continue
            self._store.write(
                Update(
                    Table.USAGE,
                    _key(nation.nation_slug, timestamp(nation.billing_period_start), UserId(user_id)),
                    set={"queries": used},
                    when=Attr("queries").not_exists() | Attr("queries").lt(used),
                )
            )


def count_budget(nation_slug: NationSlug, period_start: str, user_id: UserId, limit: int) -> Update:
    """Entry of a transaction: one more query of this person, within the budget.

    The condition fails when the budget is used up. A budget of 0 is not for here: nothing is stored then, and
    a row that does not exist would let one through.
    """
    return Update(
        Table.USAGE,
        _key(nation_slug, period_start, user_id),
        add={"queries": 1},
        when=Attr("queries").not_exists() | Attr("queries").lt(limit),
    )


def refund_budget(nation_slug: NationSlug, period_start: str, user_id: UserId) -> Update:
    """Entry of a transaction: one query less of this person in this period.

    The condition fails when nothing is counted. Refunding once is the caller's condition, as for the pool.
    """
    key = _key(nation_slug, period_start, user_id)
    return Update(Table.USAGE, key, add={"queries": -1}, when=Attr("queries").gte(1))


def _key(nation_slug: NationSlug, period_start: str, user_id: UserId) -> dict[str, str]:
    return {"nation_slug": nation_slug, "day_user": f"{_PREFIX}{period_start}#{user_id}"}


def _queries(row: Row) -> int:
    queries: int = row.get("queries", 0)
    return queries
