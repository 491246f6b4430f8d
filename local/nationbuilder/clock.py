"""The stand-in's clock: the real time plus a shift that tests set."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC now. A shift moves everything that depends on time: token life, rate windows, delays."""

    def __init__(self, shift: timedelta = timedelta()) -> None:
        self.shift = shift

    def now(self) -> datetime:
        """The time the stand-in believes in."""
        return datetime.now(UTC) + self.shift

    def advance(self, seconds: float) -> None:
        """Move on, or back with a negative number."""
        self.shift += timedelta(seconds=seconds)
