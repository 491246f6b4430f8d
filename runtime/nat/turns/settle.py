"""The end of a turn: final event, state, usage, refund, lock and history in one transaction.

The transaction is conditional on the turn's attempt, so an ending takes effect once however often a message
is delivered: whoever comes second gets `TurnLost` or finds the turn in a final state.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from nat.agent.figures import Traced
from nat.agent.ports import Message
from nat.agent.pricing import total_micros
from nat.agent.transcript import settled_text, tools_used, tools_used_in
from nat.agent.values import Usage
from nat.approvals.approval import finishing
from nat.approvals.stored_changes import ChangeRef
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry, Update
from nat.contract.events import Envelope, Link, TurnFailed, TurnFinished, TurnStopped, wording_of
from nat.contract.messages import ApprovalState
from nat.conversations.events import put_event
from nat.conversations.history import Answered, History, put_answer
from nat.conversations.steps import PaidStep
from nat.conversations.turns import (
    Turn,
    TurnKind,
    TurnState,
    end_turn,
    release_lock,
    touch_meta,
    usage_item,
)
from nat.errors import NatError, TurnLost
from nat.ids import ApprovalId
from nat.names import Table
from nat.nations.budgets import refund_budget
from nat.nations.spending import TOOL_CALLS
from nat.nations.usage import count_cost, day_user, refund_query
from nat.turns.commit_progress import reached

FinalEvent = TurnFinished | TurnStopped | TurnFailed

_STATES: dict[type, TurnState] = {
    TurnFinished: TurnState.FINISHED,
    TurnStopped: TurnState.STOPPED,
    TurnFailed: TurnState.FAILED,
}


@dataclass(frozen=True)
class Ending:
    """How a turn ends. `text` is what a person reads; `cost_micros` is `None` for a model without a price.

    `refund`: the query does not count. `approval` is where the approval of a commit ends, with `counts` of
    its operations; where a commit ends without saying so, its journal says it. `figures` are those of
    a model's answer. `tools` says how often each tool gave a result; by default as `messages` show it.
    """

    event: FinalEvent
    text: str = ""
    links: tuple[Link, ...] = ()
    messages: tuple[Message, ...] = ()
    usage: Usage = field(default_factory=Usage)
    cost_micros: int | None = 0
    model: str | None = None
    figures: Traced | None = None
    refund: bool = False
    approval: ApprovalState | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    tools: Mapping[str, int] | None = None

    @property
    def tool_calls(self) -> Mapping[str, int]:
        """How often each tool gave a result."""
        return tools_used_in(self.messages) if self.tools is None else self.tools


def failure(error: NatError, paid: Sequence[PaidStep], *, refund: bool) -> Ending:
    """The ending of a turn that failed after these steps: what they said stays, what they cost is noted."""
    steps = [each.step for each in paid]
    return Ending(
        TurnFailed(error.code, str(error.message), error.retryable, wording_of(error.message)),
        text=settled_text(steps),
        usage=sum((step.usage for step in steps), Usage()),
        cost_micros=total_micros(each.cost_micros for each in paid),
        model=steps[-1].model if steps else None,
        refund=refund,
        tools=sum((tools_used((*step.content, *(step.results or ()))) for step in steps), Counter()),
    )


def settle(store: Store, turn: Turn, seq: int, ending: Ending, now: datetime) -> Envelope:
    """End a running turn; `seq` is the place of its final event in the attempt. Gives what to push.

    A lock that expired meanwhile, a conversation that was deleted, a billing period that is over or an
    approval that is decided otherwise does not keep the turn from ending: that entry is left out. Raises
    `TurnLost` if another attempt holds the turn.
    """
    envelope = Envelope(turn.turn_id, turn.attempt, seq, ending.event)
    refunding = ending.refund and not turn.refunded and turn.period_start is not None
    ended = replace(
        turn,
        state=_STATES[type(ending.event)],
        ended_at=now,
        error=ending.event.code if isinstance(ending.event, TurnFailed) else None,
        usage=ending.usage,
        cost_micros=ending.cost_micros,
        model=ending.model,
        refunded=turn.refunded or (ending.refund and turn.kind is TurnKind.ASK),
    )
    entries: list[Entry] = [
        end_turn(turn, ended),
        put_event(turn, envelope, now),
        put_answer(_answered(ended, ending, now), turn),
        _usage(turn, ending, now),
    ]
    if ending.messages:
        entries.append(History(store).put_memory(turn, ending.messages, now))
    optional: list[Entry] = [release_lock(turn), touch_meta(turn, now)]
    cost = ending.cost_micros or 0
    if cost and not refunding and turn.period_start is not None:
        optional.append(count_cost(turn.nation_slug, turn.period_start, cost))
    if refunding and turn.period_start is not None:
        optional.append(refund_query(turn.nation_slug, turn.period_start, micros=cost))
        if turn.budgeted:
            optional.append(refund_budget(turn.nation_slug, turn.period_start, turn.user_id))
    if turn.kind is TurnKind.COMMIT and turn.target is not None and not ChangeRef.is_one(turn.target):
        state, counts = (
            (ending.approval, ending.counts)
            if ending.approval is not None
            else reached(store, turn, ApprovalId(turn.target))
        )
        optional.append(finishing(turn, ApprovalId(turn.target), state, counts))
    while True:
        try:
            store.transact(entries + optional)
        except Cancelled as cancelled:
            if any(place < len(entries) for place in cancelled.failed):
                raise TurnLost from None
            optional = [
                entry for at, entry in enumerate(optional) if at + len(entries) not in cancelled.failed
            ]
        else:
            return envelope


def _answered(ended: Turn, ending: Ending, now: datetime) -> Answered:
    return Answered(
        turn_id=ended.turn_id,
        question=ended.question,
        outcome=ended.state,
        text=ending.text,
        asked_at=ended.admitted_at,
        ended_at=now,
        links=ending.links,
    )


def _usage(turn: Turn, ending: Ending, now: datetime) -> Update:
    return Update(
        Table.USAGE,
        {"nation_slug": turn.nation_slug, "day_user": day_user(now, turn.user_id)},
        add={
            "queries": 0 if ending.refund or turn.kind is not TurnKind.ASK else 1,
            **usage_item(ending.usage),
            "cost_micros": ending.cost_micros or 0,
            "unpriced": 1 if ending.cost_micros is None else 0,
            **{f"{TOOL_CALLS}{name}": calls for name, calls in ending.tool_calls.items()},
        },
    )
