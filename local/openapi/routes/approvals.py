"""Proposals and changes: what waits, how it stands, deciding about it."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from local.openapi.vocabulary import (
    ABSENT,
    ACTIVE,
    AFTER,
    FOUND,
    Answered,
    Count,
    Moment,
    Operation,
    Sent,
    Ulid,
    limit,
    one_of,
)
from nat.approvals.approval import ApprovalState
from nat.changes.effect import Effect
from nat.changes.journal import EntryState
from nat.conversations.turns import TurnKind, TurnState
from nat.errors import (
    ApprovalChanged,
    ApprovalClosed,
    ApprovalExpired,
    ApprovalSuperseded,
    ConversationBusy,
    NationBusy,
    RoleInsufficient,
)
from nat.handlers.decisions import MOST_RECORDS
from nat.names import Route
from nat.roles import Role

LARGEST_RESULTS: Final = 500
"""Records of one answer, as `nat.handlers.routes.approvals` has it; a test compares."""


class Subject(Answered):
    """A record. `name` is text of the nation's data: show it as text."""

    type: str
    id: str | None
    name: str
    url: str | None


class SampleRecord(Subject):
    """A record before and after."""

    key: str
    method: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class SkippedRecord(Subject):
    """A record that is left out."""

    why: str


class Reason(Answered):
    """Why records are left out, and how many."""

    why: str
    count: Count


class Skipped(Answered):
    """What is left out."""

    count: Count
    reasons: list[Reason]
    sample: list[SkippedRecord]


class Editable(Answered):
    """A value that a person may change."""

    name: str
    type: Literal["string", "integer", "number", "boolean"]
    value: str | float | bool
    choices: list[Any] = ABSENT


class Card(Answered):
    """What a person reads before they say yes: rendered from the frozen change and nothing else."""

    tool: str
    effect: Effect
    sends: bool
    """Somebody will receive something."""
    role: Role
    """The least role that may approve."""
    summary: str
    filter: str
    """What was looked for, in words."""
    count: Count
    """Single requests."""
    people: Count
    sample: list[SampleRecord]
    more: Count
    """Records that the sample leaves out."""
    touched: list[Subject]
    skipped: Skipped
    warnings: list[str]
    editable: list[Editable]
    undo: Literal["all", "some", "none"]
    fingerprint: str
    """What a decision has to quote."""


class Approval(Answered):
    """A proposal."""

    approval: str
    conversation: str
    change: str
    state: ApprovalState
    user_id: str
    """Who asked."""
    card: Card
    created_at: Moment
    expires_at: Moment
    decided_by: str | None
    decided_at: Moment | None
    decision: str | None
    """The turn that carries the decision out."""
    counts: dict[str, int]


class Inbox(Answered):
    """What waits for a decision, newest first."""

    approvals: list[Approval]
    next: str | None


class Approvals(Answered):
    """The newest proposals of a conversation, oldest first."""

    approvals: list[Approval]


class Undone(Answered):
    """What became of taking it back."""

    state: EntryState
    why: str


class Result(Subject):
    """What became of one record."""

    key: str
    state: EntryState | None
    """Null: nobody has tried it yet."""
    why: str
    already: bool
    """It was so before."""
    retryable: bool
    undo: Undone | None
    undo_until: Moment | None


class ApprovalWithResults(Approval):
    """A proposal and, once a worker has begun, what became of each record."""

    results: list[Result]
    next: str | None


class Change(Answered):
    """A change: what became of each record, and what can be taken back until when."""

    change: str
    conversation: str
    approval: str | None
    tool: str
    summary: str
    created_at: Moment
    operations: Count
    undoable: Count
    undo_until: Moment | None
    results: list[Result]
    next: str | None


class DecisionTurn(Answered):
    """The turn that carries the decision out; its events are read as those of any other."""

    turn: str
    conversation: str
    kind: Annotated[str, one_of(TurnKind)]
    state: TurnState


Records = Annotated[list[str], Field(max_length=MOST_RECORDS)]


class Decision(Sent):
    """A decision about a proposal or a change. What the path names may stand here, too, and is the same
    then."""

    decision: Ulid
    """A ULID that the client makes. The same decision again changes nothing."""


class Yes(Decision):
    """What was seen, and optionally which records."""

    fingerprint: str
    """The card's."""
    records: Records | None = None
    """Keys of the card's records; without it all."""


class No(Decision):
    """What was seen."""

    fingerprint: str


class Edit(Decision):
    """What was seen, and new values."""

    fingerprint: str
    values: dict[str, Any]
    """By the names that the card lists as editable."""


class Again(Decision):
    """Try again what was not done."""


class Undo(Decision):
    """What to take back."""

    records: Records | None = None
    """Keys; without it all that can be."""


_TAG: Final = "Approvals"
_CLOSED: Final = (ApprovalClosed, ApprovalExpired, ApprovalSuperseded, ApprovalChanged, ConversationBusy)
_DECIDING: Final = (*ACTIVE, *FOUND, RoleInsufficient, *_CLOSED, NationBusy)
_DECISION: Final = "01KAZ3V9Q8R7T6S5P4N3M2K1J0"
_YES: Final = {"decision": _DECISION, "fingerprint": "5f2b6c"}

OPERATIONS: Final = (
    Operation(
        Route.INBOX,
        "listWaitingApprovals",
        _TAG,
        "What waits for a decision in the nation",
        Inbox,
        description="One's own; for admins everybody's.",
        query=(limit(30, 100), AFTER),
        errors=ACTIVE,
    ),
    Operation(
        Route.APPROVALS,
        "listApprovals",
        _TAG,
        "The proposals of a conversation",
        Approvals,
        errors=(*ACTIVE, *FOUND),
    ),
    Operation(
        Route.APPROVAL,
        "getApproval",
        _TAG,
        "One proposal",
        ApprovalWithResults,
        query=(limit(100, LARGEST_RESULTS), AFTER),
        errors=(*ACTIVE, *FOUND),
    ),
    Operation(
        Route.APPROVE,
        "approve",
        _TAG,
        "Say yes",
        DecisionTurn,
        status=202,
        body=Yes,
        example=_YES,
        errors=_DECIDING,
    ),
    Operation(Route.REJECT, "reject", _TAG, "Say no", Approval, body=No, example=_YES, errors=_DECIDING),
    Operation(
        Route.EDIT,
        "editApproval",
        _TAG,
        "Have it planned anew with other values",
        DecisionTurn,
        status=202,
        description="The new proposal takes the place of this one.",
        body=Edit,
        example={**_YES, "values": {"tag": "volunteer"}},
        errors=_DECIDING,
    ),
    Operation(
        Route.RETRY,
        "retryApproval",
        _TAG,
        "Try again what was not done of it",
        DecisionTurn,
        status=202,
        body=Again,
        example={"decision": _DECISION},
        errors=_DECIDING,
    ),
    Operation(
        Route.CHANGE,
        "getChange",
        _TAG,
        "One change",
        Change,
        query=(limit(100, LARGEST_RESULTS), AFTER),
        errors=(*ACTIVE, *FOUND),
    ),
    Operation(
        Route.UNDO,
        "undoChange",
        _TAG,
        "Take a change back",
        DecisionTurn,
        status=202,
        body=Undo,
        example={"decision": _DECISION},
        errors=_DECIDING,
    ),
    Operation(
        Route.RETRY_CHANGE,
        "retryChange",
        _TAG,
        "Try again what was not done of a change",
        DecisionTurn,
        status=202,
        body=Again,
        example={"decision": _DECISION},
        errors=_DECIDING,
    ),
)
