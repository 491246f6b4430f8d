"""Proposals and changes: what waits, how it stands, and deciding about it.

A decision that a worker carries out is answered by 202 with its turn, whose events are read as those of any
other turn; a no is answered by the approval.
"""

from typing import Annotated, Final, NamedTuple, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, Meta, UnsetType

from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals
from nat.approvals.change_status import ChangeStatus, status_of
from nat.approvals.pending import PendingApprovals
from nat.approvals.stored_changes import ChangeRef, ChangeRows, StoredChange
from nat.aws.items import optional_timestamp, timestamp
from nat.changes.card import Card, SubjectBody
from nat.changes.journal import EntryState
from nat.changes.report import Result
from nat.channels.slack_push import SlackPush
from nat.channels.websocket import Followers
from nat.contract.endpoint import Errors
from nat.contract.events import Wording, wording_of
from nat.contract.fields import Count, Limit, Moment, Paged, ResponseBody, extended, one_of
from nat.contract.messages import (
    Again,
    ApprovalState,
    ApproveMessage,
    DecisionBody,
    DecisionMessage,
    EditBody,
    EditMessage,
    No,
    RejectMessage,
    RetryMessage,
    UndoBody,
    UndoMessage,
    Yes,
)
from nat.conversations.turns import TurnKind, TurnState, conversation_key
from nat.errors import (
    ApprovalChanged,
    ApprovalClosed,
    ApprovalExpired,
    ApprovalSuperseded,
    BadRequest,
    ConversationBusy,
    NationBusy,
    NationUnknown,
    NotAMember,
    NotFound,
    RoleInsufficient,
    SubscriptionInactive,
)
from nat.handlers.decisions import Deciding
from nat.handlers.endpoints import MemberCall, NationCall, operation
from nat.handlers.services import Services
from nat.ids import ApprovalId, ConversationId, UserId
from nat.roles import Role
from nat.turns.admission import Admission, Admitted, Surface
from nat.turns.approval_updates import push_approval_update
from nat.wording import Worded

LARGEST_PAGE: Final = 500
"""Records of one answer; a name, a link and a reason take less than 2 KB."""
_UNTOUCHED: Final = frozenset(
    {ApprovalState.PENDING, ApprovalState.REJECTED, ApprovalState.EXPIRED, ApprovalState.SUPERSEDED}
)
"""States in which no worker has begun, so that there are no results."""


class ApprovalBody(ResponseBody, frozen=True, kw_only=True):
    """A proposal."""

    approval: str
    conversation: str
    change: str
    state: ApprovalState
    user_id: UserId
    """Who asked."""
    card: Card
    created_at: Moment
    expires_at: Moment
    decided_by: str | None
    decided_in: Annotated[str, one_of(Surface)] | None
    """Where: on which surface."""
    decided_at: Moment | None
    decision: str | None
    """The turn that carries the decision out."""
    counts: dict[str, int]


class Inbox(ResponseBody, frozen=True, kw_only=True):
    """What waits for a decision, newest first."""

    approvals: list[ApprovalBody]
    next: str | None


class ApprovalsBody(ResponseBody, frozen=True, kw_only=True):
    """The newest proposals of a conversation, oldest first."""

    approvals: list[ApprovalBody]


class Undone(ResponseBody, frozen=True, kw_only=True):
    """What became of taking it back."""

    state: EntryState
    why: str
    wording: Wording | UnsetType = UNSET
    """Of `why`."""


class ResultBody(SubjectBody, frozen=True, kw_only=True):
    """What became of one record."""

    key: str
    state: EntryState | None
    """Null: nobody has tried it yet."""
    why: str
    wording: Wording | UnsetType = UNSET
    """Of `why`."""
    already: bool
    """It was so before."""
    retryable: bool
    undo: Undone | None
    undo_until: Moment | None


class ApprovalWithResults(ApprovalBody, frozen=True, kw_only=True):
    """A proposal and, once a worker has begun, what became of each record."""

    results: list[ResultBody]
    next: str | None


class ChangeBody(ResponseBody, frozen=True, kw_only=True):
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
    results: list[ResultBody]
    next: str | None


class DecisionTurn(ResponseBody, frozen=True, kw_only=True):
    """The turn that carries the decision out; its events are read as those of any other."""

    turn: str
    conversation: str
    kind: Annotated[str, one_of(TurnKind)]
    state: TurnState


