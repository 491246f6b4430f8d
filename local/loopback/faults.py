"""Faults on demand: what goes wrong with the next requests. What a fault does is its stand-in's business."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from threading import Lock
from typing import Any, ClassVar, Generic, Self, TypeVar


@dataclass
class Fault:
    """A fault of one of `KINDS` that happens `count` times, once `after` requests that it could have met have
    passed."""

    KINDS: ClassVar[tuple[str, ...]] = ()

    kind: str
    count: int = 1
    after: int = 0

    def __post_init__(self) -> None:
        if self.kind not in self.KINDS:
            raise ValueError(f"Unknown fault {self.kind}. Known faults: {', '.join(self.KINDS)}.")

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """A fault as it is asked for over HTTP. Raises `ValueError` that says what is right."""
        known = [each.name for each in fields(cls)]
        if not isinstance(values, Mapping) or "kind" not in values or not values.keys() <= set(known):
            raise ValueError(f"A fault is an object with a kind and, if wanted, {', '.join(known[1:])}.")
        return cls(**values)


AnyFault = TypeVar("AnyFault", bound=Fault)


class FaultQueue(Generic[AnyFault]):
    """The faults of one server that wait for their requests; safe to fill from another thread."""

    def __init__(self) -> None:
        self.waiting: list[AnyFault] = []
        self._lock = Lock()

    def add(self, fault: AnyFault) -> None:
        """Let something go wrong, behind what waits."""
        if fault.count > 0:
            with self._lock:
                self.waiting.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self.waiting.clear()

    def take(self, meets: Callable[[AnyFault], bool] = lambda _: True) -> AnyFault | None:
        """The first fault that this request meets, counted down. One that still lets requests pass lets this
        one pass to the next fault."""
        with self._lock:
            for fault in self.waiting:
                if not meets(fault):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.count -= 1
                if fault.count <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
