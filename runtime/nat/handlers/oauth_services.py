"""What the two functions on the way to NationBuilder work with, from the environment of their process."""

from functools import cache

from nat import settings
from nat.audit.log import Audit
from nat.aws import clients
from nat.connections.connector import ConnectorRows
from nat.connections.oauth import NationPeople, OAuth
from nat.connections.oauth_state import OAuthStates, StateKey
from nat.connections.outbox import Outbox
from nat.connections.services import ConnectionServices
from nat.handlers.services import Services
from nat.names import Variable
from nat.nationbuilder import pooled_sessions
from nat.nationbuilder.client import BASE_URL
from nat.people.members import Members
from nat.people.ownership import Ownership


def oauth_on(services: Services) -> OAuth:
    """The way to NationBuilder and back. Raises `SettingMissing`."""
    sessions = pooled_sessions()
    store, now = services.store, services.clock
    wiring = ConnectionServices.of_process(store.tables, sessions, now)
    return OAuth(
        states=OAuthStates(store, StateKey(clients.secrets(), now)),
        apps=wiring.apps,
        endpoint=wiring.endpoint,
        refresher=wiring.refresher,
        connected=ConnectorRows(store),
        people=NationPeople(Members(store, services.plans), Ownership(store)),
        audit=Audit(store),
        announcements=Outbox(store),
        base_url=settings.read_optional(Variable.NATIONBUILDER_URL, BASE_URL),
        sessions=sessions,
        now=now,
    )


@cache
def services() -> Services:
    """The storage of this process."""
    return Services.of_process()


@cache
def oauth() -> OAuth:
    """The way of this process."""
    return oauth_on(services())
