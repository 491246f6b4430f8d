"""Tickets that open sockets."""

from typing import Final

from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route
from nat.turns.tickets import LIFETIME, TicketHolder, Tickets


def ticket(services: Services, request: HttpRequest) -> HttpAnswer:
    """A one-time ticket for a WebSocket in the selected nation."""
    caller = services.caller(request)
    services.member(request)
    now = services.clock()
    services.users.seen(caller.user_id, email=caller.email, now=now)
    issued = Tickets(services.store).issue(TicketHolder(caller.user_id, caller.nation_slug), now)
    return HttpAnswer({"ticket": issued, "expires_in": int(LIFETIME.total_seconds())})


ROUTES: Final[Routes] = {Route.WS_TICKET: ticket}
