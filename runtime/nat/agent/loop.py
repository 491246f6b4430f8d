"""The agent's loop: ask the model, run its tools, go on until it has answered or a limit is reached.

One `answer` is one turn. Everything durable goes through `Steps`: a model message is stored before its
tools run, their results after, so another worker that gets the turn goes on where this one stopped and does
not pay for the same message twice. Reaching a limit ends with an honest sentence and not with an error.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from nat.agent import transcript
from nat.agent.calls import ToolCalls, shared_pool
from nat.agent.figures import trace
from nat.agent.models.failures import PromptTooLong, ThinkingRejected
from nat.agent.models.stream import STOPPED
from nat.agent.ports import (
    AgentAnswer,
    Asked,
    Block,
    Changes,
    Drafts,
    Exports,
    Message,
    Model,
    ModelReply,
    ModelRequest,
    Step,
    Steps,
)
from nat.agent.pricing import ModelPrices, total_micros
from nat.agent.prompt import SYSTEM, local_time, question_message
from nat.agent.results import links_in
from nat.agent.tool import Tool, tool_list_json
from nat.agent.transcript import TOO_LONG as TOO_LONG
from nat.agent.values import Usage
from nat.changes.journal import Emit
from nat.changes.policy import NO_POLICY, Policy, Rights, RightsNow
from nat.changes.said import Said, page_record
from nat.contract.events import Link, Notice, TextDelta
from nat.contract.parsing import is_blank
from nat.errors import ModelRefused, ModelSilent
from nat.live_links import LinkGuard, LiveAddresses, guarded
from nat.wording import Worded

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder


@dataclass(frozen=True)
class TurnLimits:
    """What one turn may use."""

    tool_calls: int = 15
    model_messages: int = 12
    output_tokens: int = 16_000
    """Over all messages of the turn."""
    message_tokens: int = 4_096
    """Of one message."""
    cost_micros: int | None = 200_000
    """Micro-dollars; checked when the model has a price."""
    result_characters: int = 20_000
    """Of one tool result."""
    history_characters: int = 200_000
    """Of earlier turns; about 60,000 tokens."""


USED_UP: Final = (
    "I stop here, because this needs more work than one answer may use. What stands above covers only what I "
    "have read so far. Ask for a smaller part of it to go on."
)
CONVERSATION_FULL: Final = (
    "This conversation has become too long to go on in it. Please start a new one and ask again there."
)
SPEAK: Final = "Please answer the question now, from what you have found."
"""What a model that ended without a word is asked once."""
LEFT_OUT_NOTICE: Final = Worded("notice.partial")

_RUNS_TOOLS: Final = frozenset({"tool_use", "max_tokens"})


class Agent:
    """Answers questions with one model and one set of tools. Stateless between turns; one serves all
    threads."""

    def __init__(
        self,
        model: Model,
        tools: Mapping[str, Tool],
        limits: TurnLimits | None = None,
        *,
        prices: ModelPrices | None = None,
        pool: Executor | None = None,
    ) -> None:
        self._model = model
        self._tools = tools
        self._limits = limits or TurnLimits()
        self._prices = prices
        self._pool = pool
        self._tools_json = _tools_json(tuple(tools.values()))

    @property
    def tools(self) -> Mapping[str, Tool]:
        """The tools by name."""
        return self._tools

    def answer(
        self,
        asked: Asked,
        *,
        history: Sequence[Message],
        steps: Steps,
        v2: "NationBuilder",
        emit: Emit,
        stopped: Callable[[], bool],
        policy: Policy = NO_POLICY,
        rights_now: RightsNow | None = None,
        changes: Changes | None = None,
        exports: Exports | None = None,
        drafts: Drafts | None = None,
        hosts: frozenset[str] = frozenset(),
        metadata: Mapping[str, str] | None = None,
    ) -> AgentAnswer:
        """Answer one question, going on from stored steps if there are any.

        `policy` is the nation's when the turn begins; `rights_now` reads role and policy again before each
        write. Links of the answer may lead to `hosts` (the web app's), to the nation's control panel and to
        what tools returned, and nowhere else. Without `changes` there is no journal and nobody to ask, so
        nothing is changed; without `exports` no files are made, without `drafts` no automations.

        Raises `ModelError` and its kin, `TurnLost` from the ports, and `Reconnect` or `TokenRejected` when
        NationBuilder no longer lets the nation in. Everything else a tool can meet is told to the model.
        """
        page = None if asked.page is None else page_record(asked.page.kind, asked.page.record_id)
        calls = ToolCalls(
            self._tools,
            v2=v2,
            rights=Rights(asked.role, policy),
            rights_now=rights_now,
            said=Said(asked.question, local_time(asked), page, attended=asked.attended),
            emit=emit,
            stopped=stopped,
            result_characters=self._limits.result_characters,
            pool=self._pool or shared_pool(),
            changes=changes,
            exports=exports,
            drafts=drafts,
        )
        live = LiveAddresses(hosts | {f"{asked.nation_slug}.nationbuilder.com"})
        turn = _Turn(asked, history, steps, calls, emit, stopped, self._limits, self._prices, live)
        return turn.run(functools.partial(self._ask, dict(metadata or {}), stopped))

    def _ask(
        self,
        metadata: Mapping[str, str],
        stopped: Callable[[], bool],
        messages: Sequence[Message],
        max_tokens: int,
        on_text: Callable[[str], None],
    ) -> ModelReply:
        request = ModelRequest(
            system=SYSTEM,
            tools_json=self._tools_json,
            messages=messages,
            max_tokens=max_tokens,
            metadata=metadata,
        )
        return self._model.stream(request, on_text=on_text, stopped=stopped)


_Ask = Callable[[Sequence[Message], int, Callable[[str], None]], ModelReply]


class _Turn:
    """State of one turn while it runs."""

    def __init__(
        self,
        asked: Asked,
        history: Sequence[Message],
        steps: Steps,
        calls: ToolCalls,
        emit: Emit,
        stopped: Callable[[], bool],
        limits: TurnLimits,
        prices: ModelPrices | None,
        live: LiveAddresses,
    ) -> None:
        self._live = live
        self._steps = steps
        self._calls = calls
        self._emit = emit
        self._stopped = stopped
        self._limits = limits
        self._prices = prices
        self._history, self._left_out = transcript.trimmed(history, limits.history_characters)
        self._history_changed = self._left_out
        self._messages: list[Message] = [question_message(asked)]
        self._text = ""
        self._usage = Usage()
        self._costs: list[int | None] = []
        self._links: list[Link] = []
        self._model = ""
        self._number = 0
        self._calls_used = 0
        self._refused_rounds = 0
        self._asked_to_speak = False

    def run(self, ask: _Ask) -> AgentAnswer:
        """Replay what is stored, then go on."""
        if self._left_out:
            self._emit(Notice.of("partial", LEFT_OUT_NOTICE))
        for step in self._steps.load():
            if (answer := self._take(step)) is not None:
                return answer
        while True:
            if self._stopped():
                return self._finish("stopped", transcript.STOPPED_MARK)
            if self._used_up():
                return self._end(USED_UP)
            try:
                reply = self._next(ask)
            except PromptTooLong:
                if not self._forget_history():
                    return self._end(CONVERSATION_FULL)
                continue
            except ThinkingRejected:
                if not self._forget_thinking():
                    raise
                continue
            if reply.stop_reason == STOPPED:
                return self._stopped_in(reply)
            if reply.stop_reason == "model_context_window_exceeded" and not reply.content:
                self._account(reply.usage, reply.model)
                if not self._forget_history():
                    return self._end(CONVERSATION_FULL)
                continue
            step = Step(self._number, reply.content, reply.stop_reason, reply.usage, model=reply.model)
            self._steps.save_message(step)
            if (answer := self._take(step)) is not None:
                return answer

    def _next(self, ask: _Ask) -> ModelReply:
        """Ask the model; what it says is shown and given back with live links only."""
        separator = [transcript.SEPARATOR if self._text else ""]
        live = self._live.adding(link.url for link in self._links)
        guard = LinkGuard(live)

        def show(text: str) -> None:
            if text:
                self._emit(TextDelta(separator[0] + text))
                separator[0] = ""

        left = self._limits.output_tokens - self._usage.output_tokens
        tokens = max(1, min(self._limits.message_tokens, left))
        reply = ask([*self._history, *self._messages], tokens, lambda text: show(guard.feed(text)))
        show(guard.end())
        content = tuple(
            {**block, "text": guarded(block["text"], live)} if block.get("type") == "text" else block
            for block in reply.content
        )
        before = [*self._history, *self._messages]
        return replace(reply, content=transcript.with_own_ids(content, before))

    def _take(self, step: Step) -> AgentAnswer | None:
        """Add a complete model message and its tools' results; the answer if the turn ends with it."""
        self._number = step.index + 1
        self._account(step.usage, step.model)
        self._say(transcript.text_of(step.content))
        if step.content:
            self._messages.append({"role": "assistant", "content": list(step.content)})
        if step.stop_reason == "refusal":
            raise ModelRefused
        uses = transcript.tool_uses(step.content)
        if uses and step.stop_reason in _RUNS_TOOLS:
            return self._with_results(step, uses)
        if step.stop_reason == "max_tokens":
            return self._end(TOO_LONG)
        if step.stop_reason == "model_context_window_exceeded":
            return self._end(CONVERSATION_FULL)
        if not is_blank(transcript.text_of(step.content)):
            return self._finish("finished")
        if self._asked_to_speak:
            raise ModelSilent
        self._asked_to_speak = True
        self._messages = transcript.asked_again(self._messages, SPEAK)
        return None

    def _with_results(self, step: Step, uses: Sequence[Block]) -> AgentAnswer | None:
        allowed = max(0, self._limits.tool_calls - self._calls_used)
        self._calls_used += min(len(uses), allowed)
        self._refused_rounds += len(uses) > allowed
        blocks = step.results
        stopped = False
        if blocks is None:
            results = self._calls.run(
                uses,
                step=step.index,
                allowed=allowed,
                cut_off=_cut_off_call(step),
            )
            blocks, stopped = results.blocks, results.stopped
            self._steps.save_results(step.index, blocks)
            self._links.extend(results.links)
        else:
            self._calls.recall(uses, blocks)
            self._links.extend(links_in(blocks))
        self._messages.append({"role": "user", "content": list(blocks)})
        return self._finish("stopped", transcript.STOPPED_MARK) if stopped else None

    def _stopped_in(self, reply: ModelReply) -> AgentAnswer:
        self._account(reply.usage, reply.model)
        self._say(transcript.text_of(reply.content))
        if reply.content:
            self._messages.append({"role": "assistant", "content": list(reply.content)})
        return self._finish("stopped", transcript.STOPPED_MARK)

    def _account(self, usage: Usage, model: str) -> None:
        self._usage += usage
        self._model = model or self._model
        self._costs.append(self._prices.cost_micros(usage, self._model) if self._prices else None)

    def _say(self, text: str) -> None:
        if text:
            self._text = f"{self._text}{transcript.SEPARATOR}{text}" if self._text else text

    def _used_up(self) -> bool:
        limits = self._limits
        cost = total_micros(self._costs)
        return (
            self._number >= limits.model_messages
            or self._refused_rounds > 1
            or self._usage.output_tokens >= limits.output_tokens
            or (limits.cost_micros is not None and cost is not None and cost >= limits.cost_micros)
        )

    def _forget_history(self) -> bool:
        """Go on without earlier turns; False if that was done already or there are none."""
        if not self._history:
            return False
        self._history = []
        self._history_changed = True
        self._messages = transcript.without_thinking(self._messages)
        self._messages[0] = transcript.with_note(self._messages[0], transcript.LEFT_OUT)
        self._emit(Notice.of("partial", LEFT_OUT_NOTICE))
        return True

    def _forget_thinking(self) -> bool:
        """Go on without what was thought so far; False if there is none."""
        messages = [*self._history, *self._messages]
        bare = transcript.without_thinking(messages)
        if bare == messages:
            return False
        self._history = transcript.without_thinking(self._history)
        self._history_changed = True
        self._messages = transcript.without_thinking(self._messages)
        return True

    def _end(self, note: str) -> AgentAnswer:
        """End the turn with words of ours, which people read like the model's."""
        self._emit(TextDelta(f"{transcript.SEPARATOR}{note}" if self._text else note))
        self._say(note)
        return self._finish("finished", note)

    def _finish(self, outcome: Literal["finished", "stopped"], ending: str = "") -> AgentAnswer:
        # What was thought after a history that was changed is not valid after the stored one.
        own = transcript.without_thinking(self._messages) if self._history_changed else self._messages
        return AgentAnswer(
            outcome=outcome,
            text=transcript.fitting(self._text),
            messages=transcript.closed(own, ending),
            usage=self._usage,
            links=tuple(dict.fromkeys(self._links)),
            cost_micros=total_micros(self._costs),
            model=self._model,
            figures=trace(self._text, self._messages, self._history),
        )


@functools.lru_cache(maxsize=4)
def _tools_json(tools: tuple[Tool, ...]) -> str:
    """Serialised once per process, since an agent may be made for each nation that has a key of its own."""
    return tool_list_json(tools)


def _cut_off_call(step: Step) -> str | None:
    """With `max_tokens` the last block is where the message broke off: a call that stands there is not
    whole."""
    if step.stop_reason != "max_tokens" or not step.content:
        return None
    last = step.content[-1]
    return last["id"] if last.get("type") == "tool_use" else None
