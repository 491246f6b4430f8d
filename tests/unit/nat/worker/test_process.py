"""`python -m nat.worker` as a process: starts from its environment, runs a turn, ends with 0."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from nat.aws import clients
from nat.contract.events import TurnFailed
from nat.conversations.turns import TurnState
from nat.errors import Reconnect
from nat.ids import NationSlug
from nat.names import Secret, Table, Variable
from nat.settings import SettingMissing, TableNames
from nat.turns.queue import TurnQueue
from nat.worker import process
from tests.unit.nat import world
from tests.unit.nat.turns.stage import Stage, wait_for

NOBODY = "http://127.0.0.1:9"


@contextmanager
def running(tables: TableNames, queue_url: str, log: Path) -> Iterator["subprocess.Popen[str]"]:
    """The worker with the environment of its task."""
    secret = f"nat/platform/test-{uuid.uuid4().hex[:8]}"
    clients.secrets().create_secret(Name=secret, SecretString="key")
    variables = {
        **{table.variable: tables[table] for table in Table},
        Variable.TURN_QUEUE_URL: queue_url,
        Variable.SOCKET_ENDPOINT: f"{NOBODY}/socket",
        Variable.NATION_ROLE_ARN: "arn:aws:iam::000000000000:role/nation",
        Variable.DATA_KEY_ARN: "arn:aws:kms:us-east-1:000000000000:key/data",
        Variable.FILES_BUCKET: "files",
        Variable.ANTHROPIC_SECRET: secret,
        Variable.ANTHROPIC_URL: NOBODY,
        Variable.PRICES: json.dumps({}),
        Variable.PLANS: json.dumps([]),
        Variable.ENVIRONMENT: "test",
        Variable.WORKER_SLOTS: "2",
    }
    with log.open("w") as errors:
        started = subprocess.Popen(
            [sys.executable, "-m", "nat.worker"],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield started
        finally:
            started.kill()
            started.communicate()


def disconnect(nation_slug: NationSlug) -> None:
    """Remove the tokens that tests before may have left in the AWS of all."""
    secrets = clients.secrets()
    with suppress(secrets.exceptions.ResourceNotFoundException):
        secrets.delete_secret(SecretId=Secret.nation_tokens(nation_slug), ForceDeleteWithoutRecovery=True)


def told(worker: "subprocess.Popen[str]") -> str:
    """All that a worker said until now; ends it."""
    assert worker.stdout is not None
    worker.kill()
    return worker.stdout.read()


def test_the_process_says_when_it_is_ready_runs_turns_and_ends_with_zero(
    tables: TableNames, tmp_path: Path
) -> None:
    stage = Stage(tables)
    queue_url = world.create_turn_queue()
    turn = stage.admitted()
    disconnect(turn.nation_slug)
    with running(tables, queue_url, tmp_path / "log") as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "nat worker ready: 2 slots\n", (tmp_path / "log").read_text()

        TurnQueue(clients.sqs(), queue_url).send(turn)

        failed = TurnFailed("reconnect", Reconnect.default, retryable=False)
        assert wait_for(lambda: stage.last_event(turn) == failed), (stage.last_event(turn), told(worker))
        assert wait_for(lambda: stage.stored(turn).state is TurnState.FAILED)

        worker.send_signal(signal.SIGTERM)
        # Wakes the long poll, which would otherwise last up to 20 seconds; another worker will have it.
        late = stage.admitted()
        TurnQueue(clients.sqs(), queue_url).send(late)
        assert worker.wait(timeout=60) == 0
    assert [each["turn_id"] for each in world.queued(queue_url)] == [late.turn_id]


@pytest.mark.parametrize("slots", ["0", "-1", "many", "1.5"])
def test_slots_must_be_a_positive_number(slots: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(Variable.WORKER_SLOTS, slots)

    with pytest.raises(SettingMissing, match="whole number"):
        process.slots()
