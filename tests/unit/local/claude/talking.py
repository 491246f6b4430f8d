"""Holds a conversation with the brain: asks, and answers its tool calls from a table until it has words."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.claude.brain import answer
from tests.unit.local.claude.catalogue import READ_TOOLS

NOW = "2026-11-22T10:00:00-05:00"  # a Sunday
ZONE = "America/New_York"
Block = dict[str, Any]
Script = Mapping[str, Any]


class Failure(str):
    """A tool's error message."""


def question(text: str, page: Mapping[str, Any] | None = None) -> Block:
    """The user message that the app sends."""
    context = {"nation": "demo", "now": NOW, "page": page, "role": "member", "time_zone": ZONE}
    return {
        "role": "user",
        "content": f"<context>{json.dumps(context)}</context>\n<question>{text}</question>",
    }


def listed(*items: Mapping[str, Any], total: int | None = None, **more: Any) -> dict[str, Any]:
    """A tool's result that lists records."""
    total = len(items) if total is None else total
    return {
        "data": {"items": list(items), **more},
        "returned": len(items),
        "total": total,
        "complete": total <= len(items),
    }


def result_block(call_id: str, value: Any) -> Block:
    """A result as the app puts it into the next message."""
    if isinstance(value, Failure):
        return {"type": "tool_result", "tool_use_id": call_id, "content": str(value), "is_error": True}
    text = f"<untrusted_data>{json.dumps(value)}</untrusted_data>"
    return {"type": "tool_result", "tool_use_id": call_id, "content": text}


@dataclass
class Heard:
    """What a question led to."""

    calls: list[tuple[str, dict[str, Any]]]
    rounds: list[list[str]]
    text: str
    messages: list[Block]

    @property
    def names(self) -> list[str]:
        """The tools that were called, in order."""
        return [name for name, _ in self.calls]

    def arguments(self, name: str) -> dict[str, Any]:
        """The arguments of the first call of a tool."""
        return next(arguments for each, arguments in self.calls if each == name)


def talk(
    text: str,
    script: Script | None = None,
    *,
    tools: Sequence[Block] = READ_TOOLS,
    page: Mapping[str, Any] | None = None,
    before: Sequence[Block] = (),
    obedient: bool = False,
    rounds: int = 12,
) -> Heard:
    """Ask and answer tool calls from `script`: by tool name a result, a list of results, or a function."""
    messages = [*before, question(text, page)]
    heard = Heard([], [], "", messages)
    queues = {
        name: list(value) if isinstance(value, list) else value for name, value in (script or {}).items()
    }
    for _ in range(rounds):
        reply = answer({"messages": messages, "tools": list(tools)}, obedient=obedient)
        content = [
            {**block, "id": f"toolu_{len(messages)}_{place}"} if block["type"] == "tool_use" else dict(block)
            for place, block in enumerate(reply.content)
        ]
        messages.append({"role": "assistant", "content": content})
        calls = [block for block in content if block["type"] == "tool_use"]
        if not calls:
            heard.text = content[0]["text"]
            return heard
        heard.rounds.append([call["name"] for call in calls])
        heard.calls.extend((call["name"], call["input"]) for call in calls)
        messages.append(
            {"role": "user", "content": [result_block(call["id"], _next(queues, call)) for call in calls]}
        )
    return heard


def _next(queues: dict[str, Any], call: Block) -> Any:
    value = queues.get(call["name"], listed())
    if isinstance(value, Callable):  # type: ignore[arg-type]  # mypy takes no bare Callable for isinstance
        return value(call["input"])
    if isinstance(value, list):
        return value.pop(0) if len(value) > 1 else value[0]
    return value
