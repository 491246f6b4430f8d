"""Calls beside each other: what does not depend on each other is not asked for one after another."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar

Result = TypeVar("Result")


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

    thread = threading.Thread(target=copy_context().run, args=(run,), name="beside", daemon=True)
    thread.start()

    def result() -> Result:
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    return result
