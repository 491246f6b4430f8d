"""Brings a reply to the client: at once or paced, whole or streamed, with the fault that was asked for."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from local.claude.errors import MESSAGE_BY_STATUS, ApiError, error_body
from local.claude.faults import Fault
from local.claude.http import Exchange
from local.claude.reply import Reply
from local.claude.stream import Assembler, Envelope, Frame, Limits, cut

STREAM_HEADERS: Final = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
STATUS_BY_ERROR_TYPE: Final = {"overloaded_error": 529, "rate_limit_error": 429}


@dataclass(frozen=True)
class Pace:
    """How fast a model speaks. None: at once."""

    tokens_per_second: float | None = None
    first_token_ms: float = 0.0


@dataclass
class Delivery:
    """One reply on its way. `answer` is what the client has got so far, as the log holds it.

    `envelope` is asked for when the answer begins, which is when the prompt cache is used and filled.
    `record` is called with the answer before its last bytes go out: who has the answer can read the log.
    """

    exchange: Exchange
    reply: Reply
    envelope: Callable[[], Envelope]
    limits: Limits
    pace: Pace
    fault: Fault | None
    headers: Mapping[str, str]
    request_id: str
    record: Callable[[Any], None]
    answer: Any = None
    _waiting: bytearray = field(default_factory=bytearray)

    async def whole(self) -> None:
        """Answer without streaming. Raises `ApiError` where a stream would break off."""
        fault = self.fault
        if fault is not None and fault.kind == "stream_error":
            raise ApiError(STATUS_BY_ERROR_TYPE.get(fault.error_type, 500), _message(fault), fault.error_code)
        if fault is not None and fault.kind == "silence":
            await asyncio.sleep(fault.seconds)
        frames = list(self._frames())
        await asyncio.sleep(self._seconds(sum(frame.tokens for frame in frames)))
        if fault is not None and fault.kind == "disconnect":
            self.record(None)
            self.exchange.abort()
            return
        assembler = Assembler()
        for frame in frames:
            assembler.add(frame.event)
        self.answer = assembler.message
        self.record(self.answer)
        self.exchange.answer(200, self.headers, self.answer)

    async def streamed(self) -> None:
        """Stream the reply. When the client leaves, the task is cancelled at the next wait."""
        fault = self.fault
        if fault is not None and fault.events == 0 and fault.kind == "disconnect":
            self.record(None)
            self.exchange.abort()
            return
        if fault is not None and fault.events == 0 and fault.kind == "silence":
            await asyncio.sleep(fault.seconds)
        if self.pace.first_token_ms:
            await asyncio.sleep(self.pace.first_token_ms / 1000)
        self.exchange.begin(200, {**STREAM_HEADERS, **self.headers})
        loop = asyncio.get_running_loop()
        started, tokens = loop.time(), 0
        assembler = Assembler()
        for place, frame in enumerate(self._frames()):
            if fault is not None and place == fault.events and await self._breaks_off(fault):
                return
            if self.pace.tokens_per_second and frame.tokens:
                tokens += frame.tokens
                early = started + tokens / self.pace.tokens_per_second - loop.time()
                # A frame that is late already joins the next write, so the pace holds on a busy machine.
                if early > 0:
                    await self._flush()
                    await asyncio.sleep(early)
            self._waiting += frame.encode()
            assembler.add(frame.event)
            self.answer = assembler.message
        self.record(self.answer)
        await self._flush()
        self.exchange.end()

    async def _breaks_off(self, fault: Fault) -> bool:
        """What happens at the fault's place in the stream; True if the stream is over."""
        if fault.kind == "silence" and fault.events > 0:
            await self._flush()
            await asyncio.sleep(fault.seconds)
        if fault.kind == "disconnect":
            self.record(self.answer)
            await self._flush()
            self.exchange.abort()
            return True
        if fault.kind == "stream_error":
            await self._flush()
            self.answer = error_body(fault.error_type, _message(fault), self.request_id, fault.error_code)
            self.record(self.answer)
            await self.exchange.write(f"event: error\ndata: {json.dumps(self.answer)}\n\n".encode())
            self.exchange.end()
            return True
        return False

    async def _flush(self) -> None:
        if self._waiting:
            data = bytes(self._waiting)
            self._waiting.clear()
            await self.exchange.write(data)

    def _frames(self) -> Iterator[Frame]:
        return cut(_afflicted(self.reply, self.fault), self.envelope(), self.limits)

    def _seconds(self, tokens: int) -> float:
        speaking = tokens / self.pace.tokens_per_second if self.pace.tokens_per_second else 0.0
        return self.pace.first_token_ms / 1000 + speaking


def _message(fault: Fault) -> str:
    status = STATUS_BY_ERROR_TYPE.get(fault.error_type, 500)
    return fault.message or MESSAGE_BY_STATUS[status]


def _afflicted(reply: Reply, fault: Fault | None) -> Reply:
    """The reply as a fault changes it."""
    if fault is not None and fault.kind == "refusal":
        details = {
            "type": "refusal",
            "category": "general_harms",
            "explanation": fault.message or None,
        }
        return Reply((), "refusal", stop_details=details)
    if fault is not None and fault.kind == "truncate":
        return _truncated(reply)
    return reply


def _truncated(reply: Reply) -> Reply:
    """The reply, cut in the middle of its first tool call, or of its text if it calls no tool."""
    content: list[Mapping[str, Any]] = []
    for block in reply.content:
        if block["type"] == "tool_use":
            text = json.dumps(block.get("input", {}), ensure_ascii=False)
            content.append({**block, "partial_json": text[: max(1, len(text) // 2)]})
            return Reply(tuple(content), "max_tokens")
        content.append(block)
    if content and content[-1]["type"] == "text":
        text = content[-1]["text"]
        content[-1] = {**content[-1], "text": text[: max(1, len(text) // 2)]}
    return replace(reply, content=tuple(content), stop_reason="max_tokens")
