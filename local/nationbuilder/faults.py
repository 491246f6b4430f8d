"""Faults on demand: what a client must survive (API facts, §2, §10)."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar, Final

from local import loopback
from local.loopback import Request, Response, html_response, json_response
from local.nationbuilder.errors import (
    ApiError,
    Flat,
    TooMany,
    forbidden,
    invalid,
    not_found,
    problem,
    token_expired,
    unauthorized,
)

_CLOUDFLARE: Final = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body>'
    '<script>window._cf_chl_opt={cType:"managed"};</script>Enable JavaScript and cookies to continue'
    "</body></html>"
)

_SERVER: Final[dict[str, tuple[int, str, str]]] = {
    "server_error": (500, "server_error", "Something went wrong"),
    "bad_gateway": (502, "bad_gateway", "The backend did not answer in time"),
    "service_unavailable": (503, "service_unavailable", "Temporarily unavailable"),
}

_REFUSALS: Final[dict[str, Callable[[], ApiError]]] = {
    "token_expired": token_expired,
    "unauthorized": unauthorized,
    "forbidden": forbidden,
    "not_found": not_found,
}


@dataclass
class Fault(loopback.Fault):
    """What goes wrong with the next matching requests.

    `path` is a pattern with `*` over the path without the slug. `seconds`: how slow, or `Retry-After`.
    `drop_before` closes the connection before anything happened, `drop_after` when all has happened.
    """

    KINDS: ClassVar = (
        *_REFUSALS,
        "unprocessable",
        "rate_limited",
        *_SERVER,
        "cloudflare",
        "slow",
        "drop_before",
        "drop_after",
    )

    method: str = "*"
    path: str = "*"
    nation: str = "*"
    seconds: float = 1.0
    message: str = "is invalid"
    attribute: str = "base"

    def matches(self, request: Request, nation: str) -> bool:
        """Whether the request is meant."""
        return (
            self.method.upper() in ("*", request.method)
            and fnmatchcase(request.path, self.path)
            and self.nation in ("*", nation)
        )

    def answer(self) -> Response | None:
        """What is answered instead, or None where the request is carried out after all."""
        match self.kind:
            case "slow" | "drop_after":
                return None
            case "drop_before":
                return Response(0, dropped=True)
            case "cloudflare":
                return html_response(403, _CLOUDFLARE, {"cf-mitigated": "challenge", "Server": "cloudflare"})
            case _:
                error = self._error()
                content_type = "application/vnd.api+json" if error.status == 422 else "application/json"
                return json_response(
                    error.status, error.body(), f"{content_type}; charset=utf-8", error.headers
                )

    def _error(self) -> ApiError:
        if self.kind == "unprocessable":
            return invalid(problem(self.attribute, self.message, "invalid"))
        if self.kind == "rate_limited":
            return TooMany(max(1, round(self.seconds)))
        return _REFUSALS[self.kind]() if self.kind in _REFUSALS else Flat(*_SERVER[self.kind])
