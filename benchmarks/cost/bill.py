"""From what is used to what it costs: the price table, free allowances, one line per thing that is billed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from config.loading import ConfigurationError, Frozen, parse, read_toml

PRICES: Final = Path(__file__).with_name("prices.toml")
CENT: Final = Decimal("0.01")
HOME: Final = "us-east-1"
REGIONS: Final = (HOME, "eu-central-1")
"""Where the prices hold."""

Amount = Annotated[Decimal, Field(ge=0)]


class Price(Frozen):
    """What AWS asks for one thing, in US dollars for `per` units beyond the month's `free` ones."""

    name: str
    usd: Amount
    unit: str
    per: Annotated[int, Field(ge=1)] = 1
    eu_central_1: Amount | None = None
    """The same in eu-central-1, where it differs."""
    free: Annotated[int, Field(ge=0)] = 0
    confirmed: bool
    """Whether the figure was read in a document; otherwise it is to be checked."""
    source: str


@dataclass(frozen=True)
class Use:
    """An amount of one priced thing in a month, and what uses it."""

    price: str
    amount: Decimal
    by: str


@dataclass(frozen=True)
class Line:
    """One priced thing on the bill."""

    price: Price
    amount: Decimal
    by: tuple[str, ...]

    @property
    def billed(self) -> Decimal:
        """The amount beyond the free allowance."""
        return max(Decimal(0), self.amount - self.price.free)

    @property
    def dollars(self) -> Decimal:
        """What it costs in a month, not rounded."""
        return self.billed * self.price.usd / self.price.per


@dataclass(frozen=True)
class Bill:
    """A month, dearest line first."""

    lines: tuple[Line, ...]

    @property
    def dollars(self) -> Decimal:
        """The total in US dollars, rounded to cents."""
        return sum((line.dollars for line in self.lines), Decimal(0)).quantize(CENT)


def load_prices(region: str = HOME) -> dict[str, Price]:
    """The price table of a region. Raises `ConfigurationError`."""
    if region not in REGIONS:
        raise ConfigurationError(f"Prices are those of {' and '.join(REGIONS)}, not of {region}.")
    table = {key: parse(Price, value, f"prices.toml [{key}]") for key, value in read_toml(PRICES).items()}
    if region == HOME:
        return table
    return {
        key: price if price.eu_central_1 is None else price.model_copy(update={"usd": price.eu_central_1})
        for key, price in table.items()
    }


def bill(uses: Iterable[Use], prices: Mapping[str, Price]) -> Bill:
    """Add up what is used: an allowance is the account's, however many resources share it.

    Raises `KeyError` for a use of something without a price.
    """
    amounts: dict[str, Decimal] = {}
    users: dict[str, list[str]] = {}
    for use in uses:
        amounts[use.price] = amounts.get(use.price, Decimal(0)) + use.amount
        users.setdefault(use.price, []).append(use.by)
    lines = [Line(prices[key], amount, tuple(dict.fromkeys(users[key]))) for key, amount in amounts.items()]
    return Bill(tuple(sorted(lines, key=lambda line: (-line.dollars, line.price.name))))


def on_demand(uses: Iterable[Use]) -> list[Use]:
    """The same with every Spot task at the price that cannot rise."""
    return [Use(use.price.replace("fargate_spot_", "fargate_"), use.amount, use.by) for use in uses]
