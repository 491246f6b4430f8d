"""What the agent needs from outside, as protocols and plain values. Adapters live in other rooms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:  # the rows of conversations need these values, the API behind them no events
    from nat.events import Event, Link

Block = dict[str, Any]
"""A content block of the Messages API as plain JSON: text, tool_use, tool_result, thinking."""

Message = dict[str, Any]
"""`{"role": "user" | "assistant", "content": str | list[Block]}`."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one or more model calls."""

    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.output_tokens + other.output_tokens,
        )


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
class Page:
    """What the person has open in the control panel: `kind` is person, list, page or other."""

    url: str
    kind: str = "other"
    record_id: str | None = None


@dataclass(frozen=True)
class Asked:
    """A question with all that varies between nations and people. Goes into the last user message."""

    question: str
    nation_slug: str
    role: Literal["viewer", "member", "admin", "owner"]
    time_zone: str
    now: datetime
    page: Page | None = None


@dataclass(frozen=True)
class Answer:
    """How a turn ended. `messages` are what the next turn of the conversation sees of this one."""

    outcome: Literal["finished", "stopped"]
    text: str
    messages: tuple[Message, ...]
    usage: Usage
    links: "tuple[Link, ...]" = ()
    tainted: bool = False
    cost_micros: int | None = None
    """Micro-dollars over all model calls of the turn, earlier attempts included; `None` is unpriced."""
    model: str = ""
    """The model that answered."""


Emit = Callable[["Event"], None]
