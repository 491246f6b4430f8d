"""Requests to the stand-in, with and without the SDK."""

import http.client
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import anthropic

from local.claude import RunningClaude

HEADERS = {"x-api-key": "key-one", "anthropic-version": "2026-10-21", "content-type": "application/json"}
MODEL = "claude-haiku-4-5"


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def post(
    claude: RunningClaude,
    path: str,
    body: Any,
    headers: dict[str, str] | None = None,
    method: str = "POST",
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body of one plain HTTP request."""
    address = urlsplit(claude.base_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    try:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, data, HEADERS if headers is None else headers)
        response = connection.getresponse()
        return (
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
        )
    finally:
        connection.close()


def message_body(**changes: Any) -> dict[str, Any]:
    """A valid request, changed; a change to None takes the name away."""
    body = {"model": MODEL, "max_tokens": 500, "messages": [user("hi")], **changes}
    return {name: value for name, value in body.items() if value is not None}


def create(client: anthropic.Anthropic, **changes: Any) -> Any:
    """A message through the SDK, with the same defaults. Untyped: requests here are plain JSON."""
    return client.messages.create(**message_body(**changes))


def events(data: bytes) -> list[dict[str, Any]]:
    """The events of a streamed answer; checks that each event's name is its type."""
    found = []
    for part in data.decode().split("\n\n"):
        if part:
            name, text = part.split("\n", 1)
            event = json.loads(text.removeprefix("data: "))
            assert name == f"event: {event['type']}"
            found.append(event)
    return found


def stream(claude: RunningClaude, **changes: Any) -> list[dict[str, Any]]:
    """The events of a streamed request."""
    status, _, data = post(claude, "/v1/messages", message_body(stream=True, **changes))
    assert status == 200
    return events(data)


def kinds(found: Sequence[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in found]
