"""Vendor failures as errors of ours, and which of them are worth another try.

An `error` event inside a stream comes with status 200, so the type in the body decides and not the status.
"""

from typing import TYPE_CHECKING, Final

from nat.errors import ModelError, ModelOverloaded, ModelUnavailable

if TYPE_CHECKING:
    from anthropic import APIStatusError

OVERLOADED: Final = frozenset({"overloaded_error", "throttlingException"})
KEY_REFUSED: Final = frozenset({"authentication_error", "permission_error", "billing_error"})
SPENT: Final = frozenset(
    {
        "enforced_spend_limit_reached",
        "contract_spend_limit_reached",
        "linked_organization_spend_limit_reached",
    }
)
"""Error codes of accounts that may not spend more (`anthropic.types.shared`). Waiting does not help."""
PASSING: Final = frozenset(
    {
        "overloaded_error",
        "rate_limit_error",
        "api_error",
        "timeout_error",
        # Bedrock's names inside an event stream.
        "throttlingException",
        "internalServerException",
        "serviceUnavailableException",
        "modelStreamErrorException",
        "modelTimeoutException",
    }
)
LIMIT_WORDS: Final = "usage limits"
"""What a refusal says that has no code for it: the account's own limit for a key."""
_TOO_LONG: Final = ("prompt is too long", "input is too long")
_PASSING_STATUS: Final = frozenset({408, 409, 429})


class PromptTooLong(ModelError):
    """The prompt does not fit the model's context window: 413, or 400 that says so."""

    retryable = False
    default = "This conversation has become too long. Start a new one to go on."


class ThinkingRejected(ModelError):
    """Replayed thinking is not valid here: 400. It came from another account, or something before it has
    changed since."""

    retryable = False


class KeyRefused(ModelUnavailable):
    """The API does not serve this key: unknown, revoked, without rights or without credit."""


class KeyLimitReached(KeyRefused):
    """The key is good and has reached the limit that its account set for it: 400 that says so, or a spending
    limit's code."""


class KeyRateLimited(ModelOverloaded):
    """The key was used more often than its account allows: 429 `rate_limit_error`, after all retries."""


class ModelWithheld(ModelUnavailable):
    """The account of the key has no access to the model: 404."""


def is_passing(error: "APIStatusError") -> bool:
    """Whether the same request may succeed in a moment. The API's own `x-should-retry` goes first."""
    if _key_refused(error):
        return False
    said = error.response.headers.get("x-should-retry")
    if said in {"true", "false"} and error.status_code != 200:
        return said == "true"
    return _kind(error) in PASSING or error.status_code in _PASSING_STATUS or error.status_code >= 500


def as_ours(error: "APIStatusError") -> ModelError:
    """The error to raise. Carries nothing of the vendor's words."""
    kind = _kind(error)
    if _limit_reached(error):
        return KeyLimitReached()
    if _key_refused(error):
        return KeyRefused()
    if kind == "rate_limit_error":
        return KeyRateLimited()
    if kind in OVERLOADED or error.status_code in {429, 529}:
        return ModelOverloaded()
    if kind == "not_found_error" or error.status_code == 404:
        return ModelWithheld()
    if error.status_code == 413 or _says_too_long(error):
        return PromptTooLong()
    if kind == "invalid_request_error" and "thinking" in (error.api_message or ""):
        return ThinkingRejected()
    return ModelError()


def retry_after_seconds(error: "APIStatusError") -> float | None:
    """What the API asks to wait: `retry-after-ms`, else `retry-after` in seconds."""
    headers = error.response.headers
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / scale)
        except (KeyError, ValueError):
            continue
    return None


def _kind(error: "APIStatusError") -> str:
    return error.type or ""


def _key_refused(error: "APIStatusError") -> bool:
    # An account without credit was answered with 400 before it was with 402; the words are all that tells it.
    return (
        _kind(error) in KEY_REFUSED
        or error.status_code in {401, 402, 403}
        or _limit_reached(error)
        or (_kind(error) == "invalid_request_error" and "credit balance" in (error.api_message or ""))
    )


def _limit_reached(error: "APIStatusError") -> bool:
    # "You have reached your specified API usage limits. You will regain access on …": 400, without a code.
    return error.error_code in SPENT or (
        _kind(error) == "invalid_request_error" and LIMIT_WORDS in (error.api_message or "")
    )


def _says_too_long(error: "APIStatusError") -> bool:
    # Neither API has a code for this case. Anthropic's says "prompt is too long: N tokens > M maximum" with
    # `invalid_request_error`, Bedrock's "Input is too long for requested model." in a ValidationException.
    words = (error.api_message or error.message or "").lower()
    return error.status_code in {200, 400} and any(each in words for each in _TOO_LONG)
