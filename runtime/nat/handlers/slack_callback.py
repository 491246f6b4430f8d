"""`GET /slack/callback`: where Slack sends an admin back to. Public: a signed, single-use state and the
cookie of the browser that began say who comes.

Who succeeded goes to the connections of the web app that they came from, everybody else sees a page that says
what happened and what to do.
"""

from functools import cache
from typing import Final

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.channels.slack_client import Bots
from nat.connections.oauth_state import OAuthStates, StateKey
from nat.connections.slack_app import URL, SlackApps
from nat.handlers.consent import onward
from nat.handlers.consent_return import ConsentAnswer, ConsentReturn, Visit
from nat.handlers.front import behind_front
from nat.handlers.request import HttpAnswer, Lambda, LambdaEvent
from nat.names import Variable
from nat.settings import TableNames
from nat.slack.installing import Installing

CONNECTIONS_PATH: Final = "/settings/connections"


class SlackCallback(ConsentReturn):
    """The callback, on a given way."""

    vendor = "Slack"
    heading = "Slack was not connected"
    back_path = CONNECTIONS_PATH

    def __init__(self, way: Installing, brands: Brands) -> None:
        super().__init__(brands)
        self._way = way

    def _complete(self, answer: ConsentAnswer, browser: str | None, visit: Visit) -> HttpAnswer:
        begun = self._way.returned(answer.state, browser)
        visit.web_app, visit.nation_slug = begun.web_app, begun.state.nation_slug
        self._way.complete(begun, code=answer.code, error=answer.error)
        parameters = {"nation": begun.state.nation_slug, "slack": "connected"}
        return onward(begun.web_app, CONNECTIONS_PATH, parameters)


@cache
def callback() -> SlackCallback:
    """The callback of this process, from its environment. Raises `SettingMissing`."""
    store = Store(clients.dynamodb(), TableNames.read())
    way = Installing(
        store,
        OAuthStates(store, StateKey(clients.secrets(), store.clock)),
        lambda: SlackApps.read(clients.secrets()),
        Bots.of_process(store).workspaces,
        url=settings.read_optional(Variable.SLACK_URL, URL),
    )
    return SlackCallback(way, Brands.read())


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return callback()(event)


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    callback()
