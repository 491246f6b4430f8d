"""An occurrence has one run, whoever brings it and however often; what cannot run says why, once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config

from nat.approvals.approvals import LONGEST_TO_DECIDE, Approvals
from nat.approvals.stored_changes import ChangeRef, ToolClass
from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind
from nat.automations.ending import RunEnds
from nat.automations.firing import Firing
from nat.automations.runs import FAILURES_ALLOWED, Run, RunLedger, RunState, Why
from nat.automations.schedule import AutomationSchedule
from nat.aws import clients
from nat.aws.store import Store
from nat.aws.writes import Delete
from nat.changes.effect import Effect
from nat.changes.plan import Change, Operation, PlannedRequest, Subject
from nat.contract.events import TurnFailed, TurnFinished
from nat.conversations.turns import Turn, Turns, TurnState
from nat.errors import AutomationChanged, BadRequest, NotFound
from nat.ids import ApprovalId, NationSlug
from nat.names import Table
from nat.nations.record import Nations, SubscriptionStatus
from nat.settings import TableNames
from nat.turns.admission import Admission
from nat.turns.queue import TurnQueue
from nat.turns.settle import Ending, settle
from tests.unit.nat.faults import losing_answers
from tests.unit.nat.turns.stage import WorkerDied
from tests.unit.nat.world import (
    PLANS,
    Clock,
    create_turn_queue,
    nation,
    queued,
    rows,
    store_members,
    store_nation,
    used,
)

DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BROKE = Ending(TurnFailed("internal", "It broke.", True))
QUICK = clients.CONFIG.merge(Config(retries={"total_max_attempts": 4}))


@dataclass
class Town:
    """A paying nation whose member Ann has an automation that is due on Monday at nine."""

    tables: TableNames
    queue_url: str
    clock: Clock
    store: Store
    firing: Firing
    automation: Automation

    def fire(self) -> Run | None:
        return self.firing.fire(NationSlug("demo"), self.automation.task_id, DUE)

    def by_hand(self) -> Run:
        """Somebody runs it, some time after the last one."""
        self.clock.advance(minutes=2)
        run = self.firing.by_hand(self.now(), "ann")
        assert run is not None
        return run

    def runs(self) -> list[Run]:
        return list(RunLedger(self.store).of(NationSlug("demo"), self.automation.task_id))

    def now(self) -> Automation:
        return Automations(self.store).get(NationSlug("demo"), self.automation.task_id)

    def announced(self) -> int:
        return sum("announcement" in row["item"]["S"] for row in rows(self.tables, Table.CONNECTIONS))

    def asked(self, run: Run) -> Turn:
        """The turn of a run."""
        assert run.conversation_id is not None
        assert run.turn_id is not None
        return Turns(self.store).get(NationSlug("demo"), run.conversation_id, run.turn_id)

    def proposes(self, run: Run, tag: str) -> str:
        """Let the turn of a run propose that a tag is made."""
        turn = self.asked(run)
        if turn.state is not TurnState.RUNNING:
            turn = Turns(self.store).begin(turn)
        change = Change(
            tool="create_tag",
            arguments={"name": tag},
            summary=f"Make the tag {tag}",
            operations=(
                Operation(
                    "1", Subject("tag", None, tag), PlannedRequest("POST", "tags"), None, {"name": tag}
                ),
            ),
            people=0,
        )
        ref = ChangeRef(turn.turn_id, 0, tag)
        proposal = Approvals(self.store).propose(
            turn,
            ref,
            change,
            ToolClass("create_tag", Effect.WRITE, sends=False),
            {"summary": "x"},
            to_decide=LONGEST_TO_DECIDE,
        )
        return proposal.approval

    def rejects(self, run: Run, approval_id: str) -> None:
        """Somebody says no to a proposal of a run."""
        assert run.conversation_id is not None
        approvals = Approvals(self.store)
        approval = approvals.get(NationSlug("demo"), run.conversation_id, ApprovalId(approval_id))
        approvals.reject(approval, fingerprint=approval.fingerprint, by="ann", decision="d1", surface="http")

    def end(self, run: Run, ending: Ending) -> Turn:
        """Let the turn of a run come to its end, as a worker does."""
        turns = Turns(Store(clients.dynamodb(), self.tables))
        assert run.conversation_id is not None
        assert run.turn_id is not None
        turn = turns.get(NationSlug("demo"), run.conversation_id, run.turn_id)
        if turn.state is not TurnState.RUNNING:
            turn = turns.begin(turn)
        settle(Store(clients.dynamodb(), self.tables), turn, 1, ending, self.clock())
        return turns.get(NationSlug("demo"), run.conversation_id, run.turn_id)


@pytest.fixture
def town(tables: TableNames) -> Town:
    store_nation(tables, nation())
    store_members(tables, "demo", ["ann", "bob"])
    clock = Clock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    url = create_turn_queue()
    store = Store(clients.dynamodb(), tables, clock)
    admission = Admission(Store(clients.dynamodb(), tables, clock), TurnQueue(clients.sqs(), url), PLANS)
    automation = Automation.new(
        nation_slug=NationSlug("demo"),
        owner_id="ann",
        name="Monday figures",
        prompt="How many new people this week?",
        schedule=AutomationSchedule.of({"kind": "weekly", "time": "09:00", "zone": "UTC", "days": ["MON"]}),
        deliveries=(Delivery(DeliveryKind.EMAIL, "ann"),),
        now=clock(),
    )
    automations = Automations(store)
    automations.create(automation)
    enabled = automation.edited(clock(), enabled=True)
    automations.replace(automation, enabled)
    clock.now = DUE
    firing = Firing(store, admission)
    return Town(tables, url, clock, store, firing, enabled)


def test_an_occurrence_asks_the_question_for_its_owner_and_moves_the_next_run_on(town: Town) -> None:
    run = town.fire()

    assert run is not None
    assert run.state is RunState.RUNNING
    (message,) = queued(town.queue_url)
    assert message["turn_id"] == run.turn_id
    assert used(town.tables) == 1
    assert town.now().next_run == DUE + timedelta(days=7)
    assert town.now().last_run == DUE


def test_an_occurrence_that_comes_many_times_at_once_runs_once(town: Town) -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: town.fire(), range(16)))

    assert sum(run is not None for run in runs) == 1
    assert len(queued(town.queue_url)) == 1
    assert used(town.tables) == 1


def test_a_run_that_was_noted_and_never_asked_is_asked_by_the_sweep_once(town: Town) -> None:
    assert RunLedger(town.store).open(town.automation, DUE) is not None  # and the process died
    town.clock.advance(minutes=1)

    for _ in range(3):
        town.firing.sweep()

    assert [each.state for each in town.runs()] == [RunState.RUNNING]
    assert len(queued(town.queue_url)) == 1
    assert used(town.tables) == 1


@pytest.mark.parametrize("late", [timedelta(hours=1), timedelta(minutes=-1), timedelta(days=1)])
def test_a_moment_at_which_it_does_not_run_brings_nothing_about(town: Town, late: timedelta) -> None:
    assert town.firing.fire(NationSlug("demo"), town.automation.task_id, DUE + late) is None
    assert town.runs() == []
    assert town.now().next_run == DUE


def test_seconds_of_a_moment_make_no_second_run(town: Town) -> None:
    assert town.firing.fire(NationSlug("demo"), town.automation.task_id, DUE + timedelta(seconds=12))
    assert town.fire() is None


def test_several_automations_of_one_person_are_due_in_the_same_second(town: Town) -> None:
    other = Automation.new(
        nation_slug=NationSlug("demo"),
        owner_id="ann",
        name="Another",
        prompt="How many donations?",
        schedule=town.automation.schedule,
        deliveries=town.automation.deliveries,
        now=DUE - timedelta(days=1),
    )
    Automations(town.store).create(other)
    Automations(town.store).replace(other, other.edited(DUE - timedelta(days=1), enabled=True))

    first, second = town.fire(), town.firing.fire(NationSlug("demo"), other.task_id, DUE)

    assert [each.state for each in (first, second) if each] == [RunState.RUNNING, RunState.RUNNING]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"subscription_status": SubscriptionStatus.CANCELLED}, Why.SUBSCRIPTION),
        ({"nb_needs_reauth": True}, Why.CONNECTION),
        ({"nb_connected": False}, Why.CONNECTION),
    ],
)
def test_a_nation_that_may_not_ask_skips_says_why_and_pauses(
    town: Town, changes: dict[str, object], why: Why
) -> None:
    Nations(Store(clients.dynamodb(), town.tables)).update(NationSlug("demo"), changes)

    run = town.fire()

    assert run is not None
    assert (run.state, run.why) == (RunState.SKIPPED, why.value)
    assert (town.now().enabled, town.now().paused_why) == (False, why.value)
    assert town.announced() == 1
    assert town.fire() is None
    assert town.announced() == 1
    assert queued(town.queue_url) == []


def test_an_owner_who_has_left_stops_it(town: Town) -> None:
    town.store.write(Delete(Table.MEMBERSHIPS, {"user_id": "ann", "nation_slug": "demo"}))

    run = town.fire()

    assert run is not None
    assert (run.state, run.why) == (RunState.SKIPPED, Why.OWNER_LEFT.value)
    assert not town.now().enabled


def test_a_used_up_pool_skips_and_does_not_pause(town: Town) -> None:
    Nations(Store(clients.dynamodb(), town.tables)).update(
        NationSlug("demo"), {"queries_used_this_period": 500}
    )

    run = town.fire()

    assert run is not None
    assert (run.state, run.why) == (RunState.SKIPPED, Why.LIMIT.value)
    assert town.now().enabled


def test_an_occurrence_that_never_came_is_missed_after_ten_minutes_and_can_be_caught_up(town: Town) -> None:
    town.clock.advance(minutes=9)
    assert town.firing.sweep()[RunState.MISSED] == 0
    town.clock.advance(minutes=2)

    assert town.firing.sweep()[RunState.MISSED] == 1
    assert town.fire() is None  # Scheduler is late: it was told already, and is not run behind anybody's back
    assert [each.state for each in town.runs()] == [RunState.MISSED]
    assert town.announced() == 1

    (missed,) = town.runs()
    with ThreadPoolExecutor(4) as pool:
        caught_up = list(pool.map(lambda _: town.firing.catch_up(town.now(), missed, "ann"), range(4)))
    assert sum(run is not None for run in caught_up) == 1
    (run,) = town.runs()
    assert (run.state, run.by, run.as_of) == (RunState.RUNNING, "ann", DUE)
    assert town.asked(run).as_of == DUE
    assert len(queued(town.queue_url)) == 1


def test_a_trial_is_answered_as_of_the_last_run_and_nobody_is_told(town: Town) -> None:
    Automations(town.store).replace(town.now(), town.now().edited(DUE, enabled=False))
    town.clock.now = DUE + timedelta(days=3)

    run = town.firing.try_out(town.now(), "bob")

    assert run is not None
    assert (run.tryout, run.as_of, town.asked(run).as_of) == (True, DUE, DUE)
    assert town.asked(run).user_id == "ann"
    for _ in range(FAILURES_ALLOWED):
        town.end(run, BROKE)
        town.firing.sweep()
        town.clock.advance(minutes=2)
        run = town.firing.try_out(town.now(), "bob")
        assert run is not None
    assert town.announced() == 0
    assert (town.now().failures, town.now().paused_why, town.now().last_run) == (0, None, None)


def test_a_run_that_proposes_several_changes_waits_for_all_of_them(town: Town) -> None:
    run = town.fire()
    assert run is not None
    first, second = town.proposes(run, "old"), town.proposes(run, "new")
    town.end(run, Ending(TurnFinished("Two proposals.")))
    town.firing.sweep()
    (waiting,) = town.runs()
    assert (waiting.state, waiting.approval_ids) == (RunState.WAITING, (first, second))

    town.rejects(waiting, first)
    town.firing.sweep()
    assert [each.state for each in town.runs()] == [RunState.WAITING]
    town.clock.advance(hours=73)
    town.firing.sweep()

    (done,) = town.runs()
    assert (done.state, done.why) == (RunState.DONE, Why.MIXED.value)
    assert town.announced() == 2


def test_an_ended_turn_ends_its_run_with_what_it_cost(town: Town) -> None:
    run = town.fire()
    assert run is not None

    town.end(run, Ending(TurnFinished("12 new people."), text="12 new people.", cost_micros=4_200))
    town.firing.sweep()
    town.firing.sweep()

    (done,) = town.runs()
    assert (done.state, done.cost_micros) == (RunState.DONE, 4_200)
    assert town.announced() == 1


def test_three_failures_in_a_row_pause_it_and_a_success_between_starts_anew(town: Town) -> None:
    for number, failed in enumerate((True, True, False, True, True, True)):
        assert town.now().enabled, number
        town.end(town.by_hand(), BROKE if failed else Ending(TurnFinished("Fine.")))
        town.firing.sweep()

    assert (town.now().enabled, town.now().paused_why) == (False, Why.FAILURES.value)


def test_a_paused_automation_does_not_run(town: Town) -> None:
    Automations(town.store).replace(town.now(), town.now().edited(DUE, enabled=False))

    assert town.fire() is None
    assert town.runs() == []


def test_of_two_edits_at_once_one_is_refused(town: Town) -> None:
    first, second = town.now().edited(DUE, name="One"), town.now().edited(DUE, name="Two")
    seen = town.automation
    Automations(town.store).replace(seen, first)

    with pytest.raises(AutomationChanged):
        Automations(town.store).replace(seen, second)


@pytest.mark.parametrize(
    "changes",
    [{"name": " "}, {"name": "x" * 101}, {"prompt": ""}, {"prompt": "x" * 4_001}, {"deliveries": ()}],
)
def test_an_automation_without_name_question_or_addressee_is_refused(
    town: Town, changes: dict[str, object]
) -> None:
    with pytest.raises(BadRequest):
        town.now().edited(DUE, **changes)  # type: ignore[arg-type]  # what a client may send


@pytest.mark.parametrize(
    ("first", "hours"),
    [
        (datetime(2027, 3, 15, 8, tzinfo=UTC), [8, 8, 7, 7]),
        (datetime(2027, 10, 18, 7, tzinfo=UTC), [7, 7, 8, 8]),
    ],
)
def test_a_monday_at_nine_stays_at_nine_when_clocks_are_changed_and_two_processes_bring_it(
    town: Town, first: datetime, hours: list[int]
) -> None:
    nine = AutomationSchedule.of(
        {"kind": "weekly", "time": "09:00", "zone": "Europe/Berlin", "days": ["MON"]}
    )
    town.clock.now = first - timedelta(hours=1)
    before, town.automation = town.now(), town.now().edited(town.clock(), schedule=nine)
    Automations(town.store).replace(before, town.automation)

    fired: list[datetime] = []
    for _ in hours:
        due = town.now().next_run
        assert due is not None
        town.clock.now = due
        with ThreadPoolExecutor(2) as pool:
            brought = list(
                pool.map(
                    lambda at: town.firing.fire(NationSlug("demo"), town.automation.task_id, at), [due, due]
                )
            )
        assert sum(run is not None for run in brought) == 1
        fired.append(due)

    assert [each.hour for each in fired] == hours
    assert len({each.turn_id for each in town.runs()}) == len(hours)
    assert len(queued(town.queue_url)) == len(hours)


@contextmanager
def dying_after_a_write() -> Iterator[None]:
    """A worker's client that dies when its first write is done, before it does anything about it."""
    client = clients.dynamodb()
    calls = ("after-call.dynamodb.UpdateItem", "after-call.dynamodb.TransactWriteItems")

    def die(**_: object) -> None:
        raise WorkerDied

    for each in calls:
        client.meta.events.register(each, die)
    try:
        with pytest.raises(WorkerDied):
            yield
    finally:
        for each in calls:
            client.meta.events.unregister(each, die)


