"""A model that plays a script, steps kept in memory, and a few tools: fakes of our own protocols only."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from nat.agent.loop import Agent, TurnLimits
from nat.agent.ports import AgentAnswer, Asked, Block, Message, ModelReply, ModelRequest, Step
from nat.agent.pricing import ModelPrices
from nat.agent.tool import Effect, Tool, ToolOutcome
from nat.agent.values import OpenPage, Usage
from nat.changes.plan import Change, Operation, PlannedRequest, Subject
from nat.changes.policy import RightsNow
from nat.contract.events import Event, Link
from nat.errors import NatError
from nat.ids import NationSlug
from nat.roles import Role
from tests.unit.nat.changes.kept import KeptChanges

MODEL_ID = "claude-haiku-4-5"
USAGE = Usage(input_tokens=100, output_tokens=10)


def says(text: str, stop_reason: str = "end_turn", usage: Usage = USAGE) -> ModelReply:
    """A reply of text."""
    return ModelReply(({"type": "text", "text": text},), stop_reason, usage, MODEL_ID)


def calls(*uses: Block, text: str = "", stop_reason: str = "tool_use") -> ModelReply:
    """A reply that calls tools, after some text if given."""
    words = ({"type": "text", "text": text},) if text else ()
    return ModelReply((*words, *uses), stop_reason, USAGE, MODEL_ID)


def use(name: str, call: str = "t1", **arguments: Any) -> Block:
    """One tool call."""
    return {"type": "tool_use", "id": call, "name": name, "input": arguments}


@dataclass
class ScriptedModel:
    """Says its replies in order; text word by word. An exception in the script is raised."""

    replies: list[ModelReply | Exception]
    requests: list[ModelRequest] = field(default_factory=list)

    def stream(
        self, request: ModelRequest, *, on_text: Callable[[str], None], stopped: Callable[[], bool]
    ) -> ModelReply:
        self.requests.append(replace(request, messages=list(request.messages)))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        said = ""
        for block in reply.content:
            for word in block.get("text", "").split(" ") if block["type"] == "text" else ():
                piece = f" {word}" if said else word
                on_text(piece)
                said += piece
                if stopped():
                    return ModelReply(({"type": "text", "text": said},), "stopped", USAGE, MODEL_ID)
        return reply


@dataclass
class KeptSteps:
    """Steps in memory, with a log of what was saved when."""

    steps: dict[int, Step] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    fail_with: NatError | None = None

    def load(self) -> Sequence[Step]:
        return [self.steps[index] for index in sorted(self.steps)]

    def save_message(self, step: Step) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        self.log.append(f"message {step.index}")
        self.steps[step.index] = step

    def save_results(self, index: int, results: Sequence[Block]) -> None:
        self.log.append(f"results {index}")
        self.steps[index] = replace(self.steps[index], results=tuple(results))


@dataclass
class Nation:
    """Stands where the V2 client would; remembers what tools did, and fails on demand."""

    done: list[str] = field(default_factory=list)
    raises: Mapping[str, Exception] = field(default_factory=dict)
    running: int = 0
    most_running: int = 0
    seen: list[Any] = field(default_factory=list)
    probe: Callable[[], Any] | None = None
    until: Callable[[], object] | None = None
    """What each tool waits for in the middle of its work."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, name: str) -> None:
        with self.lock:
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            self.done.append(name)
            if self.probe is not None:
                self.seen.append(self.probe())
        if self.until is not None:
            self.until()
        with self.lock:
            self.running -= 1
        if name in self.raises:
            raise self.raises[name]

    def exchange(self, method: str, path: str, body: Any, params: Any) -> tuple[int, dict[str, Any]]:
        """A committed change: what the log calls by the tool's name."""
        self.work("delete_person" if method == "DELETE" else "update_person")
        return 200, {}


def count_people(nation: Nation, *, tag: Annotated[str, Field(min_length=1)] = "any") -> ToolOutcome:
    """Count people."""
    nation.work("count_people")
    return ToolOutcome(
        {"count": 23, "tag": tag},
        returned=23,
        total=40,
        complete=False,
        links=(Link("Volunteers", "https://demo.nationbuilder.com/admin/signups"),),
    )


def list_types(nation: Nation) -> ToolOutcome:
    """List kinds of membership: nothing that outsiders write."""
    nation.work("list_types")
    return ToolOutcome({"types": []})


def update_person(nation: Nation) -> Change:
    """Change a person."""
    return _change("update_person", PlannedRequest("PATCH", "signups/5"), {"first_name": "Ada"})


def delete_person(nation: Nation) -> Change:
    """Remove a person."""
    return _change("delete_person", PlannedRequest("DELETE", "signups/5"), None)


def tidy_person(nation: Nation) -> Change:
    """Tidy a person who is tidy."""
    return Change(tool="tidy_person", arguments={}, summary="Tidy Ada", operations=(), people=0)


def _change(name: str, request: PlannedRequest, after: dict[str, Any] | None) -> Change:
    subject = Subject("person", "5", "Ada")
    undo = () if after is None else (PlannedRequest("PATCH", "signups/5"),)
    operation = Operation("5", subject, request, {"first_name": "Eda"}, after, undo=undo)
    return Change(tool=name, arguments={}, summary="Change Ada", operations=(operation,), people=1)


def _tool(function: Callable[..., ToolOutcome] | Callable[..., Change], effect: Effect) -> Tool:
    name = function.__name__
    return Tool(name, "people", effect, f"Doing {name}", (), False, None, function)


QUESTION = "How many? And call this person Ada."
"""With `ADA` open, a person who says this has said what `update_person` does."""
ADA = OpenPage("person", "5")

TOOLS: dict[str, Tool] = {
    each.name: each
    for each in (
        _tool(count_people, Effect.READ),
        _tool(list_types, Effect.READ),
        _tool(update_person, Effect.WRITE),
        _tool(delete_person, Effect.DESTRUCTIVE),
        _tool(tidy_person, Effect.WRITE),
    )
}


@dataclass
class Table:
    """Everything one turn needs, with what it left behind."""

    model: ScriptedModel
    steps: KeptSteps = field(default_factory=KeptSteps)
    nation: Nation = field(default_factory=Nation)
    events: list[Event] = field(default_factory=list)
    stopped: Callable[[], bool] = lambda: False
    limits: TurnLimits = field(default_factory=TurnLimits)
    prices: ModelPrices | None = None
    actions: Any = field(default_factory=KeptChanges)

    def answer(
        self,
        question: str = QUESTION,
        history: Sequence[Message] = (),
        *,
        rights_now: RightsNow | None = None,
        hosts: frozenset[str] = frozenset(),
        **changes: Any,
    ) -> AgentAnswer:
        agent = Agent(self.model, TOOLS, self.limits, prices=self.prices)
        nation: Any = self.nation
        return agent.answer(
            asked(question, **{"page": ADA, **changes}),
            history=history,
            steps=self.steps,
            v2=nation,
            emit=self.events.append,
            stopped=self.stopped,
            changes=self.actions,
            rights_now=rights_now,
            hosts=hosts,
        )


def table(*replies: ModelReply | Exception, **settings: Any) -> Table:
    """A table with a scripted model."""
    return Table(ScriptedModel(list(replies)), **settings)


def asked(
    question: str = "How many?",
    *,
    nation_slug: NationSlug = NationSlug("demo"),
    role: str = "owner",
    time_zone: str = "Europe/Berlin",
    now: datetime = datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    page: OpenPage | None = None,
) -> Asked:
    """A question with everything that varies."""
    return Asked(question, nation_slug, Role(role), time_zone, now, page)
