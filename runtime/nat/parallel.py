"""Blocking calls at once. Each runs in a copy of the caller's context: the nation's credentials live in a
context variable."""

import contextvars
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Result = TypeVar("Result")
One = TypeVar("One")
Other = TypeVar("Other")

AT_ONCE: Final = 4
"""Calls that are under way together, unless the caller says otherwise."""


def together(calls: Sequence[Callable[[], Result]], at_once: int = AT_ONCE) -> list[Result]:
    """Results in the order of the calls. Raises the first error, after cancelling what has not
    begun."""
    if len(calls) < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(max_workers=min(at_once, len(calls)), thread_name_prefix="together") as pool:
        futures = [pool.submit(contextvars.copy_context().run, call) for call in calls]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def both(one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
    """Two calls with results of different kinds at once, as `together` runs them."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="together") as pool:
        future = pool.submit(contextvars.copy_context().run, other)
        return one(), future.result()


def beside(call: Callable[[], Result]) -> Callable[[], Result]:
    """Begin a call in a thread of its own, within the nation that is entered here. What is given back waits
    for it, gives its result or raises what it raised."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # raised again where the result is asked for
            errors.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), name="beside", daemon=True)
    thread.start()

    def result() -> Result:
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    return result
