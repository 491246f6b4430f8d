"""Many automations that are due in the same minute, taken by two clocks and two workers as processes of their
own; one of each is ended by SIGKILL in the middle of its work."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config

from nat.agent.loop import Agent
from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind
from nat.automations.ending import RunEnds
from nat.automations.firing import Firing
from nat.automations.runs import RunLedger
from nat.automations.schedule import AutomationSchedule
from nat.aws import clients
from nat.aws.store import Store
from nat.conversations.turns import Turn
from nat.ids import NationSlug
from nat.names import Table
from nat.nationbuilder import NationBuilder
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission
from nat.turns.queue import TurnMessage, TurnQueue
from nat.turns.run import Agents, Outlets, Platform, Runner
from nat.turns.signals import Signals
from tests.unit.nat.agent.scripted_model import ScriptedModel, says
from tests.unit.nat.turns.stage import APP_URL, PRICES
from tests.unit.nat.world import PLANS, create_turn_queue, nation, rows, store_members, store_nation

DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OF_A_NATION = 4
VISIBLE_AGAIN = 4
"""Seconds after which a killed worker's questions come to the other one."""
THREADS = 8
PATIENCE = 3_000.0


@dataclass(frozen=True)
class Office:
    """What the processes are told."""

    tables: TableNames
    queue_url: str

    def store(self) -> Store:
        """Storage with a clock that stands at the minute."""
        config = Config(max_pool_connections=THREADS).merge(clients.CONFIG)
        return Store(boto3.client("dynamodb", config=config), self.tables, lambda: DUE)

    def firing(self) -> Firing:
        """What the clock's function works with."""
        store = self.store()
        queue = TurnQueue(boto3.client("sqs"), self.queue_url)
        return Firing(store, Admission(store, queue, PLANS))


@dataclass(frozen=True)
class Outcome:
    """What became of all of them."""

    states: Counter[str]
    turns: Counter[str]
    announced: int
    counted: int
    answers: int
    killed: int


def fire(office: Office, occurrences: Sequence[tuple[NationSlug, str]]) -> None:
    """A clock's life: it tells of every occurrence."""
    firing = office.firing()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda each: firing.fire(each[0], each[1], DUE), occurrences))


def work(office: Office) -> None:
    """A worker's life: it answers questions until there are none for longer than a lost one waits."""
    store, sqs = office.store(), boto3.client("sqs")
    runner = Runner(
        store,
        Agents(Agent(_Fine(), {}, prices=PRICES), PRICES),
        Outlets(lambda: lambda _conversation, _wire: None, ended=RunEnds(store).turn_ended),
        Platform(APP_URL, "test", PLANS),
        connect=_connect,
        role_now=lambda _user, _nation: Role.MEMBER,
    )

    def answer(message: dict[str, Any]) -> None:
        runner.run(TurnMessage.read(message["Body"]), Signals())
        # Nobody here keeps a message hidden: where the machine is slow, somebody else has it meanwhile.
        with suppress(sqs.exceptions.ReceiptHandleIsInvalid):
            sqs.delete_message(QueueUrl=office.queue_url, ReceiptHandle=message["ReceiptHandle"])

    last = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        while time.monotonic() - last < VISIBLE_AGAIN + 2:
            found = sqs.receive_message(QueueUrl=office.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            if messages := found.get("Messages", []):
                list(pool.map(answer, messages))
                last = time.monotonic()


def due_at_once(tables: TableNames, count: int, chance: random.Random) -> Outcome:
    """Let so many automations be due in one minute; each occurrence is told by both clocks."""
    office = Office(tables, create_turn_queue(VISIBLE_AGAIN))
    occurrences = [*_automations(tables, count)]
    told = [occurrences, chance.sample(occurrences, len(occurrences))]
    ledger = RunLedger(office.store())
    slugs = {slug for slug, _ in occurrences}

    def asked() -> int:
        return len(rows(tables, Table.AUTOMATIONS)) - count

    killed = _one_is_killed(
        [(fire, (office, each)) for each in told], lambda: asked() > count // 4, chance.random() * 0.2
    )
    firing = office.firing()
    late = Firing(Store(clients.dynamodb(), tables, lambda: DUE + timedelta(minutes=1)), firing.admission)
    while any(late.sweep().values()):
        pass
    killed += _one_is_killed(
        [(work, (office,)), (work, (office,))],
        lambda: len(rows(tables, Table.CONNECTIONS)) > count // 4,
        chance.random() * 0.2,
    )
    late.sweep()
    runs = [run for slug, task in occurrences for run in ledger.of(slug, task)]
    return Outcome(
        states=Counter(each.state.value for each in runs),
        turns=Counter(str(each.turn_id) for each in runs),
        announced=len(rows(tables, Table.CONNECTIONS)),
        counted=sum(_used(tables, slug) for slug in slugs),
        answers=sum(row["item"]["S"].startswith("answer#") for row in rows(tables, Table.CONVERSATIONS)),
        killed=killed,
    )


class _Fine(ScriptedModel):
    """Says one thing, whoever asks and how often."""

    def __init__(self) -> None:
        super().__init__([says("Fine.")])

    def stream(self, *arguments: Any, **named: Any) -> Any:
        return ScriptedModel([says("Fine.")]).stream(*arguments, **named)


@contextmanager
def _connect(_: Turn) -> Iterator[NationBuilder]:
    with NationBuilder("demo", token=lambda: "none", base_url="http://127.0.0.1:9") as client:
        yield client


def _automations(tables: TableNames, count: int) -> Iterator[tuple[NationSlug, str]]:
    store = Store(clients.dynamodb(), tables, lambda: DUE - timedelta(days=1))
    schedule = AutomationSchedule.of({"kind": "daily", "time": "09:00", "zone": "UTC"})
    for number in range(0, count, OF_A_NATION):
        slug = NationSlug(f"n{number}")
        store_nation(tables, nation(slug))
        store_members(tables, slug, [f"ann{number}"])
        for name in range(min(OF_A_NATION, count - number)):
            made = Automation.new(
                nation_slug=slug,
                owner_id=f"ann{number}",
                name=f"Figures {name}",
                prompt="How many?",
                schedule=schedule,
                deliveries=(Delivery(DeliveryKind.EMAIL, f"ann{number}"),),
                now=store.clock(),
            )
            Automations(store).create(made)
            Automations(store).replace(made.edited(store.clock(), enabled=True))
            yield slug, made.task_id


def _one_is_killed(
    lives: Sequence[tuple[Callable[..., None], tuple[Any, ...]]], when: Callable[[], bool], delay: float
) -> int:
    """Start processes, and kill the first one some moment after something holds; whether it was alive."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    first, *others = [context.Process(target=life, args=told) for life, told in lives]
    for each in (first, *others):
        each.start()
    while first.is_alive() and not when():
        time.sleep(0.1)
    first.join(delay)
    alive = first.is_alive()
    first.kill()
    for each in (first, *others):
        each.join(PATIENCE)
    assert [each.exitcode for each in others] == [0] * len(others)
    return int(alive)


def _used(tables: TableNames, slug: NationSlug) -> int:
    found = Store(clients.dynamodb(), tables).get(Table.NATIONS, {"nation_slug": slug})
    return 0 if found is None else int(found["queries_used_this_period"])
