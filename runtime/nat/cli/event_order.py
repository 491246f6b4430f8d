"""Events of one turn in their right order: sorted by attempt and place, each once, nothing skipped unseen."""

from dataclasses import dataclass, field
from typing import Any

Wire = dict[str, Any]


@dataclass
class Ordering:
    """Takes events as they arrive and gives them as they happened.

    `attempt` and `seq` are the place of the last event given. An event after a gap is kept back until the
    gap is filled. The first event of a later attempt goes before anything that an earlier one still owes.
    """

    attempt: int = 0
    seq: int = 0
    _waiting: dict[tuple[int, int], Wire] = field(default_factory=dict)

    def take(self, wire: Wire) -> list[Wire]:
        """Add an event; the events that can be given now, in order."""
        place = (int(wire["attempt"]), int(wire["seq"]))
        if place > (self.attempt, self.seq):
            self._waiting[place] = wire
        ready: list[Wire] = []
        while (following := self._following()) is not None:
            self.attempt, self.seq = following
            ready.append(self._waiting.pop(following))
            self._waiting = {each: event for each, event in self._waiting.items() if each > following}
        return ready

    @property
    def has_gap(self) -> bool:
        """Whether an event is kept back because one before it is missing."""
        return bool(self._waiting)

    def is_behind(self, attempt: int, seq: int) -> bool:
        """Whether the given place, such as the one in a pong, was not reached yet."""
        return (attempt, seq) > (self.attempt, self.seq)

    def _following(self) -> tuple[int, int] | None:
        for place in sorted(self._waiting):
            if place == (self.attempt, self.seq + 1) or (place[0] > self.attempt and place[1] == 1):
                return place
        return None
