"""What Claude costs for a query, and what is left of each plan's price.

    .venv/bin/python -m benchmarks.margins
    .venv/bin/python -m benchmarks.margins --json

Prices are `config/models.toml`, plans `config/plans.toml`. Tokens are those of a conversation of usual size
(a question, a follow-up, a change that waits for approval) over the real system prompt and tool list,
estimated as the Claude stand-in's `count_tokens` does (3.6 bytes a token), not counted by Claude. The exit
status is 1 when a target is missed: the cost of a query, or a gross margin of 85 % on the model's cost at 200
queries a month (`nat`) and 800 (`nat_pro`).
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from msgspec.structs import asdict
from rich.console import Console
from rich.table import Table

from benchmarks.cost.dialogue import LONG, MANY_RECORDS, Measured, Query, measure
from benchmarks.cost.usage import load_usage, profile_names
from config import Plan, load_models, load_plans, models_json
from nat.agent.pricing import ModelPrices
from nat.agent.values import Usage

MODELS: Final = ("claude-haiku-4-5", "claude-haiku-5-5")
QUERY_TARGETS: Final = {"claude-haiku-4-5": 20_000, "claude-haiku-5-5": 3_000}
"""Micro-dollars a query."""
LOADS: Final = {"nat": (200, 500), "nat_pro": (800, 10_000)}
"""Queries a month of each plan: what the target speaks of, and the full load (its limit, or fair use)."""
MARGIN_TARGET: Final = Decimal("0.85")

LONGER: Final = {"claude-haiku-4-5": Decimal(1), "claude-haiku-5-5": Decimal("1.3")}
"""Tokens that a text becomes, against Haiku 4.5. The 1.3 is Anthropic's rule of thumb, not measured."""
THINKING_TOKENS: Final = {"claude-haiku-4-5": 0, "claude-haiku-5-5": 200}
"""Output tokens that a call thinks before it speaks: Haiku 5.5 does by default. An assumption."""

ACTIVE_MINUTES: Final = 12 * 60
"""Minutes of a day in which people ask."""
CACHE_MINUTES: Final = 5
MICROS: Final = 1_000_000


@dataclass(frozen=True)
class QueryCost:
    """Micro-dollars of a query, the mean of a conversation's questions."""

    model: str
    warm: Decimal
    """Somebody of any nation asked within five minutes: the prefix is read from the cache."""
    cold: Decimal
    """Nobody did: the first call of the conversation writes the prefix."""
    long: Decimal
    """As `warm`, with 50 records in each result and a longer answer."""
    late: Decimal
    """As `warm`, in a conversation so long that its older turns are compacted."""
    measured: Measured

    def blended(self, queries_a_day: int) -> Decimal:
        """With so many queries a day on the platform, falling at random into the active hours."""
        alone = Decimal(math.exp(-queries_a_day / ACTIVE_MINUTES * CACHE_MINUTES))
        return self.warm + alone * (self.cold - self.warm)


