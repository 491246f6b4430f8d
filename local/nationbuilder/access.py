"""Who may do what: rate limits, permission sets, headers (API facts, §2, §4, §5)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from local.loopback import Clock
from local.nationbuilder.errors import TooMany, forbidden, not_acceptable, unauthorized
from local.nationbuilder.query import Include
from local.nationbuilder.schema import Operation, schema
from local.nationbuilder.settings import Settings
from local.nationbuilder.store import Nation, User


class RateLimiter:
    """Counts requests in windows of some seconds, for each token on its own."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._lock = Lock()
        self._windows: dict[str, tuple[float, int]] = {}

    def take(self, key: str) -> tuple[dict[str, str], TooMany | None]:
        """Count one request: the headers of its answer, and the refusal if it is one too many."""
        now, limit = self._clock.now().timestamp(), self._settings.rate_limit
        window = self._settings.rate_window_seconds
        if limit <= 0:
            return {}, None
        with self._lock:
            began, used = self._windows.get(key, (now, 0))
            if not 0 <= now - began < window:
                began, used = now, 0
            used += 1
            self._windows[key] = (began, used)
        reset = math.ceil(began + window)
        headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(max(0, limit - used)),
            "RateLimit-Reset": str(reset),
        }
        if used <= limit:
            return headers, None
        return headers, TooMany(max(1, math.ceil(began + window - now)))

    def forget(self) -> None:
        """Start all windows anew."""
        with self._lock:
            self._windows.clear()


@dataclass(frozen=True)
class PermissionSet:
    """What a control-panel user may not see or do."""

    hidden: frozenset[str] = frozenset()
    read_only: bool = False


_FINANCES: Final = frozenset({"donations", "pledges", "donation_tracking_codes"})
_PEOPLE: Final = frozenset(
    {
        "signups",
        "signup_profiles",
        "signup_taggings",
        "contacts",
        "relationships",
        "voters",
        "memberships",
        "path_journeys",
        "petition_signatures",
        "survey_question_responses",
        "automation_enrollments",
        "event_rsvps",
    }
)

PERMISSION_SETS: Final[dict[str, PermissionSet]] = {
    "admin": PermissionSet(),
    "staffer": PermissionSet(),
    "no_finances": PermissionSet(hidden=_FINANCES),
    "no_people": PermissionSet(hidden=_PEOPLE),
    "read_only": PermissionSet(read_only=True),
}
"""Admin and Staffer are NationBuilder's; the others stand for sets that a nation made itself."""


def check_permission(nation: Nation, user_id: str, operation: Operation, include: Include) -> None:
    """Whether the token's owner may do this. Raises `Flat` 401 or 403."""
    if operation.action == "me":
        return
    user = nation.users.get(user_id)
    if user is None:
        raise unauthorized()
    if user.lost_access:
        raise forbidden()
    allowed = permission_set(user)
    touched = {operation.type, operation.returns, *_included(operation.returns, include)}
    if touched & allowed.hidden or (allowed.read_only and operation.method != "GET"):
        raise unauthorized()


def permission_set(user: User) -> PermissionSet:
    """The set by its name."""
    return PERMISSION_SETS[user.permission_set]


def check_headers(headers: Mapping[str, str], has_body: bool) -> None:
    """Accept must be there and take JSON; so must Content-Type where there is a body. Raises `Flat` 406."""
    accept = headers.get("accept", "")
    if not any(each in accept for each in ("json", "*/*", "application/*")):
        raise not_acceptable()
    if has_body and "json" not in headers.get("content-type", ""):
        raise not_acceptable()


def _included(kind: str, include: Include) -> Iterable[str]:
    for name, below in include.below.items():
        target = schema().resources[kind].sideloads[name].target
        yield target
        yield from _included(target, below)
