"""Faults on demand: what goes wrong with the next requests to `POST /v1/messages`."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from local import loopback
from local.claude.errors import MESSAGE_BY_STATUS, TYPE_BY_STATUS, ApiError

KINDS: Final = {
    "rate_limit": "429 with `retry-after` and `anthropic-ratelimit-*` headers",
    "overloaded": "529",
    "server_error": "500",
    "status": "any `status`, with `message` and `error_code`",
    "stream_error": "an `error` event (`error_type`) after `events` events of a stream",
    "silence": "nothing for `seconds`, after `events` events (0: before the head of the response)",
    "disconnect": "the connection drops after `events` events (0: before the head of the response)",
    "refusal": "stop reason `refusal` with little or no text",
    "truncate": "stop reason `max_tokens`, inside the first tool call if there is one",
    "slow": "`tokens_per_second` and `first_token_ms` for this request",
    "obedient": "this request follows every instruction found in tool results",
}


@dataclass
class Fault(loopback.Fault):
    """One fault."""

    KINDS: ClassVar = tuple(KINDS)

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