class InboxQuery(Paged, frozen=True, kw_only=True):
    """A page of what waits."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 30
    """How many at most."""


class ResultsQuery(Paged, frozen=True, kw_only=True):
    """A page of records."""

    limit: Annotated[int, Meta(ge=1, le=LARGEST_PAGE)] = 100
    """How many at most."""


_DECIDING: Final[Errors] = (
    NotAMember,
    NationUnknown,
    SubscriptionInactive,
    NotFound,
    RoleInsufficient,
    ApprovalClosed,
    ApprovalExpired,
    ApprovalSuperseded,
    ApprovalChanged,
    ConversationBusy,
    NationBusy,
)
_DECISION: Final = "01KAZ3V9Q8R7T6S5P4N3M2K1J0"


@operation("GET /v1/approvals", tag="Approvals")
def list_waiting_approvals(call: MemberCall, query: InboxQuery) -> Inbox:
    """What waits for a decision in the nation.

    One's own; for admins everybody's.
    """
    services, member = call.services, call.member
    page = PendingApprovals(services.store).page(
        member.nation_slug,
        of=None if member.role.at_least(Role.ADMIN) else member.user_id,
        limit=query.limit,
        after=query.after,
    )
    return Inbox(approvals=[_approval(each) for each in page.approvals], next=page.next)


@operation("GET /v1/conversations/{conversation}/approvals", tag="Approvals", raises=(NotFound,))
def list_approvals(call: MemberCall) -> ApprovalsBody:
    """The proposals of a conversation.

    Whatever became of them.
    """
    found = _approvals(call.services).of_conversation(_conversation(call))
    return ApprovalsBody(approvals=[_approval(each) for each in found if call.member.sees(each.user_id)])


@operation("GET /v1/conversations/{conversation}/approvals/{approval}", tag="Approvals", raises=(NotFound,))
def get_approval(call: MemberCall, query: ResultsQuery) -> ApprovalWithResults:
    """One proposal."""
    services = call.services
    found = _approvals(services).get(
        call.nation_slug, ConversationId(call.path["conversation"]), ApprovalId(call.path["approval"])
    )
    if not call.member.sees(found.user_id):
        raise NotFound("There is no such proposal in this conversation.")
    status = ChangeStatus((), {}, {})
    if found.state not in _UNTOUCHED:
        change = _rows(services).find(found.conversation, found.ref)
        if change is not None:  # older than 30 days: the approval stays, the change is gone
            status = _status(services, change)
    page = _results(status, query)
    return extended(_approval(found), ApprovalWithResults, results=page.results, next=page.next)


@operation(
    "POST /v1/conversations/{conversation}/approvals/{approval}/approve",
    tag="Approvals",
    status=202,
    example=Yes(decision=_DECISION, fingerprint="5f2b6c"),
    raises=_DECIDING,
    limit=Limit.DECISIONS,
)
def approve(call: NationCall, body: Yes) -> DecisionTurn:
    """Say yes."""
    return _take(call, _about(call, body, ApproveMessage))


@operation(
    "POST /v1/conversations/{conversation}/approvals/{approval}/reject",
    tag="Approvals",
    example=No(decision=_DECISION, fingerprint="5f2b6c"),
    raises=_DECIDING,
    limit=Limit.DECISIONS,
)
def reject(call: NationCall, body: No) -> ApprovalBody:
    """Say no.

    Those who follow the conversation are told.
    """
    services, caller = call.services, call.caller
    rejected = _deciding(services).reject(
        caller.nation_slug, caller.user_id, _about(call, body, RejectMessage)
    )
    push_approval_update(Followers(services.store, SlackPush.of_process()).deliver, rejected)
    return _approval(rejected)


@operation(
    "POST /v1/conversations/{conversation}/approvals/{approval}/edit",
    tag="Approvals",
    status=202,
    example=EditBody(decision=_DECISION, fingerprint="5f2b6c", values={"tag": "volunteer"}),
    raises=_DECIDING,
    limit=Limit.DECISIONS,
)
def edit_approval(call: NationCall, body: EditBody) -> DecisionTurn:
    """Have it planned anew with other values.

    The new proposal takes the place of this one.
    """
    return _take(call, _about(call, body, EditMessage))


@operation(
    "POST /v1/conversations/{conversation}/approvals/{approval}/retry",
    tag="Approvals",
    status=202,
    example=Again(decision=_DECISION),
    raises=_DECIDING,
    limit=Limit.DECISIONS,
)
def retry_approval(call: NationCall, body: Again) -> DecisionTurn:
    """Try again what was not done of it."""
    return _take(call, _about(call, body, RetryMessage))


@operation("GET /v1/conversations/{conversation}/changes/{change}", tag="Approvals", raises=(NotFound,))
def get_change(call: MemberCall, query: ResultsQuery) -> ChangeBody:
    """One change.

    Proposed or run at once.
    """
    ref = ChangeRef.parse(unquote(call.path["change"]))
    change = _rows(call.services).get(_conversation(call), ref)
    if not call.member.sees(change.user_id):
        raise NotFound("There is no such change in this conversation, or it is older than 30 days.")
    status = _status(call.services, change)
    page = _results(status, query)
    until = min(status.undoable.values(), default=None)
    return ChangeBody(
        change=str(ref),
        conversation=change.conversation_id,
        approval=change.approval,
        tool=change.tool.name,
        summary=change.change.summary,
        created_at=timestamp(change.created_at),
        operations=len(change.change.operations),
        undoable=len(status.undoable),
        undo_until=optional_timestamp(until),
        results=page.results,
        next=page.next,
    )


@operation(
    "POST /v1/conversations/{conversation}/changes/{change}/undo",
    tag="Approvals",
    status=202,
    example=UndoBody(decision=_DECISION),
    raises=_DECIDING,
    limit=Limit.DECISIONS,
)
def undo_change(call: NationCall, body: UndoBody) -> DecisionTurn:
    """Take a change back."""
    return _take(call, _about(call, body, UndoMessage))


@operation(
    "POST /v1/conversations/{conversation}/changes/{change}/retry",
    tag="Approvals",
    status=202,
    example=Again(decision=_DECISION),
    raises=_DECIDING,
    limit=Limit.DECISIONS,
)
def retry_change(call: NationCall, body: Again) -> DecisionTurn:
    """Try again what was not done of a change."""
    return _take(call, _about(call, body, RetryMessage))


Message = TypeVar("Message", ApproveMessage, RejectMessage, EditMessage, RetryMessage, UndoMessage)


def _about(call: NationCall, body: DecisionBody, message: type[Message]) -> Message:
    """The decision as a socket would send it: the body, about what the path names. Raises `BadRequest`."""
    named = {name: unquote(value) for name, value in call.path.items()}
    if any(getattr(body, name) not in (None, value) for name, value in named.items()):
        raise BadRequest("The body names something else than the path.")
    return message(**{**msgspec.structs.asdict(body), **named})


def _take(call: NationCall, message: DecisionMessage) -> DecisionTurn:
    admitted: Admitted = _deciding(call.services).take(call.nation_slug, call.person.user_id, message)
    turn = admitted.turn
    return DecisionTurn(
        turn=turn.turn_id, conversation=turn.conversation_id, kind=turn.kind, state=turn.state
    )


def _deciding(services: Services) -> Deciding:
    return Deciding(Admission.of_process(services.store, services.plans), Surface.HTTP)


def _conversation(call: MemberCall) -> str:
    """The key of the conversation that the path names. Raises `NotFound` for what cannot be one."""
    try:
        return conversation_key(call.nation_slug, ConversationId(call.path["conversation"]))
    except ValueError:
        raise NotFound from None


def _approvals(services: Services) -> Approvals:
    return Approvals(services.store)


def _rows(services: Services) -> ChangeRows:
    return ChangeRows(services.store)


def _status(services: Services, change: StoredChange) -> ChangeStatus:
    return status_of(services.store, change, services.clock())


def _approval(approval: Approval) -> ApprovalBody:
    return ApprovalBody(
        approval=approval.id,
        conversation=approval.conversation_id,
        change=str(approval.ref),
        state=approval.state,
        user_id=approval.user_id,
        card=msgspec.convert(approval.card, Card),
        created_at=timestamp(approval.created_at),
        expires_at=timestamp(approval.expires_at),
        decided_by=approval.decided_by,
        decided_in=approval.decided_in,
        decided_at=optional_timestamp(approval.decided_at),
        decision=approval.decision,
        counts=dict(approval.counts),
    )


class _Page(NamedTuple):
    """Records of an answer; `next` is the key after which the next page begins."""

    results: list[ResultBody]
    next: str | None


def _results(status: ChangeStatus, query: ResultsQuery) -> _Page:
    """A page of records. Raises `BadRequest` for an `after` that no page gave."""
    keys = [each.key for each in status.results]
    if query.after is not None and query.after not in keys:
        raise BadRequest("`after` is the `next` of an earlier page.")
    start = 0 if query.after is None else keys.index(query.after) + 1
    page = status.results[start : start + query.limit]
    more = start + query.limit < len(keys)
    return _Page([_result(each, status) for each in page], page[-1].key if more else None)


def _result(result: Result, status: ChangeStatus) -> ResultBody:
    undone, until = status.undone.get(result.key), status.undoable.get(result.key)
    return ResultBody(
        key=result.key,
        type=result.subject.type,
        id=result.subject.id,
        name=result.subject.name,
        url=result.subject.url,
        state=result.state,
        why=result.why,
        wording=wording_of(Worded.constant(result.why)),
        already=result.already,
        retryable=result.retryable and result.state is not None,
        undo=None
        if undone is None
        else Undone(state=undone.state, why=undone.why, wording=wording_of(Worded.constant(undone.why))),
        undo_until=optional_timestamp(until),
    )
