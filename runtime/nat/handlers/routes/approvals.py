"""Proposals and changes: what waits, how it stands, and deciding about it.

A decision that a worker carries out is answered by 202 with its turn, whose events are read as those of any
other turn; a no is answered by the approval.
"""

from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from nat import settings
from nat.approvals.approval import Approval, ApprovalState
from nat.approvals.approvals import Approvals
from nat.approvals.change_status import ChangeStatus, status_of
from nat.approvals.pending import PendingApprovals
from nat.approvals.stored_changes import ChangeRef, ChangeRows
from nat.approvals.stored_changes import StoredChange as FrozenAction
from nat.aws import clients
from nat.aws.items import timestamp
from nat.changes.report import Result
from nat.channels.push import Push
from nat.channels.websocket import Followers
from nat.conversations.turns import conversation_key
from nat.errors import BadRequest, NotFound
from nat.handlers.decisions import Deciding
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route, SocketAction, Variable
from nat.people.memberships import Membership
from nat.roles import Role
from nat.turns.admit import Admission, Surface
from nat.turns.approval_updates import push_approval_update
from nat.turns.queue import TurnQueue

ACCEPTED: Final = 202
LARGEST_PAGE: Final = 500
"""Records of one answer; a name, a link and a reason take less than 2 KB."""
_UNTOUCHED: Final = frozenset(
    {ApprovalState.PENDING, ApprovalState.REJECTED, ApprovalState.EXPIRED, ApprovalState.SUPERSEDED}
)
"""States in which no worker has begun, so that there are no results."""


def inbox(services: Services, request: HttpRequest) -> HttpAnswer:
    """What waits for a decision in the nation, newest first: one's own, for an admin everybody's."""
    member = services.member(request)
    page = PendingApprovals(services.store).page(
        member.nation_slug,
        of=None if member.role.at_least(Role.ADMIN) else member.user_id,
        limit=request.page_size(),
        after=request.query.get("after"),
    )
    return HttpAnswer({"approvals": [_approval(each) for each in page.approvals], "next": page.next})


def approvals(services: Services, request: HttpRequest) -> HttpAnswer:
    """The newest proposals of a conversation, oldest first, whatever became of them."""
    member = services.member(request)
    try:
        conversation = conversation_key(member.nation_slug, request.path["conversation"])
    except ValueError:
        raise NotFound from None
    found = _approvals(services).of_conversation(conversation)
    return HttpAnswer({"approvals": [_approval(each) for each in found if _sees(member, each.user_id)]})


def approval(services: Services, request: HttpRequest) -> HttpAnswer:
    """One proposal: its card, where it is, and once a worker has begun what became of each record."""
    member = services.member(request)
    found = _approvals(services).get(
        member.nation_slug, request.path["conversation"], request.path["approval"]
    )
    if not _sees(member, found.user_id):
        raise NotFound("There is no such proposal in this conversation.")
    standing = ChangeStatus((), {}, {})
    if found.state not in _UNTOUCHED:
        action = _rows(services).find(found.conversation, found.ref)
        if action is not None:  # older than 30 days: the approval stays, the change is gone
            standing = _standing(services, action)
    return HttpAnswer({**_approval(found), **_results(standing, request)})


def change(services: Services, request: HttpRequest) -> HttpAnswer:
    """One change, proposed or run at once: what became of each record, and what can be taken back until
    when."""
    member = services.member(request)
    try:
        conversation = conversation_key(member.nation_slug, request.path["conversation"])
    except ValueError:
        raise NotFound from None
    ref = ChangeRef.parse(unquote(request.path["change"]))
    action = _rows(services).get(conversation, ref)
    if not _sees(member, action.user_id):
        raise NotFound("There is no such change in this conversation, or it is older than 30 days.")
    standing = _standing(services, action)
    until = min(standing.undoable.values(), default=None)
    return HttpAnswer(
        {
            "change": str(ref),
            "conversation": action.conversation_id,
            "approval": action.approval,
            "tool": action.tool.name,
            "summary": action.change.summary,
            "created_at": timestamp(action.created_at),
            "operations": len(action.change.operations),
            "undoable": len(standing.undoable),
            "undo_until": None if until is None else timestamp(until),
            **_results(standing, request),
        }
    )


