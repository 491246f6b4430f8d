"""From an occurrence that is due to a turn on its way, and from the turn's end to the ledger.

Every step may be repeated by anybody: the clock's function, its retries, the minute's sweep.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nat.automations.automation import Automation, Automations
from nat.automations.runs import FAILURES_ALLOWED, LATE, Run, RunLedger, RunState, Why
from nat.aws.store import Store
from nat.connections.outbox import Outbox
from nat.conversations.turns import Turn, Turns, TurnState
from nat.errors import (
    BudgetReached,
    LimitReached,
    MembershipError,
    NatError,
    NationBusy,
    NotAMember,
    NotFound,
    RoleInsufficient,
    SubscriptionRequired,
)
from nat.names import Bus
from nat.nations.record import Nations
from nat.turns.admit import Admission, AdmitRequest, Surface, admit

AGAIN_AFTER: Final = timedelta(seconds=30)
"""A due run that nobody has asked is asked by the sweep after this time."""

_log = logging.getLogger(__name__)

_REASONS: Final[tuple[tuple[type[NatError] | tuple[type[NatError], ...], Why], ...]] = (
    ((NotAMember, RoleInsufficient, MembershipError), Why.OWNER_LEFT),
    ((LimitReached, BudgetReached), Why.LIMIT),
    (SubscriptionRequired, Why.SUBSCRIPTION),
)
_PAUSING: Final = frozenset({Why.OWNER_LEFT, Why.SUBSCRIPTION, Why.CONNECTION})
"""What does not pass by itself: the automation is paused, and told once."""


@dataclass(frozen=True)
class Firing:
    """What carries occurrences on. `asked` admits a question, `outbox` announces how a run ended."""

    store: Store
    admission: Admission
    outbox: Outbox

    def fire(self, nation_slug: str, task_id: str, scheduled_for: datetime) -> Run | None:
        """An occurrence is due, as Scheduler says. `None` where nothing is to be done (any more)."""
        try:
            automation = Automations(self.store).get(nation_slug, task_id)
        except NotFound:
            _log.info("occurrence of an automation that is gone", extra={"nation": nation_slug})
            return None
        if not automation.enabled:
            return None
        run = RunLedger(self.store).open(automation, scheduled_for)
        return None if run is None else self.start(run, automation)

    def by_hand(self, automation: Automation, by: str) -> Run | None:
        """Run it now, whether it is enabled or not."""
        run = RunLedger(self.store).open(automation, self.store.clock(), by=by)
        return None if run is None else self.start(run, automation)

    def start(self, run: Run, automation: Automation) -> Run | None:
        """Ask the question of a due run. It stays due while the nation asks too much in this minute."""
        nation = Nations(self.store).get(run.nation_slug)
        if nation is None or not nation.may_run_unattended:
            usable = nation is not None and nation.nb_connected and not nation.nb_needs_reauth
            return self._skip(run, automation, Why.SUBSCRIPTION if usable else Why.CONNECTION)
        conversation_id, turn_id = run.ids
        request = AdmitRequest(
            user_id=automation.owner_id,
            nation_slug=run.nation_slug,
            conversation_id=conversation_id,
            turn_id=turn_id,
            question=automation.prompt,
            surface=Surface.AUTOMATION,
        )
        try:
            admit(request, self.admission)
        except NationBusy:
            return run
        except NatError as error:
            why = next((why for kinds, why in _REASONS if isinstance(error, kinds)), None)
            if why is None:
                raise
            return self._skip(run, automation, why)
        return RunLedger(self.store).move(
            run,
            RunState.RUNNING,
            conversation_id=conversation_id,
            turn_id=turn_id,
            started_at=self.store.clock(),
        )

    def ended(self, run: Run, turn: Turn, *, approval_id: str | None = None) -> Run | None:
        """A running run whose turn has come to its end. `approval_id`: it proposes something that waits."""
        if turn.state is TurnState.FINISHED:
            state = RunState.DONE if approval_id is None else RunState.WAITING
        else:
            state = RunState.FAILED
        moved = RunLedger(self.store).move(
            run,
            state,
            ended_at=self.store.clock(),
            why=turn.error,
            cost_micros=turn.cost_micros,
            approval_id=approval_id,
        )
        if moved is None:
            return None
        self._count(moved)
        self._announce(moved)
        return moved

    def sweep(self, waiting_approval: Callable[[Turn], str | None]) -> dict[RunState, int]:
        """What was left behind, of all nations: due runs are asked, running ones whose turn has ended are
        closed, occurrences without a row are noted as missed. Gives how many of each."""
        now = self.store.clock()
        done = dict.fromkeys(RunState, 0)
        runs, automations = RunLedger(self.store), Automations(self.store)
        for run in list(runs.waiting(RunState.DUE, now - AGAIN_AFTER)):
            try:
                automation = automations.get(run.nation_slug, run.task_id)
            except NotFound:
                runs.move(run, RunState.SKIPPED, why=Why.PAUSED.value, ended_at=now)
                continue
            started = self.start(run, automation)
            done[RunState.DUE] += started is not None and started.state is not RunState.DUE
        turns = Turns(self.store)
        for run in list(runs.waiting(RunState.RUNNING, now)):
            if run.conversation_id is None or run.turn_id is None:
                continue
            try:
                turn = turns.get(run.nation_slug, run.conversation_id, run.turn_id)
            except NotFound:  # its person deleted the conversation
                runs.move(run, RunState.FAILED, why="conversation_deleted", ended_at=now)
                continue
            if turn.state.final:
                ended = self.ended(run, turn, approval_id=waiting_approval(turn))
                done[RunState.RUNNING] += ended is not None
        for automation in list(automations.overdue(now - LATE)):
            done[RunState.MISSED] += self._missed(automation)
        return done

    def _missed(self, automation: Automation) -> bool:
        assert automation.next_run is not None
        run = RunLedger(self.store).open(automation, automation.next_run)
        if run is None:
            return False
        missed = RunLedger(self.store).move(run, RunState.MISSED, ended_at=self.store.clock())
        if missed is None:
            return False
        _log.error("occurrence missed", extra={"nation": run.nation_slug, "task": run.task_id})
        self._announce(missed)
        return True

    def _skip(self, run: Run, automation: Automation, why: Why) -> Run | None:
        skipped = RunLedger(self.store).move(
            run, RunState.SKIPPED, why=why.value, ended_at=self.store.clock()
        )
        if skipped is None:
            return None
        if why in _PAUSING and run.by is None:
            Automations(self.store).pause(automation, why.value)
        self._announce(skipped)
        return skipped

    def _count(self, run: Run) -> None:
        """Failures in a row pause an automation."""
        automations = Automations(self.store)
        failures = automations.count_failure(run.nation_slug, run.task_id, run.state is RunState.FAILED)
        if failures >= FAILURES_ALLOWED:
            try:
                automations.pause(automations.get(run.nation_slug, run.task_id), Why.FAILURES.value)
            except NotFound:
                return

    def _announce(self, run: Run) -> None:
        self.outbox.add(
            Bus.AUTOMATION_ENDED,
            run.nation_slug,
            {"task": run.task_id, "run": run.item, "state": run.state.value},
        )
