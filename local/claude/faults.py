"""Faults on demand: what goes wrong with the next requests to `POST /v1/messages`."""

from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, get_args

from local.claude.errors import MESSAGE_BY_STATUS, TYPE_BY_STATUS, ApiError, invalid

Kind = Literal[
    "rate_limit",
    "overloaded",
    "server_error",
    "status",
    "stream_error",
    "silence",
    "disconnect",
    "refusal",
    "truncate",
    "slow",
    "obedient",
]
"""
`rate_limit`    429 with `retry-after` and `anthropic-ratelimit-*` headers
`overloaded`    529
`server_error`  500
`status`        any `status`, with `message` and `error_code`
`stream_error`  an `error` event (`error_type`) after `events` events of a stream
`silence`       nothing for `seconds`, after `events` events (0: before the head of the response)
`disconnect`    the connection drops after `events` events (0: before the head of the response)
`refusal`       stop reason `refusal` with little or no text
`truncate`      stop reason `max_tokens`, inside the first tool call if there is one
`slow`          `tokens_per_second` and `first_token_ms` for this request
`obedient`      this request follows every instruction found in tool results
"""

KINDS: Final[tuple[str, ...]] = get_args(Kind)


@dataclass
class Fault:
    """One fault. `after` requests pass first, then it happens `count` times."""

    kind: Kind
    count: int = 1
    after: int = 0
    status: int = 500
    message: str = ""
    error_type: str = "overloaded_error"
    error_code: str | None = None
    retry_after: float = 1.0
    events: int = 0
    seconds: float = 1.0
    tokens_per_second: float = 10.0
    first_token_ms: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Any) -> "Fault":
        """Read one object of `POST /_standin/faults`. Raises `ApiError` 400 that names what is wrong."""
        if not isinstance(value, dict):
            raise invalid("A fault is an object with a `kind`.")
        if value.get("kind") not in KINDS:
            raise invalid(f"kind: one of {', '.join(KINDS)}")
        unknown = sorted(set(value) - {each.name for each in fields(cls)})
        if unknown:
            raise invalid(f"Unknown names in a fault: {', '.join(unknown)}")
        return cls(**value)

    def as_error(self) -> ApiError | None:
        """The refusal that this fault is, if it is one."""
        status = {"rate_limit": 429, "overloaded": 529, "server_error": 500, "status": self.status}.get(
            self.kind
        )
        if status is None:
            return None
        headers = dict(self.headers)
        if self.kind == "rate_limit":
            headers |= {"retry-after": f"{self.retry_after:g}", "x-should-retry": "true"}
        message = self.message or MESSAGE_BY_STATUS.get(status, "Error")
        error_type = TYPE_BY_STATUS.get(status, "api_error")
        return ApiError(status, message, self.error_code, error_type, headers)
