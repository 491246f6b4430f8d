"""The end of a run: its turn's, in the ledger, counted and announced."""

from typing import Final

from nat.approvals.approvals import Approvals
from nat.automations.automation import Automations, after_run
from nat.automations.runs import FAILURES_ALLOWED, Run, RunLedger, RunState, Why
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry
from nat.connections.outbox import Outbox
from nat.conversations.turns import Turn, TurnKind, TurnState
from nat.errors import NotFound
from nat.names import Bus
from nat.turns.admission import Surface
from nat.waiting import Backoff

_SOMEBODY_ELSE: Final = Backoff(tries=12, first=0.02, longest=0.5)
"""An automation that was changed while a run of it ended is read anew: each time somebody else was done."""


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
        return self.move(
            run,
            state,
            failed=state is RunState.FAILED,
            conversation_id=turn.conversation_id,
            turn_id=turn.turn_id,
            ended_at=self._store.clock(),
            why=turn.error,
            cost_micros=turn.cost_micros,
            approval_ids=approval_ids,
        )

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

    def move(
        self,
        run: Run,
        state: RunState,
        *,
        failed: bool | None = None,
        pause: Why | None = None,
        **changes: object,
    ) -> Run | None:
        """The run in a state that people are told of, what follows for its automation, and the announcement,
        in one transaction: who dies after it has lost none of them, and whoever reads the announcement finds
        the automation as it says. `failed` counts: three failures in a row pause it; `pause`: this does.
        `None` when the run is not as it was seen. Nothing is told of a tryout."""
        about = {"task": run.task_id, "run": run.item, "state": state.value}
        told = [] if run.tryout else [self._outbox.entry(Bus.AUTOMATION_ENDED, run.nation_slug, about)]
        for wait in _SOMEBODY_ELSE.pauses():
            follows: list[Entry] = []
            if not run.tryout and (failed is not None or pause is not None):
                follows = self._follows(run, failed=failed, pause=pause)
            try:
                return RunLedger(self._store).move(run, state, beside=[*told, *follows], **changes)
            except Cancelled:
                if wait is None:
                    raise
                self._store.sleep(wait)
        raise AssertionError("the last try has no pause")

    def _follows(self, run: Run, *, failed: bool | None, pause: Why | None) -> list[Entry]:
        """What the end of a run changes in its automation, as that is now."""
        try:
            automation = Automations(self._store).get(run.nation_slug, run.task_id)
        except NotFound:
            return []
        failures = automation.failures if failed is None else automation.failures + 1 if failed else 0
        if failed and failures >= FAILURES_ALLOWED:
            pause = Why.FAILURES
        change = after_run(automation, failures=failures, pause=pause and pause.value)
        return [] if change is None else [change]
