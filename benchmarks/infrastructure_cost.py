"""What one environment costs a month, from its CloudFormation templates and a stated usage.

    .venv/bin/python -m benchmarks.infrastructure_cost
    .venv/bin/python -m benchmarks.infrastructure_cost --profile full --json
    .venv/bin/python -m benchmarks.infrastructure_cost --set worker.cpu=256 --set worker.memory_mib=512

The templates say what exists, `benchmarks/cost/usage.toml` how much of it is used and
`benchmarks/cost/prices.toml` what AWS asks for it. A resource type that is neither priced nor listed as free
makes the calculation fail. The budget is for 20 nations and two tasks; above it the exit status is 1. What
the model costs is `benchmarks.margins`.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.cost.bill import CENT, HOME, REGIONS, Bill, bill, load_prices, on_demand
from benchmarks.cost.resources import PriceUnknown, uses
from benchmarks.cost.synthesis import deployment_of, synthesise
from benchmarks.cost.usage import Usage, load_usage, profile_names
from config import ConfigurationError, environment_names

BUDGET: Final = Decimal(55)
"""US dollars a month for 20 nations and two tasks."""
AIM: Final = Decimal(40)
BUDGET_PROFILE: Final = "budget"
WIDE: Final = 150
"""Columns of a terminal that shows every column of the bill."""


@dataclass(frozen=True)
class Cost:
    """A month of one environment with one profile."""

    environment: str
    usage: Usage
    bill: Bill
    region: str
    """Whose prices the bill has."""
    on_demand: Bill
    """The same if Spot gives no discount."""
    elsewhere: Bill
    """The same in the other region whose prices are known."""
    budget: Decimal | None
    """What it may cost, US dollars; `None` for a profile that the budget does not speak of."""

    @property
    def within_budget(self) -> bool:
        """Whether the budget is kept, or there is none."""
        return self.budget is None or self.bill.dollars <= self.budget


def cost(
    environment: str, profile: str = BUDGET_PROFILE, settings: Sequence[str] = (), budget: Decimal = BUDGET
) -> Cost:
    """What an environment costs. Raises `ConfigurationError` and `PriceUnknown`."""
    deployment = deployment_of(environment, settings)
    region = deployment.environment.region
    load_prices(region)
    return cost_of(environment, synthesise(deployment), profile, budget, region)


def cost_of(
    environment: str,
    templates: Mapping[str, Mapping[str, Any]],
    profile: str,
    budget: Decimal = BUDGET,
    region: str = HOME,
) -> Cost:
    """What given templates cost. Raises `ConfigurationError` and `PriceUnknown`."""
    usage, prices = load_usage(profile), load_prices(region)
    (other,) = (each for each in REGIONS if each != region)
    used = uses(templates, usage)
    return Cost(
        environment,
        usage,
        bill(used, prices),
        region,
        bill(on_demand(used), prices),
        bill(used, load_prices(other)),
        budget if profile == BUDGET_PROFILE else None,
    )


def as_table(result: Cost, *, wide: bool) -> Table:
    """The bill for people; `wide` adds each price and what uses the thing."""
    (other,) = (each for each in REGIONS if each != result.region)
    title = f"{result.environment}, {result.region}: {result.usage.profile.title}"
    table = Table(title=title, title_justify="left", show_footer=True)
    table.add_column("What", "Total a month")
    table.add_column("Amount", justify="right")
    table.add_column("Free", justify="right")
    table.add_column("$", f"{result.bill.dollars:,.2f}", justify="right")
    table.add_column(f"$ {other}", f"{result.elsewhere.dollars:,.2f}", justify="right")
    if wide:
        table.add_column("Price")
        table.add_column("Used by", style="dim")
    elsewhere = {line.price.name: line for line in result.elsewhere.lines}
    for line in result.bill.lines:
        price = line.price
        per = f"{price.per:,} " if price.per > 1 else ""
        cells = [
            f"{price.name}{'' if price.confirmed else ' *'}",
            f"{_short(line.amount)} {price.unit}",
            f"{price.free:,}" if price.free else "",
            f"{line.dollars:,.2f}",
            f"{elsewhere[price.name].dollars:,.2f}",
            f"${price.usd} / {per}{price.unit}",
            ", ".join(line.by),
        ]
        table.add_row(*cells[: len(table.columns)])
    return table


def as_json(result: Cost) -> str:
    """The bill for programs; dollars as text, so that nothing is lost."""
    return json.dumps(
        {
            "environment": result.environment,
            "region": result.region,
            "profile": result.usage.profile.title,
            "nations": result.usage.profile.nations,
            "queries": int(result.usage.queries),
            "total_usd": str(result.bill.dollars),
            "total_on_demand_usd": str(result.on_demand.dollars),
            "total_elsewhere_usd": str(result.elsewhere.dollars),
            "per_nation_usd": str((result.bill.dollars / result.usage.profile.nations).quantize(CENT)),
            "budget_usd": None if result.budget is None else str(result.budget),
            "within_budget": result.within_budget,
            "lines": [
                {
                    "what": line.price.name,
                    "amount": str(line.amount.quantize(CENT)),
                    "unit": line.price.unit,
                    "free": line.price.free,
                    "usd": str(line.dollars.quantize(CENT)),
                    "confirmed": line.price.confirmed,
                    "source": line.price.source,
                    "used_by": list(line.by),
                }
                for line in result.bill.lines
            ],
        },
        indent=2,
    )


def summary(result: Cost) -> list[str]:
    """What the bill means, a sentence a line."""
    nations = result.usage.profile.nations
    said = [f"{int(result.usage.queries):,} queries a month, ${result.bill.dollars / nations:.2f} a nation."]
    if result.on_demand.dollars != result.bill.dollars:
        said.append(
            f"Spot is counted at its largest discount; without any the total is ${result.on_demand.dollars}."
        )
    unsure = sum((line.dollars for line in result.bill.lines if not line.price.confirmed), Decimal(0))
    said.append(f"${unsure:.2f} of it rest on prices marked *, which are to be checked.")
    if result.budget is not None:
        verdict = "Within" if result.within_budget else "ABOVE"
        said.append(f"{verdict} the budget of ${result.budget}; the aim is ${AIM}.")
    return said


def _short(amount: Decimal) -> str:
    return f"{amount:,.0f}" if amount >= 100 or amount == amount.to_integral_value() else f"{amount:,.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Calculate and print. Gives the exit status: 1 above the budget, 2 if it cannot be calculated."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.infrastructure_cost")
    parser.add_argument("--env", default="prod", choices=environment_names())
    parser.add_argument("--profile", default=BUDGET_PROFILE, choices=profile_names())
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="what if")
    parser.add_argument("--budget", type=Decimal, default=BUDGET, help="US dollars a month")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        result = cost(chosen.env, chosen.profile, chosen.set, chosen.budget)
    except (ConfigurationError, PriceUnknown) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if chosen.json:
        print(as_json(result))
    else:
        console = Console()
        console.print(as_table(result, wide=console.width >= WIDE))
        for sentence in summary(result):
            console.print(sentence, highlight=False)
    return 0 if result.within_budget else 1


if __name__ == "__main__":
    sys.exit(main())
