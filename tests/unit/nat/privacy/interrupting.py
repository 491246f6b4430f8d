"""A deletion whose process dies before a chosen request to AWS."""

from dataclasses import dataclass
from typing import Any


class Died(BaseException):
    """The process is gone: no handler of ordinary errors sees it."""


@dataclass
class Life:
    """Counts the requests of clients and ends before one of them; then nothing is sent any more."""

    ends_at: int | None = None
    sent: int = 0

    def of(self, *clients: Any) -> None:
        """Let these clients live this life."""
        for each in clients:
            each.meta.events.register("before-call", self._before)

    def begin(self, ends_at: int | None) -> None:
        """A new life, which ends before this request."""
        self.ends_at = ends_at
        self.sent = 0

    def _before(self, **_: Any) -> None:
        if self.ends_at is not None and self.sent >= self.ends_at:
            raise Died
        self.sent += 1
