"""The deployed worker under enforced IAM and a rate limit, killed in the middle of a bulk change.

Here is everything that the other forms leave out: the process and role of the task definition, the queue that
delivers the turn again after 30 seconds, the nation's credentials, the shared limit.
"""

import random
import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ulid import ULID

from local.demo import DemoPerson, add_member, add_user
from local.machine import Machine
from local.places import Places, Ports
from local.vendors import Vendors
from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals
from nat.approvals.stored_changes import ChangeRef, ToolClass
from nat.aws.store import Store
from nat.changes.card import card
from nat.changes.effect import Effect
from nat.changes.plan import Change
from nat.contract.events import TurnFinished
from nat.conversations.turns import Turn, Turns, put_new_turn, upsert_meta
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId, UserId
from nat.names import Variable
from nat.nationbuilder import NationBuilder
from nat.roles import Role
from nat.turns.admission import Admission, Surface
from nat.turns.decide import Decision, Decisions
from nat.turns.queue import TurnQueue
from nat.turns.settle import Ending, settle
from tests.soak.conftest import Tell
from tests.unit.nat import world
from tests.unit.nat.changes.bench import tagging
from tests.unit.nat.connections.crowd import statuses
from tests.unit.nat.turns.board import TOOLS
from tests.unit.nat.turns.killing import Wire

NATION = NationSlug("demo")
RECORDS = 500
KILLS = 2
"""With a third the turn would fail, and be tried again."""
PATIENCE = 400.0


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in's log of requests."""
    return tmp_path_factory.mktemp("log") / "requests.jsonl"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[Machine]:
    """Nat on free ports, with a state of its own."""
    places, ports = Places(tmp_path_factory.mktemp("nat")), Ports.free()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAT_NATIONBUILDER_LOG", str(log))
        with Machine(places, ports, Vendors(ports, places.nationbuilder_state)) as machine:
            yield machine


def propose(machine: Machine, user_id: UserId, change: Change) -> Approval:
    """A conversation in which this change waits."""
    client, tables, now = machine.deployment.root.dynamodb, machine.deployment.tables, datetime.now(UTC)
    store = Store(client, tables)
    asked = Turn(
        NATION,
        ConversationId(str(ULID())),
        TurnId(str(ULID())),
        user_id,
        "Tag them.",
        Role.ADMIN,
        "websocket",
        "UTC",
        now,
    )
    store.transact([put_new_turn(asked), upsert_meta(asked, now)])
    turn = Turns(store).begin(asked)
    tool = TOOLS["tag_people"]
    Approvals(store).propose(
        turn,
        ChangeRef(turn.turn_id, 0, "t1"),
        change,
        ToolClass(tool.name, Effect.BULK, sends=False),
        card(change, tool),
    )
    settle(store, turn, 1, Ending(TurnFinished("It waits.")), now)
    (approval,) = Approvals(store).of_conversation(turn.conversation)
    return approval


@pytest.mark.timeout(900)
def test_the_deployed_worker_killed_in_a_bulk_change_changes_every_record_once(
    machine: Machine, log: Path, chance: random.Random, tell: Tell
) -> None:
    deployment = machine.deployment
    client, tables = deployment.root.dynamodb, deployment.tables
    email = f"{secrets.token_hex(6)}@demo.example"
    user_id = add_user(deployment, email, f"Test-{secrets.token_hex(8)}-A")
    add_member(deployment, UserId(user_id), DemoPerson(email, NATION, Role.ADMIN))
    token = machine.vendors.tokens(NATION).access_token
    with NationBuilder(
        NATION, token=lambda: token, base_url=machine.vendors.variables[Variable.NATIONBUILDER_URL.value]
    ) as nation:
        people = [each.id for each in nation.read_all("signups", max_records=RECORDS).records]
        tag = nation.create("signup_tags", {"name": "major donor of the soak"}).record.id
    approval = propose(machine, UserId(user_id), tagging(people, tag))
    decision = Decision(
        NATION, UserId(user_id), approval.conversation_id, TurnId(str(ULID())), Surface.WEBSOCKET
    )
    queue = TurnQueue(deployment.root.sqs, deployment["TurnQueueUrl"])
    decisions = Decisions(
        Admission(Store(client, tables), queue, world.PLANS), Approvals(Store(client, tables))
    )
    wire, started = Wire(log), time.monotonic()

    turn = decisions.approve(decision, ApprovalId(approval.id), fingerprint=approval.fingerprint).turn
    moments = sorted(chance.randrange(10, RECORDS - 10) for _ in range(KILLS))
    turns = Turns(Store(client, tables))
    while not (row := turns.get(NATION, turn.conversation_id, turn.turn_id)).state.final:
        assert time.monotonic() - started < PATIENCE
        # A worker that is started again has the turn when the queue delivers it again.
        has_it = row.attempt > KILLS - len(moments)
        if moments and has_it and wire.taggings().total() >= moments[0]:
            moments.pop(0)
            machine.processes["worker"].signal(signal.SIGKILL)
        machine.processes.watch()
        time.sleep(0.2)

    settled = Approvals(Store(client, tables)).get(NATION, turn.conversation_id, ApprovalId(approval.id))
    assert (row.state, row.attempt) == ("finished", KILLS + 1)
    assert (settled.state, settled.counts) == ("done", {"done": RECORDS})
    assert wire.taggings() == Counter({(person, 201): 1 for person in people})
    assert statuses(log)[429] == 0
    tell(
        f"deployed worker: {RECORDS} records, {KILLS} times SIGKILL, every record changed once, "
        f"no 429; {time.monotonic() - started:.0f} s"
    )
