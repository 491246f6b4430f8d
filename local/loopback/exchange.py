"""One request and one answer, free of any transport."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

JSON: Final = "application/json; charset=utf-8"
JSON_API: Final = "application/vnd.api+json; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """What came in. Header names are lower case, and several of one name are joined. `path` begins with a
    slash and is decoded; `target` is what was asked for, as it was written."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = ""
    target: str = ""


@dataclass(frozen=True)
class Response:
    """What goes out. `dropped`: close the connection without a word instead."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    dropped: bool = False


def json_response(
    status: int, document: Any, content_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that carries a JSON document."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Response(status, text.encode(), content_type, headers or {})


def html_response(status: int, page: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that carries a page."""
    return Response(status, page.encode(), HTML, headers or {})
