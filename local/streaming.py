"""A client of the SSE host: one question, its events as they come, resuming behind the last one seen."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import requests

from nat.cli.profile import SignInSession
from nat.contract.events import Envelope
from nat.names import Header

TIMEOUT: Final = 30
"""Seconds without any byte."""


class StreamRefused(RuntimeError):
    """The host answered with an error instead of a stream."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{status}: {error}")
        self.status = status
        self.code = error.get("code")


def stream(
    url: str, session: SignInSession, nation: str, body: dict[str, Any], *, last_event_id: str | None = None
) -> Iterator[tuple[str, Envelope]]:
    """Ask, or follow a known turn from behind `last_event_id`; gives `(event id, event)`.

    Raises `StreamRefused`.
    """
    content = json.dumps(body).encode()
    headers = {
        "Content-Type": "application/json",
        "Accept": "text/event-stream",
        # CloudFront signs the request for the function in `Authorization`, so the token goes beside it.
        Header.AUTHORIZATION.value: f"Bearer {session.access_token}",
        Header.NATION_SLUG.value: nation,
        Header.USER_ID.value: session.user_id,
        "x-amz-content-sha256": hashlib.sha256(content).hexdigest(),
    }
    if last_event_id is not None:
        headers["Last-Event-ID"] = last_event_id
    with requests.post(url, data=content, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code != requests.codes.ok:
            raise StreamRefused(answer.status_code, answer.json().get("error", {}))
        yield from _events(answer.iter_lines(decode_unicode=True))


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Envelope]]:
    """Server-sent events as the HTML standard defines them; comments are left out."""
    name, data = "", []
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "id":
            name = value
        elif field == "data":
            data.append(value)
        elif not line and data:
            yield name, Envelope.from_wire(json.loads("\n".join(data)))
            data = []
