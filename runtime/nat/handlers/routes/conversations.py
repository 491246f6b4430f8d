"""Conversations and what was said in them."""

import json
import re
from typing import Final

from nat.aws.items import timestamp
from nat.conversations.events import Events
from nat.conversations.listing import Listing
from nat.conversations.turns import Turns
from nat.errors import BadRequest, NotFound
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route

_PLACE: Final = re.compile(r"([0-9]{1,3})\.([0-9]{1,6})")


def conversations(services: Services, request: HttpRequest) -> HttpAnswer:
    """The person's conversations in the selected nation, newest first, in pages."""
    member = services.member(request)
    page = Listing(services.store).of_person(
        member.nation_slug, member.user_id, limit=request.page_size(), after=request.query.get("after")
    )
    return HttpAnswer(
        {
            "conversations": [
                {
                    "conversation": each.conversation_id,
                    "title": each.title,
                    "turns": each.turns,
                    "created_at": timestamp(each.created_at),
                    "updated_at": timestamp(each.updated_at),
                }
                for each in page.conversations
            ],
            "next": page.next,
        }
    )


def turn_events(services: Services, request: HttpRequest) -> HttpAnswer:
    """The stored events of one turn of the person, or of their conversation, after `?after=attempt.seq`, as
    on the wire."""
    member = services.member(request)
    attempt, seq = _after(request.query.get("after"))
    turns = Turns(services.store)
    try:
        turn = turns.get(member.nation_slug, request.path["conversation"], request.path["turn"])
    except ValueError:
        raise NotFound from None
    if member.user_id not in (turn.user_id, turns.owner(turn)):
        raise NotFound
    events = Events(services.store).after(
        turn.nation_slug, turn.conversation_id, turn.turn_id, attempt=attempt, seq=seq
    )
    return HttpAnswer(
        {
            "turn": turn.turn_id,
            "state": turn.state.value,
            "events": [json.loads(each.wire) for each in events],
        }
    )


def _after(text: str | None) -> tuple[int, int]:
    if text is None:
        return 0, 0
    match = _PLACE.fullmatch(text)
    if match is None:
        raise BadRequest("`after` is `attempt.seq` of the last event you have.")
    return int(match[1]), int(match[2])


ROUTES: Final[Routes] = {Route.CONVERSATIONS: conversations, Route.TURN_EVENTS: turn_events}
