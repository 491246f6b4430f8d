"""Who waits for a message gets it when it comes.

SQS answers a long poll as soon as a message arrives (docs.aws.amazon.com/AWSSimpleQueueService/latest/
SQSDeveloperGuide/sqs-short-and-long-polling.html). MiniStack 1.5.33 looks every 100 ms, which is more than
all else between a question and the first word of its answer takes. Messages that become visible by time are
found as before.
"""

import asyncio
import threading
from types import ModuleType


class Arrivals:
    """Stands in for the event that the queues set when a message came, and wakes those who wait for one."""

    def __init__(self, told: threading.Event) -> None:
        self._told = told
        self._waiting: set[asyncio.Future[None]] = set()

    def set(self) -> None:
        """A message came."""
        self._told.set()
        for each in tuple(self._waiting):
            each.get_loop().call_soon_threadsafe(_wake, each)

    async def wait(self, seconds: float) -> None:
        """Until the next message of any queue, at most so long."""
        woken = asyncio.get_running_loop().create_future()
        self._waiting.add(woken)
        try:
            await asyncio.wait((woken,), timeout=seconds)
        finally:
            self._waiting.discard(woken)


def _wake(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


def install() -> None:
    """Let this process's MiniStack end a long poll with the message it waits for."""
    from ministack.services import sqs

    arrivals = Arrivals(sqs.esm_wake)
    sqs.esm_wake = arrivals
    waiting = ModuleType("asyncio")
    waiting.__dict__.update(vars(asyncio), sleep=arrivals.wait)
    sqs.asyncio = waiting
