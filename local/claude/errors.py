"""Errors in the shape of the Messages API: `{"type":"error","error":{"type","message"},"request_id"}`."""

from dataclasses import dataclass, field
from typing import Any, Final

TYPE_BY_STATUS: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""The error types that the SDK 2.12 knows (`anthropic/types/shared/error_type.py`), by HTTP status."""

MESSAGE_BY_STATUS: Final = {
    429: "This request would exceed your organization's rate limit. Please try again later.",
    500: "Internal server error",
    529: "Overloaded",
}


@dataclass
class ApiError(Exception):
    """One refusal. `error_code` becomes `error.details.error_code`, which the SDK shows as `.error_code`."""

    status: int
    message: str
    error_code: str | None = None
    error_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def as_body(self, request_id: str) -> dict[str, Any]:
        """The JSON object that the client receives."""
        return error_body(
            self.error_type or TYPE_BY_STATUS.get(self.status, "api_error"),
            self.message,
            request_id,
            self.error_code,
        )


def invalid(message: str) -> ApiError:
    """400: the request breaks a rule of the API."""
    return ApiError(400, message)


def error_body(
    error_type: str, message: str, request_id: str, error_code: str | None = None
) -> dict[str, Any]:
    """The error object, as a body or as the data of an `error` event."""
    error: dict[str, Any] = {"type": error_type, "message": message}
    if error_code:
        error["details"] = {"error_code": error_code}
    return {"type": "error", "error": error, "request_id": request_id}
