"""The end of a run: its turn's, in the ledger, counted and announced."""

from nat.approvals.approvals import Approvals
from nat.automations.automation import Automations
from nat.automations.runs import FAILURES_ALLOWED, Run, RunLedger, RunState, Why
from nat.aws.store import Store
from nat.connections.outbox import Outbox
from nat.conversations.turns import Turn, TurnKind, TurnState
from nat.errors import NotFound
from nat.names import Bus
from nat.turns.admission import Surface


class RunEnds:
    """Ends runs, once each. The client's credentials decide of which nations. Of a tryout nobody is told, and
    its failure counts for nothing: who tries it is looking at it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._outbox = Outbox(store)

    def ended(self, run: Run, turn: Turn) -> Run | None:
        """A running run whose turn has come to its end. It waits where the turn proposes something."""
        approval_ids = Approvals(self._store).proposed_by(turn)
        if turn.state is TurnState.FINISHED:
            state = RunState.WAITING if approval_ids else RunState.DONE
        else:
            state = RunState.FAILED
        moved = self.move(
            run,
            state,
            conversation_id=turn.conversation_id,
            turn_id=turn.turn_id,
            ended_at=self._store.clock(),
            why=turn.error,
            cost_micros=turn.cost_micros,
            approval_ids=approval_ids,
        )
        if moved is None:
            return None
        if not moved.tryout:
            self._count(moved)
        return moved

    def turn_ended(self, turn: Turn) -> None:
        """A worker has settled a turn: if it is a run's, that has ended too."""
        if turn.surface != Surface.AUTOMATION or turn.kind is not TurnKind.ASK:
            return
        try:
            run = RunLedger(self._store).of_turn(turn.nation_slug, turn.turn_id)
        except NotFound:
            return
        if run.state in (RunState.DUE, RunState.RUNNING):
            self.ended(run, turn)

    def _count(self, run: Run) -> None:
        """Failures in a row pause an automation."""
        automations = Automations(self._store)
        failures = automations.count_failure(run.nation_slug, run.task_id, run.state is RunState.FAILED)
        if failures >= FAILURES_ALLOWED:
            try:
                automations.pause(automations.get(run.nation_slug, run.task_id), Why.FAILURES.value)
            except NotFound:
                return

    def move(self, run: Run, state: RunState, **changes: object) -> Run | None:
        """The run in a state that people are told of, and the announcement of it in the same transaction: who
        dies after it has lost neither. `None` when it is not as it was seen. Nothing is told of a tryout."""
        about = {"task": run.task_id, "run": run.item, "state": state.value}
        told = [] if run.tryout else [self._outbox.entry(Bus.AUTOMATION_ENDED, run.nation_slug, about)]
        return RunLedger(self._store).move(run, state, beside=told, **changes)
