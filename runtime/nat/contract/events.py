"""What every client speaks: the events of a turn.

On the wire an event is one JSON object, `{"v": 1, "turn": "…", "attempt": n, "seq": n, "type": …, …}`.
`seq` counts from 1 within an attempt. A client orders by (`attempt`, `seq`), drops what it has seen, and on
`turn.restarted` drops text of earlier attempts. TypeScript types are generated from these classes.
"""

from typing import Any, ClassVar, Final

import msgspec
from msgspec import UNSET, UnsetType

from nat.wording import Worded

VERSION: Final = 1


class Wording(msgspec.Struct, frozen=True):
    """A sentence of the platform's by its key, for saying it in another language. A parameter is a text, a
    number, another wording, or a list of these."""

    key: str
    parameters: dict[str, Any]


def wording_of(text: str) -> Wording | UnsetType:
    """Key and parameters of a text, if it knows them."""
    return msgspec.convert(text.wording, Wording) if isinstance(text, Worded) else UNSET


class Link(msgspec.Struct, frozen=True):
    """Something a person can open: a record in the control panel, or the filter behind a figure."""

    label: str
    url: str


class TurnAccepted(msgspec.Struct, frozen=True):
    """The question was admitted, counted and stored."""

    type: ClassVar[str] = "turn.accepted"
    conversation: str
    queries_used: int | None = None
    queries_limit: int | None = None


class TurnStarted(msgspec.Struct, frozen=True):
    """A worker took the turn."""

    type: ClassVar[str] = "turn.started"


class TurnRestarted(msgspec.Struct, frozen=True):
    """A new worker goes on: drop half-streamed text. `text` is what earlier attempts settled for good."""

    type: ClassVar[str] = "turn.restarted"
    text: str = ""


class TextDelta(msgspec.Struct, frozen=True):
    """More text of the answer (Markdown)."""

    type: ClassVar[str] = "text.delta"
    text: str


class ToolStarted(msgspec.Struct, frozen=True):
    """A tool call begins. `label` is plain words for people: "Looking for people tagged volunteer"."""

    type: ClassVar[str] = "tool.started"
    call: str
    tool: str
    label: str


class FlaggedRecord(msgspec.Struct, frozen=True):
    """A record that a person should look at, by its id, and where to open it."""

    label: str
    url: str | None = None


class ToolFinished(msgspec.Struct, frozen=True):
    """A tool call ended. Counts say what was seen; `complete` false means there is more than `returned`.
    `change` names what the call changed, for taking it back; `retry` names the same change where some of it
    was not done and can be tried again."""

    type: ClassVar[str] = "tool.finished"
    call: str
    tool: str
    label: str
    ok: bool
    returned: int | None = None
    total: int | None = None
    complete: bool | None = None
    links: tuple[Link, ...] = ()
    change: str | None = None
    retry: str | None = None
    filter: str | None = None
    """What was looked for, in words: with the links it reproduces the figures."""
    flagged: tuple[FlaggedRecord, ...] = ()
    """Records whose text reads like an instruction to the assistant: a hint for people, who should look."""
    wording: Wording | UnsetType = UNSET
    """Of the label; without one it is that of the tool (`tool.<name>`)."""


class ApprovalRequested(msgspec.Struct, frozen=True):
    """The agent proposes something that needs a person's yes; rendered from frozen arguments only."""

    type: ClassVar[str] = "approval.requested"
    approval: str
    card: dict[str, Any]
    expires_at: str


class ApprovalUpdated(msgspec.Struct, frozen=True):
    """An approval was decided, expired or superseded."""

    type: ClassVar[str] = "approval.updated"
    approval: str
    state: str
    by: str | None = None


class Progress(msgspec.Struct, frozen=True):
    """Bulk work moves on."""

    type: ClassVar[str] = "progress"
    label: str
    done: int
    total: int
    failed: int = 0
    wording: Wording | UnsetType = UNSET
    """Of the label."""


class Notice(msgspec.Struct, frozen=True):
    """Something to know besides the answer: `kind` is usage_warning, limit_reached, reconnect or partial.

    `reconnect` and `reconnected` are also pushed to the sockets of a nation, outside of any turn.
    """

    type: ClassVar[str] = "notice"
    kind: str
    message: str
    url: str | None = None
    wording: Wording | UnsetType = UNSET
    """Of the message."""

    @classmethod
    def of(cls, kind: str, message: str, url: str | None = None) -> "Notice":
        """A notice whose message may know its key."""
        return cls(kind, str(message), url, wording_of(message))


class TurnFinished(msgspec.Struct, frozen=True):
    """The answer is complete and stored."""

    type: ClassVar[str] = "turn.finished"
    text: str
    links: tuple[Link, ...] = ()


class TurnStopped(msgspec.Struct, frozen=True):
    """A person stopped the turn. `text` is what had been said."""

    type: ClassVar[str] = "turn.stopped"
    text: str = ""


class TurnFailed(msgspec.Struct, frozen=True):
    """The turn ended without an answer; it was refunded if the failure was ours."""

    type: ClassVar[str] = "turn.failed"
    code: str
    message: str
    retryable: bool
    wording: Wording | UnsetType = UNSET


Event = (
    TurnAccepted
    | TurnStarted
    | TurnRestarted
    | TextDelta
    | ToolStarted
    | ToolFinished
    | ApprovalRequested
    | ApprovalUpdated
    | Progress
    | Notice
    | TurnFinished
    | TurnStopped
    | TurnFailed
)

EVENT_TYPES: Final[dict[str, type[Event]]] = {
    cls.type: cls
    for cls in (
        TurnAccepted,
        TurnStarted,
        TurnRestarted,
        TextDelta,
        ToolStarted,
        ToolFinished,
        ApprovalRequested,
        ApprovalUpdated,
        Progress,
        Notice,
        TurnFinished,
        TurnStopped,
        TurnFailed,
    )
}

TERMINAL: Final = frozenset({TurnFinished.type, TurnStopped.type, TurnFailed.type})
"""After one of these a turn has no further events."""


class Envelope(msgspec.Struct, frozen=True):
    """One stored and delivered event: which turn, which attempt, which place in it."""

    turn: str
    attempt: int
    seq: int
    event: Event

    def as_wire(self) -> dict[str, Any]:
        """The JSON object that clients receive."""
        return {
            "v": VERSION,
            "turn": self.turn,
            "attempt": self.attempt,
            "seq": self.seq,
            "type": self.event.type,
            **msgspec.to_builtins(self.event),
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> "Envelope":
        """Read a wire object. Raises `KeyError` for an unknown type, `TypeError` for missing fields."""
        kind = EVENT_TYPES[wire["type"]]
        try:
            event = msgspec.convert(wire, kind)
        except msgspec.ValidationError as error:
            raise TypeError(str(error)) from None
        return cls(wire["turn"], int(wire["attempt"]), int(wire["seq"]), event)
