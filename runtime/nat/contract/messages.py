"""What goes over the WebSocket besides events: what a client asks for, and what is told it outside of a turn.

Decisions are the same by HTTP, where the path says about what they are.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from nat.contract.events import VERSION, Wording, wording_of
from nat.contract.fields import PLACE_PATTERN, Count, RequestBody, RequestHeaders, ResponseBody, Ulid
from nat.errors import NatError
from nat.names import LAST_EVENT_HEADER, SocketAction

MOST_RECORDS: Final = 10_000
"""Records that one decision may name."""

Records = Annotated[list[str], Meta(max_length=MOST_RECORDS)]
Position = Annotated[int, Meta(ge=0, lt=1_000_000)]
PageKind = Literal["person", "list", "event", "page", "donation", "other"]


class ApprovalState(StrEnum):
    """Where a proposal is."""

    PENDING = "pending"
    APPROVED = "approved"
    """Somebody said yes; a turn is on its way to commit it."""
    COMMITTING = "committing"
    DONE = "done"
    PARTLY = "partly"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"

    @property
    def retryable(self) -> bool:
        """What was not done may be tried again."""
        return self in (ApprovalState.PARTLY, ApprovalState.FAILED)


class PageOpen(RequestBody, frozen=True, kw_only=True):
    """The page of the control panel that is open beside the question: a kind and the number of its record.
    Its address is not asked for, and ignored."""

    kind: PageKind = "other"
    record_id: Annotated[str, Meta(pattern="^[0-9]{1,32}$")] | None = None


class Question(RequestBody, frozen=True, kw_only=True):
    """A question. `turn` and `conversation` are ULIDs that the client makes; the same turn again gets the
    events that are stored."""

    turn: str
    conversation: str
    message: str
    page: PageOpen | None = None


class TurnNamed(RequestBody, frozen=True, kw_only=True):
    """A turn of the person, or one in their conversation."""

    conversation: str
    turn: str


class LastEvent(RequestHeaders, frozen=True, kw_only=True):
    """After which event a stream goes on."""

    last_event: Annotated[str, Meta(pattern=PLACE_PATTERN, examples=["1.12"])] | None = msgspec.field(
        default=None, name=LAST_EVENT_HEADER
    )
    """The last event's `id` that the client has, `0.0` for none: the turn is only tailed."""


class EventPosition(RequestBody, frozen=True, kw_only=True):
    """The last event that a client has."""

    attempt: Position = 0
    seq: Position = 0


class DecisionBody(RequestBody, frozen=True, kw_only=True):
    """A decision about a proposal or a change. What the path names may stand here, too, and is the same
    then."""

    decision: Ulid
    """A ULID that the client makes. The same decision again changes nothing."""
    conversation: str | None = None
    approval: str | None = None
    change: str | None = None


class Yes(DecisionBody, frozen=True, kw_only=True):
    """What was seen, and optionally which records."""

    fingerprint: str
    """The card's."""
    records: Records | None = None
    """Keys of the card's records; without it all."""


class No(DecisionBody, frozen=True, kw_only=True):
    """What was seen."""

    fingerprint: str


class EditBody(DecisionBody, frozen=True, kw_only=True):
    """What was seen, and new values."""

    fingerprint: str
    values: dict[str, Any]
    """By the names that the card lists as editable."""


class Again(DecisionBody, frozen=True, kw_only=True):
    """Try again what was not done."""


class UndoBody(DecisionBody, frozen=True, kw_only=True):
    """What to take back."""

    records: Records | None = None
    """Keys; without it all that can be."""


class SocketMessage(RequestBody, frozen=True, kw_only=True, tag_field="action"):
    """What a client sends over the socket; `action` says which message it is."""


class AskMessage(SocketMessage, Question, frozen=True, kw_only=True, tag="ask"):
    """Ask; the events of the turn follow."""


class StopMessage(SocketMessage, TurnNamed, frozen=True, kw_only=True, tag="stop"):
    """Stop a turn."""


class ResumeMessage(SocketMessage, TurnNamed, frozen=True, kw_only=True, tag="resume"):
    """Follow a conversation again; the events after `after` come first."""

    after: EventPosition | None = None


class PingMessage(SocketMessage, frozen=True, kw_only=True, tag="ping"):
    """Keep the connection alive. With a turn the pong names its last stored event."""

    turn: str | None = None
    conversation: str | None = None


class ApproveMessage(SocketMessage, Yes, frozen=True, kw_only=True, tag="approve"):
    """Say yes to a proposal."""

    conversation: str
    approval: str


class RejectMessage(SocketMessage, No, frozen=True, kw_only=True, tag="reject"):
    """Say no to a proposal."""

    conversation: str
    approval: str


class EditMessage(SocketMessage, EditBody, frozen=True, kw_only=True, tag="edit"):
    """Have a proposal planned anew with other values."""

    conversation: str
    approval: str


class RetryMessage(SocketMessage, Again, frozen=True, kw_only=True, tag="retry"):
    """Try again what was not done of a proposal or a change: one of the two is named."""

    conversation: str


class UndoMessage(SocketMessage, UndoBody, frozen=True, kw_only=True, tag="undo"):
    """Take a change back."""

    conversation: str
    change: str


DecisionMessage = ApproveMessage | EditMessage | RetryMessage | UndoMessage
"""Decisions that a worker carries out."""

MESSAGES: Final[dict[SocketAction, type[SocketMessage]]] = {
    SocketAction(str(each.__struct_config__.tag)): each
    for each in (
        AskMessage,
        StopMessage,
        ResumeMessage,
        PingMessage,
        ApproveMessage,
        RejectMessage,
        EditMessage,
        RetryMessage,
        UndoMessage,
    )
}


class Pong(ResponseBody, frozen=True, kw_only=True):
    """The connection is alive. Of a turn `attempt` and `seq` name its last stored event, so that a lost one
    shows."""

    v: int = VERSION
    type: Literal["pong"] = "pong"
    turn: str | UnsetType = UNSET
    attempt: Count | UnsetType = UNSET
    seq: Count | UnsetType = UNSET


class SocketError(ResponseBody, frozen=True, kw_only=True):
    """What is wrong with a message, or with a stream that had begun. Go by `code`, as in HTTP."""

    v: int = VERSION
    type: Literal["error"] = "error"
    code: str
    message: str
    retryable: bool
    wording: Wording | UnsetType = UNSET
    url: str | UnsetType = UNSET
    turn: str | None


def error_event(error: NatError, turn: str | None) -> SocketError:
    """An error as a client is told it outside of HTTP; `turn` is what it is about, if that is known."""
    return SocketError(
        code=error.code,
        message=str(error.message),
        retryable=error.retryable,
        wording=wording_of(error.message),
        url=UNSET if error.url is None else error.url,
        turn=turn,
    )


TOLD: Final = (Pong, SocketError)
"""What a client is told besides events. A `notice` of the nation comes as an event without a turn."""


def encoded(told: msgspec.Struct) -> str:
    """As JSON text, in raw UTF-8: a frame holds 32 KB."""
    return msgspec.json.encode(told).decode()
