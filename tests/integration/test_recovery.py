"""A killed worker, a restart and a queue that gives up: nothing is lost, nothing is counted twice."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.machine import Machine
from tests.integration.conftest import NATION, Claude, Person
from tests.integration.counting import queries_used

QUESTION = "how many people are tagged volunteer?"


@pytest.fixture
def watched(machine: Machine) -> Iterator[Machine]:
    """The machine with its watch, which starts a dead worker again."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            machine.processes.watch()

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield machine
    ended.set()
    watcher.join()


@contextmanager
def without_worker(machine: Machine) -> Iterator[None]:
    """No worker takes turns meanwhile."""
    machine.processes.stop("worker")
    try:
        yield
    finally:
        machine.start_worker()


def test_an_answer_survives_a_killed_worker_and_is_counted_once(
    watched: Machine, person: Person, claude: Claude
) -> None:
    before = queries_used(watched, NATION)
    claude.fault("slow", count=9, tokens_per_second=8)
    with person.socket() as socket:
        socket.ask("who donated this week?")
        socket.until("text.delta")

        watched.processes["worker"].signal(signal.SIGKILL)
        claude.reset()

        events = socket.until_end()

    assert events[-1]["type"] == "turn.finished"
    assert "turn.restarted" in {event["type"] for event in events}
    assert max(event["attempt"] for event in events) == 2
    assert queries_used(watched, NATION) == before + 1


def test_a_turn_that_the_queue_gives_up_fails_and_is_refunded(machine: Machine, person: Person) -> None:
    sqs, deployment = machine.deployment.root.sqs, machine.deployment
    before = queries_used(machine, NATION)
    with without_worker(machine), person.socket() as socket:
        asked = socket.ask(QUESTION)
        socket.until("turn.accepted")
        found = sqs.receive_message(
            QueueUrl=deployment["TurnQueueUrl"], WaitTimeSeconds=5, MessageAttributeNames=["All"]
        )["Messages"][0]
        # What SQS does with a message that was received too often.
        sqs.send_message(
            QueueUrl=deployment["TurnDeadLettersUrl"],
            MessageBody=found["Body"],
            MessageAttributes=found.get("MessageAttributes", {}),
            MessageGroupId=f"{NATION}#{asked['conversation']}",
            MessageDeduplicationId=asked["turn"],
        )
        sqs.delete_message(QueueUrl=deployment["TurnQueueUrl"], ReceiptHandle=found["ReceiptHandle"])

        failed = socket.until_end()[-1]

    assert (failed["type"], failed["retryable"]) == ("turn.failed", True)
    assert queries_used(machine, NATION) == before


def test_a_question_that_waits_for_a_worker_is_answered_when_one_comes(
    machine: Machine, person: Person
) -> None:
    with person.socket() as socket:
        with without_worker(machine):
            socket.ask(QUESTION)
            socket.until("turn.accepted")

        assert socket.until_end()[-1]["type"] == "turn.finished"


def test_answers_and_people_survive_a_restart_of_everything(machine: Machine, person: Person) -> None:
    with person.socket() as socket:
        asked = socket.ask(QUESTION)
        before = socket.until_end()

    machine.stop()
    machine.start()

    with person.socket() as socket:
        socket.send({"action": "resume", **asked, "after": {"attempt": 0, "seq": 0}})
        assert socket.until_end() == before
