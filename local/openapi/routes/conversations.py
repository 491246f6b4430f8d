"""A person's own conversations, the events of their turns, and files."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from local.openapi.vocabulary import (
    ACTIVE,
    AFTER,
    FOUND,
    MEMBER,
    Address,
    Answered,
    Count,
    Download,
    Moment,
    Operation,
    Sent,
    limit,
    one_of,
    text,
)
from nat.approvals.approval import ApprovalState
from nat.contract.events import EVENT_TYPES, VERSION
from nat.conversations.exchanges import LARGEST_PAGE, PAGE
from nat.conversations.feedback import LONGEST_COMMENT, Thumb
from nat.conversations.listing import LARGEST_PAGE as LARGEST_LIST
from nat.conversations.search import LONGEST_QUERY
from nat.conversations.turns import TITLE_CHARACTERS, TurnState
from nat.errors import ConversationBusy
from nat.names import Route


class Conversation(Answered):
    """A conversation as it is listed."""

    conversation: str
    title: str
    turns: Count
    created_at: Moment
    updated_at: Moment


class Conversations(Answered):
    """The person's conversations, newest first."""

    conversations: list[Conversation]
    next: str | None


class Hit(Conversation):
    """A conversation that has all the words."""

    turn: str | None
    """The newest turn that has one of them; null where the title has."""
    excerpt: str


class Found(Answered):
    """Conversations with all the words, newest first."""

    conversations: list[Hit]
    searched: Count
    """How many conversations were looked through."""
    complete: bool
    """False: `next` goes on with older ones, or a very long conversation was not read to its beginning."""
    next: str | None


class Link(Answered):
    """A record in the control panel, or the filter behind a figure."""

    label: str
    url: str


class ProposalOfExchange(Answered):
    """A proposal that the turn made, and what became of it."""

    approval: str
    tool: str
    summary: str
    state: ApprovalState
    created_at: Moment
    decided_by: str | None
    decided_at: Moment | None
    counts: dict[str, int]


class FeedbackGiven(Answered):
    """What the person said of an answer."""

    thumb: Thumb | None
    comment: str
    at: Moment


class Feedback(FeedbackGiven):
    """What the person said of the answer of this turn."""

    turn: str


class Exchange(Answered):
    """A question and its answer (Markdown)."""

    turn: str
    question: str
    outcome: TurnState
    answer: str
    links: list[Link]
    asked_at: Moment
    ended_at: Moment
    proposals: list[ProposalOfExchange]
    feedback: FeedbackGiven | None


class Running(Answered):
    """The question that is being answered."""

    turn: str
    state: TurnState
    question: str
    asked_at: Moment


class WholeConversation(Conversation):
    """A conversation, oldest exchange first."""

    exchanges: list[Exchange]
    earlier: str | None
    """What `before` goes on with, towards the beginning."""
    running: Running | None


class TitleWanted(Sent):
    """Another title."""

    title: Annotated[str, Field(min_length=1, max_length=TITLE_CHARACTERS)]


class FeedbackWanted(Sent):
    """A thumb, a comment, or both, in place of what was said before."""

    thumb: Thumb | None = None
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] | None = None


class TurnEvent(Answered):
    """An event as on the wire. `type` says which further names it has (`nat.contract.events`)."""

    model_config = ConfigDict(extra="allow")

    v: Annotated[int, Field(json_schema_extra={"const": VERSION})]
    turn: str
    attempt: Count
    seq: Annotated[int, Field(ge=1)]
    type: Annotated[str, one_of(sorted(EVENT_TYPES))]


class TurnEvents(Answered):
    """The stored events of one turn."""

    turn: str
    state: TurnState
    events: list[TurnEvent]


class File(Answered):
    """Where a file can be fetched, and how much it holds."""

    name: str
    url: Address
    expires_in: Count
    """Seconds that the address works."""
    rows: Count
    total: Count | None
    complete: bool
    """False: there was more than fits into one file."""


_TAG: Final = "Conversations"
_PLACE: Final = text(
    "after",
    "`attempt.seq` of the last event that the client has.",
    pattern="^[0-9]{1,3}\\.[0-9]{1,6}$",
)

OPERATIONS: Final = (
    Operation(
        Route.CONVERSATIONS,
        "listConversations",
        _TAG,
        "The person's conversations",
        Conversations,
        query=(limit(30, LARGEST_LIST), AFTER),
        errors=ACTIVE,
    ),
    Operation(
        Route.SEARCH,
        "searchConversations",
        _TAG,
        "Search the person's conversations",
        Found,
        query=(
            text(
                "q",
                "Up to ten words; accents and capitals do not matter.",
                minLength=1,
                maxLength=LONGEST_QUERY,
                required=True,
            ),
            AFTER,
        ),
        errors=ACTIVE,
    ),
    Operation(
        Route.CONVERSATION,
        "getConversation",
        _TAG,
        "Read a conversation",
        WholeConversation,
        query=(
            limit(PAGE, LARGEST_PAGE),
            text("before", "The `earlier` of a page: goes on towards the beginning."),
        ),
        errors=(*ACTIVE, *FOUND),
    ),
    Operation(
        Route.RENAME,
        "renameConversation",
        _TAG,
        "Give a conversation another title",
        Conversation,
        body=TitleWanted,
        example={"title": "Major donors"},
        errors=(*ACTIVE, *FOUND),
    ),
    Operation(
        Route.DELETE,
        "deleteConversation",
        _TAG,
        "Delete a conversation and everything of it",
        None,
        status=204,
        description="Works without a subscription.",
        errors=(*MEMBER, *FOUND, ConversationBusy),
    ),
    Operation(
        Route.EXPORT,
        "exportConversation",
        _TAG,
        "A conversation as a file",
        Download(("text/markdown", "application/json")),
        description="Works without a subscription.",
        query=(text("format", "What kind of file.", enum=["md", "json"], default="md"),),
        errors=(*MEMBER, *FOUND),
    ),
    Operation(
        Route.TURN_EVENTS,
        "listTurnEvents",
        _TAG,
        "The events of a turn",
        TurnEvents,
        query=(_PLACE,),
        errors=(*ACTIVE, *FOUND),
    ),
    Operation(
        Route.GIVE_FEEDBACK,
        "giveFeedback",
        _TAG,
        "Say what you think of an answer",
        Feedback,
        body=FeedbackWanted,
        example={"thumb": "up", "comment": "Just what I needed."},
        errors=(*ACTIVE, *FOUND),
    ),
    Operation(
        Route.TAKE_FEEDBACK,
        "takeFeedbackBack",
        _TAG,
        "Take back what you said of an answer",
        None,
        status=204,
        errors=(*ACTIVE, *FOUND),
    ),
    Operation(
        Route.FILE,
        "getFile",
        _TAG,
        "Where a file of a conversation can be fetched",
        File,
        description="For the person who asked for it. Works without a subscription.",
        errors=(*MEMBER, *FOUND),
    ),
)
