"""Waiting before something is tried again: pauses that grow, with jitter, and that can be cut short.

    for pause in Backoff(tries=4, first=0.05).pauses():
        if tried():
            return
        sleep(pause)

Jitter keeps many who failed at the same moment from coming back at the same moment (AWS Architecture Blog,
"Exponential Backoff and Jitter").
"""

import random
import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

SLICE: Final = 0.1
"""Seconds after which somebody who waits looks again whether to go on waiting."""


class Backoff(NamedTuple):
    """How often something is tried and how long is waited between. Seconds.

    A pause is `first` after the first try and twice as long after each further one, at most `longest`; of it
    a random share is waited, at least `least`.
    """

    tries: int
    first: float
    longest: float = 60.0
    least: float = 0.0

    def pause(self, number: int) -> float:
        """Seconds to wait after try `number`, which counts from 0."""
        full: float = min(self.longest, self.first * 2.0 ** min(number, 30))
        return full * random.uniform(self.least, 1.0)  # noqa: S311 # jitter, not a secret

    def pauses(self) -> Iterator[float | None]:
        """One for each try: the pause after it, `None` after the last."""
        for number in range(self.tries):
            yield self.pause(number) if number + 1 < self.tries else None


def wait(seconds: float, stopped: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> bool:
    """Wait; False as soon as it is stopped."""
    while seconds > 0:
        if stopped():
            return False
        sleep(min(seconds, SLICE))
        seconds -= SLICE
    return not stopped()
