"""What the person at the terminal sees: steps with their time, and one line for each problem.

On a terminal a spinner turns; in a pipe or a CI log every step is a plain line.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

console: Final = Console(highlight=False, soft_wrap=True)


class StartFailed(Exception):
    """Nat cannot start or go on: one line with the cause, and the log that tells more."""

    def __init__(self, cause: str, log: Path | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.log = log


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show that `title` goes on, then how long it took."""
    started = time.monotonic()
    if console.is_terminal:
        with console.status(title):
            yield
    else:
        console.print(f"  … {title}", markup=False)
        yield
    console.print(f"  [green]✓[/green] {title}  [dim]{time.monotonic() - started:.1f} s[/dim]")


def say(line: str = "") -> None:
    """One plain line."""
    console.print(line, markup=False)


def problem(cause: str, log: str | None = None) -> None:
    """One line on what went wrong, with the log's place."""
    tail = f" Log: {log}" if log else ""
    console.print(f"  ✗ {cause}{tail}", style="red", markup=False)
