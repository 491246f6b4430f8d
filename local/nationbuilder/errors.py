"""Answers that say no, in the three shapes of the API.

    ApiError
    ├── Flat           {"code": …, "message": …}         401, 403, 404, most 400, 5xx
    ├── TooMany        {"message": …}                    429, without a code
    └── Listed         {"errors": [ … ]}                 422 validations, 400 about the body

Texts and codes: API facts §6 to §10; texts marked there as the framework's are Graphiti's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

UNAUTHORIZED: Final = (
    "You are not authorized to access this content. Your access token may be missing. The resource owner "
    "also may not have a permission level sufficient to grant access."
)


class ApiError(Exception):
    """An answer other than success."""

    status: int = 500

    def body(self) -> dict[str, Any]:
        """The JSON document of the answer."""
        raise TypeError(f"{type(self).__name__} has no body of its own.")

    @property
    def headers(self) -> dict[str, str]:
        """Headers besides the usual ones."""
        return {}


class Flat(ApiError):
    """One code and one message."""

    def __init__(self, status: int, code: str | None, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self) -> dict[str, Any]:
        """`code` is left out where the API gives none."""
        return (
            {"message": self.message} if self.code is None else {"code": self.code, "message": self.message}
        )


class TooMany(ApiError):
    """429. `retry_after` in seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("rate limited")
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The vendor's text; no `code`."""
        return {"message": "You have made too many requests. Please try again later."}

    @property
    def headers(self) -> dict[str, str]:
        """`Retry-After`."""
        return {"Retry-After": str(self.retry_after)}


@dataclass(frozen=True)
class Problem:
    """One entry of an `errors` array. `pointer` is where in the document it lies."""

    attribute: str
    message: str
    code: str
    pointer: str
    detail: str


class Listed(ApiError):
    """Several problems of one document."""

    def __init__(self, status: int, code: str, title: str, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(each.detail for each in problems))
        self.status, self.code, self.title, self.problems = status, code, title, tuple(problems)

    def body(self) -> dict[str, Any]:
        """The JSON:API errors document."""
        return {
            "errors": [
                {
                    "code": self.code,
                    "status": str(self.status),
                    "title": self.title,
                    "detail": each.detail,
                    "source": {"pointer": each.pointer},
                    "meta": {"attribute": each.attribute, "message": each.message, "code": each.code},
                }
                for each in self.problems
            ]
        }


def bad_request(message: str) -> Flat:
    """400 `bad_request`."""
    return Flat(400, "bad_request", message)


def invalid_custom_field(slug: str) -> Flat:
    """400 `invalid_custom_field`. The text is ours: the facts give only the code."""
    return Flat(400, "invalid_custom_field", f"Custom field {slug} does not exist")


def unauthorized() -> Flat:
    """401 for a missing, unknown or insufficient token."""
    return Flat(401, "unauthorized", UNAUTHORIZED)


def token_expired() -> Flat:
    """401 for a token older than its life."""
    return Flat(401, "token_expired", "The access token expired")


def token_upgrade_required() -> Flat:
    """401 for a V1 token."""
    return Flat(401, "token_upgrade_required", "This access token must be upgraded to be used with API V2")


def forbidden() -> Flat:
    """403: the owner of the token lost control-panel access. The facts give no code."""
    return Flat(403, None, "The resource owner no longer has access to the control panel.")


def not_found() -> Flat:
    """404 `not_found`."""
    return Flat(404, "not_found", "Record not found")


def not_acceptable() -> Flat:
    """406: the headers do not name JSON."""
    return Flat(406, None, "Not Acceptable. Send Accept and Content-Type headers for JSON.")


def unknown_attribute(action: str, name: str) -> Flat:
    """400 for a filter or sort on something that is no attribute."""
    return bad_request(
        f"Tried to {action} on attribute :{name}, but could not find an attribute with that name."
    )


def humanise(attribute: str) -> str:
    """How Rails names an attribute in a message: `tag_id` becomes `Tag`."""
    return attribute.removesuffix("_id").replace("_", " ").capitalize()


def problem(attribute: str, message: str, code: str) -> Problem:
    """A validation problem of an attribute of the primary record."""
    return Problem(
        attribute, message, code, f"/data/attributes/{attribute}", f"{humanise(attribute)} {message}"
    )


def invalid(*problems: Problem) -> Listed:
    """422 with one entry per problem."""
    return Listed(422, "unprocessable_entity", "Validation Error", problems)


def rejected(path: str, message: str, code: str) -> Problem:
    """A problem of the request body itself, such as an unknown attribute; `path` is dotted."""
    return Problem(path, message, code, path.replace(".", "/"), f"{path} {message}")


def bad_body(*problems: Problem) -> Listed:
    """400 in the framework's shape for a body it cannot take."""
    return Listed(400, "bad_request", "Request Error", problems)
