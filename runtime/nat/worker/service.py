"""The worker: as many turns at a time as it has slots, each in a thread, until it is told to end.

Threads, because the work is waiting: for the model, for NationBuilder, for AWS. One thread receives, one
keeps the messages of running turns, one reads their stop flags; each turn has its own.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from nat.conversations.turns import Turn
from nat.errors import TurnLost
from nat.names import TURN_QUEUE
from nat.turns.queue import MessageUnreadable, TurnMessage
from nat.turns.signals import Signals
from nat.worker.protection import Protection
from nat.worker.receiver import Received, TurnReceiver

GRACE_SECONDS: Final = 90.0
"""How long running turns may go on after SIGTERM. ECS kills at the service's stop timeout, 120 s at most."""
RELEASE_SECONDS: Final = 15.0
"""How long turns may take to let go after that."""
STOP_POLL_SECONDS: Final = 1.0
PAUSE_AFTER_FAILURE: Final = 2.0
LOST_AFTER_SECONDS: Final = TURN_QUEUE.visibility_seconds - 3
"""A message that was not kept for so long may be delivered to another worker any moment."""

_log = logging.getLogger(__name__)


class Runs(Protocol):
    """What runs turns: `nat.turns.run.Runner`."""

    def run(self, message: TurnMessage, signals: Signals, *, on_begin: Callable[[Turn], None] = ...) -> None:
        """Run a turn to its end."""
        ...


@dataclass(eq=False)
class _Running:
    """A turn that this process runs."""

    message: Received
    kept_at: float
    signals: Signals = field(default_factory=Signals)
    turn: Turn | None = None


class Worker:
    """Takes turns from an inbox and runs them."""

    def __init__(
        self,
        inbox: TurnReceiver,
        runner: Runs,
        stopped_turns: Callable[[Iterable[Turn]], set[Turn]],
        protection: Protection,
        *,
        slots: int,
        grace_seconds: float = GRACE_SECONDS,
        heartbeat_seconds: float = TURN_QUEUE.heartbeat_seconds,
        stop_poll_seconds: float = STOP_POLL_SECONDS,
        heartbeat_file: Path | None = None,
    ) -> None:
        self._inbox = inbox
        self._runner = runner
        self._stopped_turns = stopped_turns
        self._protection = protection
        self._slots = slots
        self._grace_seconds = grace_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._stop_poll_seconds = stop_poll_seconds
        self._heartbeat_file = heartbeat_file
        self._receiver: threading.Thread | None = None
        self._changed = threading.Condition()
        self._running: set[_Running] = set()
        self._ending = threading.Event()
        self._ended = threading.Event()

    def end(self) -> None:
        """Take no more turns; `serve` returns when the running ones have ended or let go. From any thread."""
        self._ending.set()
        with self._changed:
            self._changed.notify_all()

    def serve(self) -> None:
        """Work until `end` is called."""
        self._receiver = self._helper("receive", self._receive_all)
        helpers = [
            self._receiver,
            self._helper("heartbeat", self._keep_all),
            self._helper("stop-flags", self._watch_stops),
            self._helper("protection", self._protect),
        ]
        self._ending.wait()
        _log.info("ending", extra={"running": self._count()})
        if not self._wait_until_idle(self._grace_seconds):
            for each in self._snapshot():
                each.signals.release()
            self._wait_until_idle(RELEASE_SECONDS)
        # The receiver may be in a long poll: what it still gets must be given back, not lost with us.
        helpers[0].join()
        self._ended.set()
        with self._changed:
            self._changed.notify_all()
        for helper in helpers:
            helper.join()
        _log.info("ended", extra={"left": self._count()})

    def _helper(self, name: str, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        return thread

    def _receive_all(self) -> None:
        while not self._ending.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._ending.is_set() or len(self._running) < self._slots)
                free = self._slots - len(self._running)
            if self._ending.is_set():
                return
            try:
                messages = self._inbox.receive(free)
            except (BotoCoreError, ClientError) as error:
                _log.error("queue not read", extra={"reason": type(error).__name__})
                self._ending.wait(PAUSE_AFTER_FAILURE)
                continue
            for message in messages:
                if self._ending.is_set():
                    self._inbox.give_back(message)
                else:
                    self._start(message)

    def _start(self, message: Received) -> None:
        running = _Running(message, time.monotonic())
        with self._changed:
            self._running.add(running)
            self._changed.notify_all()
        threading.Thread(
            target=self._run, args=(running,), name=f"turn-{message.message_id[:8]}", daemon=True
        ).start()

    def _run(self, running: _Running) -> None:
        def begun(turn: Turn) -> None:
            running.turn = turn

        try:
            self._runner.run(TurnMessage.read(running.message.body), running.signals, on_begin=begun)
        except MessageUnreadable:
            _log.error("message unreadable", extra={"message_id": running.message.message_id})
            self._inbox.delete(running.message)
        except TurnLost:
            _log.info("turn let go", extra={"message_id": running.message.message_id})
            if running.signals.released and not running.signals.lost:
                self._inbox.give_back(running.message)
        except Exception as error:
            # Without its text, which may quote what people wrote. The message is delivered again.
            _log.error(
                "turn not settled",
                extra={"message_id": running.message.message_id, "error": type(error).__name__},
            )
        else:
            self._inbox.delete(running.message)
        finally:
            with self._changed:
                self._running.discard(running)
                self._changed.notify_all()

    def _keep_all(self) -> None:
        self._tell_that_all_is_well()
        while not self._ended.wait(self._heartbeat_seconds):
            self._tell_that_all_is_well()
            at = time.monotonic()
            by_message = {each.message: each for each in self._snapshot() if not each.signals.lost}
            kept, lost = self._inbox.keep(by_message)
            for message, each in by_message.items():
                if message in kept:
                    each.kept_at = at
                elif message in lost or time.monotonic() - each.kept_at > LOST_AFTER_SECONDS:
                    _log.warning("turn lost", extra={"message_id": message.message_id})
                    each.signals.lose()

    def _tell_that_all_is_well(self) -> None:
        """While turns are taken, or the worker is ending and takes none on purpose."""
        receives = self._receiver is not None and self._receiver.is_alive()
        if self._heartbeat_file is not None and (receives or self._ending.is_set()):
            self._heartbeat_file.touch()

    def _watch_stops(self) -> None:
        while not self._ended.wait(self._stop_poll_seconds):
            by_turn = {each.turn: each for each in self._snapshot() if each.turn is not None}
            if not by_turn:
                continue
            try:
                stopped = self._stopped_turns(by_turn)
            except (BotoCoreError, ClientError) as error:
                _log.warning("stop flags not read", extra={"reason": type(error).__name__})
                continue
            for turn in stopped:
                by_turn[turn].signals.stop()

    def _protect(self) -> None:
        while not self._ended.is_set():
            self._protection.update(bool(self._count()))
            with self._changed:
                self._changed.wait(self._heartbeat_seconds)

    def _wait_until_idle(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def _snapshot(self) -> list[_Running]:
        with self._changed:
            return list(self._running)

    def _count(self) -> int:
        with self._changed:
            return len(self._running)
