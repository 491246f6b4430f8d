"""Prompt cache accounting: which tokens of a prompt were read from the cache, written to it, or neither.

Rules (Anthropic's prompt caching guide): the prefix must be equal byte for byte, in the order tools →
system → messages; an entry ends at a breakpoint; a breakpoint looks back at most 20 blocks for an entry;
prefixes below the model's minimum are silently not cached; an entry lives for 5 minutes (or an hour) from
its last use; entries can be read once the answer that wrote them has begun. The cache belongs to an API key
and a model.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from local.claude.models import ModelCard
from local.claude.prompt import Prompt

LOOK_BACK_BLOCKS: Final = 20


@dataclass(frozen=True)
class CacheUse:
    """How the input tokens of one request split; the three parts add up to the prompt."""

    fresh: int
    read: int
    written_5m: int
    written_1h: int

    @property
    def written(self) -> int:
        """Tokens written to the cache, of either life."""
        return self.written_5m + self.written_1h


@dataclass
class _Entry:
    expires_at: float
    life: int


class PromptCache:
    """The cache of all keys and models of one server. `now` is in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._entries: dict[tuple[str, str, bytes], _Entry] = {}
        self._lock = threading.Lock()

    def use(self, api_key: str, card: ModelCard, prompt: Prompt) -> CacheUse:
        """Account for one request whose answer begins now, and remember its breakpoints."""
        with self._lock:
            return self._use(api_key, card, prompt)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def _use(self, api_key: str, card: ModelCard, prompt: Prompt) -> CacheUse:
        now = self._now()
        places = [
            place
            for place, block in enumerate(prompt.blocks)
            if block.breakpoint_seconds and prompt.cumulative[place] >= card.min_cache_tokens
        ]
        read_place = self._longest_hit(api_key, card, prompt, places, now)
        read = prompt.cumulative[read_place] if read_place >= 0 else 0
        if read_place >= 0:
            hit = self._entries[api_key, card.id, prompt.prefixes[read_place]]
            hit.expires_at = now + hit.life
        written = {300: 0, 3600: 0}
        covered = read
        for place in places:
            life = prompt.blocks[place].breakpoint_seconds or 300
            if prompt.cumulative[place] > covered:
                written[life] += prompt.cumulative[place] - covered
                covered = prompt.cumulative[place]
            self._entries[api_key, card.id, prompt.prefixes[place]] = _Entry(now + life, life)
        return CacheUse(prompt.tokens - covered, read, written[300], written[3600])

    def _longest_hit(
        self, api_key: str, card: ModelCard, prompt: Prompt, places: list[int], now: float
    ) -> int:
        for place in reversed(places):
            for candidate in range(place, max(-1, place - LOOK_BACK_BLOCKS), -1):
                if prompt.cumulative[candidate] < card.min_cache_tokens:
                    break
                entry = self._entries.get((api_key, card.id, prompt.prefixes[candidate]))
                if entry is not None and entry.expires_at > now:
                    return candidate
        return -1
