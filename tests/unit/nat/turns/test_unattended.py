"""A run of an automation changes nothing by itself: what it would change waits for somebody, and the run with
it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from nat.approvals.approval import Approval
from nat.approvals.pending import PendingApprovals
from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind
from nat.automations.ending import RunEnds
from nat.automations.firing import Firing
from nat.automations.runs import Run, RunLedger, RunState
from nat.automations.schedule import AutomationSchedule
from nat.aws import clients
from nat.aws.store import Store
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn
from nat.ids import NationSlug
from nat.names import Table
from nat.turns.admission import Admission
from nat.turns.queue import TurnMessage, TurnQueue
from nat.turns.signals import Signals
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.turns.board import Board
from tests.unit.nat.world import PLANS, rows

DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SAID = "Tag the person with major"


@dataclass
class Shift:
    """An automation that asks for a change, fired on Monday at nine."""

    board: Board
    store: Store
    firing: Firing
    automation: Automation

    def run(self, *tool_calls: dict[str, object]) -> tuple[Run, Turn]:
        """Fire, and let a worker run the turn; gives both as they are afterwards."""
        run = self.firing.fire(NationSlug("demo"), self.automation.task_id, DUE)
        assert run is not None
        assert run.conversation_id is not None
        assert run.turn_id is not None
        self.board.conversation_id = run.conversation_id
        model = ScriptedModel([calls(*tool_calls), says("It is prepared.")])
        runner = self.board.runner(model, ended=RunEnds(self.store).turn_ended)
        runner.run(TurnMessage(NationSlug("demo"), run.conversation_id, run.turn_id), Signals())
        turn = self.board.stage.turns.get(NationSlug("demo"), run.conversation_id, run.turn_id)
        return self.now(run), turn

    def now(self, run: Run) -> Run:
        return RunLedger(self.store).get(NationSlug("demo"), run.task_id, run.scheduled_for)

    def approval(self, run: Run) -> Approval:
        assert run.conversation_id is not None
        (approval_id,) = run.approval_ids
        return self.board.approvals.get(NationSlug("demo"), run.conversation_id, approval_id)

    def announced(self) -> int:
        found = rows(self.board.stage.tables, Table.CONNECTIONS)
        return sum("announcement" in row["item"]["S"] for row in found)


@pytest.fixture
def shift(board: Board) -> Shift:
    board.stage.clock.now = DUE - timedelta(days=1)
    store = Store(clients.dynamodb(), board.stage.tables, board.stage.clock)
    admission = Admission(store, TurnQueue(clients.sqs(), board.queue_url), PLANS)
    made = Automation.new(
        nation_slug=NationSlug("demo"),
        owner_id="u1",
        name="Monday tags",
        prompt=SAID,
        schedule=AutomationSchedule.of({"kind": "weekly", "time": "09:00", "zone": "UTC", "days": ["MON"]}),
        deliveries=(Delivery(DeliveryKind.EMAIL, "u1"),),
        now=store.clock(),
    )
    automations = Automations(store)
    automations.create(made)
    automation = made.edited(store.clock(), enabled=True)
    automations.replace(made, automation)
    board.stage.clock.now = DUE
    return Shift(board, store, Firing(store, admission), automation)


def test_what_the_question_says_word_for_word_is_proposed_and_waits_for_three_days(shift: Shift) -> None:
    (person,), tag = shift.board.office.people(1), shift.board.office.new_tag("major")

    run, _ = shift.run(use("tag_person", person=person, tag=tag))

    assert shift.board.office.carriers(tag) == []
    assert run.state is RunState.WAITING
    approval = shift.approval(run)
    assert approval.state is ApprovalState.PENDING
    assert approval.expires_at - approval.created_at == timedelta(hours=72)
    assert shift.announced() == 1


def test_a_proposal_that_somebody_approves_is_carried_out_and_the_run_is_done(shift: Shift) -> None:
    (person,), tag = shift.board.office.people(1), shift.board.office.new_tag("major")
    run, _ = shift.run(use("tag_person", person=person, tag=tag))

    admitted = shift.board.approve(shift.approval(run))
    shift.firing.sweep()
    assert shift.now(run).state is RunState.WAITING
    shift.board.carry_out(admitted)
    shift.firing.sweep()

    assert shift.board.office.carriers(tag) == [person]
    assert (shift.now(run).state, shift.now(run).why) == (RunState.DONE, "done")
    assert shift.announced() == 2


def test_a_proposal_that_nobody_decides_lapses_and_that_is_said_once(shift: Shift) -> None:
    (person,), tag = shift.board.office.people(1), shift.board.office.new_tag("major")
    run, _ = shift.run(use("tag_person", person=person, tag=tag))

    shift.board.stage.clock.advance(hours=73)
    PendingApprovals(shift.store).expire()
    for _ in range(2):
        shift.firing.sweep()

    assert shift.board.office.carriers(tag) == []
    assert (shift.now(run).state, shift.now(run).why) == (RunState.DONE, "expired")


def test_a_run_that_only_reads_is_done_when_its_turn_ends(shift: Shift) -> None:
    run, turn = shift.run()

    assert (run.state, run.cost_micros) == (RunState.DONE, turn.cost_micros)
    assert shift.announced() == 1
