"""How much a nation's turns may cost the operator in one billing period, whatever its number of queries.

A plan has a ceiling and a lower one for a trial; an operator may set another for one nation (`nat ops
cost-ceiling`). At 80 % and at the ceiling the admins are told. At the ceiling no new question is admitted
until the next period, an upgrade, or an operator's word; what runs already is finished, so the last turns may
go somewhat beyond it. A nation that pays the model with a key of its own has no ceiling.
"""

from typing import Final

from nat.nations.plans import Plans
from nat.nations.record import Nation, SubscriptionStatus

MICROS_IN_A_CENT: Final = 10_000


def ceiling_of(nation: Nation, plans: Plans) -> int | None:
    """The ceiling that holds for the nation now, in cents; `None` where there is none."""
    if nation.model_key_last_four is not None:
        return None
    if nation.cost_ceiling_cents is not None:
        return nation.cost_ceiling_cents
    plan = plans.get(nation.subscription_plan)
    if plan is None:
        return None
    in_trial = nation.subscription_status is SubscriptionStatus.TRIALING
    return (
        plan.trial_ceiling_cents if in_trial and plan.trial_ceiling_cents is not None else plan.ceiling_cents
    )


def cost_cents(nation: Nation) -> int:
    """What the period has cost so far, in whole cents."""
    return nation.cost_micros_this_period // MICROS_IN_A_CENT


def is_over_ceiling(nation: Nation, plans: Plans) -> bool:
    """Whether a further question would be refused for what the nation has cost."""
    ceiling = ceiling_of(nation, plans)
    return ceiling is not None and cost_cents(nation) >= ceiling