@dataclass(frozen=True)
class Margin:
    """What is left of a plan's price."""

    plan: str
    price_cents: int
    queries: int
    cost_micros: Decimal

    @property
    def share(self) -> Decimal:
        """Of the price; below zero for a loss."""
        return 1 - self.cost_micros / (self.price_cents * MICROS // 100)


def query_cost(model: str) -> QueryCost:
    """Cost of a query with one model, by its row of `models.toml`."""
    prices = ModelPrices.from_json(json.loads(models_json(load_models())))
    warm, cold = measure(model, warm=True), measure(model, warm=False)
    long = measure(model, warm=True, records=MANY_RECORDS)
    late = measure(model, warm=True, questions=LONG)
    return QueryCost(
        model,
        _mean(warm, model, prices),
        _mean(cold, model, prices),
        _mean(long, model, prices),
        _mean(late, model, prices, after=LONG // 2),
        warm,
    )


def margin(name: str, plan: Plan, queries: int, micros: Decimal) -> Margin:
    """Margin of one plan at so many queries a month, on the model's cost alone."""
    return Margin(name, plan.price_cents, queries, queries * micros)


def break_even(plan: Plan, micros: Decimal) -> int:
    """Queries a month whose model cost is the plan's price."""
    return int(plan.price_cents * MICROS // 100 / micros)


def missed(cost: QueryCost, queries_a_day: int) -> list[str]:
    """Targets that are not met, a sentence each."""
    micros = cost.blended(queries_a_day)
    target = QUERY_TARGETS[cost.model]
    found = []
    if micros > target:
        found.append(f"{cost.model}: a query costs {_usd(micros)}, more than {_usd(Decimal(target))}.")
    plans = load_plans()
    for name, (aimed_at, _) in LOADS.items():
        share = margin(name, plans[name], aimed_at, micros).share
        if share < MARGIN_TARGET:
            left = f"{name} at {aimed_at} queries leaves {share:.1%}"
            found.append(f"{cost.model}: {left}, less than {MARGIN_TARGET:.0%}.")
    return found


def _mean(measured: Measured, model: str, prices: ModelPrices, *, after: int = 0) -> Decimal:
    queries = measured.queries[after:]
    return Decimal(sum(_micros(query, model, prices) for query in queries)) / len(queries)


def _micros(query: Query, model: str, prices: ModelPrices) -> int:
    costs = (prices.cost_micros(_longer(call, model), model) for call in query.calls)
    return sum(cost for cost in costs if cost is not None)


def _longer(usage: Usage, model: str) -> Usage:
    def tokens(count: int) -> int:
        return int((count * LONGER[model]).to_integral_value(ROUND_CEILING))

    return Usage(
        tokens(usage.input_tokens),
        tokens(usage.cache_write_tokens),
        tokens(usage.cache_read_tokens),
        tokens(usage.output_tokens) + THINKING_TOKENS[model],
    )


def _usd(micros: Decimal) -> str:
    return f"${micros / MICROS:.4f}"


def _tables(costs: Sequence[QueryCost], queries_a_day: int) -> list[Table]:
    per_query = Table(title="Claude, a query", title_justify="left")
    for heading in (
        "Model",
        "prefix cached",
        "prefix new",
        "long results",
        "long talk",
        f"{queries_a_day:,} a day",
        "target",
    ):
        per_query.add_column(heading, justify="left" if heading == "Model" else "right")
    margins = Table(title="Gross margin on Claude's cost", title_justify="left")
    for heading in ("Plan", "Model", "Price", "Queries", "Cost", "Margin", "Break-even"):
        margins.add_column(heading, justify="left" if heading in {"Plan", "Model"} else "right")
    for cost in costs:
        micros = cost.blended(queries_a_day)
        target = _usd(Decimal(QUERY_TARGETS[cost.model]))
        figures = (cost.warm, cost.cold, cost.long, cost.late, micros)
        per_query.add_row(cost.model, *(_usd(each) for each in figures), f"≤ {target}")
    plans = load_plans()
    for name, loads in LOADS.items():
        for cost in costs:
            micros = cost.blended(queries_a_day)
            for queries in loads:
                left = margin(name, plans[name], queries, micros)
                margins.add_row(
                    name,
                    cost.model,
                    f"${left.price_cents / 100:.0f}",
                    f"{queries:,}",
                    f"${left.cost_micros / MICROS:.2f}",
                    f"{left.share:.1%}",
                    f"{break_even(plans[name], micros):,}",
                )
    return [per_query, _tokens_table(costs), margins]


def _tokens_table(costs: Sequence[QueryCost]) -> Table:
    prices = ModelPrices.from_json(json.loads(models_json(load_models())))
    table = Table(title="Tokens, with the prefix cached", title_justify="left")
    for heading in ("Query", "Model", "Calls", "fresh", "written", "read", "said", "Cost"):
        table.add_column(heading, justify="left" if heading in {"Query", "Model"} else "right")
    for cost in costs:
        for query in cost.measured.queries:
            usage = sum((_longer(call, cost.model) for call in query.calls), Usage())
            counts = (
                usage.input_tokens,
                usage.cache_write_tokens,
                usage.cache_read_tokens,
                usage.output_tokens,
            )
            table.add_row(
                query.kind,
                cost.model,
                str(len(query.calls)),
                *(f"{each:,}" for each in counts),
                _usd(Decimal(_micros(query, cost.model, prices))),
            )
    return table


def _basis(cost: QueryCost) -> str:
    measured = cost.measured
    calls = sum(len(query.calls) for query in measured.queries)
    total = sum((query.usage for query in measured.queries), Usage())
    return (
        f"{measured.tools} tools and the prompt are {measured.prefix_tokens:,} tokens by estimate. "
        f"{len(measured.queries)} queries in {calls} calls: {total.cache_read_tokens:,} read from the cache, "
        f"{total.cache_write_tokens:,} written, {total.input_tokens:,} neither, {total.output_tokens:,} said."
    )


def _json(costs: Sequence[QueryCost], queries_a_day: int) -> str:
    models = {cost.model: _told(cost, queries_a_day) for cost in costs}
    return json.dumps({"queries_a_day": queries_a_day, "models": models}, indent=2)


def _told(cost: QueryCost, queries_a_day: int) -> dict[str, object]:
    plans = load_plans()
    micros = cost.blended(queries_a_day)
    return {
        "tools": cost.measured.tools,
        "prefix_tokens": cost.measured.prefix_tokens,
        "warm_micros": round(cost.warm),
        "cold_micros": round(cost.cold),
        "long_micros": round(cost.long),
        "late_micros": round(cost.late),
        "queries": {
            query.kind: asdict(sum((_longer(call, cost.model) for call in query.calls), Usage()))
            for query in cost.measured.queries
        },
        "query_micros": round(micros),
        "plans": {
            name: {
                "margins": {each: f"{margin(name, plans[name], each, micros).share:.4f}" for each in loads},
                "break_even_queries": break_even(plans[name], micros),
            }
            for name, loads in LOADS.items()
        },
        "missed": missed(cost, queries_a_day),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Calculate and print; the exit status says whether all targets are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.margins")
    parser.add_argument("--profile", default="full", choices=profile_names(), help="how much is asked")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    profile = load_usage(chosen.profile).profile
    queries_a_day = profile.nations * profile.queries_a_day
    costs = [query_cost(model) for model in MODELS]
    problems = [problem for cost in costs for problem in missed(cost, queries_a_day)]
    if chosen.json:
        print(_json(costs, queries_a_day))
    else:
        console = Console()
        for table in _tables(costs, queries_a_day):
            console.print(table)
        for sentence in (_basis(costs[0]), *(problems or ["All targets are met."])):
            console.print(sentence, highlight=False)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
