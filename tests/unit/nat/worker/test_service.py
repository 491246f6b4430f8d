"""The worker on a real queue: slots, heartbeat, stop flags, redelivery, ending."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from nat.aws import clients
from nat.conversations.turns import Turn
from nat.errors import TurnLost
from nat.ids import TurnId
from nat.turns.queue import TurnMessage, TurnQueue
from nat.turns.signals import Signals
from nat.worker.receiver import Received, TurnReceiver
from nat.worker.service import Worker
from tests.unit.nat import world
from tests.unit.nat.turns.stage import wait_for
from tests.unit.nat.turns.test_publish import TURN

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class QuickInbox(TurnReceiver):
    """The inbox with short polls: a long poll of the embedded AWS would outlive its test."""

    def receive(self, most: int, wait_seconds: int | None = 1) -> list[Received]:
        return super().receive(most, 0)


HASTY_SECONDS = 2


class HastyInbox(QuickInbox):
    """Messages come back after two seconds, unless they are kept."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        super().__init__(client, url)
        self._hasty = client, url

    def receive(self, most: int, wait_seconds: int | None = 1) -> list[Received]:
        client, url = self._hasty
        found = super().receive(most, wait_seconds)
        for each in found:
            client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=each.receipt, VisibilityTimeout=HASTY_SECONDS
            )
        return found


@dataclass
class Runs:
    """Stands for the runner: each turn does what the test says."""

    work: Callable[[TurnMessage, Signals], None] = lambda _message, _signals: None
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(
        self, message: TurnMessage, signals: Signals, *, on_begin: Callable[[Turn], None] = lambda _: None
    ) -> None:
        with self.lock:
            self.begun.append(message.turn_id)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        on_begin(turn(message.turn_id))
        try:
            self.work(message, signals)
            self.ended.append(message.turn_id)
        finally:
            with self.lock:
                self.running -= 1


@dataclass
class Told:
    """Stands for task protection."""

    states: list[bool] = field(default_factory=list)
    updates: int = 0

    def update(self, busy: bool) -> None:
        self.updates += 1
        if not self.states or self.states[-1] != busy:
            self.states.append(busy)


@dataclass
class Desk:
    """A queue and workers on it."""

    url: str
    inbox: type[TurnReceiver] = QuickInbox
    runs: Runs = field(default_factory=Runs)
    stops: set[str] = field(default_factory=set)
    protection: Told = field(default_factory=Told)

    def send(self, *turn_ids: str) -> None:
        for turn_id in turn_ids:
            TurnQueue(clients.sqs(), self.url).send(turn(TurnId(turn_id)))

    @contextmanager
    def worker(self, **settings: Any) -> Iterator[Worker]:
        values = {"slots": 4, "grace_seconds": 5.0, "heartbeat_seconds": 0.1, "stop_poll_seconds": 0.05}
        worker = Worker(
            self.inbox(clients.sqs(), self.url),
            self.runs,
            self._stopped,
            self.protection,
            **{**values, **settings},
        )
        thread = threading.Thread(target=worker.serve)
        thread.start()
        try:
            yield worker
        finally:
            worker.end()
            thread.join(60)
            assert not thread.is_alive()

    def _stopped(self, turns: Iterable[Turn]) -> set[Turn]:
        return {each for each in turns if each.turn_id in self.stops}

    def left(self) -> int:
        """Messages that are in the queue, visible or not."""
        names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = clients.sqs().get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(value) for value in found.values())


def turn(turn_id: TurnId) -> Turn:
    return replace(TURN, turn_id=turn_id, conversation_id=f"c-{turn_id}")


@pytest.fixture
def desk(embedded_aws: object) -> Desk:
    return Desk(world.create_turn_queue())


def until_stopped(_: TurnMessage, signals: Signals) -> None:
    while not signals.stopped():
        time.sleep(0.01)


def test_a_turn_is_run_and_its_message_deleted(desk: Desk) -> None:
    desk.send("t1")

    with desk.worker():
        assert wait_for(lambda: desk.runs.ended == ["t1"])
        assert wait_for(lambda: desk.left() == 0)


def test_no_more_turns_run_than_there_are_slots(desk: Desk) -> None:
    desk.runs.work = lambda _message, _signals: time.sleep(0.1)
    desk.send(*(f"t{number}" for number in range(8)))

    with desk.worker(slots=2):
        assert wait_for(lambda: len(desk.runs.ended) == 8)

    assert desk.runs.most_running == 2


