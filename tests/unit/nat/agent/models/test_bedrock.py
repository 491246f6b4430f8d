"""The adapter for Amazon Bedrock, against an event stream on loopback."""

import base64
import binascii
import json
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.loopback import Request, Response, answering, json_response
from nat.agent.models.claude import BedrockModel
from nat.agent.models.failures import PromptTooLong
from nat.agent.models.retries import Patience
from nat.agent.ports import ModelReply, ModelRequest
from nat.errors import ModelError, ModelOverloaded, ModelUnavailable
from tests.unit.nat.agent.models.scripted import message, text, tool_use

HAIKU_45 = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
QUICK = Patience(attempts=2, first_wait=0.01, longest_wait=0.02, read_timeout=5.0)
REQUEST = ModelRequest(
    system="Be brief.",
    tools_json='[{"name":"count","description":"","input_schema":{"type":"object"}}]',
    messages=[{"role": "user", "content": "How many?"}],
    metadata={"user_id": "0a1b"},
)


@dataclass
class Bedrock:
    """What was asked, and where."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Refusal:
    """An answer without a stream, in the shape of AWS: a message and no type."""

    status: int
    words: str = "vendor words"


def frame(headers: dict[str, str], payload: dict[str, Any]) -> bytes:
    """One message of `application/vnd.amazon.eventstream`."""
    encoded = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack("!II", 16 + len(encoded) + len(body), len(encoded))
    start = prelude + struct.pack("!I", binascii.crc32(prelude)) + encoded + body
    return start + struct.pack("!I", binascii.crc32(start))


def chunk(event: dict[str, Any]) -> bytes:
    headers = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, {"bytes": base64.b64encode(json.dumps(event).encode()).decode()})


def exception(kind: str, words: str = "vendor words") -> bytes:
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, {"message": words})


@contextmanager
def bedrock(*answers: Sequence[bytes] | Refusal) -> Iterator[Bedrock]:
    """Serve the answers in order; the last one repeats."""
    server = Bedrock()
    remaining = list(answers)

    def answer(request: Request) -> Response:
        server.paths.append(request.target)
        server.bodies.append(json.loads(request.body))
        server.authorizations.append(request.headers["authorization"])
        frames = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        if isinstance(frames, Refusal):
            return json_response(frames.status, {"message": frames.words})
        return Response(200, b"".join(frames), "application/vnd.amazon.eventstream")

    with answering(answer) as server.url:
        yield server


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_BEARER_TOKEN_BEDROCK", raising=False)


def ask(
    server: Bedrock, model: str = HAIKU_45, on_text: Callable[[str], None] = lambda _: None
) -> ModelReply:
    adapter = BedrockModel("eu-central-1", model, base_url=server.url, patience=QUICK)
    try:
        return adapter.stream(REQUEST, on_text=on_text, stopped=lambda: False)
    finally:
        adapter.close()


def answer(*blocks: Any, stop_reason: str = "end_turn") -> list[bytes]:
    return [chunk(event) for event in message(*blocks, stop_reason=stop_reason)]


def test_text_is_streamed_from_an_event_stream() -> None:
    said: list[str] = []

    with bedrock(answer(text("Hel", "lo."))) as server:
        reply = ask(server, on_text=said.append)

    assert said == ["Hel", "lo."]
    assert reply.content == ({"type": "text", "text": "Hello."},)


def test_tool_calls_and_usage_come_through() -> None:
    with bedrock(answer(tool_use("t1", "count", '{"tag":', '"x"}'), stop_reason="tool_use")) as server:
        reply = ask(server)

    assert reply.content[0]["input"] == {"tag": "x"}
    assert reply.usage.cache_read_tokens == 13


def test_the_model_stands_in_the_path_and_the_request_is_signed() -> None:
    with bedrock(answer(text("Hello."))) as server:
        ask(server)

    assert server.paths == [f"/model/{HAIKU_45}/invoke-with-response-stream"]
    assert server.authorizations[0].startswith("AWS4-HMAC-SHA256 Credential=AKIATEST/")
    assert not {"model", "stream"} & set(server.bodies[0])


def test_haiku_4_5_is_asked_in_bedrocks_first_version() -> None:
    with bedrock(answer(text("Hello."))) as server:
        ask(server)

    assert server.bodies[0]["anthropic_version"] == "bedrock-2023-05-31"


def test_haiku_5_5_is_asked_in_the_version_of_the_sdk() -> None:
    with bedrock(answer(text("Hello."))) as server:
        ask(server, "anthropic.claude-haiku-5-5")

    assert server.bodies[0]["anthropic_version"] == "2026-10-21"


def test_prompt_and_tools_are_marked_for_the_cache() -> None:
    with bedrock(answer(text("Hello."))) as server:
        ask(server)

    body = server.bodies[0]
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert body["tools"][0]["name"] == "count"


def test_throttling_inside_the_stream_is_tried_again() -> None:
    with bedrock([exception("throttlingException")], answer(text("Hello."))) as server:
        reply = ask(server)

    assert reply.content[0]["text"] == "Hello."


def test_throttling_that_stays_is_overload() -> None:
    with bedrock([exception("throttlingException")]) as server, pytest.raises(ModelOverloaded) as caught:
        ask(server)

    assert "vendor" not in str(caught.value)


TOO_LONG = "Input is too long for requested model."


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refusal(400, TOO_LONG), PromptTooLong),
        ([exception("validationException", TOO_LONG)], PromptTooLong),
        (Refusal(400), ModelError),
        (Refusal(403), ModelUnavailable),
        (Refusal(404), ModelUnavailable),
        (Refusal(429), ModelOverloaded),
        (Refusal(503), ModelError),
    ],
)
def test_refusals_in_the_shape_of_aws_are_told_apart(
    refusal: Refusal | list[bytes], expected: type[ModelError]
) -> None:
    with bedrock(refusal) as server, pytest.raises(expected) as caught:
        ask(server)

    assert "vendor" not in str(caught.value)


def test_what_passes_on_bedrock_is_tried_again() -> None:
    with bedrock(Refusal(503), answer(text("Hello."))) as server:
        assert ask(server).content[0]["text"] == "Hello."


def test_bedrock_is_told_nothing_of_the_person() -> None:
    with bedrock(answer(text("Hello."))) as server:
        ask(server)

    assert "metadata" not in server.bodies[0]
