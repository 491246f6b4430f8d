"""All people of a nation share one pool of queries: who asks, who is stopped, and when all go on.

The long form of the crowd, 2,000 at 500 left, is tests/soak/test_crowd.py.
"""

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import LimitReached
from nat.ids import NationSlug
from nat.nations.plans import UNLIMITED
from nat.nations.record import Nations
from nat.nations.usage import check_and_reset_billing_cycle_nation
from nat.settings import TableNames
from nat.turns.admission import Admission, Admitted
from nat.turns.admit import admit
from nat.turns.queue import TurnQueue
from tests.unit.nat.turns.crowd import Outcome, ask_at_once, numbered
from tests.unit.nat.world import (
    PLANS,
    START,
    Clock,
    create_turn_queue,
    nation,
    store_members,
    store_nation,
    used,
)


class People:
    """Ann, Bob and Cat of one nation, each in conversations of their own."""

    def __init__(self, tables: TableNames, used_before: int) -> None:
        self.tables = tables
        self.clock = Clock()
        store_nation(tables, nation(queries_used_this_period=used_before))
        store_members(tables, "demo", ["ann", "bob", "cat"])
        queue = TurnQueue(clients.sqs(), create_turn_queue())
        self.admission = Admission(Store(clients.dynamodb(), tables, self.clock), queue, PLANS)
        self._number = 0

    def ask(self, user: str) -> Admitted:
        self._number += 1
        self.clock.advance(seconds=6)
        return admit(numbered(user, self._number), self.admission)

    def upgrade(self) -> None:
        """What billing stores when the plan is changed."""
        changes = {"subscription_plan": "nat_pro", "queries_limit": UNLIMITED}
        assert Nations(Store(clients.dynamodb(), self.tables)).update(NationSlug("demo"), changes)


def test_a_crowd_is_admitted_to_the_last_query_and_told_once(tables: TableNames) -> None:
    assert ask_at_once(tables, 300, 150, threads=24) == Outcome(
        admitted=150,
        refused=150,
        counted=500,
        turns=150,
        notices={"usage_warning": 1, "limit_reached": 1},
        announcements=2,
    )


def test_several_people_use_one_pool(tables: TableNames) -> None:
    people = People(tables, used_before=0)

    for user in ("ann", "bob", "ann", "cat"):
        people.ask(user)

    assert used(tables) == 4


def test_at_the_limit_everybody_is_stopped_and_after_an_upgrade_all_go_on(tables: TableNames) -> None:
    people = People(tables, used_before=499)
    people.ask("ann")

    for user in ("ann", "bob", "cat"):
        with pytest.raises(LimitReached, match="Upgrade"):
            people.ask(user)
    people.upgrade()

    assert all(people.ask(user).accepted for user in ("ann", "bob", "cat"))
    assert used(tables) == 503


def test_a_period_that_the_payment_provider_begins_lets_everybody_go_on(tables: TableNames) -> None:
    people = People(tables, used_before=500)
    with pytest.raises(LimitReached):
        people.ask("ann")

    check_and_reset_billing_cycle_nation(NationSlug("demo"), people.admission.pool, began=START)

    assert people.ask("ann").accepted
    assert used(tables) == 1
