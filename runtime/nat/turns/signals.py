"""What may interrupt a running turn, told from outside to the thread that runs it."""

import threading

from nat.errors import TurnLost


class Signals:
    """Flags of one running turn. They are only ever set."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._release = threading.Event()

    def stop(self) -> None:
        """A person stopped the turn."""
        self._stop.set()

    def lose(self) -> None:
        """The message is no longer ours: another worker may have it."""
        self._lost.set()

    def release(self) -> None:
        """This process ends: leave the turn to another one."""
        self._release.set()

    @property
    def lost(self) -> bool:
        """Whether the message is no longer ours."""
        return self._lost.is_set()

    @property
    def released(self) -> bool:
        """Whether the turn is to be left to another process."""
        return self._release.is_set()

    def stopped(self) -> bool:
        """Whether a person stopped the turn. Raises `TurnLost` when this worker must let go of it.

        Raising, rather than answering True, keeps the agent from storing "the person stopped" as a result.
        """
        if self.lost or self.released:
            raise TurnLost
        return self._stop.is_set()
