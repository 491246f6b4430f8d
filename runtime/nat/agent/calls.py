"""Runs the tool calls of one model message: gate, validate, run, and turn whatever happens into a result.

A read runs. Any other call is planned, and its frozen change is committed at once or, where the gates ask for
a person, stored as a proposal. What an earlier attempt of the turn has frozen is gone on with, not planned
again: by then half of it may be done.

Reads that stand next to each other run in parallel, everything else one after another, in the model's
order. Each task gets a copy of the context variables, because the nation's credentials live in one.
"""

import contextvars
import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from nat import errors
from nat.agent.instructions import flagged
from nat.agent.look_ups import look_ups_in
from nat.agent.models.stream import INVALID_JSON
from nat.agent.ports import Block, Changes, Drafts, Exports
from nat.agent.results import Sentence, error_block, own_block, result_block
from nat.agent.tool import Effect, Tool, ToolOutcome
from nat.agent.tool_context import OWN_GROUP, ToolContext
from nat.agent.writes import WriteOutcome, Writes
from nat.changes.executor import STEADY, ProgressPace
from nat.changes.journal import Emit
from nat.changes.policy import Refusal, Rights, RightsNow
from nat.changes.said import Said
from nat.contract.events import Link, ToolFinished, ToolStarted, wording_of

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.2
_THREADS: Final = 128

ENDS_THE_TURN: Final = (errors.TurnLost, errors.Reconnect, errors.TokenRejected, errors.NotAMember)
"""Errors that no other tool call can get around: the turn was taken over, NationBuilder is cut off, or the
person is no longer a member."""


@functools.cache
def shared_pool() -> ThreadPoolExecutor:
    """The threads on which reads of all turns of this process run."""
    return ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="tool")


@dataclass(frozen=True)
class Results:
    """Results of all calls of one message, in the model's order."""

    blocks: tuple[Block, ...]
    links: tuple[Link, ...] = ()
    stopped: bool = False


@dataclass(frozen=True)
class _Call:
    """One call that passed the checks and may run."""

    id: str
    tool: Tool
    arguments: Mapping[str, object]
    step: int


