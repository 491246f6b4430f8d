"""What the agent needs from outside, as protocols and plain values. Adapters live in other rooms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from nat.agent.figures import Traced
from nat.agent.values import OpenPage, Usage
from nat.changes.journal import Journal, Proposal
from nat.ids import NationSlug
from nat.roles import Role

if TYPE_CHECKING:  # the rows of conversations need these values, the API behind them no events
    from nat.agent.tool import Tool
    from nat.changes.plan import Change
    from nat.contract.events import Link

Block = dict[str, Any]
"""A content block of the Messages API as plain JSON: text, tool_use, tool_result, thinking."""

Message = dict[str, Any]
"""`{"role": "user" | "assistant", "content": str | list[Block]}`."""


@dataclass(frozen=True)
class ModelReply:
    """One complete model message. `stop_reason` is the API's, or `stopped` when a person stopped it."""

    content: tuple[Block, ...]
    stop_reason: str
    usage: Usage
    model: str


@dataclass(frozen=True)
class ModelRequest:
    """What one model call sends. `tools_json` and `system` are the same bytes for all nations and roles."""

    system: str
    tools_json: str
    messages: Sequence[Message]
    max_tokens: int = 4096
    metadata: Mapping[str, str] = field(default_factory=dict)


class Model(Protocol):
    """A model adapter. Raises errors of the `ModelError` family, nothing of the vendor's."""

    def stream(
        self, request: ModelRequest, *, on_text: Callable[[str], None], stopped: Callable[[], bool]
    ) -> ModelReply:
        """Stream one message; `on_text` gets text as it arrives; `stopped` is asked between events and aborts
        the request."""
        ...


@dataclass(frozen=True)
class Step:
    """One round of the loop as stored: the model's message and, once its tools ran, their results."""

    index: int
    content: tuple[Block, ...]
    stop_reason: str
    usage: Usage
    results: tuple[Block, ...] | None = None
    model: str = ""
    """The model that wrote the message; decides its price."""


class Steps(Protocol):
    """The durable steps of one turn, so that a second delivery goes on instead of asking the model again."""

    def load(self) -> Sequence[Step]:
        """Steps of earlier attempts, in order."""
        ...

    def save_message(self, step: Step) -> None:
        """Store a complete model message before its tools run. Raises `TurnLost`."""
        ...

    def save_results(self, index: int, results: Sequence[Block]) -> None:
        """Store the results of a step's tools. Raises `TurnLost`."""
        ...


@dataclass(frozen=True)
class ProposalStatus:
    """What has become of a proposal that the model made in an earlier turn."""

    proposal: str
    tool: str
    state: str


@dataclass(frozen=True)
class Asked:
    """A question with all that varies between nations and people. Goes into the last user message."""

    question: str
    nation_slug: NationSlug
    role: Role
    time_zone: str
    now: datetime
    page: OpenPage | None = None
    proposals: tuple["ProposalStatus", ...] = ()
    attended: bool = True
    """Whether somebody waits for the answer. Where nobody does, every change is a proposal."""


@dataclass(frozen=True)
class AgentAnswer:
    """How a turn ended. `messages` are what the next turn of the conversation sees of this one."""

    outcome: Literal["finished", "stopped"]
    text: str
    messages: tuple[Message, ...]
    usage: Usage
    links: "tuple[Link, ...]" = ()
    cost_micros: int | None = None
    """Micro-dollars over all model calls of the turn, earlier attempts included; `None` is unpriced."""
    model: str = ""
    """The model that answered."""
    figures: Traced = field(default_factory=Traced)
    """The figures in the text, and which of them no tool gave."""


@dataclass(frozen=True)
class Planned:
    """A change that an earlier attempt of the turn has frozen, and its proposal if it was one."""

    change: "Change"
    proposal: Proposal | None = None


class Changes(Protocol):
    """What a turn's writing calls need: freezing, journal and approvals. `step` and `call` name the call."""

    def planned(self, step: int, call: str) -> Planned | None:
        """What an earlier attempt of this turn made of the call."""
        ...

    def freeze(self, step: int, call: str, change: "Change", tool: "Tool") -> "Change":
        """Store a change that is committed at once; gives it as stored. Raises `TurnLost`."""
        ...

    def journal(self, step: int, call: str) -> Journal:
        """The journal of a frozen change."""
        ...

    def propose(self, step: int, call: str, change: "Change", tool: "Tool") -> Proposal:
        """Store a change that waits for a person's yes. The same change waits once. Raises `TurnLost`."""
        ...

    def reference(self, step: int, call: str) -> str:
        """How clients name the change when they want it undone."""
        ...


@dataclass(frozen=True)
class ExportFile:
    """A file that a person asked for: CSV text, the rows in it, of how many (`None` if nobody knows), and
    what was exported in words. `complete` False: there is more than stands in the file."""

    name: str
    text: str = field(repr=False)
    rows: int
    total: int | None
    complete: bool
    query: str


@dataclass(frozen=True)
class DraftedAutomation:
    """An automation that was drafted: its schedule in words, its next runs on the clock of its zone, what is
    peculiar about the time, and the page on which its person enables it. `in_channel`: it was asked for in a
    channel of Slack, where its answers may be posted."""

    words: str
    zone: str
    next_runs: tuple[str, ...]
    warnings: tuple[str, ...]
    page: "Link"
    in_channel: bool = False


DraftedFor = Literal["email", "slack", "here"]
"""To whom the answers of a drafted automation go: its person, or the channel in which it was asked for."""


class Drafts(Protocol):
    """Where automations are drafted, for the person of the turn. A draft does nothing: only a person enables
    it, outside of the conversation."""

    def draft(
        self, name: str, question: str, form: Mapping[str, Any], *, to: DraftedFor = "email"
    ) -> DraftedAutomation:
        """Store a draft that is mailed to the person, written to them in Slack, or posted in the channel of
        Slack in which it was asked for; the same again in the same turn is the same draft. `form` is what
        `nat.automations.schedule` reads; without a zone it is the nation's. Raises `BadRequest`, which says
        what cannot be scheduled and the nearest thing that can."""
        ...


class Exports(Protocol):
    """Where files for people are kept, for the person of the turn."""

    @property
    def contact_details(self) -> bool:
        """Whether the person may take contact details out of NationBuilder."""
        ...

    def keep(self, file: ExportFile) -> "Link":
        """Store a file; gives where the person gets it. Raises `TurnLost`."""
        ...
