"""80 %, the limit and fair use are told once in a period, to the person who asks and on the bus."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from nat.agent.ports import ModelReply
from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import Notice
from nat.conversations.turns import Turn
from nat.ids import NationSlug
from nat.names import Bus, Table
from nat.nations.plans import UNLIMITED, Plan, Plans
from nat.nations.record import Nation, Nations
from nat.nations.usage import QueryPool, check_and_reset_billing_cycle_nation
from nat.settings import TableNames
from nat.turns.pool_notices import PoolNotices
from nat.turns.signals import Signals
from nat.wording import Worded
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import says
from tests.unit.nat.faults import conflicting
from tests.unit.nat.turns.stage import APP_URL, Stage, WorkerDied, message_of

PLANS = Plans([*world.PLANS, Plan("nat_pro", 7900, UNLIMITED, "soft", fair_use=10_000)])
UPGRADE = f"{APP_URL}/settings/billing"


class Deadly:
    """A model that takes its worker down."""

    def stream(self, *_: Any, **__: Any) -> ModelReply:
        raise WorkerDied


@pytest.fixture
def stage(tables: TableNames) -> Stage:
    return Stage(tables)


def record(stage: Stage, **changes: Any) -> Nation:
    """The nation's record, after a change."""
    nations = Nations(Store(clients.dynamodb(), stage.tables))
    changed = nations.update(NationSlug("demo"), changes) if changes else nations.require(NationSlug("demo"))
    assert changed is not None
    return changed


def using(stage: Stage, used: int, **changes: Any) -> Nation:
    """The nation's record with so many queries used."""
    return record(stage, queries_used_this_period=used, **changes)


def notices(stage: Stage, turn: Turn | None = None) -> list[str]:
    """What a turn that runs now tells, by kind."""
    teller = PoolNotices(Store(clients.dynamodb(), stage.tables, stage.clock), PLANS, app_url=APP_URL)
    return [each.kind for each in teller.due(turn or stage.admitted(), record(stage))]


def announced(stage: Stage) -> list[tuple[str, Any]]:
    """What waits for the bus: the event, and the percent of the pool or what else it is about."""
    details = [
        (row["event"]["S"], json.loads(row["detail"]["S"]))
        for row in world.rows(stage.tables, Table.CONNECTIONS)
    ]
    return sorted((event, detail.get("percent")) for event, detail in details)


def test_the_person_whose_turn_finds_80_percent_used_is_told(stage: Stage) -> None:
    using(stage, 400)
    turn = stage.admitted()

    stage.run(turn, says("12 people"))

    told = [each.event for each in stage.events(turn) if isinstance(each.event, Notice)]
    assert told == [
        Notice.of("usage_warning", Worded("notice.usage_warning", percent=80, used=400, limit=500), UPGRADE)
    ]
    assert "80 % of its queries of this period: 400 of 500." in told[0].message
    assert stage.types(turn)[-1] == "turn.finished"


def test_below_80_percent_nobody_is_told(stage: Stage) -> None:
    using(stage, 399)

    assert notices(stage) == []
    assert announced(stage) == []


def test_each_share_is_told_once_and_announced_once(stage: Stage) -> None:
    told = []
    for used in (400, 401, 399, 400, 499, 500, 500):
        using(stage, used)
        told.append(notices(stage))

    assert told == [["usage_warning"], [], [], [], [], ["limit_reached"], []]
    assert announced(stage) == [(Bus.USAGE_WARNING, 80), (Bus.USAGE_WARNING, 100)]


def test_the_announcement_says_what_admins_need_and_names_nobody(stage: Stage) -> None:
    using(stage, 412)
    notices(stage)

    (row,) = world.rows(stage.tables, Table.CONNECTIONS)
    detail = json.loads(row["detail"]["S"])
    del detail["id"], detail["at"]
    assert detail == {
        "nation_slug": "demo",
        "percent": 80,
        "plan": "nat",
        "cap": "hard",
        "used": 412,
        "limit": 500,
        "period_start": "2026-11-20T09:30:00.000Z",
    }