class _Refused(Exception):
    """The person's rights do not allow a call (any more)."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


class ToolCalls:
    """Runs calls for one turn: one person, one nation.

    `rights` are those that the turn began with and that reads go by; `rights_now` are read before each call
    that changes something. Where it is left out nobody else can change them meanwhile. `said` is what the
    person has said in this turn.
    """

    def __init__(
        self,
        tools: Mapping[str, Tool],
        *,
        v2: "NationBuilder",
        rights: Rights,
        said: Said,
        emit: Emit,
        stopped: Callable[[], bool],
        result_characters: int,
        pool: Executor,
        changes: Changes | None = None,
        pace: ProgressPace = STEADY,
        exports: Exports | None = None,
        drafts: Drafts | None = None,
        rights_now: RightsNow | None = None,
    ) -> None:
        self._tools = tools
        self._context = ToolContext(v2, self._permits, exports, drafts)
        self._rights = rights
        self._rights_now = rights_now or (lambda: rights)
        self._said = said
        self._writes = (
            None
            if changes is None
            else Writes(changes, v2, emit, stopped, said=said, rights_now=self._rights_now, pace=pace)
        )
        self._v2 = v2
        self._emit = emit
        self._stopped = stopped
        self._result_characters = result_characters
        self._pool = pool

    def run(self, uses: Sequence[Block], *, step: int, allowed: int, cut_off: str | None = None) -> Results:
        """Run the calls of the message of step `step`. `allowed`: how many may still run in this turn;
        `cut_off`: the id of a call whose arguments were truncated. Raises what `ENDS_THE_TURN` names."""
        blocks: dict[str, Block] = {}
        calls: list[_Call] = []
        for number, use in enumerate(uses):
            checked = self._check(use, step, over_limit=number >= allowed, cut_off=use["id"] == cut_off)
            if isinstance(checked, _Call):
                calls.append(checked)
            else:
                blocks[use["id"]] = checked
        links: list[Link] = []
        for parallel, group in groupby(calls, key=lambda call: call.tool.effect is Effect.READ):
            batch = list(group)
            for part in [batch] if parallel else [[call] for call in batch]:
                if not self._stopped():
                    self._run_together(part, blocks, links)
        stopped = self._stopped()
        results = tuple(blocks.get(use["id"]) or own_block(use["id"], Sentence.STOPPED) for use in uses)
        self.recall(uses, results)
        return Results(results, tuple(links), stopped)

    def recall(self, uses: Sequence[Block], results: Sequence[Block]) -> None:
        """Take note of which records the look-ups of this turn have found; of an earlier attempt too."""
        for look_up in look_ups_in(uses, results, self._tools):
            self._said.learn(look_up)

    def _check(self, use: Block, step: int, *, over_limit: bool, cut_off: bool) -> "_Call | Block":
        name, call = use["name"], use["id"]
        arguments = use.get("input")
        tool = self._tools.get(name)
        if tool is None:
            return own_block(call, Sentence.UNKNOWN_TOOL)
        if cut_off:
            return own_block(call, Sentence.CUT_OFF)
        if not isinstance(arguments, dict) or INVALID_JSON in arguments:
            return own_block(call, Sentence.NOT_VALID)
        if over_limit:
            return own_block(call, Sentence.USED_UP)
        refusal = self._rights.refusal(tool)
        if refusal is None and self._writes is None and tool.effect is not Effect.READ:
            refusal = Refusal.NOBODY_TO_ASK
        if refusal is not None:
            self._emit(ToolStarted(call=call, tool=name, label=tool.label))
            self._emit(ToolFinished(call=call, tool=name, label=tool.label, ok=False))
            return own_block(call, refusal)
        return _Call(call, tool, arguments, step)

    def _run_together(self, calls: Sequence[_Call], blocks: dict[str, Block], links: list[Link]) -> None:
        futures: dict[Future[WriteOutcome], _Call] = {}
        try:
            for call in calls:
                self._emit(ToolStarted(call=call.id, tool=call.tool.name, label=call.tool.label))
                run = functools.partial(self._perform, call)
                futures[self._pool.submit(contextvars.copy_context().run, run)] = call
            waiting = set(futures)
            found: dict[str, tuple[Link, ...]] = {}
            while waiting:
                done, waiting = wait(waiting, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                for future in done:
                    call = futures[future]
                    blocks[call.id], found[call.id] = self._finish(call, future)
                # A read may be left to itself; a change must be seen through to know what it did.
                if waiting and calls[0].tool.effect is Effect.READ and self._stopped():
                    break
            for call in calls:
                links.extend(found.get(call.id, ()))
        finally:
            for future in futures:
                future.cancel()

    def _perform(self, call: _Call) -> WriteOutcome:
        if self._writes is None or call.tool.effect is Effect.READ:
            subject = self._context if call.tool.group == OWN_GROUP else self._v2
            return WriteOutcome(call.tool.call(subject, call.arguments))
        self._rights = self._rights_now()
        if (refusal := self._rights.refusal(call.tool)) is not None:
            raise _Refused(refusal)
        return self._writes.perform(call.id, call.step, call.tool, call.arguments, self._rights)

    def _permits(self, tool: Tool) -> bool:
        return self._rights.refusal(tool) is None

    def _finish(self, call: _Call, future: Future[WriteOutcome]) -> tuple[Block, tuple[Link, ...]]:
        tool = call.tool
        try:
            told = future.result()
        except ENDS_THE_TURN:
            raise
        except _Refused as refused:
            block = own_block(call.id, refused.why)
        except errors.NatError as error:
            block = error_block(call.id, error.message)
        except Exception as error:
            # No message and no trace: both may quote records.
            log.error(
                "tool failed", extra={"tool": tool.name, "error": type(error).__name__, "at": _place(error)}
            )
            block = own_block(call.id, Sentence.DEFECT)
        else:
            outcome = told.outcome
            self._emit(
                ToolFinished(
                    call=call.id,
                    tool=tool.name,
                    label=str(told.label or tool.label),
                    wording=wording_of(told.label),
                    ok=told.ok,
                    returned=outcome.returned,
                    total=outcome.total,
                    complete=outcome.complete,
                    links=outcome.links,
                    change=told.change,
                    retry=told.retry,
                    filter=_filter(outcome),
                    flagged=flagged(outcome.data, self._tools) if tool.effect is Effect.READ else (),
                )
            )
            return result_block(call.id, outcome, self._result_characters), outcome.links
        self._emit(ToolFinished(call=call.id, tool=tool.name, label=tool.label, ok=False))
        return block, ()


def _filter(outcome: ToolOutcome) -> str | None:
    """What a read looked for, in words."""
    query = outcome.data.get("query")
    return query if isinstance(query, str) else None


def _place(error: BaseException) -> str:
    """File and line where an error arose, without its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
