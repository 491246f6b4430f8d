"""Tokens by kind and money of every turn, stored with it and summed for its nation."""

from datetime import UTC, date

from nat.agent.ports import ModelReply
from nat.agent.values import Usage
from nat.aws import clients
from nat.aws.store import Store
from nat.conversations.turns import Turn
from nat.errors import ModelOverloaded
from nat.ids import NationSlug, UserId
from nat.nations.record import Nations
from nat.nations.spending import Spendings, Spent
from tests.unit.nat.agent.scripted_model import calls, says, use
from tests.unit.nat.turns.stage import Stage

CACHED = Usage(input_tokens=100, cache_write_tokens=2_000, cache_read_tokens=30_000, output_tokens=40)
CACHED_MICROS = 100 + 2_500 + 3_000 + 200
FIRST = date(2026, 11, 22)


def spendings(stage: Stage) -> Spendings:
    return Spendings(Store(clients.dynamodb(), stage.tables))


def ask(stage: Stage, *replies: ModelReply | Exception, user_id: UserId = UserId("u1")) -> Turn:
    return stage.run(stage.admitted(user_id=user_id), *replies)


def test_a_turn_keeps_its_tokens_by_kind_and_its_money(stage: Stage) -> None:
    turn = ask(stage, says("23.", usage=CACHED))

    assert (turn.usage, turn.cost_micros) == (CACHED, CACHED_MICROS)


def test_all_calls_of_a_turn_are_added_up(stage: Stage) -> None:
    turn = ask(stage, calls(use("count_people")), says("23.", usage=CACHED))

    assert turn.usage == CACHED + Usage(input_tokens=100, output_tokens=10)
    assert turn.cost_micros == CACHED_MICROS + 150


def test_calls_of_tools_that_gave_a_result_are_counted_by_tool(stage: Stage) -> None:
    again = calls(use("count_people", "t3"))
    ask(stage, calls(use("count_people"), use("no_such_tool", "t2")), again, says("23."))
    ask(stage, calls(use("count_people")), ModelOverloaded())

    assert spendings(stage).between(NationSlug("demo"), FIRST, FIRST).tools == {"count_people": 3}


def test_a_nations_day_sums_its_people(stage: Stage) -> None:
    for user in ("u1", "u1", "u2"):
        ask(stage, says("23.", usage=CACHED), user_id=UserId(user))

    found = spendings(stage).between(NationSlug("demo"), FIRST, FIRST)

    assert found.total == Spent(3, 300, 6_000, 90_000, 120, 3 * CACHED_MICROS)
    assert {person: spent.queries for person, spent in found.people.items()} == {"u1": 2, "u2": 1}
    assert found.days == {FIRST: found.total}


def test_a_failed_turn_adds_its_tokens_and_no_query(stage: Stage) -> None:
    ask(stage, calls(use("count_people")), ModelOverloaded())

    assert spendings(stage).between(NationSlug("demo"), FIRST, FIRST).total == Spent(
        queries=0, input_tokens=100, output_tokens=10, cost_micros=150
    )


def test_a_period_sums_its_days_and_no_others(stage: Stage) -> None:
    ask(stage, says("23."))
    stage.clock.advance(days=3)
    ask(stage, says("23."))
    record = Nations(Store(clients.dynamodb(), stage.tables)).update(
        NationSlug("demo"), {"billing_period_start": stage.clock.now}, now=stage.clock.now
    )
    stage.clock.advance(days=2)
    ask(stage, says("23."))

    assert record is not None
    found = spendings(stage).of_period(record, stage.clock.now)

    assert found.total.queries == 2
    assert sorted(found.days) == [date(2026, 11, 25), date(2026, 11, 27)]
    assert (
        spendings(stage)
        .between(NationSlug("demo"), FIRST, stage.clock.now.astimezone(UTC).date())
        .total.queries
        == 3
    )


def test_another_nations_spending_is_not_counted(stage: Stage) -> None:
    ask(stage, says("23."))

    assert spendings(stage).between(NationSlug("dem"), FIRST, FIRST).total == Spent()


def test_turns_without_a_price_are_counted_as_such(stage: Stage) -> None:
    ask(stage, ModelReply(({"type": "text", "text": "23."},), "end_turn", CACHED, "claude-mystery-9"))

    found = spendings(stage).between(NationSlug("demo"), FIRST, FIRST).total
    assert (found.unpriced, found.cost_micros, found.output_tokens) == (1, 0, 40)
