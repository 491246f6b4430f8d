"""The stream grammar of the Messages API.

    message_start  ping
    ( content_block_start  content_block_delta*  content_block_stop )*
    message_delta  message_stop

`cut` turns a reply into these events, limited by `max_tokens` and stop sequences; `Assembler` puts events
together again, which is what is answered without streaming and what the log holds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.claude.cache import CacheUse
from local.claude.reply import Reply
from local.claude.tokens import pieces

Event = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """One event and the number of output tokens it carries, by which the stream is paced."""

    event: Event
    tokens: int = 0

    def encode(self) -> bytes:
        """The event as server-sent event."""
        data = json.dumps(self.event, separators=(",", ":"), ensure_ascii=False)
        return f"event: {self.event['type']}\ndata: {data}\n\n".encode()


@dataclass(frozen=True)
class Envelope:
    """What a message carries besides its content."""

    message_id: str
    model: str
    input_use: CacheUse

    def usage(self, output_tokens: int) -> dict[str, Any]:
        """The usage object of `message_start` and of the whole message."""
        return {
            "input_tokens": self.input_use.fresh,
            "cache_creation_input_tokens": self.input_use.written,
            "cache_read_input_tokens": self.input_use.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.input_use.written_5m,
                "ephemeral_1h_input_tokens": self.input_use.written_1h,
            },
            "output_tokens": output_tokens,
            "service_tier": "standard",
        }


@dataclass(frozen=True)
class Limits:
    """What may cut a reply short, and how many tokens one delta carries."""

    max_tokens: int
    stop_sequences: Sequence[str] = ()
    tokens_per_delta: int = 4


def cut(reply: Reply, envelope: Envelope, limits: Limits) -> Iterator[Frame]:
    """The events of a reply in order."""
    yield Frame(
        {
            "type": "message_start",
            "message": {
                "id": envelope.message_id,
                "type": "message",
                "role": "assistant",
                "model": envelope.model,
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "stop_details": None,
                "usage": envelope.usage(1),
            },
        }
    )
    yield Frame({"type": "ping"})
    spent, stop_reason, stop_sequence = 0, reply.stop_reason, reply.stop_sequence
    thinking_tokens = 0
    for index, block in enumerate(reply.content):
        if spent >= limits.max_tokens:
            stop_reason = "max_tokens"
            break
        text = _text_of(block)
        found = _stop_sequence(text, limits.stop_sequences) if block["type"] == "text" else None
        if found is not None:
            text, stop_sequence = found
            stop_reason = "stop_sequence"
        cuts = pieces(text)
        room = limits.max_tokens - spent
        if len(cuts) > room:
            cuts, stop_reason, stop_sequence = cuts[:room], "max_tokens", None
        spent += len(cuts)
        thinking_tokens += len(cuts) if block["type"] == "thinking" else 0
        yield Frame({"type": "content_block_start", "index": index, "content_block": _opening(block)})
        for delta, tokens in _deltas(block, cuts, limits.tokens_per_delta):
            yield Frame({"type": "content_block_delta", "index": index, "delta": delta}, tokens)
        yield Frame({"type": "content_block_stop", "index": index})
        if stop_reason in ("max_tokens", "stop_sequence") and stop_reason != reply.stop_reason:
            break
    yield Frame(
        {
            "type": "message_delta",
            "delta": {
                "stop_reason": stop_reason,
                "stop_sequence": stop_sequence,
                "stop_details": reply.stop_details,
            },
            "usage": {
                "input_tokens": envelope.input_use.fresh,
                "cache_creation_input_tokens": envelope.input_use.written,
                "cache_read_input_tokens": envelope.input_use.read,
                "output_tokens": spent,
                "output_tokens_details": {"thinking_tokens": thinking_tokens},
            },
        }
    )
    yield Frame({"type": "message_stop"})


class Assembler:
    """Puts events together into the message that a client would hold."""

    def __init__(self) -> None:
        self.message: dict[str, Any] | None = None
        self._json: dict[int, str] = {}

    def add(self, event: Event) -> None:
        """Take the next event."""
        kind = event["type"]
        if kind == "message_start":
            self.message = {**event["message"], "content": []}
            return
        if self.message is None:
            return
        content = self.message["content"]
        if kind == "content_block_start":
            content.append(dict(event["content_block"]))
        elif kind == "content_block_delta":
            self._add_delta(content[event["index"]], event["index"], event["delta"])
        elif kind == "content_block_stop" and event["index"] in self._json:
            content[event["index"]]["input"] = _parsed(self._json.pop(event["index"]))
        elif kind == "message_delta":
            self.message |= event["delta"]
            self.message["usage"] = {**self.message["usage"], **event["usage"]}

    def _add_delta(self, block: dict[str, Any], index: int, delta: Mapping[str, Any]) -> None:
        match delta["type"]:
            case "text_delta":
                block["text"] += delta["text"]
            case "thinking_delta":
                block["thinking"] += delta["thinking"]
            case "signature_delta":
                block["signature"] = delta["signature"]
            case "input_json_delta":
                self._json[index] = self._json.get(index, "") + delta["partial_json"]


def _parsed(text: str) -> Any:
    """The input of a tool call; an unfinished one is an empty object, as the service answers it."""
    try:
        return json.loads(text) if text else {}
    except json.JSONDecodeError:
        return {}


def _text_of(block: Mapping[str, Any]) -> str:
    match block["type"]:
        case "text":
            return str(block["text"])
        case "thinking":
            return str(block["thinking"])
        case _:
            partial = block.get("partial_json")
            if partial is not None:
                return str(partial)
            arguments = block.get("input") or {}
            return json.dumps(arguments, separators=(", ", ": "), ensure_ascii=False) if arguments else ""


def _opening(block: Mapping[str, Any]) -> dict[str, Any]:
    match block["type"]:
        case "text":
            return {"type": "text", "text": ""}
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case _:
            return {"type": "tool_use", "id": block["id"], "name": block["name"], "input": {}}


def _deltas(
    block: Mapping[str, Any], cuts: Sequence[str], tokens_per_delta: int
) -> Iterator[tuple[dict[str, Any], int]]:
    kind, field = {
        "text": ("text_delta", "text"),
        "thinking": ("thinking_delta", "thinking"),
        "tool_use": ("input_json_delta", "partial_json"),
    }[block["type"]]
    if block["type"] == "tool_use":
        yield {"type": kind, field: ""}, 0  # the service opens a tool call's input with an empty fragment
    for start in range(0, len(cuts), tokens_per_delta):
        part = cuts[start : start + tokens_per_delta]
        yield {"type": kind, field: "".join(part)}, len(part)
    if block["type"] == "thinking":
        yield {"type": "signature_delta", "signature": block.get("signature", "")}, 0


def _stop_sequence(text: str, stop_sequences: Sequence[str]) -> tuple[str, str] | None:
    """The text before the first stop sequence, and which one it was."""
    hits = [(text.index(each), each) for each in stop_sequences if each in text]
    if not hits:
        return None
    place, sequence = min(hits)
    return text[:place], sequence
