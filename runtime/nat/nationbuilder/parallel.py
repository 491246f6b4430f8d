"""Running a few blocking calls at once."""

import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
One = TypeVar("One")
Other = TypeVar("Other")

AT_ONCE: Final = 4
"""Requests of one tool call that are under way together."""


def together(calls: Sequence[Callable[[], T]], at_once: int = AT_ONCE) -> list[T]:
    """Results in the order of the calls. Each call runs in a copy of the caller's context: the nation's
    credentials live in a context variable. Raises the first error, after cancelling what has not begun."""
    if len(calls) < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(max_workers=min(at_once, len(calls)), thread_name_prefix="v2") as pool:
        futures = [pool.submit(contextvars.copy_context().run, call) for call in calls]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def both(one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
    """Two calls with results of different kinds at once, as `together` runs them."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="v2") as pool:
        future = pool.submit(contextvars.copy_context().run, other)
        return one(), future.result()