def test_of_many_turns_that_see_it_at_once_one_tells_it(stage: Stage) -> None:
    seen = using(stage, 500)
    turns = [stage.admitted() for _ in range(24)]
    teller = PoolNotices(Store(clients.dynamodb(), stage.tables, stage.clock), PLANS, app_url=APP_URL)

    with ThreadPoolExecutor(24) as threads:
        told = [each.kind for due in threads.map(lambda turn: teller.due(turn, seen), turns) for each in due]

    assert sorted(told) == ["limit_reached", "usage_warning"]
    assert announced(stage) == [(Bus.USAGE_WARNING, 80), (Bus.USAGE_WARNING, 100)]


def test_a_claim_that_meets_questions_on_their_way_in_is_tried_again(stage: Stage) -> None:
    """The embedded AWS never cancels so, AWS does whenever two transactions meet in an item."""
    seen = using(stage, 400)

    with conflicting(3, "TransactionConflict") as url:
        client = boto3.client("dynamodb", endpoint_url=url, config=clients.CONFIG)
        teller = PoolNotices(Store(client, stage.tables, stage.clock), PLANS, app_url=APP_URL)
        told = teller.due(stage.admitted(), seen)

    assert [each.kind for each in told] == ["usage_warning"]


def test_in_a_new_period_it_is_told_again(stage: Stage) -> None:
    using(stage, 450)
    notices(stage)
    stage.clock.advance(days=40)
    pool = QueryPool(Store(clients.dynamodb(), stage.tables, stage.clock), PLANS)
    check_and_reset_billing_cycle_nation(NationSlug("demo"), pool)

    after_reset = notices(stage)
    using(stage, 400)

    assert after_reset == []
    assert notices(stage) == ["usage_warning"]


def test_the_shares_of_another_limit_are_told_too(stage: Stage) -> None:
    using(stage, 500)
    notices(stage)

    using(stage, 500, queries_limit=2_000)
    after_upgrade = notices(stage)
    using(stage, 1_600)

    assert after_upgrade == []
    assert notices(stage) == ["usage_warning"]


def test_who_upgrades_in_that_moment_is_not_told(stage: Stage) -> None:
    before = using(stage, 500)
    record(stage, queries_limit=UNLIMITED, subscription_plan="nat_pro")
    teller = PoolNotices(Store(clients.dynamodb(), stage.tables, stage.clock), PLANS, app_url=APP_URL)

    assert teller.due(stage.admitted(), before) == []
    assert announced(stage) == []


def test_on_a_soft_cap_the_limit_is_told_as_one_to_go_beyond(stage: Stage) -> None:
    nation = using(stage, 500, subscription_plan="starter")
    teller = PoolNotices(Store(clients.dynamodb(), stage.tables, stage.clock), PLANS, app_url=APP_URL)

    _, limit = teller.due(stage.admitted(), nation)

    assert "You can go on" in limit.message


def test_beyond_fair_use_the_operator_is_told_once_and_the_person_is_not(stage: Stage) -> None:
    told = []
    for used in (9_999, 10_000, 10_001, 10_500):
        using(stage, used, subscription_plan="nat_pro", queries_limit=UNLIMITED)
        told += notices(stage)

    assert told == []
    assert announced(stage) == [(Bus.FAIR_USE_EXCEEDED, None)]


def test_a_turn_whose_worker_died_before_it_told_tells_it_at_its_next_attempt(stage: Stage) -> None:
    using(stage, 400)
    turn = stage.admitted()
    claimed = notices(stage, turn)

    again = notices(stage, replace(turn, attempt=2))

    assert claimed == again == ["usage_warning"]
    assert announced(stage) == [(Bus.USAGE_WARNING, 80)]


def test_a_turn_that_told_it_before_its_worker_died_does_not_tell_it_again(stage: Stage) -> None:
    using(stage, 400)
    turn = stage.admitted()
    with pytest.raises(WorkerDied):
        stage.runner(Deadly()).run(message_of(turn), Signals())
    stage.clock.advance(minutes=1)

    stage.run(turn, says("12 people"))

    assert [each.event.type for each in stage.events(turn)].count("notice") == 1


def test_storage_that_fails_keeps_no_turn_from_its_answer(stage: Stage) -> None:
    using(stage, 400)
    broken = TableNames({**stage.tables.names, Table.CONNECTIONS: "gone"})
    teller = PoolNotices(Store(clients.dynamodb(), broken, stage.clock), PLANS, app_url=APP_URL)

    assert teller.due(stage.admitted(), record(stage)) == []
    assert notices(stage) == ["usage_warning"]
