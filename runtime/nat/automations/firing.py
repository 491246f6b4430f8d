"""From an occurrence that is due to a turn on its way, and from the turn's end to the ledger.

Every step may be repeated by anybody: the clock's function, its retries, the minute's sweep.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from nat.approvals.approvals import Approvals
from nat.automations.automation import Automation, Automations
from nat.automations.ending import RunEnds
from nat.automations.runs import LATE, Run, RunLedger, RunState, Why
from nat.aws import log
from nat.aws.store import Store
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turns, turn_key
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
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId, UserId
from nat.nations.record import Nations
from nat.turns.admission import Admission, Surface
from nat.turns.admit import AdmitRequest, admit

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
_LEFT_OUT: Final = frozenset({RunState.MISSED, RunState.SKIPPED})
_UNDER_WAY: Final = (ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.COMMITTING)
Seen = TypeVar("Seen", Run, Automation)


@dataclass(frozen=True)
class Firing:
    """What carries occurrences on."""

    store: Store
    admission: Admission

    @property
    def ends(self) -> RunEnds:
        """What ends runs."""
        return RunEnds(self.store)

    def fire(self, nation_slug: NationSlug, task_id: str, scheduled_for: datetime) -> Run | None:
        """An occurrence is due, as Scheduler says. `None` where nothing is to be done (any more): also for a
        moment at which the automation does not run, such as that of a schedule before it was edited."""
        try:
            automation = Automations(self.store).get(nation_slug, task_id)
        except NotFound:
            _log.info("occurrence of an automation that is gone", extra={"nation": nation_slug})
            return None
        if not automation.enabled:
            return None
        scheduled_for = scheduled_for.replace(second=0, microsecond=0)
        if not automation.schedule.falls_on(scheduled_for):
            _log.warning(
                "occurrence at another time than the automation's",
                extra={"nation": nation_slug, "task": task_id, "at": scheduled_for.isoformat()},
            )
            return None
        run = RunLedger(self.store).open(automation, scheduled_for)
        return None if run is None else self.start(run, automation)

    def by_hand(self, automation: Automation, by: str) -> Run | None:
        """Run it now, whether it is enabled or not."""
        run = RunLedger(self.store).open(automation, self.store.clock(), by=by)
        return None if run is None else self.start(run, automation)

    def try_out(self, automation: Automation, by: str) -> Run | None:
        """Ask the question as of its last run before now, before anybody has enabled it. The answer goes
        nowhere; it counts as a query, like a run."""
        now = self.store.clock()
        as_of = automation.schedule.last_run(now) or now
        run = RunLedger(self.store).open(automation, now, by=by, tryout_of=as_of)
        return None if run is None else self.start(run, automation)

    def catch_up(self, automation: Automation, run: Run, by: str) -> Run | None:
        """Let a run take place that was missed or skipped, as of its own time. `None` where it did take
        place, or somebody else is at it."""
        if run.state not in _LEFT_OUT:
            return None
        due = RunLedger(self.store).reopen(run, by=by)
        return None if due is None else self.start(due, automation)

    def start(self, run: Run, automation: Automation) -> Run | None:
        """Ask the question of a due run. It stays due while the nation asks too much in this minute."""
        nation = Nations(self.store).get(run.nation_slug)
        if nation is None or not nation.may_run_unattended:
            usable = nation is not None and nation.nb_connected and not nation.nb_needs_reauth
            return self._skip(run, Why.SUBSCRIPTION if usable else Why.CONNECTION)
        conversation_id, turn_id = run.ids
        request = AdmitRequest(
            user_id=UserId(automation.owner_id),
            nation_slug=run.nation_slug,
            conversation_id=ConversationId(conversation_id),
            turn_id=TurnId(turn_id),
            question=automation.prompt,
            surface=Surface.AUTOMATION,
            as_of=run.as_of,
        )
        try:
            admit(request, self.admission)
        except NationBusy:
            return run
        except NatError as error:
            why = next((why for kinds, why in _REASONS if isinstance(error, kinds)), None)
            if why is None:
                raise
            return self._skip(run, why)
        return RunLedger(self.store).move(
            run,
            RunState.RUNNING,
            conversation_id=conversation_id,
            turn_id=turn_id,
            started_at=self.store.clock(),
        )

    def sweep(self) -> dict[RunState, int]:
        """What was left behind, of all nations: due runs are asked, running ones whose turn has ended are
        closed, those whose proposal was decided or has lapsed are done, occurrences without a row are noted
        as missed. Gives how many of each. What fails for one is logged and left to the next sweep."""
        now = self.store.clock()
        runs = RunLedger(self.store)
        return {
            RunState.DUE: _each(runs.waiting(RunState.DUE, now - AGAIN_AFTER), self._ask_again),
            RunState.WAITING: _each(runs.waiting(RunState.WAITING, now), self._decided),
            RunState.RUNNING: _each(self._ended(runs.waiting(RunState.RUNNING, now)), self._close),
            RunState.MISSED: _each(Automations(self.store).overdue(now - LATE), self._missed),
        }

    def _ask_again(self, run: Run) -> bool:
        try:
            automation = Automations(self.store).get(run.nation_slug, run.task_id)
        except NotFound:
            now = self.store.clock()
            RunLedger(self.store).move(run, RunState.SKIPPED, why=Why.PAUSED.value, ended_at=now)
            return False
        started = self.start(run, automation)
        return started is not None and started.state is not RunState.DUE

    def _ended(self, runs: Iterable[Run]) -> list[Run]:
        """Those whose turn has ended or is gone. Of many that are due in one minute nearly all are still
        asked, so only how their turns stand is read, a hundred at once."""
        asked = {each.turn_id: each for each in runs if each.turn_id is not None}
        keys = [
            turn_key(each.nation_slug, each.conversation_id, turn_id)
            for turn_id, each in asked.items()
            if each.conversation_id is not None
        ]
        still_open = Turns(self.store).still_open(keys)
        return [each for turn_id, each in asked.items() if turn_id not in still_open]

    def _close(self, run: Run) -> bool:
        assert run.conversation_id is not None
        assert run.turn_id is not None
        try:
            turn = Turns(self.store).get(run.nation_slug, run.conversation_id, run.turn_id)
        except NotFound:  # its person deleted the conversation
            now = self.store.clock()
            moved = RunLedger(self.store).move(
                run, RunState.FAILED, why=Why.CONVERSATION_DELETED.value, ended_at=now
            )
            return moved is not None
        if not turn.state.final:
            return False
        return self.ends.ended(run, turn) is not None

    def _decided(self, run: Run) -> bool:
        """Whether what a run proposed has come to its end: carried out, refused, or nobody said anything."""
        if run.conversation_id is None or not run.approval_ids:
            return False
        became = {self._state(run.nation_slug, run.conversation_id, each) for each in run.approval_ids}
        if not became.isdisjoint(_UNDER_WAY):
            return False
        why = became.pop().value if len(became) == 1 else Why.MIXED.value
        return self.ends.move(run, RunState.DONE, why=why) is not None

    def _state(
        self, nation_slug: NationSlug, conversation_id: ConversationId, approval_id: ApprovalId
    ) -> ApprovalState:
        try:
            return Approvals(self.store).get(nation_slug, conversation_id, approval_id).state
        except NotFound:
            return ApprovalState.EXPIRED

    def _missed(self, automation: Automation) -> bool:
        assert automation.next_run is not None
        run = RunLedger(self.store).open(automation, automation.next_run)
        if run is None:
            return False
        if self.ends.move(run, RunState.MISSED, ended_at=self.store.clock()) is None:
            return False
        _log.error("occurrence missed", extra={"nation": run.nation_slug, "task": run.task_id})
        return True

    def _skip(self, run: Run, why: Why) -> Run | None:
        pause = why if why in _PAUSING and run.by is None else None
        now = self.store.clock()
        return self.ends.move(run, RunState.SKIPPED, pause=pause, why=why.value, ended_at=now)


def _each(found: Iterable[Seen], act: Callable[[Seen], bool]) -> int:
    done = 0
    for each in list(found):
        try:
            done += act(each)
        except Exception as error:
            log.defect(error, nation=each.nation_slug, task=each.task_id)
    return done
