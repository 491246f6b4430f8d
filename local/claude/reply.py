"""What the model says: blocks and a stop reason, before they are cut into a stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One model message. A tool call may carry `partial_json`, which is streamed instead of `input`."""

    content: tuple[Mapping[str, Any], ...]
    stop_reason: str = "end_turn"
    stop_sequence: str | None = None
    stop_details: Mapping[str, Any] | None = None

    @classmethod
    def text(cls, text: str) -> "Reply":
        """An answer in words."""
        return cls(({"type": "text", "text": text},))

    @classmethod
    def from_json(cls, value: Any) -> "Reply":
        """Read one object of `POST /_standin/script`. Raises `ValueError`.

        `stop_reason` is `tool_use` if there is a tool call and nothing else is said.
        """
        if not isinstance(value, dict) or not isinstance(value.get("content"), list):
            raise ValueError("A reply is an object with a list `content` and perhaps a `stop_reason`.")
        for block in value["content"]:
            _check_scripted(block)
        has_call = any(block["type"] == "tool_use" for block in value["content"])
        stop_reason = value.get("stop_reason") or ("tool_use" if has_call else "end_turn")
        if not isinstance(stop_reason, str):
            raise ValueError("stop_reason: a string")
        return cls(
            tuple(value["content"]), stop_reason, value.get("stop_sequence"), value.get("stop_details")
        )

    @property
    def calls(self) -> Sequence[Mapping[str, Any]]:
        """The tool calls in it."""
        return [block for block in self.content if block["type"] == "tool_use"]


def _check_scripted(block: Any) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    needed = {"text": ("text",), "tool_use": ("name",), "thinking": ("thinking",)}.get(str(kind))
    if needed is None:
        raise ValueError("A scripted block is a text, tool_use or thinking block.")
    if any(not isinstance(block.get(name), str) for name in needed):
        raise ValueError(f"A scripted {kind} block needs {', '.join(needed)}.")
