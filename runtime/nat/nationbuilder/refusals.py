"""What V2 says when it does not do what was asked, as errors of the house.

Three body shapes: `{"code", "message"}`, `{"message"}` (429) and `{"errors": […]}` (422, and 400 of the
framework). Status and `code` are stable by the vendor's promise, message texts are not, so nothing is decided
by them. A challenge page of the edge comes as HTML, also with 200 or 403.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from requests import Response

from nat.contract.parsing import without_halves
from nat.errors import (
    NationBuilderDown,
    NationBuilderError,
    PermissionDenied,
    QueryRejected,
    RateLimited,
    RecordNotFound,
    TokenExpired,
    TokenRejected,
    ValidationFailed,
)

RETRY_AFTER: Final = 10.0
"""Seconds to wait after a 429 without a usable `Retry-After`: one window of the rate limit."""
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")
"""How JSON may spell a half of a surrogate pair; mostly its other half follows."""
_LONGEST_DETAIL: Final = 300
_MOST_DETAILS: Final = 10


def read_json(response: "Response") -> object:
    """The JSON of an answer; half of a surrogate pair in it becomes the replacement character, for nobody
    could pass it on. Raises `NationBuilderDown` for HTML, an empty body or broken JSON."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise NationBuilderDown
    try:
        found = json.loads(response.content)
        if _HALF.search(response.content):
            found = json.loads(without_halves(json.dumps(found, ensure_ascii=False)))
    except (ValueError, RecursionError):
        raise NationBuilderDown from None
    return found


def refusal(response: "Response") -> NationBuilderError:
    """The error that an answer with a status of 300 or more stands for."""
    status = response.status_code
    if status == 429:
        return RateLimited(retry_after=retry_after(response.headers))
    if status >= 500 or status < 400:
        return NationBuilderDown()
    try:
        body = read_json(response)
    except NationBuilderDown as down:
        return down
    errors = _errors(body)
    code = str(body.get("code") or "") if isinstance(body, Mapping) else ""
    if status == 401:
        return _unauthorised(code or str(next((each.get("code") for each in errors), "") or ""))
    if status == 403:
        return PermissionDenied()
    if status == 404:
        return RecordNotFound()
    details = _details(body, errors)
    if status == 422:
        taken = bool(errors) and all(_meta(each).get("code") == "taken" for each in errors)
        return ValidationFailed(details=details, taken=taken)
    return QueryRejected(details=details)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds from a `Retry-After` header."""
    try:
        return min(max(float(headers.get("Retry-After", "")), 0.0), 3600.0)
    except ValueError:
        return RETRY_AFTER


def _unauthorised(code: str) -> NationBuilderError:
    if code == "token_expired":
        return TokenExpired()
    if code == "unauthorized":
        return PermissionDenied()
    return TokenRejected()


def _errors(body: object) -> Sequence[Mapping[str, object]]:
    errors = body.get("errors") if isinstance(body, Mapping) else None
    return [each for each in errors if isinstance(each, Mapping)] if isinstance(errors, list) else []


def _meta(error: Mapping[str, object]) -> Mapping[str, object]:
    meta = error.get("meta")
    return meta if isinstance(meta, Mapping) else {}


def _details(body: object, errors: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """V2's own words on each problem, shortened. For tools to act on, never for a person as they stand."""
    texts = [
        str(each.get("detail") or _meta(each).get("message") or each.get("title") or "") for each in errors
    ]
    if not texts and isinstance(body, Mapping):
        texts = [str(body.get("message") or "")]
    return tuple(text[:_LONGEST_DETAIL] for text in texts if text)[:_MOST_DETAILS]
