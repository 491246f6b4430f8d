"""ECS task protection: while turns run, scaling in takes another task.

The endpoint is the container agent's: `PUT $ECS_AGENT_URI/task-protection/v1/state` with `ProtectionEnabled`
and `ExpiresInMinutes` (Amazon ECS developer guide, task scale-in protection endpoint). Outside of ECS there
is none, and nothing is protected. A worker that is ended all the same finishes or releases its turns.
"""

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol

import requests

EXPIRES_MINUTES: Final = 15
RENEW_SECONDS: Final = 300.0
TIMEOUT_SECONDS: Final = 5.0

_log = logging.getLogger(__name__)


class Protection(Protocol):
    """Says whether this task has work that should not be cut off."""

    def update(self, busy: bool) -> None:
        """Tell the present state. Cheap when nothing changes; never raises."""
        ...


class NoProtection:
    """Outside of ECS."""

    def update(self, busy: bool) -> None:
        """Nothing to tell."""


class EcsProtection:
    """Protects this task while it is busy. Called by one thread."""

    def __init__(self, agent_uri: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = f"{agent_uri.rstrip('/')}/task-protection/v1/state"
        self._clock = clock
        self._protected = False
        self._said_at = float("-inf")

    def update(self, busy: bool) -> None:
        """Tell the agent if the state changed, or if a running protection needs to be renewed."""
        due = self._clock() - self._said_at >= RENEW_SECONDS
        if busy == self._protected and not (busy and due):
            return
        body: dict[str, object] = {"ProtectionEnabled": busy}
        if busy:
            body["ExpiresInMinutes"] = EXPIRES_MINUTES
        try:
            requests.put(self._url, json=body, timeout=TIMEOUT_SECONDS).raise_for_status()
        except requests.RequestException as error:
            _log.warning("task protection not changed", extra={"reason": type(error).__name__})
            return
        self._protected = busy
        self._said_at = self._clock()
