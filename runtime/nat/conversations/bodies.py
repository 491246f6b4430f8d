"""A conversation as clients and files have it."""

from collections.abc import Mapping, Sequence

from nat.aws.items import timestamp
from nat.contract.fields import Count, Moment, ResponseBody
from nat.contract.messages import ApprovalState
from nat.conversations.exchanges import Exchange
from nat.conversations.feedback import Feedback, Thumb
from nat.conversations.listing import Conversation
from nat.conversations.turns import TurnState
from nat.ids import TurnId


class ConversationBody(ResponseBody, frozen=True, kw_only=True):
    """A conversation as it is listed."""

    conversation: str
    title: str
    turns: Count
    created_at: Moment
    updated_at: Moment


class LinkBody(ResponseBody, frozen=True, kw_only=True):
    """A record in the control panel, or the filter behind a figure."""

    label: str
    url: str


class ProposalOfExchange(ResponseBody, frozen=True, kw_only=True):
    """A proposal that the turn made, and what became of it."""

    approval: str
    tool: str
    summary: str
    state: ApprovalState
    created_at: Moment
    decided_by: str | None
    decided_at: Moment | None
    counts: dict[str, int]


class FeedbackGiven(ResponseBody, frozen=True, kw_only=True):
    """What the person said of an answer."""

    thumb: Thumb | None
    comment: str
    at: Moment


class ExchangeBody(ResponseBody, frozen=True, kw_only=True):
    """A question and its answer (Markdown)."""

    turn: str
    question: str
    outcome: TurnState
    answer: str
    links: list[LinkBody]
    asked_at: Moment
    ended_at: Moment
    proposals: list[ProposalOfExchange]
    feedback: FeedbackGiven | None


Proposals = Mapping[TurnId, Sequence[ProposalOfExchange]]
"""What turns proposed, by turn."""


def conversation_body(conversation: Conversation) -> ConversationBody:
    """A conversation as it is listed."""
    return ConversationBody(
        conversation=conversation.conversation_id,
        title=conversation.title,
        turns=conversation.turns,
        created_at=timestamp(conversation.created_at),
        updated_at=timestamp(conversation.updated_at),
    )


def exchange_body(exchange: Exchange, proposals: Proposals) -> ExchangeBody:
    """One exchange, with what its turn proposed."""
    answered = exchange.answered
    return ExchangeBody(
        turn=answered.turn_id,
        question=answered.question,
        outcome=answered.outcome,
        answer=answered.text,
        links=[LinkBody(label=link.label, url=link.url) for link in answered.links],
        asked_at=timestamp(answered.asked_at),
        ended_at=timestamp(answered.ended_at),
        proposals=list(proposals.get(answered.turn_id, ())),
        feedback=None if exchange.feedback is None else feedback_given(exchange.feedback),
    )


def feedback_given(feedback: Feedback) -> FeedbackGiven:
    """What the person said of an answer."""
    return FeedbackGiven(thumb=feedback.thumb, comment=feedback.comment, at=timestamp(feedback.at))
