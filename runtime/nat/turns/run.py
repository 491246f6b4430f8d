"""Running one turn: take it, let the agent answer, settle it; whatever happens, it ends or can be resumed.

A message may be delivered again at any moment, also while it is being run. So each step here either has
happened in the store or has not: a turn in a final state is acknowledged without effect, stored model
messages are not asked for again, and only the attempt that holds the turn can settle it.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from nat.agent.compaction import Past
from nat.agent.direct import FREE, DirectModel
from nat.agent.loop import Agent
from nat.agent.ports import AgentAnswer, Asked, Drafts, Exports, ProposalStatus
from nat.agent.pricing import ModelPrices
from nat.agent.transcript import settled_text
from nat.approvals.approvals import LONGEST_TO_DECIDE, Approvals, time_to_decide
from nat.audit.log import Audit
from nat.aws import log
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.changes.effect import Effect
from nat.changes.policy import policy_of
from nat.contract.events import (
    Notice,
    TurnFailed,
    TurnFinished,
    TurnRestarted,
    TurnStarted,
    TurnStopped,
)
from nat.conversations.events import Events
from nat.conversations.model_history import ModelHistories
from nat.conversations.steps import StoredSteps
from nat.conversations.turns import Turn, TurnKind, Turns, from_item, turn_key
from nat.errors import (
    Internal,
    ModelError,
    ModelRefused,
    NatError,
    Reconnect,
    TokenRejected,
    TurnLost,
)
from nat.ids import NationSlug, UserId
from nat.names import Metric, Table
from nat.nations.plans import Plans
from nat.nations.record import Nation, Nations, nation_key, required
from nat.nations.web_pages import app_hosts, reconnect_page
from nat.parallel import beside
from nat.turns.admission import Surface
from nat.turns.audit_trail import AuditedChanges, TurnAuditLog
from nat.turns.carry_out import Commits, Connect, TurnHands
from nat.turns.edit import Edits
from nat.turns.pool_notices import PoolNotices
from nat.turns.publish import Delivery, FlushPace, Publisher, about
from nat.turns.queue import TurnMessage
from nat.turns.rights import PresentRights, RoleNow
from nat.turns.settle import Ending, failure, settle
from nat.turns.signals import Signals
from nat.wording import Worded

CRASHES_ALLOWED: Final = 2
"""Workers that a turn may take down with it; with the third it fails."""

_ENDED: Final = {
    TurnFinished.type: Metric.TURNS_FINISHED,
    TurnStopped.type: Metric.TURNS_STOPPED,
    TurnFailed.type: Metric.TURNS_FAILED,
}

_log = logging.getLogger(__name__)


OwnAgent = Callable[[Nation], Agent | None]
"""The agent of a nation with a model key of its own; `None` for one without. Raises `ModelKeyRejected`."""


def no_own_agent(_: Nation) -> None:
    """Where no nation has a model key of its own."""


@dataclass(frozen=True)
class Agents:
    """Who answers: the platform's agent, or a nation's own; and what their models cost."""

    platform: Agent
    prices: ModelPrices
    own: OwnAgent = no_own_agent

    def of(self, nation: Nation) -> Agent:
        """The agent that answers for a nation. Raises `ModelKeyRejected`."""
        return self.own(nation) or self.platform

    def direct(self, turn: Turn, calls: str) -> Agent:
        """What answers without a model. It reads, and nothing else."""
        reading = {name: each for name, each in self.platform.tools.items() if each.effect is Effect.READ}
        return Agent(DirectModel(turn.turn_id, json.loads(calls)), reading, prices=FREE)


@dataclass(frozen=True)
class Outlets:
    """Where a turn's events, files and drafts of automations go, and who is told that a turn of an automation
    has ended. Without `files` and `drafts` none are made; both are told at which address the nation's web app
    is."""

    delivery: Delivery
    pace: FlushPace = field(default_factory=FlushPace)
    files: Callable[[Turn, str], Exports] | None = None
    drafts: Callable[[Turn, str], Drafts] | None = None
    ended: Callable[[Turn], None] | None = None


@dataclass(frozen=True)
class Platform:
    """What the platform is called and sells. `app_url` is the web app of nations without one of their own."""

    app_url: str
    environment: str
    plans: Plans


@dataclass(frozen=True)
class _Beginning:
    """What a turn begins with, read while it was taken. Asking for the past and the proposals waits for
    them, and raises what reading raised."""

    record: Mapping[str, object] | None
    past: Callable[[], Past]
    proposals: Callable[[], tuple[ProposalStatus, ...]]


class Runner:
    """Runs turns, from many threads at a time. `store` must be nation-scoped (`nat.aws.isolation`)."""

    def __init__(
        self,
        store: Store,
        agents: Agents,
        outlets: Outlets,
        platform: Platform,
        *,
        connect: Connect,
        role_now: RoleNow,
    ) -> None:
        self._store = store
        self._turns = Turns(store)
        self._events = Events(store)
        self._pasts = ModelHistories(store)
        self._nations = Nations(store)
        self._agents = agents
        self._outlets = outlets
        self._platform = platform
        self._connect = connect
        self._pool_notices = PoolNotices(store, platform.plans, app_url=platform.app_url)
        self._audit = Audit(store)
        self._approvals = Approvals(store)
        self._rights = PresentRights(role_now, self._nations)
        self._commits = Commits(store, self._approvals, self._rights, app_url=platform.app_url)
        self._edits = Edits(store, self._approvals, self._rights, agents.platform.tools)

    def run(
        self,
        message: TurnMessage,
        signals: Signals,
        *,
        on_begin: Callable[[Turn], None] = lambda _: None,
    ) -> None:
        """Run a turn to its end, or to nothing if it has ended; the message can be deleted afterwards.

        `on_begin` is told the turn once this worker holds it. Raises `TurnLost` when the message must be left
        alone or given back; anything else means that the turn could not be settled and should be delivered
        again.
        """
        with nation(message.nation_slug):
            row, record = self._store.get_together(
                (
                    Table.CONVERSATIONS,
                    turn_key(message.nation_slug, message.conversation_id, message.turn_id),
                ),
                (Table.NATIONS, nation_key(message.nation_slug)),
            )
            if row is None:
                _log.warning("turn without a row", extra={"turn": message.turn_id})
                return
            turn = from_item(row)
            if turn.state.final:
                _log.info("turn has ended already", extra=about(turn))
                return
            # Nothing of the conversation changes before this turn ends, so it is read while it is taken.
            past = beside(partial(self._pasts.of, turn.nation_slug, turn.conversation_id))
            proposals = beside(partial(self._approvals.standing, turn.conversation))
            turn = self._turns.begin(turn)
            on_begin(turn)
            try:
                self._run(turn, signals, _Beginning(record, past, proposals))
            except TurnLost:
                if signals.released and not signals.lost:
                    self._turns.release(turn)
                raise

    def _run(self, turn: Turn, signals: Signals, beginning: "_Beginning") -> None:
        steps = StoredSteps(self._store, turn, self._agents.prices)
        with Publisher(
            turn, self._events, self._outlets.delivery(), self._outlets.pace, self._store.clock
        ) as publisher:
            try:
                ending = self._answer(turn, steps, publisher, signals, beginning)
            except TurnLost:
                raise
            except NatError as error:
                _log.warning("turn failed", extra={**about(turn), "code": error.code})
                ending = _failure(error, steps, free=turn.calls is not None)
                if isinstance(error, Reconnect | TokenRejected):
                    record = self._nations.get(turn.nation_slug)
                    publisher.emit(
                        Notice.of(
                            "reconnect",
                            Worded("notice.reconnect"),
                            reconnect_page(record, self._platform.app_url),
                        )
                    )
            except Exception as error:
                log.defect(error, nation=turn.nation_slug, turn=turn.turn_id)
                ending = _failure(Internal(), steps, free=turn.calls is not None)
            if signals.lost:
                raise TurnLost
            publisher.push(settle(self._store, turn, publisher.drain(), ending, self._store.clock()))
        if turn.surface == Surface.AUTOMATION and self._outlets.ended is not None:
            self._tell_ended(turn, self._outlets.ended)
        now = self._store.clock()
        figures = _figures(turn, ending, publisher.first_text_at, now)
        _log.info(
            "turn ended",
            extra={
                **about(turn),
                "event": ending.event.type,
                "cost_micros": ending.cost_micros,
                **log.metrics(self._platform.environment, figures, now),
            },
        )

    def _tell_ended(self, turn: Turn, ended: Callable[[Turn], None]) -> None:
        """Tell the automation whose turn this is. The turn has ended whatever comes of it, and an automation
        that was not told finds out by itself."""
        try:
            ended(self._turns.get(turn.nation_slug, turn.conversation_id, turn.turn_id))
        except Exception as error:
            log.defect(error, nation=turn.nation_slug, turn=turn.turn_id)

    def _answer(
        self,
        turn: Turn,
        steps: StoredSteps,
        publisher: Publisher,
        signals: Signals,
        beginning: "_Beginning",
    ) -> Ending:
        if turn.crashes > CRASHES_ALLOWED:
            raise Internal
        earlier = steps.load()
        restarted = turn.attempt > 1
        publisher.emit(TurnRestarted(settled_text(earlier)) if restarted else TurnStarted())
        record = required(beginning.record)
        if turn.kind is not TurnKind.ASK:
            hands = TurnHands(self._connect, publisher.emit, signals.stopped)
            deciding = self._edits if turn.kind is TurnKind.EDIT else self._commits
            return deciding.run(turn, record, hands)
        for notice in self._pool_notices.due(turn, record):
            publisher.emit(notice)
        agent = self._agents.direct(turn, turn.calls) if turn.calls else self._agents.of(record)
        # What the model has thought in an earlier attempt is bound to the past that it was shown then.
        past = beginning.past()
        if not earlier:
            past = self._pasts.fitted(turn, past, self._store.clock())
        attended = turn.surface != Surface.AUTOMATION
        changes = AuditedChanges(
            self._store,
            turn,
            self._approvals,
            to_decide=time_to_decide(record.policy) if attended else LONGEST_TO_DECIDE,
            ledger=TurnAuditLog(self._audit, turn),
        )
        web_app = record.web_app or self._platform.app_url
        with self._connect(turn) as client, changes:
            answer = agent.answer(
                Asked(
                    question=turn.question,
                    nation_slug=turn.nation_slug,
                    role=turn.role,
                    time_zone=turn.time_zone,
                    now=turn.as_of or self._store.clock(),
                    page=turn.page,
                    proposals=beginning.proposals(),
                    attended=attended,
                ),
                history=past.messages,
                steps=steps,
                v2=client,
                emit=publisher.emit,
                stopped=signals.stopped,
                policy=policy_of(record.policy),
                rights_now=self._rights.reader(turn),
                changes=changes,
                exports=None if self._outlets.files is None else self._outlets.files(turn, web_app),
                # What runs by itself makes nothing that runs by itself.
                drafts=self._outlets.drafts(turn, web_app) if attended and self._outlets.drafts else None,
                hosts=app_hosts(record, self._platform.app_url),
                metadata={"user_id": opaque_person(turn.nation_slug, turn.user_id)},
            )
        return _ending(answer)


def opaque_person(nation_slug: NationSlug, user_id: UserId) -> str:
    """What the model provider knows a person by, to tell abuse apart: a hash, no personal data."""
    return hashlib.sha256(f"{nation_slug}#{user_id}".encode()).hexdigest()


def _failure(error: NatError, steps: StoredSteps, *, free: bool) -> Ending:
    """Ends a turn without an answer. It does not count when the failure is ours or no model was paid, as of
    one that needs none."""
    paid = [] if free else steps.paid
    ours = isinstance(error, Internal) or (
        isinstance(error, ModelError) and not isinstance(error, ModelRefused)
    )
    return failure(error, paid, refund=ours or not paid)


def _ending(answer: AgentAnswer) -> Ending:
    finished = answer.outcome == "finished"
    return Ending(
        TurnFinished(answer.text, answer.links) if finished else TurnStopped(answer.text),
        text=answer.text,
        links=answer.links,
        messages=answer.messages,
        usage=answer.usage,
        cost_micros=answer.cost_micros,
        model=answer.model or None,
        figures=answer.figures,
    )


def _figures(turn: Turn, ending: Ending, first_text_at: datetime | None, now: datetime) -> dict[Metric, int]:
    """What dashboards and alarms know of a turn: how it ended, how long it took, what it cost, and how many
    figures of its answer no tool gave."""
    figures = {_ENDED[ending.event.type]: 1, Metric.TURN_DURATION: _since(turn.admitted_at, now)}
    if first_text_at is not None and turn.attempt == 1:  # a later attempt's text is not the person's first
        figures[Metric.FIRST_TEXT] = _since(turn.admitted_at, first_text_at)
    if ending.cost_micros is not None:
        figures[Metric.TURN_COST] = ending.cost_micros
    if ending.figures is not None:
        figures[Metric.FIGURES] = ending.figures.figures
        figures[Metric.UNSUPPORTED_FIGURES] = len(ending.figures.unsupported)
    return figures


def _since(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))