def test_a_run_that_has_ended_is_announced_though_its_worker_dies_at_that_moment(town: Town) -> None:
    run = town.fire()
    assert run is not None

    with dying_after_a_write():
        RunEnds(town.store).move(run, RunState.DONE)

    assert [each.state for each in town.runs()] == [RunState.DONE]
    assert town.announced() == 1


def test_a_failure_counts_though_its_worker_dies_when_the_run_has_ended(town: Town) -> None:
    for number in range(FAILURES_ALLOWED):
        run = town.by_hand()
        turn = town.end(run, BROKE)
        with dying_after_a_write():
            town.firing.ends.turn_ended(turn)
        town.firing.sweep()
        assert town.now().failures == number + 1

    assert (town.now().enabled, town.now().paused_why) == (False, Why.FAILURES.value)
    assert town.announced() == FAILURES_ALLOWED


@pytest.mark.parametrize("operation", ["TransactWriteItems", "UpdateItem", "GetItem"])
def test_a_failure_counts_once_though_answers_are_lost_and_two_workers_end_the_run(
    town: Town, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = town.end(town.by_hand(), BROKE)

    with losing_answers(operation, times=3) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        stores = [Store(boto3.client("dynamodb", config=QUICK), town.tables, town.clock) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda store: RunEnds(store).turn_ended(turn), stores))

    assert (town.now().failures, town.now().enabled) == (1, True)
    assert town.announced() == 1


