"""The routes: the Messages API, the models, and `/_standin/*`, by which tests steer the server."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local.claude.brain import answer as think
from local.claude.cache import PromptCache
from local.claude.delivery import Delivery, Pace
from local.claude.errors import ApiError
from local.claude.faults import Fault
from local.claude.http import Exchange, Request
from local.claude.identifiers import Identifiers
from local.claude.journal import Journal
from local.claude.models import ModelCard, ModelCatalogue
from local.claude.prompt import Prompt, read_prompt
from local.claude.reply import Reply
from local.claude.stream import Envelope, Limits
from local.claude.thinking import check_history, sign
from local.claude.validation import check_key, check_request, check_size, check_version
from local.loopback import FaultQueue, Steering, steers

ROUTES: Final = {"/v1/messages": "messages", "/v1/messages/count_tokens": "count_tokens"}
ORGANIZATION: Final = "5e1f0000-0000-4000-8000-00000000c1a0"
RATE_LIMITS: Final = {
    "requests": 4_000,
    "tokens": 2_500_000,
    "input-tokens": 2_000_000,
    "output-tokens": 500_000,
}
RESETS_AT: Final = "2026-01-01T00:00:00Z"
"""Reset time in the rate limit headers: fixed, so that answers can be compared."""


@dataclass
class State:
    """All that one server remembers. Filled by `/_standin/*` and by the embedding test, from any thread."""

    journal: Journal
    catalogue: ModelCatalogue = field(default_factory=ModelCatalogue)
    cache: PromptCache = field(default_factory=PromptCache)
    faults: FaultQueue[Fault] = field(default_factory=FaultQueue)
    obedient: bool = False
    pace: Pace = field(default_factory=Pace)
    tokens_per_delta: int = 4
    script: deque[Reply] = field(default_factory=deque)
    identifiers: Identifiers = field(default_factory=Identifiers)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reset(self) -> None:
        """Back to how the server started; the log file stays."""
        self.faults.clear()
        self.cache.clear()
        self.journal.clear()
        with self.lock:
            self.script.clear()
            self.identifiers = Identifiers()

    def next_scripted(self) -> Reply | None:
        """The next scripted reply, if one is queued."""
        with self.lock:
            return self.script.popleft() if self.script else None


class Api:
    """Answers every request of one server."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._steering = Steering(
            {
                ("POST", "faults"): self._add_faults,
                ("POST", "script"): self._add_script,
                ("POST", "reset"): self._reset,
                ("GET", "requests"): self._requests,
            }
        )

    async def handle(self, exchange: Exchange) -> None:
        """Answer one request."""
        request = exchange.request
        if steers(request.path):
            status, document = self._steering.run(request.method, request.path, request.query, request.body)
            exchange.answer(status, {}, document)
            return
        request_id = self._state.identifiers.request(request.body)
        body = _parsed(request.body)
        try:
            await self._serve(exchange, body, request_id)
        except ApiError as error:
            answer = error.as_body(request_id)
            self._record(request, body, error.status, answer)
            headers = {**_headers(request_id, error.status == 429), **error.headers}
            exchange.answer(error.status, headers, answer)

    async def _serve(self, exchange: Exchange, body: Any, request_id: str) -> None:
        request = exchange.request
        if request.too_large:
            raise ApiError(413, "Request exceeds the maximum size", error_type="request_too_large")
        route = _route(request)
        key = check_key(request.headers)
        version = check_version(request.headers)
        if route == "messages":
            await self._messages(exchange, body, request_id, key, version)
            return
        answer = self._count_tokens(body, version)
        self._record(request, body, 200, answer)
        exchange.answer(200, _headers(request_id), answer)

    async def _messages(self, exchange: Exchange, body: Any, request_id: str, key: str, version: str) -> None:
        state, request = self._state, exchange.request
        fault = state.faults.take()
        if fault is not None and (error := fault.as_error()) is not None:
            raise error
        checked, card = check_request(body, version=version, catalogue=state.catalogue)
        prompt = read_prompt(checked)
        check_size(prompt.tokens, card)
        check_history(key, card, checked, prompt)
        reply = self._reply(checked, card, prompt, key, fault, request.body)
        pace = state.pace
        if fault is not None and fault.kind == "slow":
            pace = Pace(fault.tokens_per_second, fault.first_token_ms)

        def envelope() -> Envelope:
            # The cache is used when the answer begins: an entry cannot be read before that.
            use = state.cache.use(key, card, prompt)
            return Envelope(state.identifiers.message(request.body), card.id, use)

        limits = Limits(checked["max_tokens"], checked.get("stop_sequences", ()), state.tokens_per_delta)

        def record(answer: Any) -> None:
            self._record(request, body, 200, answer)

        headers = _headers(request_id)
        delivery = Delivery(exchange, reply, envelope, limits, pace, fault, headers, request_id, record)
        try:
            await (delivery.streamed() if checked.get("stream") else delivery.whole())
        except asyncio.CancelledError:
            record(delivery.answer)  # the client left in the middle
            raise

    def _reply(
        self,
        body: dict[str, Any],
        card: ModelCard,
        prompt: Prompt,
        key: str,
        fault: Fault | None,
        seed: bytes,
    ) -> Reply:
        scripted = self._state.next_scripted()
        obedient = self._state.obedient or (fault is not None and fault.kind == "obedient")
        reply = scripted or think(body, obedient=obedient)
        content: list[Mapping[str, Any]] = list(reply.content)
        if scripted is None and _thinks(body, card):
            content.insert(0, {"type": "thinking", "thinking": _thought(reply)})
        prefix = prompt.before_message(len(body["messages"]))
        finished: list[Mapping[str, Any]] = []
        for block in content:
            if block["type"] == "thinking" and "signature" not in block:
                finished.append({**block, "signature": sign(key, block["thinking"], prefix)})
            elif block["type"] == "tool_use" and "id" not in block:
                finished.append({**block, "id": self._state.identifiers.tool_use(seed)})
            else:
                finished.append(block)
        return Reply(tuple(finished), reply.stop_reason, reply.stop_sequence, reply.stop_details)

    def _count_tokens(self, body: Any, version: str) -> dict[str, Any]:
        checked, _ = check_request(body, version=version, catalogue=self._state.catalogue, counting=True)
        return {"input_tokens": read_prompt(checked).tokens}

    def _record(self, request: Request, body: Any, status: int, answer: Any) -> None:
        self._state.journal.record(
            method=request.method,
            path=request.path,
            query=request.query,
            body=body,
            status=status,
            answer=answer,
        )

    def _add_faults(self, values: Any) -> dict[str, Any]:
        """One fault, a list of them, or `{"faults": [ … ]}`."""
        faults = [Fault.from_json(value) for value in _several(values, "faults")]
        for fault in faults:
            self._state.faults.add(fault)
        return {"queued": len(faults)}

    def _add_script(self, values: Any) -> dict[str, Any]:
        """One reply, a list of them, or `{"replies": [ … ]}`."""
        replies = [Reply.from_json(value) for value in _several(values, "replies")]
        with self._state.lock:
            self._state.script.extend(replies)
        return {"queued": len(replies)}

    def _reset(self, _values: Any) -> dict[str, Any]:
        self._state.reset()
        return {"reset": True}

    def _requests(self, _values: Any) -> dict[str, Any]:
        return {"requests": self._state.journal.entries()}


