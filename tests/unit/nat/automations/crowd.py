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
from boto3.dynamodb.conditions import Key
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from nat.agent.loop import Agent
from nat.automations.automation import Automation, Delivery, DeliveryKind, to_item
from nat.automations.ending import RunEnds
from nat.automations.firing import Firing
from nat.automations.runs import Run, from_item
from nat.automations.schedule import AutomationSchedule
from nat.aws import clients
from nat.aws.store import Store
from nat.aws.writes import Entry, Put
from nat.conversations.history import History
from nat.conversations.turns import Turn
from nat.errors import TurnLost
from nat.ids import ConversationId, NationSlug, UserId
from nat.names import Table
from nat.nationbuilder import NationBuilder
from nat.nations.record import Nations
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission
from nat.turns.queue import TurnMessage, TurnQueue
from nat.turns.run import Agents, Outlets, Platform, Runner
from nat.turns.signals import Signals
from tests.unit.nat.agent.scripted_model import ScriptedModel, says
from tests.unit.nat.turns.stage import APP_URL, PRICES
from tests.unit.nat.world import PLANS, START, create_turn_queue, nation

DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OF_A_NATION = 4
VISIBLE_AGAIN = 4
"""Seconds after which a killed worker's questions come to the other one; of many, as long as deployed: nobody
here keeps a message hidden."""
MANY = 1_000
THREADS = 8
TELLS = 5
PATIENCE = 6_000.0


@dataclass(frozen=True)
class Office:
    """What the processes are told."""

    tables: TableNames
    queue_url: str

    def store(self) -> Store:
        """Storage with a clock that stands at the minute."""
        config = Config(max_pool_connections=THREADS).merge(clients.CONFIG)
        return Store(boto3.client("dynamodb", config=config), self.tables, lambda: DUE)

    def waiting(self) -> int:
        """How many questions nobody has answered: what a look at all rows would say, for the price of one."""
        names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        asked = boto3.client("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        return sum(int(asked["Attributes"][each]) for each in names)

    def firing(self) -> Firing:
        """What the clock's function works with."""
        store = self.store()
        queue = TurnQueue(boto3.client("sqs"), self.queue_url)
        return Firing(store, Admission(store, queue, PLANS))


@dataclass(frozen=True)
class Outcome:
    """What became of all of them, and how many seconds it took to ask and to answer them."""

    states: Counter[str]
    turns: Counter[str]
    announced: int
    counted: int
    answers: int
    killed: int
    asking: float
    answering: float


def fire(office: Office, occurrences: Sequence[tuple[NationSlug, str]]) -> None:
    """A clock's life: it tells of every occurrence."""
    firing = office.firing()

    def tell(occurrence: tuple[NationSlug, str]) -> None:
        for _ in range(TELLS):  # as Scheduler and Lambda do, where the function did not get through
            with suppress(ClientError, BotoCoreError):
                firing.fire(*occurrence, DUE)
                return

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(tell, occurrences))


def work(office: Office) -> None:
    """A worker's life: it answers questions until there are none, nor any that somebody else has taken."""
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
        # What could not be done stays on the queue, as with the deployed worker; where the machine is slow,
        # somebody else has it meanwhile.
        with suppress(TurnLost, ClientError, BotoCoreError):
            runner.run(TurnMessage.read(message["Body"]), Signals())
            sqs.delete_message(QueueUrl=office.queue_url, ReceiptHandle=message["ReceiptHandle"])

    with ThreadPoolExecutor(THREADS) as pool:
        while office.waiting():
            found = sqs.receive_message(QueueUrl=office.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            list(pool.map(answer, found.get("Messages", [])))


def due_at_once(tables: TableNames, count: int, chance: random.Random) -> Outcome:
    """Let so many automations be due in one minute; each occurrence is told by both clocks."""
    office = Office(tables, create_turn_queue(VISIBLE_AGAIN if count < MANY else 30))
    occurrences = _automations(tables, count)
    begun = time.monotonic()
    told = [occurrences, chance.sample(occurrences, len(occurrences))]
    killed = _one_is_killed(
        [(fire, (office, each)) for each in told],
        lambda: office.waiting() > count // 4,
        chance.random() * 0.2,
    )
    firing = office.firing()
    late = Firing(Store(clients.dynamodb(), tables, lambda: DUE + timedelta(minutes=1)), firing.admission)
    while any(late.sweep().values()):
        pass
    asked = time.monotonic()
    killed += _one_is_killed(
        [(work, (office,)), (work, (office,))],
        lambda: office.waiting() < count - count // 4,
        chance.random() * 0.2,
    )
    late.sweep()
    answered = time.monotonic()
    slugs = list(dict.fromkeys(slug for slug, _ in occurrences))
    return _outcome(office.store(), slugs, killed, asked - begun, answered - asked)


def _outcome(
    store: Store, slugs: Sequence[NationSlug], killed: int, asking: float, answering: float
) -> Outcome:
    """What stands in the tables, read by key: scanning so many rows takes longer than what is looked for."""
    history = History(store)

    def of_nation(slug: NationSlug) -> tuple[list[Run], int]:
        where = Key("nation_slug").eq(slug) & Key("item").begins_with("run#")
        runs = [from_item(row) for row in store.query(Table.AUTOMATIONS, where)]
        return runs, sum(len([*history.answers(slug, ConversationId(run.ids[0]))]) for run in runs)

    with ThreadPoolExecutor(THREADS) as pool:
        found = [*pool.map(of_nation, slugs)]
        announced = sum(
            pool.map(lambda slug: len([*store.query(Table.CONNECTIONS, Key("nation_slug").eq(slug))]), slugs)
        )
    runs = [run for each, _ in found for run in each]
    nations = store.get_many(Table.NATIONS, [{"nation_slug": slug} for slug in slugs])
    return Outcome(
        states=Counter(each.state.value for each in runs),
        turns=Counter(str(each.turn_id) for each in runs),
        announced=announced,
        counted=sum(int(each["queries_used_this_period"]) for each in nations),
        answers=sum(answers for _, answers in found),
        killed=killed,
        asking=asking,
        answering=answering,
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


def _automations(tables: TableNames, count: int) -> list[tuple[NationSlug, str]]:
    """So many enabled automations, a few of each nation, stored 25 rows at once."""
    store = Store(clients.dynamodb(), tables, lambda: DUE - timedelta(days=1))
    schedule = AutomationSchedule.of({"kind": "daily", "time": "09:00", "zone": "UTC"})
    nations: list[Put] = []
    members: list[Entry] = []
    made: list[Automation] = []
    for number in range(0, count, OF_A_NATION):
        slug, owner = NationSlug(f"n{number}"), UserId(f"ann{number}")
        nations.append(Nations(store).creating(nation(slug)))
        members.append(Memberships(store).adding(Membership(slug, owner, Role.MEMBER, START)))
        made += [
            Automation.new(
                nation_slug=slug,
                owner_id=owner,
                name=f"Figures {name}",
                prompt="How many?",
                schedule=schedule,
                deliveries=(Delivery(DeliveryKind.EMAIL, owner),),
                now=store.clock(),
            ).edited(store.clock(), enabled=True)
            for name in range(min(OF_A_NATION, count - number))
        ]
    for table, rows in (
        (Table.NATIONS, [each.item for each in nations]),
        (Table.MEMBERSHIPS, [each.item for each in members if isinstance(each, Put)]),
        (Table.AUTOMATIONS, [to_item(each) for each in made]),
    ):
        store.put_many(table, rows)
    return [(each.nation_slug, each.task_id) for each in made]


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
