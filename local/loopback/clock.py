"""A stand-in's clock: the real time, or one moment, plus a shift that tests set."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC now. A shift moves everything that depends on time: token life, rate windows, billing."""

    def __init__(self, shift: timedelta = timedelta()) -> None:
        self.shift = shift
        self._still: datetime | None = None

    def now(self) -> datetime:
        """The time the stand-in believes in."""
        return (datetime.now(UTC) if self._still is None else self._still) + self.shift

    @property
    def second(self) -> int:
        """The same in whole seconds since 1970."""
        return int(self.now().timestamp())

    def stand_still(self, moment: datetime) -> None:
        """Let it be this moment until the clock is moved, so that a run can be repeated exactly."""
        self._still = moment
        self.shift = timedelta()

    def advance(self, seconds: float) -> None:
        """Move on, or back with a negative number."""
        self.shift += timedelta(seconds=seconds)
