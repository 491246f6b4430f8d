"""A person's own conversations: read, rename, delete, export, and what they think of answers."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.items import optional_timestamp, timestamp
from nat.contract.endpoint import FileTypes
from nat.contract.fields import Limit, Moment, Query, RequestBody, ResponseBody, extended
from nat.conversations import export as files
from nat.conversations.bodies import (
    ConversationBody,
    ExchangeBody,
    FeedbackGiven,
    ProposalOfExchange,
    Proposals,
    conversation_body,
    exchange_body,
    feedback_given,
)
from nat.conversations.exchanges import LARGEST_PAGE, PAGE, Exchange, Exchanges
from nat.conversations.feedback import LONGEST_COMMENT, Feedbacks, Thumb
from nat.conversations.own_conversations import OwnConversations
from nat.conversations.turns import TITLE_CHARACTERS, TurnState, conversation_key
from nat.errors import ConversationBusy, NotFound
from nat.handlers.endpoints import Download, MemberCall, operation
from nat.handlers.services import Services
from nat.ids import ConversationId, TurnId

LARGEST_EXPORT: Final = 3_500_000
"""Characters of questions and answers in one file: an answer of a Lambda function holds 6 MB."""
_TYPES: Final = {"md": "text/markdown", "json": "application/json"}


class FeedbackBody(FeedbackGiven, frozen=True, kw_only=True):
    """What the person said of the answer of this turn."""

    turn: str


class Running(ResponseBody, frozen=True, kw_only=True):
    """The question that is being answered."""

    turn: str
    state: TurnState
    question: str
    asked_at: Moment


class WholeConversation(ConversationBody, frozen=True, kw_only=True):
    """A conversation, oldest exchange first."""

    exchanges: list[ExchangeBody]
    earlier: str | None
    """What `before` goes on with, towards the beginning."""
    running: Running | None


class ReadQuery(Query, frozen=True, kw_only=True):
    """How much of it."""

    limit: Annotated[int, Meta(ge=1, le=LARGEST_PAGE)] = PAGE
    """How many at most."""
    before: str | None = None
    """The `earlier` of a page: goes on towards the beginning."""


class ExportQuery(Query, frozen=True, kw_only=True):
    """What kind."""

    format: Literal["md", "json"] = "md"
    """What kind of file."""


class TitleWanted(RequestBody, frozen=True, kw_only=True):
    """Another title."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_CHARACTERS)]


class FeedbackWanted(RequestBody, frozen=True, kw_only=True):
    """A thumb, a comment, or both, in place of what was said before."""

    thumb: Thumb | None = None
    comment: Annotated[str, Meta(max_length=LONGEST_COMMENT)] | None = None


@operation("GET /v1/conversations/{conversation}", tag="Conversations", raises=(NotFound,))
def get_conversation(call: MemberCall, query: ReadQuery) -> WholeConversation:
    """Read a conversation.

    The newest exchanges, or those before a page.
    """
    pages = _reading(call.services).read(
        call.nation_slug,
        call.member.user_id,
        ConversationId(call.path["conversation"]),
        limit=query.limit,
        before=query.before,
    )
    proposals, running = _proposals(call), pages.running
    return extended(
        conversation_body(pages.conversation),
        WholeConversation,
        exchanges=[exchange_body(each, proposals) for each in pages.exchanges],
        earlier=pages.earlier,
        running=None
        if running is None
        else Running(
            turn=running.turn_id,
            state=running.state,
            question=running.question,
            asked_at=timestamp(running.admitted_at),
        ),
    )


@operation(
    "PATCH /v1/conversations/{conversation}",
    tag="Conversations",
    example=TitleWanted(title="Major donors"),
    raises=(NotFound,),
)
def rename_conversation(call: MemberCall, body: TitleWanted) -> ConversationBody:
    """Give a conversation another title."""
    renamed = _own(call.services).rename(
        call.nation_slug, call.member.user_id, ConversationId(call.path["conversation"]), body.title
    )
    return conversation_body(renamed)


