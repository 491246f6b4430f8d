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
from typing import Any, Final

from nat import errors
from nat.agent.models.stream import INVALID_JSON
from nat.agent.ports import Block, Changes, Exports
from nat.agent.results import error_block, result_block
from nat.agent.tool import Effect, Tool, ToolOutcome
from nat.agent.tool_context import OWN_GROUP, ToolContext
from nat.agent.writes import WriteOutcome, Writes
from nat.changes import policy as gates
from nat.changes.executor import STEADY, ProgressPace
from nat.changes.journal import Emit
from nat.changes.policy import Policy, Verdict
from nat.contract.events import Link, ToolFinished, ToolStarted

log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.2
_THREADS: Final = 128

ENDS_THE_TURN: Final = (errors.TurnLost, errors.Reconnect, errors.TokenRejected)
"""Errors that no other tool call can get around: the turn was taken over, or NationBuilder is cut off."""

STOPPED_RESULT: Final = "Not done: the person stopped the answer."
DEFECT_RESULT: Final = (
    "This tool failed on our side. Do not call it again now; tell the person that it failed."
)
CUT_OFF_RESULT: Final = (
    "Not run: the arguments were cut off or are not valid JSON. Call the tool again with complete, shorter "
    "arguments."
)


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
    arguments: Mapping[str, Any]
    step: int
    verdict: Verdict


class ToolCalls:
    """Runs calls for one turn: one person, one nation."""

    def __init__(
        self,
        tools: Mapping[str, Tool],
        *,
        v2: Any,
        role: str,
        policy: Policy,
        emit: Emit,
        stopped: Callable[[], bool],
        result_characters: int,
        pool: Executor,
        changes: Changes | None = None,
        pace: ProgressPace = STEADY,
        exports: Exports | None = None,
    ) -> None:
        self._tools = tools
        self._context = ToolContext(v2, self._permits, exports)
        self._writes = None if changes is None else Writes(changes, v2, emit, stopped, pace)
        self._v2 = v2
        self._role = role
        self._policy = policy
        self._emit = emit
        self._stopped = stopped
        self._result_characters = result_characters
        self._pool = pool

    def run(
        self, uses: Sequence[Block], *, step: int, tainted: bool, allowed: int, cut_off: str | None = None
    ) -> Results:
        """Run the calls of the message of step `step`. `allowed`: how many may still run in this turn;
        `cut_off`: the id of a call whose arguments were truncated. Raises what `ENDS_THE_TURN` names."""
        blocks: dict[str, Block] = {}
        calls: list[_Call] = []
        for number, use in enumerate(uses):
            checked = self._check(
                use, step, tainted, over_limit=number >= allowed, cut_off=use["id"] == cut_off
            )
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
        return Results(
            tuple(blocks.get(use["id"]) or error_block(use["id"], STOPPED_RESULT) for use in uses),
            tuple(links),
            stopped,
        )

    def _check(
        self, use: Block, step: int, tainted: bool, *, over_limit: bool, cut_off: bool
    ) -> "_Call | Block":
        name, call = use["name"], use["id"]
        arguments = use.get("input")
        tool = self._tools.get(name)
        if tool is None:
            return error_block(call, f"There is no tool called {name}. Use one of the tools you were given.")
        if cut_off or not isinstance(arguments, dict) or INVALID_JSON in arguments:
            return error_block(call, CUT_OFF_RESULT)
        if over_limit:
            return error_block(
                call,
                "Not run: the tool calls of this question are used up. Answer with what you have, and say "
                "what is missing.",
            )
        verdict = gates.decide(tool, self._role, self._policy, tainted)
        if verdict is Verdict.REFUSE or (self._writes is None and tool.effect is not Effect.READ):
            self._emit(ToolStarted(call=call, tool=name, label=tool.label))
            self._emit(ToolFinished(call=call, tool=name, label=tool.label, ok=False))
            return error_block(call, gates.explain(tool, self._role, self._policy, verdict))
        return _Call(call, tool, arguments, step, verdict)

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
        return self._writes.perform(call.id, call.step, call.tool, call.arguments, call.verdict)

    def _permits(self, tool: Tool) -> bool:
        return gates.decide(tool, self._role, self._policy) is not Verdict.REFUSE

    def _finish(self, call: _Call, future: Future[WriteOutcome]) -> tuple[Block, tuple[Link, ...]]:
        tool = call.tool
        try:
            told = future.result()
        except ENDS_THE_TURN:
            raise
        except errors.NatError as error:
            message = error.message
        except Exception as error:
            # No message and no trace: both may quote records.
            log.error(
                "tool failed", extra={"tool": tool.name, "error": type(error).__name__, "at": _place(error)}
            )
            message = DEFECT_RESULT
        else:
            outcome = told.outcome
            self._emit(
                ToolFinished(
                    call=call.id,
                    tool=tool.name,
                    label=told.label or tool.label,
                    ok=told.ok,
                    returned=outcome.returned,
                    total=outcome.total,
                    complete=outcome.complete,
                    links=outcome.links,
                    change=told.change,
                    retry=told.retry,
                    filter=_filter(outcome),
                )
            )
            return result_block(call.id, outcome, self._result_characters), outcome.links
        self._emit(ToolFinished(call=call.id, tool=tool.name, label=tool.label, ok=False))
        return error_block(call.id, message), ()


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
