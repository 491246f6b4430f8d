"""The models that the stand-in offers, and the rules that differ between their generations."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from local.claude.errors import ApiError


@dataclass(frozen=True)
class ModelCard:
    """One model. Tokens; `min_cache_tokens` is the shortest prefix that is cached at all.

    `thinking`: `manual` is off unless `enabled` with a budget; `adaptive` is on unless disabled, refuses
    budgets and prefill, and takes thinking blocks back only over an unchanged history (append-only).
    """

    id: str
    alias: str
    max_input_tokens: int
    max_tokens: int
    min_cache_tokens: int
    thinking: Literal["manual", "adaptive"]


CARDS: Final = (
    ModelCard(
        id="claude-haiku-5-5",
        alias="claude-haiku-5-5",
        max_input_tokens=1_000_000,
        max_tokens=128_000,
        min_cache_tokens=4_096,  # not published; the older model's figure, the more cautious choice
        thinking="adaptive",
    ),
    ModelCard(
        id="claude-haiku-4-5-20251001",
        alias="claude-haiku-4-5",
        max_input_tokens=200_000,
        max_tokens=64_000,
        min_cache_tokens=4_096,
        thinking="manual",
    ),
)
"""Figures from Anthropic's model pages of 2026-11."""


class ModelCatalogue:
    """Finds models by id or alias. `min_cache_tokens` overrides the shortest cached prefix by id or alias."""

    def __init__(self, min_cache_tokens: Mapping[str, int] | None = None) -> None:
        overrides = dict(min_cache_tokens or {})
        self.cards = tuple(
            replace(
                card,
                min_cache_tokens=overrides.get(card.id, overrides.get(card.alias, card.min_cache_tokens)),
            )
            for card in CARDS
        )
        self._by_name = {name: card for card in self.cards for name in (card.id, card.alias)}

    def find(self, name: object) -> ModelCard:
        """The card of an id or alias. Raises `ApiError` 404, worded as the API does."""
        card = self._by_name.get(name) if isinstance(name, str) else None
        if card is None:
            raise ApiError(404, f"model: {name}")
        return card