@operation(
    "DELETE /v1/conversations/{conversation}",
    tag="Conversations",
    active=False,
    raises=(NotFound, ConversationBusy),
)
def delete_conversation(call: MemberCall) -> None:
    """Delete a conversation and everything of it."""
    services, member = call.services, call.member
    identifier = call.path["conversation"]
    _own(services).erase(member.nation_slug, member.user_id, ConversationId(identifier))
    Audit(services.store).append(
        member.nation_slug,
        AuditKind.CONVERSATION_DELETED,
        by=member.user_id,
        about=identifier,
        summary="Deleted a conversation of their own",
        once=f"deleted#{identifier}",
    )


@operation(
    "GET /v1/conversations/{conversation}/export",
    tag="Conversations",
    active=False,
    files=FileTypes(tuple(_TYPES.values())),
    raises=(NotFound,),
    limit=Limit.EXPORTS,
)
def export_conversation(call: MemberCall, query: ExportQuery) -> Download:
    """A conversation as a file."""
    services, member = call.services, call.member
    reading = _reading(services)
    identifier = call.path["conversation"]
    exchanges: list[Exchange] = []
    size, before = 0, None
    while True:
        page = reading.read(
            member.nation_slug, member.user_id, ConversationId(identifier), limit=LARGEST_PAGE, before=before
        )
        fitting = []
        for each in reversed(page.exchanges):
            size += len(each.answered.text) + len(each.answered.question)
            if size > LARGEST_EXPORT:
                break
            fitting.append(each)
        exchanges = [*reversed(fitting), *exchanges]
        before = page.earlier
        complete = before is None and len(fitting) == len(page.exchanges)
        if before is None or len(fitting) < len(page.exchanges):
            break
    proposals = _proposals(call)
    if query.format == "json":
        text = files.as_json(member.nation_slug, page.conversation, exchanges, proposals, complete=complete)
    else:
        record = services.nations.get(member.nation_slug)
        text = files.as_markdown(
            member.nation_slug,
            page.conversation,
            exchanges,
            proposals,
            complete=complete,
            time_zone="UTC" if record is None else record.time_zone,
        )
    return Download(text, files.file_name(page.conversation, query.format), _TYPES[query.format])


@operation(
    "PUT /v1/conversations/{conversation}/turns/{turn}/feedback",
    tag="Conversations",
    example=FeedbackWanted(thumb=Thumb.UP, comment="Just what I needed."),
    raises=(NotFound,),
)
def give_feedback(call: MemberCall, body: FeedbackWanted) -> FeedbackBody:
    """Say what you think of an answer."""
    given = _feedbacks(call.services).give(
        call.nation_slug,
        call.member.user_id,
        ConversationId(call.path["conversation"]),
        TurnId(call.path["turn"]),
        thumb=body.thumb,
        comment=body.comment or "",
    )
    return extended(feedback_given(given), FeedbackBody, turn=given.turn_id)


@operation(
    "DELETE /v1/conversations/{conversation}/turns/{turn}/feedback",
    tag="Conversations",
    raises=(NotFound,),
)
def take_feedback_back(call: MemberCall) -> None:
    """Take back what you said of an answer."""
    _feedbacks(call.services).take_back(
        call.nation_slug,
        call.member.user_id,
        ConversationId(call.path["conversation"]),
        TurnId(call.path["turn"]),
    )


def _own(services: Services) -> OwnConversations:
    return OwnConversations(services.store)


def _reading(services: Services) -> Exchanges:
    return Exchanges(services.store)


def _feedbacks(services: Services) -> Feedbacks:
    return Feedbacks(services.store)


def _proposals(call: MemberCall) -> Proposals:
    key = conversation_key(call.nation_slug, ConversationId(call.path["conversation"]))
    made: dict[TurnId, list[ProposalOfExchange]] = {}
    for each in Approvals(call.services.store).of_conversation(key, limit=1_000):
        made.setdefault(each.ref.turn_id, []).append(_proposal(each))
    return made


def _proposal(approval: Approval) -> ProposalOfExchange:
    return ProposalOfExchange(
        approval=approval.id,
        tool=approval.tool.name,
        summary=str(approval.card.get("summary", "")),
        state=approval.state,
        created_at=timestamp(approval.created_at),
        decided_by=approval.decided_by,
        decided_at=optional_timestamp(approval.decided_at),
        counts=dict(approval.counts),
    )
