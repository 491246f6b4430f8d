"""A call of the HTTP API as API Gateway hands it to a function (payload format 2.0)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any


def api_event(
    route: str,
    *,
    user: str | None,
    slug: str | None = "demo",
    body: Any = None,
    path: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    claims: Mapping[str, Any] | None = None,
    cookies: Iterable[str] = (),
) -> dict[str, Any]:
    """By somebody who is signed in, unless `user` is None, about a nation; `claims` are those of the token
    besides the person's."""
    own = {} if user is None else {"claims": {"sub": user, "token_use": "access", **(claims or {})}}
    named = {} if slug is None else {"x-nat-nation-slug": slug}
    return {
        "version": "2.0",
        "routeKey": route,
        "headers": {**named, **(headers or {})},
        "cookies": list(cookies),
        "requestContext": {"routeKey": route, "requestId": "r1", "authorizer": {"jwt": own}},
        "pathParameters": dict(path or {}),
        "queryStringParameters": dict(query or {}),
        "body": None if body is None else json.dumps(body),
    }
