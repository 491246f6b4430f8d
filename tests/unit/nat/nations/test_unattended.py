"""When work that nobody asks for at the moment may run in a nation."""

from typing import Any

import pytest

from nat.nations.record import SubscriptionStatus
from tests.unit.nat import world


def test_a_nation_that_pays_and_is_connected_may_run_unattended() -> None:
    assert world.nation().may_run_unattended


@pytest.mark.parametrize(
    "changes",
    [
        {"nb_needs_reauth": True},
        {"nb_connected": False},
        {"subscription_status": SubscriptionStatus.CANCELLED},
        {"subscription_status": SubscriptionStatus.NONE},
    ],
    ids=["has to be connected anew", "not connected", "cancelled", "never subscribed"],
)
def test_a_nation_that_nothing_can_be_done_for_waits(changes: dict[str, Any]) -> None:
    assert not world.nation(**changes).may_run_unattended


def test_a_trial_may_run_unattended() -> None:
    assert world.nation(subscription_status=SubscriptionStatus.TRIALING).may_run_unattended


def test_a_pool_that_is_used_up_is_left_to_admission() -> None:
    assert world.nation(queries_used_this_period=500).may_run_unattended
