"""Ctrl-C while an answer is coming: once stops the turn, twice leaves."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


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
