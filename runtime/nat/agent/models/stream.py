"""From the events of a streamed message to one complete message.

Grammar: `message_start (content_block_start content_block_delta* content_block_stop)* message_delta
message_stop`, with pings anywhere. Event and delta types that we do not know are ignored, as the API asks
of its clients.

What a model says is sent back to it with the next request and stored, so it is made legal here: half of a
surrogate pair (JSON can spell one) becomes the replacement character, arguments that are no JSON (`NaN`, an
overflow), no Unicode or nested without end are kept as text that no tool runs on, a tool's name or a call's
id has only the characters that the API takes, and a block that could not be sent back as it came is left out:
one of a type that we do not know, whose pieces are not all read, and a thought that broke off before its
signature.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from nat.agent.models.body import ORIGIN, THINKING
from nat.agent.ports import Block, ModelReply
from nat.agent.values import Usage
from nat.contract.parsing import without_halves

INVALID_JSON: Final = "invalid_json"
"""Key under which a tool call's unreadable arguments are kept. No tool has such a parameter, so it never
runs."""

STOPPED: Final = "stopped"
_HIGH: Final = re.compile("[\ud800-\udbff]$")
"""The first half of a surrogate pair at the end of a part: its second half comes with the next one."""
_ILLEGAL: Final = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_NAME: Final = 128
"""Names and ids match `^[a-zA-Z0-9_-]{1,128}$` (Messages API)."""
_DEEPEST: Final = 32
"""Levels of a call's arguments: several times those of any tool, and far from where a parser gives up."""

RawEvent = Mapping[str, Any]
"""One event of the Messages API's stream as plain JSON: reading it into the SDK's models costs more than all
else of a turn."""


class Incomplete(Exception):
    """The stream ended before the message did, or brought an event that is none of its grammar."""


