"""Plans and model prices: data, so that a price is a line and a plan is a table."""

import json
from typing import Annotated, Literal

from pydantic import Field

from config.loading import ROOT, Frozen, parse, read_toml

PLANS = ROOT / "plans.toml"
MODELS = ROOT / "models.toml"

UNLIMITED = 999_999
"""What an unlimited plan stores as its limit."""


class Plan(Frozen):
    """One row of PRODUCT's table of plans. The billing unit is the nation."""

    name: str
    price_cents: Annotated[int, Field(ge=0)]
    """Per month, in integer US cents."""
    queries: Annotated[int, Field(ge=1, le=UNLIMITED)]
    """Queries per billing period; `UNLIMITED` for no limit."""
    cap: Literal["hard", "soft"]
    """`hard` stops at the limit, `soft` only warns."""
    seats: Annotated[int, Field(ge=1)] | None = None
    """People per nation; absent: everyone in the nation."""
    fair_use: Annotated[int, Field(ge=1)] | None = None
    """Queries a period above which the operator is told."""
    legacy: bool = False
    """No longer sold; kept for nations that have it."""
    stripe_price: str | None = None
    """Stripe's price id."""


class ModelPrice(Frozen):
    """Prices of one model in integer micro-dollars per million tokens."""

    input: Annotated[int, Field(ge=0)]
    cache_write: Annotated[int, Field(ge=0)]
    """Writing to the five-minute cache."""
    cache_read: Annotated[int, Field(ge=0)]
    output: Annotated[int, Field(ge=0)]
    bedrock_id: str | None = None
    """The model's id on Amazon Bedrock."""
    long_prompt_tokens: Annotated[int, Field(ge=1)] | None = None
    """Prompts longer than this (cache reads and writes counted) cost `long_*`."""
    long_input: Annotated[int, Field(ge=0)] | None = None
    long_cache_write: Annotated[int, Field(ge=0)] | None = None
    long_cache_read: Annotated[int, Field(ge=0)] | None = None
    long_output: Annotated[int, Field(ge=0)] | None = None


def load_plans() -> dict[str, Plan]:
    """Plans by id, in the file's order. Raises `ConfigurationError`."""
    return {key: parse(Plan, value, f"plans.toml [{key}]") for key, value in read_toml(PLANS).items()}


def load_models() -> dict[str, ModelPrice]:
    """Prices by model id. Raises `ConfigurationError`."""
    return {key: parse(ModelPrice, value, f"models.toml [{key}]") for key, value in read_toml(MODELS).items()}


def plans_json(plans: dict[str, Plan]) -> str:
    """What `NAT_PLANS` carries: compact JSON by plan id."""
    return _compact(plans)


def models_json(models: dict[str, ModelPrice]) -> str:
    """What `NAT_PRICES` carries: compact JSON by model id."""
    return _compact(models)


def _compact(table: dict[str, Plan] | dict[str, ModelPrice]) -> str:
    values = {key: value.model_dump(exclude_none=True) for key, value in table.items()}
    return json.dumps(values, separators=(",", ":"), sort_keys=True)
