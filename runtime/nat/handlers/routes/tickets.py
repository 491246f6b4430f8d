"""Tickets that open sockets."""

from nat.contract.fields import Count, ResponseBody
from nat.handlers.endpoints import MemberCall, operation
from nat.turns.tickets import LIFETIME, TicketHolder, Tickets


class Ticket(ResponseBody, frozen=True, kw_only=True):
    """Opens one WebSocket, once."""

    ticket: str
    expires_in: Count
    """Seconds."""


@operation("POST /v1/ws-ticket", tag="Nation")
def create_ticket(call: MemberCall) -> Ticket:
    """A one-time ticket for a WebSocket.

    Good for a minute."""
    services, caller = call.services, call.caller
    now = services.clock()
    services.users.seen(caller.user_id, email=caller.email, now=now)
    issued = Tickets(services.store).issue(TicketHolder(caller.nation_slug, caller.user_id), now)
    return Ticket(ticket=issued, expires_in=int(LIFETIME.total_seconds()))
