"""What a query costs follows the cache's rules and the price table; margins follow from it."""

import itertools
import json
from decimal import Decimal

import pytest

from benchmarks import margins
from benchmarks.cost.dialogue import KINDS, LONG, MANY_RECORDS, measure
from benchmarks.margins import MODELS, Margin, QueryCost, break_even, margin, missed, query_cost
from config import load_models, load_plans
from nat.agent.tools import load

HAIKU = "claude-haiku-4-5"


@pytest.fixture(scope="module")
def haiku() -> QueryCost:
    return query_cost(HAIKU)


def test_the_shared_prefix_is_read_and_not_written_when_somebody_asked_before() -> None:
    warm = measure(HAIKU, warm=True)

    first = warm.queries[0].calls[0]
    assert first.cache_read_tokens == warm.prefix_tokens
    assert first.cache_write_tokens < 200


def test_the_first_question_after_a_pause_writes_the_prefix_once() -> None:
    cold = measure(HAIKU, warm=False)

    written = [call.cache_write_tokens for query in cold.queries for call in query.calls]
    assert written[0] > cold.prefix_tokens
    assert all(tokens < cold.prefix_tokens for tokens in written[1:])


def test_each_call_reads_all_that_the_call_before_it_sent() -> None:
    calls = [call for query in measure(HAIKU, warm=True).queries for call in query.calls]

    for before, after in itertools.pairwise(calls):
        assert after.cache_read_tokens >= before.cache_read_tokens + before.cache_write_tokens


def test_the_prefix_counts_all_tools_of_the_product() -> None:
    measured = measure(HAIKU, warm=True)

    assert measured.tools == len(load())
    assert measured.prefix_tokens > 4_096


def test_longer_results_cost_more() -> None:
    usual = measure(HAIKU, warm=True).queries[0].usage
    many = measure(HAIKU, warm=True, records=MANY_RECORDS).queries[0].usage

    assert many.cache_write_tokens > usual.cache_write_tokens
    assert many.output_tokens > usual.output_tokens


def test_a_change_that_waits_for_approval_is_among_the_queries() -> None:
    assert [query.kind for query in measure(HAIKU, warm=True).queries] == [kind.name for kind in KINDS]


def test_a_long_conversation_costs_no_more_however_long_it_is() -> None:
    def prompts(questions: int) -> int:
        queries = measure(HAIKU, warm=True, questions=questions).queries
        return max(
            call.input_tokens + call.cache_write_tokens + call.cache_read_tokens
            for query in queries
            for call in query.calls
        )

    assert prompts(2 * LONG) < 1.1 * prompts(LONG)


def test_a_query_costs_its_tokens_at_the_models_prices(haiku: QueryCost) -> None:
    rates = load_models()[HAIKU]
    queries = measure(HAIKU, warm=True).queries
    tokens = sum((query.usage for query in queries[1:]), queries[0].usage)

    micros = (
        tokens.input_tokens * rates.input
        + tokens.cache_write_tokens * rates.cache_write
        + tokens.cache_read_tokens * rates.cache_read
        + tokens.output_tokens * rates.output
    ) / Decimal(1_000_000)
    assert abs(haiku.warm - micros / len(queries)) < 5
    assert len(queries) == len(KINDS)


def test_a_quiet_platform_pays_for_the_prefix_more_often(haiku: QueryCost) -> None:
    assert haiku.warm <= haiku.blended(10_000) < haiku.blended(100) < haiku.cold


def test_a_margin_is_what_the_model_leaves_of_the_price() -> None:
    left = Margin("nat", price_cents=2_900, queries=200, cost_micros=Decimal(4_350_000))

    assert left.share == Decimal("0.85")


def test_break_even_is_where_nothing_is_left() -> None:
    plan = load_plans()["nat"]
    micros = Decimal(10_000)

    queries = break_even(plan, micros)

    assert margin("nat", plan, queries, micros).share >= 0
    assert margin("nat", plan, queries + 1, micros).share < 0


def test_a_dear_query_misses_its_targets(haiku: QueryCost) -> None:
    micros = Decimal(25_000)
    dear = QueryCost(HAIKU, micros, micros, micros, micros, haiku.measured)

    problems = missed(dear, 10_000)

    assert [each.split()[1] for each in problems] == ["a", "nat", "nat_pro"]


@pytest.mark.parametrize("model", MODELS)
def test_the_products_targets_are_met(model: str) -> None:
    assert missed(query_cost(model), 10_000) == []


def test_the_command_tells_the_same_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert margins.main(["--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert set(told["models"]) == set(MODELS)
    assert told["models"][HAIKU]["plans"]["nat"]["margins"].keys() == {"200", "500"}


def test_the_command_prints_every_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert margins.main([]) == 0

    printed = capsys.readouterr().out
    assert "nat_pro" in printed
    assert "Break-even" in printed
