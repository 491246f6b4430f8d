"""Compares rows with schedules: makes what is missing, mends what differs, deletes what nobody wants.

The names of the schedules are read first and the rows after them: whoever enables an automation writes the
row first, so a schedule that was seen and has no enabled row is not one that is just being made. What is
acted on is read once more by itself, for the index of enabled rows is a moment behind.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from nat.automations.automation import Automation, Automations
from nat.automations.scheduler import ClockSchedules, name_of
from nat.aws.store import Store
from nat.errors import NotFound
from nat.ids import NationSlug

AHEAD: Final = timedelta(hours=2)
"""Of automations that run within this time the whole schedule is compared; of the others its name. The
comparison takes place every hour, so every run is preceded by one."""

Seen = TypeVar("Seen")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Compared:
    """What a comparison did."""

    made: int = 0
    mended: int = 0
    removed: int = 0


class Comparison:
    """Of all nations, with a role that reaches them all."""

    def __init__(self, store: Store, schedules: ClockSchedules) -> None:
        self._store = store
        self._automations = Automations(store)
        self._schedules = schedules

    def run(self) -> Compared:
        """Compare once. What fails for one schedule is logged, and left to the next comparison."""
        names = self._schedules.names()
        enabled = {name_of(each.nation_slug, each.task_id): each for each in self._automations.enabled()}
        soon = self._store.clock() + AHEAD
        made = [each for name, each in enabled.items() if name not in names]
        due = [
            each
            for name, each in enabled.items()
            if name in names and each.next_run is not None and each.next_run < soon
        ]
        return Compared(
            made=self._each(made, self._mend),
            mended=self._each(due, self._mend),
            removed=self._each(sorted(names - set(enabled)), self._remove),
        )

    def _mend(self, seen: Automation) -> bool:
        try:
            now = self._automations.get(seen.nation_slug, seen.task_id)
        except NotFound:
            return False
        if not now.enabled or self._schedules.agrees(now):
            return False
        self._schedules.follow(now)
        return True

    def _remove(self, name: str) -> bool:
        belongs = self._schedules.belongs_to(name)
        try:
            if belongs is not None and self._automations.get(NationSlug(belongs[0]), belongs[1]).enabled:
                return False
        except NotFound:
            pass
        self._schedules.remove_named(name)
        return True

    @staticmethod
    def _each(found: Iterable[Seen], act: Callable[[Seen], bool]) -> int:
        done = 0
        for each in found:
            try:
                done += act(each)
            except (BotoCoreError, ClientError) as error:
                _log.error("schedule not compared", extra={"reason": type(error).__name__})
        return done
