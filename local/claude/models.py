"""The models that the stand-in offers, and the rules that differ between their generations."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from local.claude.errors import ApiError


@dataclass(frozen=True)
class ModelCard:
    """One model. Tokens; `min_cache_tokens` is the shortest prefix that is cached at all.

    `thinking`: `manual` is off unless `enabled` with a budget; `adaptive` is on unless disabled, refuses
    budgets and prefill, and takes thinking blocks back only over an unchanged history (append-only).
    """

    id: str
    alias: str
    display_name: str
    created_at: str
    line: Literal["haiku", "sonnet"]
    max_input_tokens: int
    max_tokens: int
    min_cache_tokens: int
    thinking: Literal["manual", "adaptive"]

    def as_info(self) -> dict[str, Any]:
        """The object of `GET /v1/models/{id}` (`anthropic/types/model_info.py`)."""
        adaptive = self.thinking == "adaptive"
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.display_name,
            "created_at": self.created_at,
            "lifecycle": "active",
            "deprecated_at": None,
            "retires_at": None,
            "line": self.line,
            "max_input_tokens": self.max_input_tokens,
            "max_tokens": self.max_tokens,
            "capabilities": {
                "batch": _support(True),
                "citations": _support(True),
                "code_execution": _support(False),
                "context_management": {
                    "supported": False,
                    "clear_thinking_20251015": None,
                    "clear_tool_uses_20250919": None,
                    "compact_20260112": None,
                },
                "effort": {
                    "supported": adaptive,
                    **{level: _support(adaptive) for level in ("low", "medium", "high", "xhigh", "max")},
                },
                "image_input": _support(True),
                "pdf_input": _support(True),
                "server_tools": {
                    "supported": False,
                    "code_execution": _support(False),
                    "web_search": _support(False),
                },
                "structured_outputs": _support(False),
                "thinking": {
                    "supported": True,
                    "types": {
                        "adaptive": _support(adaptive),
                        "between_tools": _support(False),
                        "disabled": _support(True),
                        "enabled": _support(not adaptive),
                    },
                },
            },
        }


def _support(supported: bool) -> dict[str, bool]:
    return {"supported": supported}


CARDS: Final = (
    ModelCard(
        id="claude-haiku-5-5",
        alias="claude-haiku-5-5",
        display_name="Claude Haiku 5.5",
        created_at="2026-10-07T00:00:00Z",
        line="haiku",
        max_input_tokens=1_000_000,
        max_tokens=128_000,
        min_cache_tokens=4_096,  # not published; the older model's figure, the more cautious choice
        thinking="adaptive",
    ),
    ModelCard(
        id="claude-haiku-4-5-20251001",
        alias="claude-haiku-4-5",
        display_name="Claude Haiku 4.5",
        created_at="2025-10-01T00:00:00Z",
        line="haiku",
        max_input_tokens=200_000,
        max_tokens=64_000,
        min_cache_tokens=4_096,
        thinking="manual",
    ),
)
"""Newest first, as the API lists them. Figures from Anthropic's model pages of 2026-11."""


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