def reject(services: Services, request: HttpRequest) -> HttpAnswer:
    """Say no to a proposal; those who follow the conversation are told."""
    caller = services.caller(request)
    rejected = _deciding(services).reject(caller.user_id, caller.nation_slug, _decision(request))
    push = Push.of_process(settings.read(Variable.SOCKET_ENDPOINT))
    push_approval_update(Followers(services.client, services.tables, push).deliver, rejected)
    return HttpAnswer(_approval(rejected))


def decide(action: SocketAction, services: Services, request: HttpRequest) -> HttpAnswer:
    """Admit a decision's turn."""
    caller = services.caller(request)
    admitted = _deciding(services).take(action, caller.user_id, caller.nation_slug, _decision(request))
    turn = admitted.turn
    return HttpAnswer(
        {
            "turn": turn.turn_id,
            "conversation": turn.conversation_id,
            "kind": turn.kind.value,
            "state": turn.state.value,
        },
        ACCEPTED,
    )


def _decision(request: HttpRequest) -> dict[str, Any]:
    """A decision as a socket would send it: the body, with what the path names. Raises `BadRequest`."""
    named = {name: unquote(value) for name, value in request.path.items()}
    body = request.json()
    if any(name in body and body[name] != value for name, value in named.items()):
        raise BadRequest("The body names something else than the path.")
    return {**body, **named}


def _deciding(services: Services) -> Deciding:
    queue = TurnQueue(clients.sqs(), settings.read(Variable.TURN_QUEUE_URL))
    admission = Admission(
        services.store,
        queue,
        services.plans,
        app_url=services.app_url,
    )
    return Deciding(admission, Surface.HTTP)


def _approvals(services: Services) -> Approvals:
    return Approvals(services.store)


def _rows(services: Services) -> ChangeRows:
    return ChangeRows(services.store)


def _standing(services: Services, action: FrozenAction) -> ChangeStatus:
    return status_of(services.store, action, services.clock())


def _sees(member: Membership, owner: str) -> bool:
    """Whose it is sees it, and admins do; for others it does not exist."""
    return owner == member.user_id or member.role.at_least(Role.ADMIN)


def _approval(approval: Approval) -> dict[str, Any]:
    decided_at = approval.decided_at
    return {
        "approval": approval.id,
        "conversation": approval.conversation_id,
        "change": str(approval.ref),
        "state": approval.state.value,
        "user_id": approval.user_id,
        "card": approval.card,
        "created_at": timestamp(approval.created_at),
        "expires_at": timestamp(approval.expires_at),
        "decided_by": approval.decided_by,
        "decided_at": None if decided_at is None else timestamp(decided_at),
        "decision": approval.decision,
        "counts": dict(approval.counts),
    }


def _results(standing: ChangeStatus, request: HttpRequest) -> dict[str, Any]:
    """A page of records; `next` is the key after which the next one begins."""
    keys = [each.key for each in standing.results]
    after, limit = request.query.get("after"), request.page_size(default=100, most=LARGEST_PAGE)
    if after is not None and after not in keys:
        raise BadRequest("`after` is the `next` of an earlier page.")
    start = 0 if after is None else keys.index(after) + 1
    page = standing.results[start : start + limit]
    more = start + limit < len(keys)
    return {
        "results": [_result(each, standing) for each in page],
        "next": page[-1].key if more else None,
    }


def _result(result: Result, standing: ChangeStatus) -> dict[str, Any]:
    undone, until = standing.undone.get(result.key), standing.undoable.get(result.key)
    return {
        "key": result.key,
        "type": result.subject.type,
        "id": result.subject.id,
        "name": result.subject.name,
        "url": result.subject.url,
        "state": None if result.state is None else result.state.value,
        "why": result.why,
        "already": result.already,
        "retryable": result.retryable and result.state is not None,
        "undo": None if undone is None else {"state": undone.state.value, "why": undone.why},
        "undo_until": None if until is None else timestamp(until),
    }


ROUTES: Final[Routes] = {
    Route.INBOX: inbox,
    Route.APPROVALS: approvals,
    Route.APPROVAL: approval,
    Route.APPROVE: partial(decide, SocketAction.APPROVE),
    Route.REJECT: reject,
    Route.RETRY: partial(decide, SocketAction.RETRY),
    Route.EDIT: partial(decide, SocketAction.EDIT),
    Route.CHANGE: change,
    Route.UNDO: partial(decide, SocketAction.UNDO),
    Route.RETRY_CHANGE: partial(decide, SocketAction.RETRY),
}