def test_of_runs_that_fail_in_the_same_moment_each_counts_and_the_third_pauses_once(town: Town) -> None:
    turns = [town.end(town.by_hand(), BROKE) for _ in range(FAILURES_ALLOWED)]
    version = town.now().version

    with ThreadPoolExecutor(2 * FAILURES_ALLOWED) as pool:
        list(pool.map(town.firing.ends.turn_ended, turns * 2))

    now = town.now()
    assert (now.failures, now.enabled, now.paused_why) == (FAILURES_ALLOWED, False, Why.FAILURES.value)
    assert now.version == version + 1
    assert town.announced() == FAILURES_ALLOWED


def test_an_edit_that_was_begun_before_a_failure_does_not_take_it_away(town: Town) -> None:
    seen = town.now()
    town.firing.ends.turn_ended(town.end(town.by_hand(), BROKE))
    assert town.fire() is not None

    Automations(town.store).replace(seen, seen.edited(town.clock(), name="Another name"))

    now = town.now()
    assert (now.name, now.failures, now.last_run) == ("Another name", 1, DUE)
    assert now.next_run == DUE + timedelta(days=7)


def test_an_automation_that_is_deleted_when_its_run_ends_stays_deleted(town: Town) -> None:
    turn = town.end(town.by_hand(), BROKE)
    Automations(town.store).delete(NationSlug("demo"), town.automation.task_id)

    town.firing.ends.turn_ended(turn)

    assert [each.state for each in town.runs()] == [RunState.FAILED]
    with pytest.raises(NotFound):
        town.now()


def test_what_pauses_an_automation_pauses_it_though_the_process_dies_when_the_run_was_skipped(
    town: Town,
) -> None:
    run = RunLedger(town.store).open(town.automation, DUE)
    assert run is not None
    Nations(Store(clients.dynamodb(), town.tables)).update(NationSlug("demo"), {"nb_needs_reauth": True})

    with dying_after_a_write():
        town.firing.start(run, town.automation)

    assert [each.state for each in town.runs()] == [RunState.SKIPPED]
    assert (town.now().enabled, town.now().paused_why) == (False, Why.CONNECTION.value)
    assert town.announced() == 1
