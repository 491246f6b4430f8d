"""What the selected nation is connected to, for its members."""

from typing import Final

from nat.connections.connected import ConnectedRows
from nat.handlers.request import Answer, Request
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.items import timestamp
from nat.names import Route


def connections(services: Services, request: Request) -> Answer:
    """NationBuilder: whether it is connected, as whom and since when, and whether an admin has to connect it
    anew. Works without a subscription."""
    member = services.member(request, active=False)
    nation = services.nations.require(member.nation_slug)
    by = ConnectedRows(services.client, services.tables).get(member.nation_slug)
    expires_at = nation.nb_token_expires_at
    return Answer(
        {
            "nationbuilder": {
                "connected": nation.nb_connected,
                "needs_reauth": nation.nb_needs_reauth,
                "token_expires_at": None if expires_at is None else timestamp(expires_at),
                "connected_by": by.as_body() if by is not None and nation.nb_connected else None,
            }
        }
    )


ROUTES: Final[Routes] = {Route.CONNECTIONS: connections}