class Accumulator:
    """Collects one message. `origin` marks its thinking blocks."""

    def __init__(self, on_text: Callable[[str], None], origin: str) -> None:
        self._on_text = on_text
        self._origin = origin
        self._blocks: dict[int, Block] = {}
        self._parts: dict[int, list[str]] = {}
        self._closed: set[int] = set()
        self._half = ""
        self._usage: dict[str, int] = {}
        self._model = ""
        self._stop_reason: str | None = None
        self.shown = False
        """Whether any text went out: from then on a failed call cannot be repeated unseen."""
        self.ended = False

    def take(self, event: RawEvent) -> None:
        """Read one event. Raises `Incomplete` for what none of the grammar looks like."""
        try:
            text = self._read(event)
        except (AttributeError, KeyError, TypeError) as error:
            raise Incomplete from error
        if text:
            self._on_text(text)

    def _read(self, event: RawEvent) -> str:
        """Read one event; gives the text in it that can be shown by now."""
        kind = event.get("type")
        if kind == "content_block_delta":
            return self._delta(event["index"], event["delta"])
        if kind == "content_block_start":
            return self._start_block(event["index"], event["content_block"])
        if kind == "content_block_stop":
            self._close(event["index"])
        elif kind == "message_start":
            message = event["message"]
            self._model = message.get("model") or ""
            self._add_usage(message.get("usage"))
        elif kind == "message_delta":
            self._stop_reason = event["delta"].get("stop_reason") or self._stop_reason
            self._add_usage(event.get("usage"))
        elif kind == "message_stop":
            self.ended = True
        return ""

    def reply(self, model: str) -> ModelReply:
        """The complete message. Raises `Incomplete` if the stream broke off."""
        if not self.ended and self._stop_reason is None:
            raise Incomplete
        for index in list(self._blocks):
            self._close(index)
        blocks = (self._blocks[index] for index in sorted(self._blocks))
        return ModelReply(
            content=tuple(block for block in blocks if _can_be_sent_back(block)),
            stop_reason=self._stop_reason or "end_turn",
            usage=self._sum(),
            model=self._model or model,
        )

    def stopped_reply(self, model: str) -> ModelReply:
        """What was said before a person stopped it: text only, since half a tool call or thought is of no
        use."""
        texts = tuple(
            {"type": "text", "text": text}
            for index in sorted(self._blocks)
            if self._blocks[index].get("type") == "text" and (text := self._text(index)).strip()
        )
        return ModelReply(texts, STOPPED, self._sum(), self._model or model)

    def _start_block(self, index: int, start: RawEvent) -> str:
        block = dict(start)
        self._blocks[index] = block
        self._parts[index] = []
        match block.get("type"):
            case "text" if block.get("text"):
                return self._say(index, block["text"])
            case kind if kind in THINKING:
                block[ORIGIN] = self._origin
            case "tool_use":
                for name in ("name", "id"):
                    block[name] = _ILLEGAL.sub("_", block.get(name) or "")[:_LONGEST_NAME] or "_"
        return ""

    def _delta(self, index: int, delta: RawEvent) -> str:
        if index not in self._blocks:
            return ""
        match delta.get("type"):
            case "text_delta":
                return self._say(index, delta["text"])
            case "input_json_delta":
                self._add(index, delta["partial_json"])
            case "thinking_delta":
                self._add(index, delta["thinking"])
            case "signature_delta":
                self._blocks[index]["signature"] = delta["signature"]
        return ""

    def _say(self, index: int, text: str) -> str:
        """More of a text; gives what can be shown of it by now."""
        self._add(index, text)
        if not text:
            return ""
        self.shown = True
        text, self._half = self._half + text, ""
        if (half := _HIGH.search(text)) is not None:
            text, self._half = text[: half.start()], half[0]
        return without_halves(text)

    def _add(self, index: int, part: str) -> None:
        if not isinstance(part, str):
            raise TypeError
        self._parts[index].append(part)

    def _text(self, index: int) -> str:
        return without_halves("".join(self._parts[index]))

    def _close(self, index: int) -> None:
        if index in self._closed or index not in self._blocks:
            return
        self._closed.add(index)
        block = self._blocks[index]
        match block.get("type"):
            case "text":
                block["text"] = self._text(index)
            case "thinking":
                block["thinking"] = block.get("thinking", "") + self._text(index)
            case "tool_use":
                block["input"] = _arguments(self._text(index) or json.dumps(block.get("input") or {}))

    def _add_usage(self, usage: RawEvent | None) -> None:
        # Counts in `message_delta` are cumulative, so a later number replaces an earlier one.
        for name, value in (usage or {}).items():
            if isinstance(value, int):
                self._usage[name] = value

    def _sum(self) -> Usage:
        return Usage(
            input_tokens=self._usage.get("input_tokens", 0),
            cache_write_tokens=self._usage.get("cache_creation_input_tokens", 0),
            cache_read_tokens=self._usage.get("cache_read_input_tokens", 0),
            output_tokens=self._usage.get("output_tokens", 0),
        )


def _arguments(text: str) -> dict[str, object]:
    """The arguments of a call from their JSON; what is not legal stays text."""
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        value = None  # no JSON, a number that JSON has not, half of a surrogate pair, or far too deep
    return value if isinstance(value, dict) and _is_within(value, _DEEPEST) else {INVALID_JSON: text}


def _is_within(value: object, levels: int) -> bool:
    """Whether a JSON value is nested no deeper than so many levels."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_within(each, levels - 1) for each in inner)


def _can_be_sent_back(block: Block) -> bool:
    """Whether the API takes a block of its own again: no blank text, no thought without its signature, and
    nothing of a type of which pieces may be missing. Tools that run at the API, with blocks of their own, are
    none of ours."""
    match block.get("type"):
        case "text":
            return bool(block["text"].strip())
        case "thinking":
            return bool(block.get("signature"))
        case kind:
            return kind in ("tool_use", "redacted_thinking")
