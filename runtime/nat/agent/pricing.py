"""What model calls cost, from prices that are configuration.

Prices are integer micro-dollars per million tokens ($1.00 a million = 1,000,000), costs integer
micro-dollars. A model without a price costs `None`, which means "unpriced" and is shown so; it is never
taken for nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nat.agent.values import Usage

MILLION: Final = 1_000_000

_WRAPPING: Final = re.compile(r"^(?:[a-z]{2,6}\.)?(?:anthropic\.)?(.+?)(?:-\d{8})?(?:-v\d+(?::\d+)?)?$")
"""Bedrock writes `eu.anthropic.claude-haiku-4-5-20251001-v1:0`, the API answers with a dated id: one
price."""


@dataclass(frozen=True)
class Rates:
    """Micro-dollars per million tokens, by kind."""

    input: int
    cache_write: int
    cache_read: int
    output: int

    def cost(self, usage: Usage) -> int:
        """Micro-dollars, rounded up once."""
        total = (
            usage.input_tokens * self.input
            + usage.cache_write_tokens * self.cache_write
            + usage.cache_read_tokens * self.cache_read
            + usage.output_tokens * self.output
        )
        return -(-total // MILLION)


@dataclass(frozen=True)
class Price:
    """Prices of one model. Above `long_prompt_tokens` tokens in the prompt, cache reads and writes counted,
    the whole call is charged at `long_prompt`."""

    rates: Rates
    long_prompt_tokens: int | None = None
    long_prompt: Rates | None = None

    def rates_for(self, prompt_tokens: int) -> Rates:
        """The tier that a prompt of this length falls into."""
        if self.long_prompt is None or self.long_prompt_tokens is None:
            return self.rates
        return self.long_prompt if prompt_tokens > self.long_prompt_tokens else self.rates


class ModelPrices:
    """The price list of all models, by model id."""

    def __init__(self, prices: Mapping[str, Price]) -> None:
        self._prices = dict(prices)

    @classmethod
    def from_json(cls, value: Mapping[str, Mapping[str, object]]) -> "ModelPrices":
        """Read `{model: {input, cache_write, cache_read, output[, long_prompt_tokens, long_prompt: {…}]}}`.

        Raises `ValueError` that names the model and the key that is missing, unknown or no whole number.
        """
        return cls({model: _price(model, each) for model, each in value.items()})

    def of(self, model: str) -> Price | None:
        """Price of a model id as the API, Bedrock or configuration spells it."""
        found = self._prices.get(model)
        if found is None and (bare := _WRAPPING.match(model)):
            found = self._prices.get(bare.group(1))
        return found

    def cost_micros(self, usage: Usage, model: str, prompt_tokens: int | None = None) -> int | None:
        """Cost of one model call in micro-dollars; `None` if the model is unpriced.

        `prompt_tokens` decides the tier; without it, it is the sum of the call's input kinds. Costs of
        several calls are added up, never computed from added-up usage: each call has a tier of its own.
        """
        price = self.of(model)
        if price is None:
            return None
        if prompt_tokens is None:
            prompt_tokens = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
        return price.rates_for(prompt_tokens).cost(usage)


def total_micros(costs: Iterable[int | None]) -> int | None:
    """Sum of costs; unpriced as soon as one of them is."""
    total = 0
    for cost in costs:
        if cost is None:
            return None
        total += cost
    return total


_KINDS: Final = ("input", "cache_write", "cache_read", "output")


def _price(model: str, value: Mapping[str, Any]) -> Price:
    unknown = set(value) - {*_KINDS, "long_prompt_tokens", "long_prompt"}
    if unknown:
        raise ValueError(f"Price of {model}: unknown key {sorted(unknown)[0]}.")
    if ("long_prompt" in value) != ("long_prompt_tokens" in value):
        raise ValueError(f"Price of {model}: long_prompt and long_prompt_tokens belong together.")
    if "long_prompt" not in value:
        return Price(_rates(model, value))
    return Price(
        _rates(model, value),
        _whole(model, "long_prompt_tokens", value),
        _rates(f"{model} (long prompt)", value["long_prompt"]),
    )


def _rates(model: str, value: Mapping[str, object]) -> Rates:
    return Rates(*(_whole(model, kind, value) for kind in _KINDS))


def _whole(model: str, key: str, value: Mapping[str, object]) -> int:
    number = value.get(key)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"Price of {model}: {key} must be a whole number of micro-dollars, not {number!r}.")
    return number
