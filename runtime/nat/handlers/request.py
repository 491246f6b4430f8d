"""HTTP calls of API Gateway's payload format 2.0, and their answers: every error in the one shape."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nat.errors import BadRequest, NatError, Throttled

Body = dict[str, Any]
Lambda = dict[str, Any]
"""What a Lambda function gives back to API Gateway."""

LARGEST_BODY: Final = 131_072
"""Bytes of a request's body: four times the longest question, as much as a socket message may have."""


@dataclass(frozen=True)
class HttpRequest:
    """One call. `claims` are those of a token that API Gateway has verified, empty on a public route."""

    route: str
    claims: Mapping[str, Any]
    headers: Mapping[str, str]
    path: Mapping[str, str]
    query: Mapping[str, str]
    request_id: str
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> "HttpRequest":
        """The call behind an event of payload format 2.0."""
        context = event["requestContext"]
        jwt = (context.get("authorizer") or {}).get("jwt") or {}
        body = event.get("body") or ""
        return cls(
            route=context["routeKey"],
            claims=jwt.get("claims") or {},
            headers=event.get("headers") or {},
            path=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            request_id=context.get("requestId", ""),
            cookies=_cookies(event),
            content=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        )

    def json(self) -> Body:
        """The body as a JSON object; an absent one is an empty object. Raises `BadRequest`."""
        if not self.content:
            return {}
        if len(self.content) > LARGEST_BODY:
            raise BadRequest("The request is too large.")
        try:
            body = json.loads(self.content)
        except (ValueError, RecursionError):
            raise BadRequest("The body is a JSON object.") from None
        if not isinstance(body, dict):
            raise BadRequest("The body is a JSON object.")
        return body

    def page_size(self, *, default: int = 30, most: int = 100) -> int:
        """`?limit=`, at most `most`. Raises `BadRequest`."""
        limit = self.query.get("limit", str(default))
        if not (limit.isascii() and limit.isdigit() and len(limit) <= 4 and 1 <= int(limit) <= most):
            raise BadRequest(f"`limit` is a number from 1 to {most}.")
        return int(limit)


@dataclass(frozen=True)
class HttpAnswer:
    """What a route gives back: an object that becomes JSON, or text of another type, such as a download."""

    body: Body | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_lambda(self) -> Lambda:
        """The answer as API Gateway takes it."""
        text = self.body
        if not isinstance(text, str):
            text = json.dumps(text, ensure_ascii=False, separators=(",", ":"))
        return {
            "statusCode": self.status,
            "headers": {"content-type": "application/json", "cache-control": "no-store", **self.headers},
            "body": text,
        }


def _cookies(event: Mapping[str, Any]) -> dict[str, str]:
    """Cookies by name. API Gateway lists them, apart from the headers, in payload format 2.0."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    listed = event.get("cookies") or headers.get("cookie", "").split(";")
    pairs = (each.strip().partition("=") for each in listed)
    return {name: value for name, _, value in pairs if name}


def download(text: str, *, name: str, content_type: str) -> HttpAnswer:
    """A file for the person: saved by a browser under `name`."""
    return HttpAnswer(
        text,
        headers={
            "content-type": f"{content_type}; charset=utf-8",
            "content-disposition": f'attachment; filename="{name}"',
            "x-content-type-options": "nosniff",
        },
    )


def refusal(error: NatError) -> HttpAnswer:
    """The one error shape; 429 and 409 that pass by themselves say when to come back."""
    headers = {"retry-after": str(round(error.retry_after))} if isinstance(error, Throttled) else {}
    return HttpAnswer(error.as_body(), error.status, headers)
