"""HTTP calls of API Gateway's payload format 2.0, and their answers: every error in the one shape."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from nat.errors import BadRequest, NatError, Throttled

Body = dict[str, Any]
LambdaEvent = Mapping[str, Any]
"""What Lambda invokes a function with: of the service that it serves."""
Lambda = dict[str, Any]
"""What a Lambda function gives back to API Gateway."""


class HttpRequest(msgspec.Struct, frozen=True):
    """One call. `claims` are those of a token that API Gateway has verified, empty on a public route. Names
    of headers are in lower case."""

    route: str
    claims: Mapping[str, object]
    headers: Mapping[str, str]
    path: Mapping[str, str]
    query: Mapping[str, str]
    request_id: str
    cookies: Mapping[str, str] = {}
    content: bytes = b""

    def __repr__(self) -> str:
        """Without cookies and content, which are nobody's to read in a log."""
        return f"HttpRequest({self.route!r}, {self.request_id!r})"

    @classmethod
    def read(cls, event: LambdaEvent) -> "HttpRequest":
        """The call behind an event of payload format 2.0."""
        context = event["requestContext"]
        jwt = (context.get("authorizer") or {}).get("jwt") or {}
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(
            route=context["routeKey"],
            claims=jwt.get("claims") or {},
            headers=headers,
            path=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            request_id=context.get("requestId", ""),
            cookies=_cookies(event.get("cookies") or headers.get("cookie", "").split(";")),
            content=content(event),
        )


class HttpAnswer(msgspec.Struct, frozen=True):
    """What a route gives back: an object that becomes JSON, or text of another type, such as a download."""

    body: Body | str
    status: int = 200
    headers: Mapping[str, str] = {}

    @property
    def text(self) -> str:
        """The body as it is sent."""
        if isinstance(self.body, str):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))

    def as_lambda(self) -> Lambda:
        """The answer as API Gateway takes it."""
        return {
            "statusCode": self.status,
            "headers": {"content-type": "application/json", "cache-control": "no-store", **self.headers},
            "body": self.text,
        }


def content(event: LambdaEvent) -> bytes:
    """The body of an API Gateway event. Half a surrogate pair stays what it is, for the parser to refuse.
    Raises `BadRequest` for what should be base64 and is not."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        try:
            return base64.b64decode(body, validate=True)
        except ValueError:
            raise BadRequest("The body is not the base64 that it is said to be.") from None
    return body.encode(errors="surrogatepass")


def _cookies(listed: Iterable[str]) -> dict[str, str]:
    """Cookies by name. API Gateway lists them, apart from the headers, in payload format 2.0."""
    pairs = (each.strip().partition("=") for each in listed)
    return {name: value for name, _, value in pairs if name}


def refusal(error: NatError) -> HttpAnswer:
    """The one error shape; 429 and 409 that pass by themselves say when to come back."""
    headers = {"retry-after": str(round(error.retry_after))} if isinstance(error, Throttled) else {}
    return HttpAnswer(error.as_body(), error.status, headers)
