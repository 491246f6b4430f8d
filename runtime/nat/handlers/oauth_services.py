"""What the two functions on the way to NationBuilder work with, from the environment of their process."""

from functools import cache

from nat import aws, settings
from nat.audit.log import Audit
from nat.connections.connected import ConnectedRows
from nat.connections.oauth import OAuth, People
from nat.connections.oauth_state import StateKey, States
from nat.connections.wiring import Wiring
from nat.handlers.services import Services
from nat.names import Variable
from nat.nationbuilder import pooled_session
from nat.nationbuilder.client import BASE_URL
from nat.people.members import Members
from nat.people.ownership import Ownership


def oauth_on(services: Services) -> OAuth:
    """The way to NationBuilder and back. Raises `SettingMissing`."""
    session = pooled_session()
    client, tables, now = services.client, services.tables, services.clock
    wiring = Wiring.of_process(tables, session, now)
    return OAuth(
        states=States(client, tables, StateKey(aws.secrets(), now)),
        apps=wiring.apps,
        endpoint=wiring.endpoint,
        refresher=wiring.refresher,
        connected=ConnectedRows(client, tables),
        people=People(Members(client, tables, services.plans, now=now), Ownership(client, tables, now=now)),
        audit=Audit(client, tables, now=now),
        base_url=settings.read_optional(Variable.NATIONBUILDER_URL, BASE_URL),
        session=session,
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
