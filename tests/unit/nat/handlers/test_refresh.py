"""The refresh's entry points: what they do, and that a run that was cut short is gone on with."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from nat.aws import clients
from nat.connections.status import update_nation_nb_status
from nat.handlers import refresh
from nat.ids import NationSlug
from nat.names import Variable
from nat.settings import TableNames
from tests.unit.nat import world
from tests.unit.nat.connections import keeping
from tests.unit.nat.connections.keeping import Office


@dataclass(frozen=True)
class Call:
    """What Lambda tells about a call."""

    left: int = 900_000

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@dataclass
class CountedCall:
    """A call whose time is up after so many questions."""

    questions: int

    def get_remaining_time_in_millis(self) -> int:
        self.questions -= 1
        return 900_000 if self.questions >= 0 else 0


@pytest.fixture(scope="module")
def nationbuilder() -> Iterator[RunningNationBuilder]:
    with running_nationbuilder() as server:
        yield server


@pytest.fixture
def queue(embedded_aws: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a queue that gets everything on the functions' bus."""
    name = f"bus-{uuid.uuid4().hex[:8]}"
    clients.events().create_event_bus(Name=name)
    url = clients.sqs().create_queue(QueueName=name)["QueueUrl"]
    arn = clients.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    clients.events().put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["nat"]}')
    clients.events().put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "1", "Arn": arn}])
    monkeypatch.setenv(Variable.EVENT_BUS, name)
    return url


@pytest.fixture
def office(
    tables: TableNames, nationbuilder: RunningNationBuilder, queue: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """A nation, and functions that have just been started."""
    refresh.job.cache_clear()
    with keeping.office(tables, nationbuilder, "secretsmanager", monkeypatch) as made:
        yield made
    refresh.job.cache_clear()


def on_the_bus(url: str) -> list[dict[str, Any]]:
    answer = clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    return [json.loads(each["Body"]) for each in answer.get("Messages", [])]


def test_what_is_due_is_refreshed(office: Office, queue: str) -> None:
    old = office.connect(life=timedelta(hours=6))

    done = refresh.due({}, Call())

    assert done == {"refreshed": 1, "reconnect": 0, "failed": 0, "unfinished": False}
    assert office.stored().access_token != old.access_token
    assert on_the_bus(queue) == []


def test_a_run_that_ran_out_of_time_calls_for_the_next_one(office: Office, queue: str) -> None:
    office.connect(life=timedelta(hours=6))
    first, second = office.slug, f"{office.slug}-2"
    office.nationbuilder.standin.nations[second] = office.nationbuilder.nation(keeping.REAL)
    world.store_nation(office.tables, world.nation(second))
    office.slug = second
    office.connect(life=timedelta(hours=6))

    done = refresh.due({}, CountedCall(1))

    assert (done["refreshed"], done["unfinished"]) == (1, True)
    (event,) = on_the_bus(queue)
    assert (event["detail-type"], event["detail"]) == ("refresh.unfinished", {"run": 2})
    assert refresh.due(event, Call())["refreshed"] == 1
    office.slug = first


def test_a_run_that_refreshed_nothing_calls_for_none(office: Office, queue: str) -> None:
    office.connect(life=timedelta(hours=6))

    refresh.due({}, Call(left=0))

    assert on_the_bus(queue) == []


def test_runs_do_not_follow_each_other_for_ever(office: Office, queue: str) -> None:
    office.connect(life=timedelta(hours=6))

    refresh.due({"detail": {"run": refresh.MOST_RUNS}}, CountedCall(1))

    assert on_the_bus(queue) == []


def test_the_sweep_announces_what_happened(office: Office, queue: str) -> None:
    update_nation_nb_status(
        NationSlug(office.slug), office.worker().status, expires_at=None, reason="invalid_grant"
    )

    assert refresh.sweep({}, None)["announced"] == 1

    (event,) = on_the_bus(queue)
    assert event["detail-type"] == "nation.needs_reauth"
    assert event["detail"]["nation_slug"] == office.slug
    assert event["detail"]["reason"] == "invalid_grant"
