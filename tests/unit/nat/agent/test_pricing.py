"""What model calls cost: integer micro-dollars, tiers by prompt length, and unpriced models."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nat.agent.pricing import ModelPrices, total_micros
from nat.agent.values import Usage

HAIKU_45 = {"input": 1_000_000, "cache_write": 1_250_000, "cache_read": 100_000, "output": 5_000_000}
HAIKU_55 = {
    "input": 100_000,
    "cache_write": 125_000,
    "cache_read": 10_000,
    "output": 500_000,
    "long_prompt_tokens": 100_000,
    "long_prompt": {"input": 500_000, "cache_write": 625_000, "cache_read": 50_000, "output": 2_500_000},
}
PRICES = ModelPrices.from_json({"claude-haiku-4-5": HAIKU_45, "claude-haiku-5-5": HAIKU_55})

counts = st.integers(0, 10**6)
usages = st.builds(Usage, counts, counts, counts, counts)


def test_each_kind_of_token_has_its_own_price() -> None:
    usage = Usage(input_tokens=1_000, cache_write_tokens=2_000, cache_read_tokens=10_000, output_tokens=400)

    assert PRICES.cost_micros(usage, "claude-haiku-4-5") == 1_000 + 2_500 + 1_000 + 2_000


def test_an_unpriced_model_is_unpriced_and_not_free() -> None:
    assert PRICES.cost_micros(Usage(output_tokens=10), "claude-mystery-9") is None


@pytest.mark.parametrize(
    "model",
    [
        "claude-haiku-4-5-20251001",
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "eu.anthropic.claude-haiku-4-5",
        "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    ],
)
def test_dated_and_bedrock_ids_have_the_price_of_their_model(model: str) -> None:
    assert PRICES.cost_micros(Usage(output_tokens=1_000_000), model) == 5_000_000


def test_a_long_prompt_is_charged_at_its_own_rate_altogether() -> None:
    usage = Usage(input_tokens=1_000, cache_read_tokens=100_000, output_tokens=1_000)

    assert PRICES.cost_micros(usage, "claude-haiku-5-5") == 500 + 5_000 + 2_500


def test_a_prompt_of_exactly_the_limit_is_still_short() -> None:
    usage = Usage(cache_read_tokens=100_000)

    assert PRICES.cost_micros(usage, "claude-haiku-5-5") == 1_000


def test_the_given_prompt_length_decides_the_tier() -> None:
    usage = Usage(output_tokens=1_000)

    assert PRICES.cost_micros(usage, "claude-haiku-5-5", prompt_tokens=100_001) == 2_500


def test_a_fraction_of_a_micro_dollar_is_rounded_up() -> None:
    assert PRICES.cost_micros(Usage(cache_read_tokens=1), "claude-haiku-5-5") == 1


@settings(deadline=None)
@given(usages, usages)
def test_more_tokens_never_cost_less(one: Usage, more: Usage) -> None:
    cheap, dear = (
        PRICES.cost_micros(one, "claude-haiku-5-5"),
        PRICES.cost_micros(one + more, "claude-haiku-5-5"),
    )

    assert cheap is not None
    assert dear is not None
    assert cheap <= dear


def test_one_unpriced_call_makes_the_sum_unpriced() -> None:
    assert total_micros([5, None, 7]) is None


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({**HAIKU_45, "input": 1.5}, "input"),
        ({**HAIKU_45, "output": True}, "output"),
        ({key: each for key, each in HAIKU_45.items() if key != "cache_read"}, "cache_read"),
        ({**HAIKU_45, "reasoning": 1}, "reasoning"),
        ({**HAIKU_45, "long_prompt_tokens": 1}, "long_prompt"),
    ],
)
def test_a_price_list_that_is_wrong_names_the_model_and_the_key(value: dict[str, int], names: str) -> None:
    with pytest.raises(ValueError, match=f"claude-x.*{names}"):
        ModelPrices.from_json({"claude-x": value})
