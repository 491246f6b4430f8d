"""Plans, model prices and targets: data, so that a price is a line and a plan is a table."""

import json
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.loading import ROOT, Frozen, parse, read_toml
from nat.names import UNLIMITED as UNLIMITED

PLANS = ROOT / "plans.toml"
MODELS = ROOT / "models.toml"
TARGETS = ROOT / "targets.toml"


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
    """Stripe's price id; absent: the price whose lookup key is the plan's id."""
    trial_days: Annotated[int, Field(ge=0, le=730)] = 0
    """Days that a nation's first subscription is free."""
    ceiling_cents: Annotated[int, Field(ge=1)]
    """What the model may cost the operator for one nation in a period; no question is admitted above it."""
    trial_ceiling_cents: Annotated[int, Field(ge=1)] | None = None
    """The same in a trial."""


class Rates(Frozen):
    """Integer micro-dollars per million tokens, by kind."""

    input: Annotated[int, Field(ge=0)]
    cache_write: Annotated[int, Field(ge=0)]
    """Writing to the five-minute cache."""
    cache_read: Annotated[int, Field(ge=0)]
    output: Annotated[int, Field(ge=0)]


class ModelPrice(Rates):
    """Prices of one model. Above `long_prompt_tokens` tokens in the prompt, cache reads and writes counted,
    the whole call is charged at `long_prompt`."""

    long_prompt_tokens: Annotated[int, Field(ge=1)] | None = None
    long_prompt: Rates | None = None
    bedrock_id: str | None = None
    """The model's id on Amazon Bedrock; absent where the model is not used there."""

    @model_validator(mode="after")
    def _both_or_none(self) -> "ModelPrice":
        if (self.long_prompt is None) != (self.long_prompt_tokens is None):
            raise ValueError("long_prompt and long_prompt_tokens belong together")
        return self


class Targets(Frozen):
    """What the service aims at. The names are those that `nat.handlers.operator` tells."""

    customers: Annotated[int, Field(ge=0)]
    queries_a_day: Annotated[int, Field(ge=0)]
    mrr_cents: Annotated[int, Field(ge=0)]
    margin_percent: Annotated[float, Field(ge=0, le=100)]
    cost_micros_per_query: Annotated[int, Field(ge=0)]
    nps: Annotated[int, Field(ge=-100, le=100)]


def load_plans() -> dict[str, Plan]:
    """Plans by id, in the file's order. Raises `ConfigurationError`."""
    return {key: parse(Plan, value, f"plans.toml [{key}]") for key, value in read_toml(PLANS).items()}


def load_models() -> dict[str, ModelPrice]:
    """Prices by model id. Raises `ConfigurationError`."""
    return {key: parse(ModelPrice, value, f"models.toml [{key}]") for key, value in read_toml(MODELS).items()}


def load_targets() -> Targets:
    """What the service aims at. Raises `ConfigurationError`."""
    return parse(Targets, read_toml(TARGETS), "targets.toml")


def targets_json(targets: Targets) -> str:
    """What `NAT_TARGETS` carries."""
    return _compact(targets.model_dump())


def plans_json(plans: dict[str, Plan]) -> str:
    """What `NAT_PLANS` carries: a compact JSON list in the form that `nat.nations.plans` reads."""
    return _compact(
        [
            {
                "name": key,
                "price_cents": plan.price_cents,
                "queries_limit": plan.queries,
                "cap": plan.cap,
                "seats": plan.seats,
                "stripe_price_id": plan.stripe_price,
                "title": plan.name,
                "trial_days": plan.trial_days,
                "legacy": plan.legacy,
                "fair_use": plan.fair_use,
                "ceiling_cents": plan.ceiling_cents,
                "trial_ceiling_cents": plan.trial_ceiling_cents,
            }
            for key, plan in plans.items()
        ]
    )


def models_json(models: dict[str, ModelPrice]) -> str:
    """What `NAT_PRICES` carries: compact JSON by model id in the form that `nat.agent.pricing` reads."""
    return _compact(
        {key: price.model_dump(exclude_none=True, exclude={"bedrock_id"}) for key, price in models.items()}
    )


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
