"""The stand-in's clock: the real time plus a shift. Stripe counts in whole seconds since 1970."""

import time


class Clock:
    """Seconds since 1970. A shift moves billing; signatures of webhooks stay on the real time, because the
    receiver compares them with its own clock."""

    def __init__(self, shift: int = 0) -> None:
        self.shift = shift

    def now(self) -> int:
        """The second that the stand-in believes in."""
        return int(time.time()) + self.shift

    def advance(self, seconds: int) -> None:
        """Move on. Stripe's test clocks cannot go back either."""
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        self.shift += seconds