def test_a_turn_that_outlives_the_visibility_time_is_kept_by_heartbeats(desk: Desk) -> None:
    desk.inbox = HastyInbox
    desk.runs.work = until_stopped
    desk.send("t1")

    with desk.worker():
        assert wait_for(lambda: desk.runs.begun == ["t1"])
        time.sleep(HASTY_SECONDS + 0.5)  # the queue's own time, which nothing else shows
        assert desk.runs.begun == ["t1"]
        desk.stops.add("t1")
        assert wait_for(lambda: desk.runs.ended == ["t1"])


def test_a_message_that_is_not_ours_any_more_loses_its_turn(desk: Desk) -> None:
    lost: list[bool] = []

    def work(_: TurnMessage, signals: Signals) -> None:
        try:
            until_stopped(_, signals)
        except TurnLost:
            lost.append(signals.lost)
            raise

    desk.runs.work = work
    desk.send("t1")

    with desk.worker():
        assert wait_for(lambda: desk.runs.begun == ["t1"])
        clients.sqs().purge_queue(QueueUrl=desk.url)
        assert wait_for(lambda: lost == [True])


def test_a_stop_flag_reaches_its_turn_and_no_other(desk: Desk) -> None:
    desk.runs.work = until_stopped
    desk.send("t1", "t2")

    with desk.worker():
        assert wait_for(lambda: len(desk.runs.begun) == 2)
        desk.stops.add("t2")
        assert wait_for(lambda: desk.runs.ended == ["t2"])
        desk.stops.add("t1")


def test_a_turn_that_could_not_be_settled_comes_again(desk: Desk) -> None:
    def fail_once(_: TurnMessage, __: Signals) -> None:
        if len(desk.runs.begun) == 1:
            raise ConnectionError("down")

    desk.inbox = HastyInbox
    desk.runs.work = fail_once
    desk.send("t1")

    with desk.worker():
        assert wait_for(lambda: desk.runs.begun == ["t1", "t1"])
        assert wait_for(lambda: desk.runs.ended == ["t1"])


def test_a_message_that_names_no_turn_is_dropped(desk: Desk) -> None:
    clients.sqs().send_message(
        QueueUrl=desk.url, MessageBody="hello", MessageGroupId="g", MessageDeduplicationId="d"
    )

    with desk.worker():
        assert wait_for(lambda: desk.left() == 0)

    assert desk.runs.begun == []


def test_ending_waits_for_running_turns(desk: Desk) -> None:
    desk.runs.work = lambda _message, _signals: time.sleep(0.3)
    desk.send("t1")

    with desk.worker():
        assert wait_for(lambda: desk.runs.begun == ["t1"])

    assert desk.runs.ended == ["t1"]
    assert desk.left() == 0


def test_ending_takes_no_more_turns(desk: Desk) -> None:
    with desk.worker() as worker:
        worker.end()
        desk.send("t1")

    assert desk.runs.begun == []
    assert desk.left() == 1


def test_a_turn_that_outlives_the_grace_is_released_to_another_worker(desk: Desk) -> None:
    desk.runs.work = until_stopped
    desk.send("t1")
    with desk.worker(grace_seconds=0.1):
        assert wait_for(lambda: desk.runs.begun == ["t1"])
    desk.runs.work = lambda _message, _signals: None

    with desk.worker():
        assert wait_for(lambda: desk.runs.ended == ["t1"])


def test_the_task_is_protected_while_turns_run(desk: Desk) -> None:
    desk.runs.work = lambda _message, _signals: time.sleep(0.2)
    desk.send("t1")

    with desk.worker():
        assert wait_for(lambda: desk.protection.states[-2:] == [True, False])


def test_a_worker_that_is_well_touches_its_file(desk: Desk, tmp_path: Path) -> None:
    beat = tmp_path / "beat"

    with desk.worker(heartbeat_file=beat):
        assert wait_for(beat.exists)
        before = beat.stat().st_mtime_ns
        assert wait_for(lambda: beat.stat().st_mtime_ns > before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_takes_no_turns_any_more_lets_its_file_age(desk: Desk, tmp_path: Path) -> None:
    class Broken(QuickInbox):
        def receive(self, most: int, wait_seconds: int | None = 1) -> list[Received]:
            raise ValueError(f"no error of AWS: {most} slots free, {wait_seconds} s to wait")

    beat = tmp_path / "beat"
    desk.inbox = Broken
    with desk.worker(heartbeat_file=beat):
        assert wait_for(lambda: not any(each.name == "receive" for each in threading.enumerate()))
        looked = desk.protection.updates
        assert wait_for(lambda: desk.protection.updates > looked + 1)
        before = beat.stat().st_mtime_ns if beat.exists() else None
        looked = desk.protection.updates
        assert wait_for(lambda: desk.protection.updates > looked + 3)

        assert (beat.stat().st_mtime_ns if beat.exists() else None) == before
