"""A long poll ends with the message that it waits for, not with the next look."""

import asyncio
import threading
import time

from local.aws.long_polls import Arrivals

LONG = 60.0
"""Seconds. Nothing here waits so long."""


def test_who_waits_is_woken_by_a_message_from_another_thread() -> None:
    told = threading.Event()
    arrivals = Arrivals(told)

    async def poll() -> None:
        waiting = [asyncio.create_task(arrivals.wait(LONG)) for _ in range(2)]
        await asyncio.sleep(0)
        threading.Thread(target=arrivals.set).start()
        await asyncio.gather(*waiting)

    started = time.monotonic()
    asyncio.run(poll())

    assert time.monotonic() - started < LONG
    assert told.is_set()  # MiniStack's own pollers hear of it too


def test_without_a_message_the_wait_ends_by_itself() -> None:
    asyncio.run(Arrivals(threading.Event()).wait(0.01))


def test_a_message_that_nobody_waits_for_wakes_nobody_later() -> None:
    arrivals = Arrivals(threading.Event())

    async def poll() -> bool:
        arrivals.set()
        later = asyncio.create_task(arrivals.wait(LONG))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waits = not later.done()
        later.cancel()
        await asyncio.gather(later, return_exceptions=True)
        return waits

    assert asyncio.run(poll())
