"""What the model may cost for a nation in a period: told at 80 %, and no further question at the ceiling."""

import pytest
from msgspec.structs import replace

from nat.aws import clients
from nat.aws.store import Store
from nat.billing.usage_alerts import UsageAlerts
from nat.errors import CostCeilingReached
from nat.ids import NationSlug
from nat.nations.ceilings import MICROS_IN_A_CENT, ceiling_of
from nat.nations.plans import Plan, Plans
from nat.nations.record import Nations, SubscriptionStatus
from nat.nations.usage import QueryPool
from nat.ops.ceiling import set_ceiling
from nat.settings import TableNames
from tests.unit.nat.agent.scripted_model import says
from tests.unit.nat.turns.stage import Stage
from tests.unit.nat.turns.test_budgets import World
from tests.unit.nat.turns.test_spending import CACHED, CACHED_MICROS
from tests.unit.nat.world import START, nation

PLANS = Plans([Plan("nat", 2900, 500, "hard", ceiling_cents=1000, trial_ceiling_cents=200)])


@pytest.fixture
def store(stage: Stage) -> Store:
    return Store(clients.dynamodb(), stage.tables, lambda: START)


def spend(store: Store, cents: int) -> None:
    """Let the nation's period have cost so much."""
    Nations(store).update(NationSlug("demo"), {"cost_micros_this_period": cents * MICROS_IN_A_CENT})


def test_each_turn_adds_what_it_cost_to_the_period(stage: Stage, store: Store) -> None:
    for _ in range(2):
        stage.run(stage.admitted(), says("23.", usage=CACHED))

    assert Nations(store).require(NationSlug("demo")).cost_micros_this_period == 2 * CACHED_MICROS


def test_at_the_ceiling_no_new_question_is_admitted_and_nothing_is_counted(tables: TableNames) -> None:
    world = World(tables)
    spend(world.admission.store, 999)
    set_ceiling(NationSlug("demo"), 10, world.admission.store)
    world.ask("mia")
    spend(world.admission.store, 1000)

    with pytest.raises(CostCeilingReached, match="until the next one begins"):
        world.ask("max")
    assert Nations(world.admission.store).require(NationSlug("demo")).queries_used_this_period == 1


def test_an_operator_opens_it_for_one_nation(tables: TableNames) -> None:
    world = World(tables)
    set_ceiling(NationSlug("demo"), 10, world.admission.store)
    spend(world.admission.store, 1000)

    told = set_ceiling(NationSlug("demo"), 50, world.admission.store)

    assert "$50 a period; this period has cost $10.00" in told
    assert not world.ask("max").repeated


@pytest.mark.parametrize(
    ("changes", "ceiling"),
    [
        ({}, 1000),
        ({"subscription_status": SubscriptionStatus.TRIALING}, 200),
        ({"cost_ceiling_cents": 5}, 5),
        ({"model_key_last_four": "abcd"}, None),
        ({"subscription_plan": "unknown"}, None),
    ],
)
def test_the_ceiling_is_the_plans_lower_in_a_trial_or_an_operators(
    changes: dict[str, object], ceiling: int | None
) -> None:
    assert ceiling_of(replace(nation(), **changes), PLANS) == ceiling


@pytest.mark.parametrize(("cents", "percents"), [(799, []), (800, [80]), (1000, [80, 100])])
def test_the_admins_are_told_at_80_percent_and_at_the_ceiling(
    stage: Stage, store: Store, cents: int, percents: list[int]
) -> None:
    spend(store, cents)
    alerts = UsageAlerts(store, PLANS)

    told = [alerts.claim_all(Nations(store).require(NationSlug("demo"))) for _ in range(2)]

    assert told == [len(percents), 0]


def test_a_new_period_begins_at_nothing(stage: Stage, store: Store) -> None:
    spend(store, 1000)
    pool = QueryPool(Store(clients.dynamodb(), stage.tables, lambda: START.replace(month=12, day=28)), PLANS)

    assert pool.reset_if_due(Nations(store).require(NationSlug("demo"))).cost_micros_this_period == 0
