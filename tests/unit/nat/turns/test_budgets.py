"""Budgets: what one person or one role may use of the nation's pool."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nat.aws import clients
from nat.aws.items import decode
from nat.aws.store import Store
from nat.contract.events import TurnFailed
from nat.errors import BudgetReached, LimitReached, TurnLost
from nat.ids import NationSlug
from nat.names import Table
from nat.nations.record import Nations
from nat.nations.usage import check_and_reset_billing_cycle_nation
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission, Admitted, Limits
from nat.turns.admit import admit
from nat.turns.queue import TurnQueue
from nat.turns.settle import Ending, settle
from tests.unit.nat.turns.crowd import numbered
from tests.unit.nat.world import (
    PLANS,
    START,
    Clock,
    create_turn_queue,
    nation,
    rows,
    store_members,
    store_nation,
    used,
)


class World:
    """A nation with a viewer, two members and an admin, who ask in conversations of their own."""

    def __init__(self, tables: TableNames, **budgets: Any) -> None:
        self.tables = tables
        self.clock = Clock()
        store_nation(tables, nation(budgets=budgets))
        store_members(tables, "demo", ["val"], Role.VIEWER)
        store_members(tables, "demo", ["mia", "max"], Role.MEMBER)
        store_members(tables, "demo", ["ada"], Role.ADMIN)
        queue = TurnQueue(clients.sqs(), create_turn_queue())
        self.admission = Admission(Store(clients.dynamodb(), tables, self.clock), queue, PLANS)
        self._number = 0

    def ask(self, user: str) -> Admitted:
        self._number += 1
        self.clock.advance(seconds=6)
        return self.ask_as(user, self._number, self.admission)

    def ask_as(self, user: str, number: int, admission: Admission) -> Admitted:
        return admit(numbered(user, number), admission)

    def fail(self, admitted: Admitted) -> None:
        """End the turn by a failure of ours."""
        ending = Ending(TurnFailed("internal", "Sorry", True), refund=True)
        held = self.admission.turns.begin(admitted.turn)
        settle(Store(clients.dynamodb(), self.tables), held, 1, ending, self.clock())

    def counted(self) -> dict[str, int]:
        """What is counted of budgets, by person."""
        found = map(decode, rows(self.tables, Table.USAGE))
        budgets = [each for each in found if each["day_user"].startswith("budget@")]
        return {each["day_user"].rpartition("#")[2]: each["queries"] for each in budgets}


def test_a_role_has_a_budget_for_each_of_its_people(tables: TableNames) -> None:
    world = World(tables, roles={"member": 2})
    for user in ("mia", "mia", "max"):
        world.ask(user)

    with pytest.raises(BudgetReached):
        world.ask("mia")

    assert world.ask("max").accepted
    assert (used(tables), world.counted()) == (4, {"mia": 2, "max": 2})


def test_a_persons_own_budget_comes_before_that_of_the_role(tables: TableNames) -> None:
    world = World(tables, roles={"member": 1}, people={"mia": 2})
    world.ask("mia")

    assert world.ask("mia").accepted
    with pytest.raises(BudgetReached):
        world.ask("mia")


def test_without_a_budget_nothing_is_counted_beside_the_pool(tables: TableNames) -> None:
    world = World(tables, roles={"viewer": 1})

    for user in ("ada", "mia", "ada"):
        world.ask(user)

    assert (used(tables), world.counted()) == (3, {})


def test_a_budget_of_nothing_stops_the_person_alone(tables: TableNames) -> None:
    world = World(tables, people={"mia": 0})

    with pytest.raises(BudgetReached, match="Ask an admin"):
        world.ask("mia")

    assert world.ask("max").accepted


def test_a_used_up_pool_is_said_before_a_used_up_budget(tables: TableNames) -> None:
    world = World(tables, people={"mia": 0})
    Nations(Store(clients.dynamodb(), tables)).update(NationSlug("demo"), {"queries_used_this_period": 500})

    with pytest.raises(LimitReached):
        world.ask("mia")


def test_questions_at_the_same_moment_do_not_pass_a_budget(tables: TableNames) -> None:
    world = World(tables, roles={"member": 5})
    at_once = Limits(cooldown=world.clock.now - world.clock.now, turns_a_minute=100)
    queue = TurnQueue(clients.sqs(), create_turn_queue())
    admission = Admission(Store(clients.dynamodb(), tables, world.clock), queue, PLANS, limits=at_once)

    def ask(number: int) -> bool:
        try:
            world.ask_as("mia", number, admission)
        except BudgetReached:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        admitted = sum(threads.map(ask, range(24)))

    assert admitted == 5
    assert (used(tables), world.counted()) == (5, {"mia": 5})


def test_what_is_refused_for_a_budget_leaves_nothing(tables: TableNames) -> None:
    world = World(tables, roles={"member": 1})
    world.ask("mia")
    before = rows(tables, Table.CONVERSATIONS)

    with pytest.raises(BudgetReached):
        world.ask("mia")

    assert rows(tables, Table.CONVERSATIONS) == before


def test_a_refund_gives_the_budget_back_once(tables: TableNames) -> None:
    world = World(tables, roles={"member": 1})
    turn = world.ask("mia")
    world.fail(turn)

    with pytest.raises(TurnLost):
        world.fail(turn)

    assert (used(tables), world.counted()) == (0, {"mia": 0})
    assert world.ask("mia").accepted


def test_a_turn_from_before_the_budget_gives_none_back(tables: TableNames) -> None:
    world = World(tables)
    turn = world.ask("mia")
    Nations(Store(clients.dynamodb(), tables)).update(
        NationSlug("demo"), {"budgets": {"roles": {"member": 2}}}
    )
    world.ask("mia")

    world.fail(turn)

    assert (used(tables), world.counted()) == (1, {"mia": 1})


def test_a_repeated_id_is_free_when_the_budget_is_used_up(tables: TableNames) -> None:
    world = World(tables, roles={"member": 1})
    world.ask_as("mia", 1, world.admission)

    assert world.ask_as("mia", 1, world.admission).repeated


def test_a_new_period_begins_the_budgets_anew(tables: TableNames) -> None:
    world = World(tables, roles={"member": 1})
    world.ask("mia")

    check_and_reset_billing_cycle_nation(NationSlug("demo"), world.admission.pool, began=START)

    assert world.ask("mia").accepted


def test_a_refund_does_not_reach_the_budget_of_a_later_period(tables: TableNames) -> None:
    world = World(tables, roles={"member": 2})
    turn = world.ask("mia")
    check_and_reset_billing_cycle_nation(NationSlug("demo"), world.admission.pool, began=START)
    world.ask("mia")

    world.fail(turn)

    now = Nations(Store(clients.dynamodb(), tables)).require(NationSlug("demo"))
    counted = {
        each["day_user"]["S"]: each["queries"]["N"]
        for each in rows(tables, Table.USAGE)
        if each["day_user"]["S"].startswith("budget@")
    }
    assert now.queries_used_this_period == 1
    assert counted == {
        "budget@2026-11-20T09:30:00.000Z#mia": "0",
        "budget@2026-11-22T09:30:00.000Z#mia": "1",
    }
