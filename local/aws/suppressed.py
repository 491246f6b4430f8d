"""SES's list of addresses that bounced or complained, which MiniStack 1.5.33 does not keep.

`GET`, `PUT` and `DELETE /v2/email/suppression/addresses` as SES has them (botocore, SES v2 service model), in
memory. Nothing bounces here by itself: who wants to see what Nat makes of it puts an address on the list.
"""

import json
import time
from typing import Any, Final
from urllib.parse import unquote

PREFIX: Final = "/v2/email/suppression/addresses"
Answer = tuple[int, dict[str, str], bytes]


class Suppressed:
    """The list of one account."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, path: str, body: bytes) -> Answer | None:
        """What SES answers; `None` for requests about something else."""
        if path.rstrip("/") == PREFIX and method == "PUT":
            wanted = json.loads(body)
            self._found[wanted["EmailAddress"].lower()] = {
                "EmailAddress": wanted["EmailAddress"],
                "Reason": wanted["Reason"],
                "LastUpdateTime": time.time(),
            }
            return _json(200, {})
        if not path.startswith(f"{PREFIX}/"):
            return None
        address = unquote(path.removeprefix(f"{PREFIX}/")).lower()
        if method == "DELETE":
            return _json(200, {}) if self._found.pop(address, None) else _missing()
        found = self._found.get(address)
        return _missing() if found is None else _json(200, {"SuppressedDestination": found})


def _json(status: int, body: dict[str, Any]) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def _missing() -> Answer:
    status, headers, body = _json(404, {"message": "Email address is not on the suppression list."})
    return status, {**headers, "x-amzn-errortype": "NotFoundException"}, body


def install() -> None:
    """Let this process's MiniStack keep the list."""
    from ministack.services import ses_v2

    kept, original = Suppressed(), ses_v2.handle_request

    async def handle(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        answered = kept.answer(method, path, body)
        return answered or await original(method, path, headers, body, query_params)

    ses_v2.handle_request = handle
