"""A person's terminal: text that cannot steer it, Ctrl-C, and what is said when a command cannot go on."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, and those that turn the direction of text around."""


class CommandFailed(Exception):
    """Shown as one line on standard error. `status` 1: it did not work; 2: it was called wrongly."""

    def __init__(self, message: str, *, status: int = 1) -> None:
        self.message = message
        self.status = status
        super().__init__(message)


class Interrupt:
    """Whether the person pressed Ctrl-C. Callable, as what is asked for a stop."""

    def __init__(self) -> None:
        self.pressed = 0

    def __call__(self) -> bool:
        return self.pressed > 0

    def handle(self, _signal: int, _frame: FrameType | None) -> None:
        """Count; the second time leaves at once."""
        self.pressed += 1
        if self.pressed > 1:
            raise KeyboardInterrupt


@contextmanager
def watching() -> Iterator[Interrupt]:
    """While the block runs, Ctrl-C stops the turn instead of the program."""
    interrupt = Interrupt()
    before = signal.signal(signal.SIGINT, interrupt.handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


def clean(text: str) -> str:
    """The text without control characters."""
    return _CONTROL.sub("", text)
