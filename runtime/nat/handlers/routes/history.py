"""A person's own conversations: search, read, rename, delete, export, and what they think of answers."""

from typing import Any, Final

from nat.approvals.approvals import Approvals
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.items import timestamp
from nat.conversations import export as files
from nat.conversations.exchanges import LARGEST_PAGE, PAGE, Exchange, Exchanges
from nat.conversations.export import Proposed, conversation_body, exchange_body
from nat.conversations.feedback import Feedbacks, Thumb
from nat.conversations.own_conversations import OwnConversations
from nat.conversations.search import Search
from nat.conversations.turns import conversation_key
from nat.errors import BadRequest
from nat.handlers.request import HttpAnswer, HttpRequest, download
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route
from nat.people.memberships import Membership

LARGEST_EXPORT: Final = 3_500_000
"""Characters of questions and answers in one file: an answer of a Lambda function holds 6 MB."""
_TYPES: Final = {"md": "text/markdown", "json": "application/json"}


def search(services: Services, request: HttpRequest) -> HttpAnswer:
    """Conversations with all words of `?q=`, newest first. `complete` false means that `next` goes on with
    older ones, or that a very long conversation was not read to its beginning."""
    member = services.member(request)
    found = Search(services.store).find(
        member.nation_slug, member.user_id, request.query.get("q", ""), after=request.query.get("after")
    )
    return HttpAnswer(
        {
            "conversations": [
                {**conversation_body(hit.conversation), "turn": hit.turn_id, "excerpt": hit.excerpt}
                for hit in found.hits
            ],
            "searched": found.searched,
            "complete": found.complete,
            "next": found.next,
        }
    )


def conversation(services: Services, request: HttpRequest) -> HttpAnswer:
    """One conversation, oldest exchange first: `?limit=` newest ones, or those `?before=` a page."""
    member = services.member(request)
    pages = _reading(services).read(
        member.nation_slug,
        member.user_id,
        request.path["conversation"],
        limit=request.page_size(default=PAGE, most=LARGEST_PAGE),
        before=request.query.get("before"),
    )
    proposals = _proposals(services, member, request)
    running = pages.running
    return HttpAnswer(
        {
            **conversation_body(pages.conversation),
            "exchanges": [exchange_body(each, proposals) for each in pages.exchanges],
            "earlier": pages.earlier,
            "running": None
            if running is None
            else {
                "turn": running.turn_id,
                "state": running.state.value,
                "question": running.question,
                "asked_at": timestamp(running.admitted_at),
            },
        }
    )


def rename(services: Services, request: HttpRequest) -> HttpAnswer:
    """Give a conversation another title: `{"title"}`."""
    member = services.member(request)
    title = request.json().get("title")
    if not isinstance(title, str):
        raise BadRequest("`title` is a text.")
    renamed = _own(services).rename(member.nation_slug, member.user_id, request.path["conversation"], title)
    return HttpAnswer(conversation_body(renamed))


def delete(services: Services, request: HttpRequest) -> HttpAnswer:
    """Delete a conversation and everything of it. Works without a subscription."""
    member = services.member(request, active=False)
    identifier = request.path["conversation"]
    _own(services).erase(member.nation_slug, member.user_id, identifier)
    Audit(services.store).append(
        member.nation_slug,
        AuditKind.CONVERSATION_DELETED,
        by=member.user_id,
        about=identifier,
        summary="Deleted a conversation of their own",
        once=f"deleted#{identifier}",
    )
    return HttpAnswer("", 204)


def export(services: Services, request: HttpRequest) -> HttpAnswer:
    """A conversation as a download, `?format=md|json`. Works without a subscription."""
    member = services.member(request, active=False)
    wanted = request.query.get("format", "md")
    if wanted not in _TYPES:
        raise BadRequest("`format` is md or json.")
    reading = _reading(services)
    identifier = request.path["conversation"]
    exchanges: list[Exchange] = []
    size, before = 0, None
    while True:
        page = reading.read(member.nation_slug, member.user_id, identifier, limit=LARGEST_PAGE, before=before)
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
    proposals = _proposals(services, member, request)
    if wanted == "json":
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
    name = files.file_name(page.conversation, wanted)
    return download(text, name=name, content_type=_TYPES[wanted])


def give_feedback(services: Services, request: HttpRequest) -> HttpAnswer:
    """Say what you think of an answer: `{"thumb": "up" | "down" | null, "comment": "…"}`, in place of what
    was said before."""
    member = services.member(request)
    body = request.json()
    thumb, comment = body.get("thumb"), body.get("comment") or ""
    if thumb is not None and thumb not in tuple(Thumb):
        raise BadRequest("`thumb` is up or down.")
    if not isinstance(comment, str):
        raise BadRequest("`comment` is a text.")
    given = _feedbacks(services).give(
        member.nation_slug,
        member.user_id,
        request.path["conversation"],
        request.path["turn"],
        thumb=None if thumb is None else Thumb(thumb),
        comment=comment,
    )
    return HttpAnswer(
        {
            "turn": given.turn_id,
            "thumb": None if given.thumb is None else given.thumb.value,
            "comment": given.comment,
            "at": timestamp(given.at),
        }
    )


def take_feedback(services: Services, request: HttpRequest) -> HttpAnswer:
    """Take back what you said of an answer."""
    member = services.member(request)
    _feedbacks(services).take_back(
        member.nation_slug, member.user_id, request.path["conversation"], request.path["turn"]
    )
    return HttpAnswer("", 204)


def _own(services: Services) -> OwnConversations:
    return OwnConversations(services.store)


def _reading(services: Services) -> Exchanges:
    return Exchanges(services.store)


def _feedbacks(services: Services) -> Feedbacks:
    return Feedbacks(services.store)


def _proposals(services: Services, member: Membership, request: HttpRequest) -> list[Proposed]:
    approvals = Approvals(services.store)
    key = conversation_key(member.nation_slug, request.path["conversation"])
    return [
        Proposed(
            approval=each.id,
            turn_id=each.ref.turn_id,
            tool=each.tool.name,
            summary=_summary(each.card),
            state=each.state.value,
            created_at=each.created_at,
            decided_by=each.decided_by,
            decided_at=each.decided_at,
            counts=each.counts,
        )
        for each in approvals.of_conversation(key, limit=1_000)
    ]


def _summary(card: Any) -> str:
    return str(card.get("summary", ""))


ROUTES: Final[Routes] = {
    Route.SEARCH: search,
    Route.CONVERSATION: conversation,
    Route.RENAME: rename,
    Route.DELETE: delete,
    Route.EXPORT: export,
    Route.GIVE_FEEDBACK: give_feedback,
    Route.TAKE_FEEDBACK: take_feedback,
}
