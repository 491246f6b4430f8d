"""A person's own conversations as they are listed and found, and the events of their turns."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nat.channels.slack_push import SlackPush
from nat.channels.websocket import Followers
from nat.contract.fields import PLACE_PATTERN, Count, Paged, Place, Query, ResponseBody, extended
from nat.conversations.bodies import ConversationBody, conversation_body
from nat.conversations.events import Events, wire_text
from nat.conversations.listing import LARGEST_PAGE, Listing
from nat.conversations.search import LONGEST_QUERY, Search
from nat.conversations.turns import Turns, TurnState, conversation_key
from nat.errors import NotFound
from nat.handlers.endpoints import MemberCall, operation
from nat.ids import ConversationId, TurnId

_TURN_EVENT: Final = {"$ref": "#/components/schemas/TurnEvent"}


class Conversations(ResponseBody, frozen=True, kw_only=True):
    """The person's conversations, newest first."""

    conversations: list[ConversationBody]
    next: str | None


class HitBody(ConversationBody, frozen=True, kw_only=True):
    """A conversation that has all the words."""

    turn: str | None
    """The newest turn that has one of them; null where the title has."""
    excerpt: str


class FoundBody(ResponseBody, frozen=True, kw_only=True):
    """Conversations with all the words, newest first."""

    conversations: list[HitBody]
    searched: Count
    """How many conversations were looked through."""
    complete: bool
    """False: `next` goes on with older ones, or a very long conversation was not read to its beginning."""
    next: str | None


class TurnEvents(ResponseBody, frozen=True, kw_only=True):
    """The stored events of one turn, as on the wire."""

    turn: str
    state: TurnState
    events: list[Annotated[msgspec.Raw, Meta(extra_json_schema=_TURN_EVENT)]]


class ListQuery(Paged, frozen=True, kw_only=True):
    """A page of the list."""

    limit: Annotated[int, Meta(ge=1, le=LARGEST_PAGE)] = 30
    """How many at most."""


class SearchQuery(Paged, frozen=True, kw_only=True):
    """What is looked for."""

    q: Annotated[str, Meta(min_length=1, max_length=LONGEST_QUERY)]
    """Up to ten words; accents and capitals do not matter."""


class EventsQuery(Query, frozen=True, kw_only=True):
    """Which events."""

    after: Annotated[str, Meta(pattern=PLACE_PATTERN)] | None = None
    """`attempt.seq` of the last event that the client has."""


@operation("GET /v1/conversations", tag="Conversations")
def list_conversations(call: MemberCall, query: ListQuery) -> Conversations:
    """The person's conversations."""
    page = Listing(call.services.store).of_person(
        call.nation_slug, call.member.user_id, limit=query.limit, after=query.after
    )
    return Conversations(
        conversations=[conversation_body(each) for each in page.conversations], next=page.next
    )


@operation("GET /v1/conversations/search", tag="Conversations")
def search_conversations(call: MemberCall, query: SearchQuery) -> FoundBody:
    """Search the person's conversations."""
    found = Search(call.services.store).find(
        call.nation_slug, call.member.user_id, query.q, after=query.after
    )
    return FoundBody(
        conversations=[
            extended(conversation_body(hit.conversation), HitBody, turn=hit.turn_id, excerpt=hit.excerpt)
            for hit in found.hits
        ],
        searched=found.searched,
        complete=found.complete,
        next=found.next,
    )


@operation(
    "GET /v1/conversations/{conversation}/turns/{turn}/events", tag="Conversations", raises=(NotFound,)
)
def list_turn_events(call: MemberCall, query: EventsQuery) -> TurnEvents:
    """The events of a turn.

    Of the person's own turn, or of one in their conversation.
    """
    turn = Turns(call.services.store).theirs(
        call.nation_slug,
        call.member.user_id,
        ConversationId(call.path["conversation"]),
        TurnId(call.path["turn"]),
    )
    after = Place() if query.after is None else Place.read(query.after)
    events = Events(call.services.store).after(
        turn.nation_slug, turn.conversation_id, turn.turn_id, after=after
    )
    return TurnEvents(
        turn=turn.turn_id,
        state=turn.state,
        events=[msgspec.Raw(each.wire.encode()) for each in events],
    )


@operation(
    "POST /v1/conversations/{conversation}/turns/{turn}/stop",
    tag="Conversations",
    active=False,
    raises=(NotFound,),
)
def stop_turn(call: MemberCall) -> None:
    """Stop a turn of one's own.

    Its last event follows within about a second; a turn that has ended stays as it is.
    """
    from nat.turns.stop import request_stop  # loads the whole ending of a turn, which few calls need

    services, conversation_id = call.services, ConversationId(call.path["conversation"])
    stopped = request_stop(
        services.store,
        nation_slug=call.nation_slug,
        conversation_id=conversation_id,
        turn_id=TurnId(call.path["turn"]),
        user_id=call.member.user_id,
        now=services.clock(),
    )
    if stopped is not None:
        followers = Followers(services.store, SlackPush.of_process())
        followers.deliver(conversation_key(call.nation_slug, conversation_id), wire_text(stopped))
