"""The prompt as the service sees it: blocks in the order tools → system → messages, each with its bytes.

Both the prompt cache and the append-only rule of newer models compare prefixes of these blocks. A block's
`cache_control` is not part of its bytes: breakpoints move from request to request.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from local.claude.tokens import estimate

TOKENS_PER_MESSAGE = 4
"""What the estimate adds for the role of each message."""


@dataclass(frozen=True)
class PromptBlock:
    """One block: its digest, its tokens, the life in seconds of the breakpoint on it, and where it stands.

    `message` is the index of its message, -1 for tools, system and settings.
    """

    digest: bytes
    tokens: int
    breakpoint_seconds: int | None
    message: int


@dataclass(frozen=True)
class Prompt:
    """All blocks, and for each the digest of everything up to and including it."""

    blocks: tuple[PromptBlock, ...]
    prefixes: tuple[bytes, ...]
    cumulative: tuple[int, ...]

    @property
    def tokens(self) -> int:
        """Input tokens of the whole prompt."""
        return self.cumulative[-1] if self.cumulative else 0

    def before_message(self, index: int) -> bytes:
        """Digest of everything before the message at `index`."""
        last = b""
        for block, prefix in zip(self.blocks, self.prefixes, strict=True):
            if block.message >= index:
                break
            last = prefix
        return last


def read_prompt(body: Mapping[str, Any]) -> Prompt:
    """The blocks of a validated request. A top-level `cache_control` marks the last block."""
    blocks: list[PromptBlock] = []
    blocks.extend(_block(tool, -1) for tool in body.get("tools") or ())
    blocks.extend(_block(block, -1) for block in _as_blocks(body.get("system")))
    settings = {
        key: body[key] for key in ("tool_choice", "thinking", "output_config") if body.get(key) is not None
    }
    if settings:  # a change of these invalidates the messages only, so they stand between system and messages
        blocks.append(PromptBlock(_digest(_dump(settings)), 0, None, -1))
    for index, message in enumerate(body["messages"]):
        for place, block in enumerate(_as_blocks(message.get("content"))):
            blocks.append(
                _block(block, index, message["role"] if place == 0 else "", TOKENS_PER_MESSAGE * (place == 0))
            )
    top_level = body.get("cache_control")
    if top_level and blocks:
        last = blocks[-1]
        blocks[-1] = PromptBlock(last.digest, last.tokens, _seconds(top_level), last.message)
    prefixes: list[bytes] = []
    cumulative: list[int] = []
    running, total = b"", 0
    for each in blocks:
        running = hashlib.sha256(running + each.digest).digest()
        total += each.tokens
        prefixes.append(running)
        cumulative.append(total)
    return Prompt(tuple(blocks), tuple(prefixes), tuple(cumulative))


def breakpoints(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every `cache_control` of a request, in prompt order but for those nested in tool results."""
    blocks: list[Any] = [*(body.get("tools") or ()), *_as_blocks(body.get("system"))]
    for message in body.get("messages") or ():
        if isinstance(message, Mapping):
            blocks.extend(_as_blocks(message.get("content")))
    inner = [
        each
        for block in blocks
        if isinstance(block, Mapping) and block.get("type") == "tool_result"
        for each in _as_blocks(block.get("content"))
    ]
    marked = [block for block in (*blocks, *inner) if isinstance(block, Mapping)]
    controls = [block["cache_control"] for block in marked if block.get("cache_control")]
    return [*controls, body["cache_control"]] if body.get("cache_control") else controls


def _as_blocks(content: Any) -> Sequence[Any]:
    if isinstance(content, str):
        return ({"type": "text", "text": content},)
    return content if isinstance(content, list) else ()


def _block(block: Mapping[str, Any], message: int, role: str = "", extra: int = 0) -> PromptBlock:
    control = block.get("cache_control")
    bare = {key: value for key, value in block.items() if key != "cache_control"} if control else block
    digest, tokens = _measure(role, _dump(bare))
    return PromptBlock(digest, tokens + extra, _seconds(control), message)


def _seconds(control: Mapping[str, Any] | None) -> int | None:
    if not control:
        return None
    return 3600 if control.get("ttl") == "1h" else 300


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=4096)
def _measure(role: str, text: str) -> tuple[bytes, int]:
    return _digest(role + "\0" + text), estimate(text)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
