"""The messages of a conversation as the model sees them: valid, trimmed by whole turns, closed properly.

A turn is the person's question, then pairs of a model message and a message with all its tool results, and
at the end a model message without tool calls. Every turn that was stored has this shape, also one that was
stopped.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import Final

from nat.agent.ports import Block, Message, Step

SEPARATOR: Final = "\n\n"
"""Between what the model said before and after its tools ran, in what people read."""

LARGEST_ANSWER: Final = 90_000
"""Bytes of JSON that the text of an answer takes: with its links it goes through a socket in one message,
which carries 128 KB. Tokens do not tell: one may be a long run of spaces or dashes."""
TOO_LONG: Final = "(The answer was cut here, because it became too long. Ask for a smaller part of it.)"
LEFT_OUT: Final = "(The beginning of this conversation was left out, because it has become long.)"
STOPPED_MARK: Final = "(The person stopped the answer here.)"

_BYTES_AT_MOST: Final = 6
"""Of a character in JSON: control characters are written so."""
_LONGEST_STEM: Final = 120
"""Characters of an id that a number is put behind: 128 are allowed."""
_THINKING: Final = frozenset({"thinking", "redacted_thinking"})


def text_of(content: Iterable[Block]) -> str:
    """The text blocks of a message, as people read them."""
    return "".join(block["text"] for block in content if block.get("type") == "text")


def settled_text(steps: Iterable[Step]) -> str:
    """What stored steps have said for good: the text that stays when a turn goes on in another worker."""
    return fitting(SEPARATOR.join(text for step in steps if (text := text_of(step.content))))


def fitting(text: str) -> str:
    """The text of an answer within `LARGEST_ANSWER`; where it is cut it says so."""
    if len(text) * _BYTES_AT_MOST <= LARGEST_ANSWER:
        return text
    whole = text
    while len(json.dumps(text, ensure_ascii=False).encode()) > LARGEST_ANSWER:
        text = text[: len(text) * 9 // 10]
    return text if text == whole else f"{text}{SEPARATOR}{TOO_LONG}"


def tool_uses(content: Iterable[Block]) -> list[Block]:
    """The tool calls of a message, in order."""
    return [block for block in content if block.get("type") == "tool_use"]


def with_own_ids(content: Iterable[Block], before: Iterable[Message]) -> tuple[Block, ...]:
    """The content with an id of its own for each call: the API refuses one that occurs twice in a
    conversation, and it is by ids that results and changes are told apart."""
    taken = {use["id"] for message in before for use in tool_uses(_blocks(message))}
    result: list[Block] = []
    for block in content:
        if block.get("type") == "tool_use":
            given = block["id"]
            others = (f"{given[:_LONGEST_STEM]}_{number}" for number in count(2))
            own = next(each for each in chain([given], others) if each not in taken)
            taken.add(own)
            block = {**block, "id": own}
        result.append(block)
    return tuple(result)


def tools_used(blocks: Iterable[Block]) -> Counter[str]:
    """How often each tool gave a result, by the calls and results among these blocks. A call that was
    refused, failed or named no tool of ours is none."""
    names: dict[str, str] = {}
    answered: list[str] = []
    for block in blocks:
        if block.get("type") == "tool_use":
            names[block["id"]] = block["name"]
        elif block.get("type") == "tool_result" and not block.get("is_error"):
            answered.append(block["tool_use_id"])
    return Counter(names[call] for call in answered if call in names)


def tools_used_in(messages: Iterable[Message]) -> Counter[str]:
    """The same of a turn's messages."""
    return tools_used(block for message in messages for block in _blocks(message))


def starts_turn(message: Message) -> bool:
    """Whether a message is a person's question, rather than tool results."""
    if message["role"] != "user":
        return False
    content = message["content"]
    return isinstance(content, str) or all(block.get("type") != "tool_result" for block in content)


def trimmed(history: Sequence[Message], limit: int) -> tuple[list[Message], bool]:
    """History within about `limit` characters, and whether turns were left out.

    Only whole turns go, oldest first, and in jumps of half the limit: the kept part begins at the same
    place for several turns, so that the prompt cache still matches. Thinking blocks go with them, because
    they are valid only after exactly the messages that they were written after.
    """
    sizes = [len(json.dumps(message, ensure_ascii=False)) for message in history]
    over = sum(sizes) - limit
    if over <= 0:
        return list(history), False
    jump = max(1, limit // 2)
    drop = -(-over // jump) * jump
    dropped = 0
    for at, message in enumerate(history):
        if dropped >= drop and starts_turn(message):
            kept = without_thinking(history[at:])
            kept[0] = with_note(kept[0], LEFT_OUT)
            return kept, True
        dropped += sizes[at]
    return [], True


def without_thinking(messages: Iterable[Message]) -> list[Message]:
    """The messages without their thinking blocks; a message of nothing else goes too."""
    result: list[Message] = []
    for message in messages:
        content = message["content"]
        if isinstance(content, str):
            result.append(message)
            continue
        blocks = [block for block in content if block.get("type") not in _THINKING]
        if blocks:
            result.append({**message, "content": blocks})
    return result


def with_note(message: Message, note: str) -> Message:
    """A user message that begins with a note of ours."""
    return {**message, "content": [{"type": "text", "text": note}, *_blocks(message)]}


def asked_again(messages: Sequence[Message], words: str) -> list[Message]:
    """The messages without a last one of the model's, which said nothing and whose calls were not run, and
    with `words` at the end of what stands before it: roles still take turns, and every call has a result."""
    kept = list(messages)
    if kept[-1]["role"] == "assistant":
        kept.pop()
    asked = kept.pop()
    return [*kept, {**asked, "content": [*_blocks(asked), {"type": "text", "text": words}]}]


def closed(messages: Sequence[Message], ending: str = "") -> tuple[Message, ...]:
    """A turn's messages in the shape that history needs, with `ending` as the model's last words.

    A last model message keeps no tool call without a result, and no thinking that led to one.
    """
    result = list(messages)
    words = [{"type": "text", "text": ending}] if ending else []
    if result and result[-1]["role"] == "assistant":
        content = list(result.pop()["content"])
        if tool_uses(content):
            content = [block for block in content if block.get("type") == "text"]
        words = [*content, *words]
    result.append({"role": "assistant", "content": words or [{"type": "text", "text": "(No answer.)"}]})
    return tuple(result)


def _blocks(message: Message) -> list[Block]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
