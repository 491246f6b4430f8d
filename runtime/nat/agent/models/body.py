"""The body of one Messages API call: cache breakpoints, and thinking blocks only where they are valid.

The prompt cache matches a prefix of bytes in the order tools → system → messages; at most four breakpoints; a
breakpoint finds earlier entries up to 20 blocks back, which one round of parallel tools can exceed. So: one
after the system prompt (which covers the tools), one at the end, one where this turn's question begins, and
one every 15 blocks in between while any are left.

Thinking blocks are bound to the account and model that produced them. Each is stored with its origin, and
left out of a call that goes elsewhere, such as after a nation brought its own key.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nat.agent.ports import Block, Message, ModelRequest

ORIGIN: Final = "origin"
"""Our own key in a stored thinking block. It is taken off before sending."""

THINKING: Final = frozenset({"thinking", "redacted_thinking"})
_UNMARKABLE: Final = THINKING
_EPHEMERAL: Final = {"type": "ephemeral"}
_MESSAGE_BREAKPOINTS: Final = 3
_STRIDE: Final = 15


def head(request: ModelRequest) -> str:
    """`"system":…,"tools":…` as JSON members: the same bytes for the same prompt and tool list."""
    system = _dumps([{"type": "text", "text": request.system, "cache_control": _EPHEMERAL}])
    return f'"system":{system},"tools":{request.tools_json}'


def tail(request: ModelRequest, model: str, origin: str) -> dict[str, Any]:
    """Every other member of the body."""
    body: dict[str, object] = {
        "model": model,
        "max_tokens": request.max_tokens,
        "stream": True,
        "messages": with_breakpoints(without_foreign_thinking(request.messages, origin)),
    }
    if request.metadata:
        body["metadata"] = dict(request.metadata)
    return body


def as_bytes(head_json: str, rest: Mapping[str, object]) -> bytes:
    """The whole body; the stable part is spliced in instead of being serialised again."""
    return f"{{{head_json},{_dumps(rest)[1:]}".encode()


def without_foreign_thinking(messages: Sequence[Message], origin: str) -> list[Message]:
    """Messages without thinking that another account or model produced, and without our origin marks."""
    return [_cleaned(message, origin) for message in messages if _keeps_something(message, origin)]


def with_breakpoints(messages: Sequence[Message]) -> list[Message]:
    """Messages with up to three cache breakpoints. The given messages are not changed."""
    places = [
        (at, index)
        for at, message in enumerate(messages)
        for index, block in enumerate(_blocks(message))
        if block.get("type") not in _UNMARKABLE and not _empty_text(block)
    ]
    marked: dict[int, set[int]] = {}
    for at, index in _chosen(places, _question_at(messages)):
        marked.setdefault(at, set()).add(index)
    result = list(messages)
    for at, indexes in marked.items():
        blocks = [
            {**block, "cache_control": _EPHEMERAL} if index in indexes else block
            for index, block in enumerate(_blocks(messages[at]))
        ]
        result[at] = {**messages[at], "content": blocks}
    return result


def _chosen(places: Sequence[tuple[int, int]], question_at: int) -> list[tuple[int, int]]:
    if not places:
        return []
    last = len(places) - 1
    chosen = [last]
    before = [number for number, (at, _) in enumerate(places) if at < question_at]
    history_end = before[-1] if before else None
    for number in range(last - _STRIDE, -1, -_STRIDE):
        if len(chosen) == _MESSAGE_BREAKPOINTS - (history_end is not None):
            break
        if history_end is not None and number <= history_end:
            break
        chosen.append(number)
    if history_end is not None:
        chosen.append(history_end)
        if len(chosen) < _MESSAGE_BREAKPOINTS and history_end >= _STRIDE:
            chosen.append(history_end - _STRIDE)
    return [places[number] for number in chosen]


def _question_at(messages: Sequence[Message]) -> int:
    """Index of the message that asks this turn's question: the last one of the user without tool results."""
    for at in range(len(messages) - 1, -1, -1):
        message = messages[at]
        if message["role"] == "user" and all(
            block.get("type") != "tool_result" for block in _blocks(message)
        ):
            return at
    return 0


def _blocks(message: Message) -> Sequence[Block]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _empty_text(block: Block) -> bool:
    return block.get("type") == "text" and not block.get("text")


def _foreign(block: Block, origin: str) -> bool:
    return block.get("type") in THINKING and block.get(ORIGIN) != origin


def _keeps_something(message: Message, origin: str) -> bool:
    content = message["content"]
    return isinstance(content, str) or any(not _foreign(block, origin) for block in content)


def _cleaned(message: Message, origin: str) -> Message:
    content = message["content"]
    if isinstance(content, str) or all(block.get("type") not in THINKING for block in content):
        return message
    blocks = [
        {key: value for key, value in block.items() if key != ORIGIN}
        for block in content
        if not _foreign(block, origin)
    ]
    return {**message, "content": blocks}


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
