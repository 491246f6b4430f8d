"""The stand-in's clock: the real time plus a shift. Stripe counts in whole seconds since 1970."""

import time
from datetime import datetime


class Clock:
    """Seconds since 1970. A shift moves billing; signatures of webhooks stay on the real time, because the
    receiver compares them with its own clock."""

    def __init__(self) -> None:
        self.shift = 0
        self._still: int | None = None

    def now(self) -> int:
        """The second that the stand-in believes in."""
        return (int(time.time()) if self._still is None else self._still) + self.shift

    def stand_still(self, moment: datetime) -> None:
        """Let it be this moment until the clock is moved, so that a run can be repeated exactly."""
        self._still = int(moment.timestamp())
        self.shift = 0

    def advance(self, seconds: int) -> None:
        """Move on. Stripe's test clocks cannot go back either."""
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        self.shift += seconds
