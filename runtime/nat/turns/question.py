"""A question as clients send it, by socket or HTTP, becomes a request for admission."""

from nat.agent.values import OpenPage
from nat.contract.messages import Question
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.turns.admission import Surface
from nat.turns.admit import AdmitRequest


def asked(question: Question, *, nation_slug: NationSlug, user_id: UserId, surface: Surface) -> AdmitRequest:
    """The request for admission."""
    page = question.page
    return AdmitRequest(
        user_id=user_id,
        nation_slug=nation_slug,
        conversation_id=ConversationId(question.conversation),
        turn_id=TurnId(question.turn),
        question=question.message,
        surface=surface,
        page=None if page is None else OpenPage(page.kind, page.record_id),
    )