def _several(values: Any, name: str) -> Any:
    return values.get(name, [values]) if isinstance(values, dict) else values


def _route(request: Request) -> str:
    """The operation that a path means. Raises `ApiError` 404 and 405."""
    route = ROUTES.get(request.path.rstrip("/"))
    if route is None:
        raise ApiError(404, "Not Found")
    if request.method != "POST":
        raise ApiError(405, "Method Not Allowed", headers={"allow": "POST"})
    return route


def _headers(request_id: str, exhausted: bool = False) -> dict[str, str]:
    headers = {"request-id": request_id, "anthropic-organization-id": ORGANIZATION}
    for kind, limit in RATE_LIMITS.items():
        name = f"anthropic-ratelimit-{kind}"
        headers[f"{name}-limit"] = str(limit)
        headers[f"{name}-remaining"] = "0" if exhausted else str(limit)
        headers[f"{name}-reset"] = RESETS_AT
    return headers


def _parsed(body: bytes) -> Any:
    """The body as JSON, or as text if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def _thinks(body: Mapping[str, Any], card: ModelCard) -> bool:
    thinking: Mapping[str, Any] = body.get("thinking") or {}
    default = "adaptive" if card.thinking == "adaptive" else "disabled"
    return bool(thinking.get("type", default) != "disabled")


def _thought(reply: Reply) -> str:
    """A short deterministic thought, so that clients meet thinking blocks."""
    names = ", ".join(str(block["name"]) for block in reply.calls)
    return f"I need to look this up with {names}." if names else "I have what I need to answer."
