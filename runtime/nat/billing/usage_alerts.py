"""Telling of a query pool that comes to its end: claimed once, announced on the bus in one transaction.

The announcements are `usage.warning` with `percent` 80 or 100 of the queries, or with `of` "cost" of what
the model may cost in a period, which a nation's admins hear of, and
`usage.fair_use`, which the operator hears of; both carry `plan`, `cap`, `used`, `limit` and `period_start`.
"""

from typing import Any, Final

from nat.aws.items import timestamp
from nat.aws.store import Cancelled, Store
from nat.connections.outbox import Outbox
from nat.ids import TurnId
from nat.names import Bus
from nat.nations.plans import Plans
from nat.nations.record import Nation
from nat.nations.thresholds import WARNED_AT_PERCENT, Reached, Threshold, reached

_PERCENT: Final = {
    Threshold.WARNING: WARNED_AT_PERCENT,
    Threshold.LIMIT: 100,
    Threshold.COST_WARNING: WARNED_AT_PERCENT,
    Threshold.COST_LIMIT: 100,
}
_COST: Final = frozenset({Threshold.COST_WARNING, Threshold.COST_LIMIT})
NOBODY: Final = TurnId("round")
"""Who told it when no turn did."""


class UsageAlerts:
    """The thresholds of all nations that the client's credentials reach."""

    def __init__(self, store: Store, plans: Plans) -> None:
        self._store = store
        self._plans = plans
        self._announcements = Outbox(store)

    def of(self, nation: Nation) -> tuple[Reached, ...]:
        """What the pool of this record has reached, told or not, the lowest first."""
        return tuple(reached(nation, self._plans))

    def is_soft(self, nation: Nation) -> bool:
        """Whether queries go on beyond the limit."""
        return nation.subscription_plan in self._plans.soft

    def claim(self, nation: Nation, what: Reached, turn_id: TurnId) -> bool:
        """Announce a threshold that the record shows as reached. False when somebody else did, or when limit
        or period have changed since the record was read."""
        try:
            announcement = self._announcements.entry(
                _event(what), nation.nation_slug, self._about(nation, what)
            )
            self._store.transact([what.mark(nation, turn_id), announcement])
        except Cancelled:
            return False
        return True

    def claim_all(self, nation: Nation) -> int:
        """Announce what nobody did, because no turn ran any more; gives how many."""
        return sum(self.claim(nation, each, NOBODY) for each in self.of(nation) if each.told_by is None)

    def _about(self, nation: Nation, what: Reached) -> dict[str, Any]:
        about = {
            "plan": nation.subscription_plan,
            "cap": "soft" if self.is_soft(nation) else "hard",
            "used": nation.queries_used_this_period,
            "limit": nation.queries_limit,
            "period_start": timestamp(nation.billing_period_start),
        }
        percent = _PERCENT.get(what.threshold)
        if percent is None:
            return about
        return {**about, "percent": percent, **({"of": "cost"} if what.threshold in _COST else {})}


def _event(what: Reached) -> Bus:
    return Bus.FAIR_USE_EXCEEDED if what.threshold is Threshold.FAIR_USE else Bus.USAGE_WARNING
