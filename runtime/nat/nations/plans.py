"""Plans are data: what a subscription costs and allows. `NAT_PLANS` carries `config/plans.toml`.

`NAT_PLANS` is a JSON list, one object a plan:

    [{"name": "nat", "price_cents": 2900, "queries_limit": 500, "cap": "hard", "seats": null,
      "stripe_price_id": "price_…", "title": "Nat", "trial_days": 14, "legacy": false, "fair_use": null}]

`cap` is `hard` (queries stop at the limit) or `soft` (they go on, and are reported). `seats`,
`stripe_price_id` and `fair_use` may be null: everyone in the nation, the Stripe price whose lookup key is the
plan's name, and nobody is told. Above `fair_use` queries in a period the operator is.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

import msgspec

from nat import settings
from nat.names import UNLIMITED as UNLIMITED
from nat.names import Variable


class PlansInvalid(ValueError):
    """`NAT_PLANS` does not describe plans."""


class Plan(msgspec.Struct, frozen=True):
    """One plan: monthly price in cents, queries in a period, what happens at the limit, seats. `title` is
    its name for people; a `legacy` plan is kept and no longer sold. `ceiling_cents` is what the model may
    cost for a nation in a period, `trial_ceiling_cents` the same in a trial. Above `fair_use` queries in a
    period the operator is told."""

    name: str
    price_cents: int
    queries_limit: int
    cap: Literal["hard", "soft"]
    seats: int | None = None
    stripe_price_id: str | None = None
    title: str = ""
    trial_days: int = 0
    legacy: bool = False
    fair_use: int | None = None
    ceiling_cents: int | None = None
    trial_ceiling_cents: int | None = None


class Plans:
    """All plans, by name."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._by_name = {plan.name: plan for plan in plans}

    def get(self, name: str | None) -> Plan | None:
        """A plan, or `None` for a name that no plan has (any more)."""
        return self._by_name.get(name) if name else None

    def __iter__(self) -> Iterator[Plan]:
        return iter(self._by_name.values())

    @property
    def soft(self) -> tuple[str, ...]:
        """Names of the plans whose queries go on beyond the limit. A plan that nobody knows is hard."""
        return tuple(plan.name for plan in self._by_name.values() if plan.cap == "soft")


@lru_cache(maxsize=4)
def parse(text: str) -> Plans:
    """Plans from the JSON of `NAT_PLANS`. Raises `PlansInvalid` with what is wrong."""
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise PlansInvalid(f"{Variable.PLANS} is not JSON: {error}") from None
    if not isinstance(rows, list):
        raise PlansInvalid(f"{Variable.PLANS} is a list of plans.")
    return Plans([_plan(row) for row in rows])


def read() -> Plans:
    """The plans of this process. Raises `SettingMissing`, `PlansInvalid`."""
    return parse(settings.read(Variable.PLANS))


def _plan(row: object) -> Plan:
    if not isinstance(row, Mapping):
        raise PlansInvalid("A plan is an object.")
    known = set(Plan.__struct_fields__)
    if unknown := {*row} - known:
        raise PlansInvalid(f"A plan has no {', '.join(sorted(unknown))}.")
    try:
        plan = Plan(**row)
    except TypeError as error:
        raise PlansInvalid(f"A plan is incomplete: {error}") from None
    if not plan.name or plan.cap not in ("hard", "soft"):
        raise PlansInvalid("A plan needs a name, and its cap is `hard` or `soft`.")
    limits = (plan.seats, plan.fair_use, plan.ceiling_cents, plan.trial_ceiling_cents)
    optional = (each for each in limits if each is not None)
    whole = (plan.price_cents, plan.queries_limit, *optional)
    if any(not isinstance(number, int) or isinstance(number, bool) or number < 0 for number in whole):
        raise PlansInvalid(f"Plan {plan.name}: prices, limits, seats and fair_use are whole numbers.")
    return plan
