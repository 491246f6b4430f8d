"""Every request and answer as one JSON object a line. Tokens, codes and secrets never get there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from local.loopback import Request, Response
from local.loopback.line_log import LineLog

LOG_VARIABLE: Final = "NAT_NATIONBUILDER_LOG"
SECRETS: Final = frozenset(
    {"access_token", "refresh_token", "client_secret", "code", "code_verifier", "token", "state"}
)
HIDDEN: Final = "…"


class RequestLog:
    """Appends to a file; without one it does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._log = LineLog(path)

    def write(self, nation: str, request: Request, response: Response) -> None:
        """One line: `nation, method, path, query, body, status, answer`. `path` has no slug.

        `status` is 0 where the connection was dropped. A parameter that occurs twice has a list.
        """
        if not self._log.kept:
            return
        is_oauth = request.path.startswith("/oauth/")
        entry = {
            "nation": nation,
            "method": request.method,
            "path": request.path,
            "query": _query(request.query),
            "body": _document(request.body, request.headers.get("content-type", "")),
            "status": response.status,
        }
        answer: Any = _document(response.body, response.content_type)
        if is_oauth:
            entry["body"], answer = hide(entry["body"]), hide(answer)
            location = response.headers.get("Location")
            if location is not None:
                answer = {"location": location.partition("?")[0], **_query(location.partition("?")[2])}
        self._log.write({**entry, "answer": answer})

    def close(self) -> None:
        """Stop writing."""
        self._log.close()


def hide(value: Any) -> Any:
    """The same document with secrets replaced, at any depth."""
    if isinstance(value, Mapping):
        return {key: HIDDEN if key in SECRETS else hide(each) for key, each in value.items()}
    if isinstance(value, list):
        return [hide(each) for each in value]
    return value


def _query(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in SECRETS:
            found[name] = HIDDEN
        elif name in found:
            earlier = found[name]
            found[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        else:
            found[name] = value
    return found


def _document(body: bytes, content_type: str) -> Any:
    if not body:
        return None
    text = body.decode("utf-8", "replace")
    if "json" in content_type:
        try:
            return json.loads(text)
        except ValueError:
            return text
    if "urlencoded" in content_type:
        return dict(parse_qsl(text, keep_blank_values=True))
    return text
