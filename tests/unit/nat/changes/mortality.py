"""Workers that die: at any boundary between them and what they reach."""

import threading
from collections.abc import Callable
from typing import Any


class Killed(BaseException):
    """Ends a worker: nothing of ours handles it."""


class Mortal:
    """The V2 client of a worker that dies before or after some request reached the server."""

    def __init__(self, nation: Any, boundary: Callable[[str], None]) -> None:
        self._nation = nation
        self._boundary = boundary

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> Any:
            self._boundary(f"before {name}")
            answer = getattr(self._nation, name)(*arguments)
            self._boundary(f"after {name}")
            return answer

        return ask


class Countdown:
    """Dies at the n-th boundary, once; a thread that comes later dies with it."""

    def __init__(self, fatal: int) -> None:
        self._left = fatal
        self._lock = threading.Lock()
        self.dead = False

    def __call__(self, _: str) -> None:
        with self._lock:
            self._left -= 1
            if self._left <= 0:
                self.dead = True
                raise Killed
