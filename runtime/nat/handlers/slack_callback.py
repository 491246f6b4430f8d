"""`GET /slack/callback`: where Slack sends an admin back to. Public: a signed, single-use state and the
cookie of the browser that began say who comes.

Who succeeded goes to the connections of the web app that they came from, everybody else sees a page that says
what happened and what to do.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from nat import settings
from nat.aws import clients, log
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.channels.slack_client import Bots
from nat.connections.oauth_state import OAuthStates, StateKey
from nat.connections.slack_app import URL, SlackApps
from nat.errors import Internal, NatError, StateInvalid
from nat.handlers.consent import OURS, failure_page, onward, secret_of
from nat.handlers.front import behind_front
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda, LambdaEvent
from nat.names import Variable
from nat.settings import TableNames
from nat.slack.installing import Installing

CONNECTIONS_PATH: Final = "/settings/connections"
HEADING: Final = "Slack was not connected"


class SlackCallback:
    """The callback, on a given way."""

    def __init__(self, way: Installing, brands: Brands) -> None:
        self._way = way
        self._brands = brands
        self._web_apps = tuple(app for brand in brands.known for app in brand.apps)

    def __call__(self, event: Mapping[str, object]) -> Lambda:
        """Answer one visit, always with a page or a way on."""
        request = HttpRequest.read(event)
        log.structured().append_keys(request=request.request_id)
        return self._answer(request).as_lambda()

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        web_app = self._brands.own.app_url
        try:
            text = request.query.get("state")
            if not text:
                raise StateInvalid
            begun = self._way.returned(text, secret_of(request.cookies, self._web_apps))
            web_app = begun.web_app
            self._way.complete(begun, code=request.query.get("code"), error=request.query.get("error"))
        except NatError as error:
            log.structured().info("way to Slack ended", extra={"code": error.code})
            return self._page(web_app, error.message, error.status)
        except Exception as error:
            log.defect(error, request=request.request_id)
            return self._page(web_app, OURS, Internal.status)
        parameters = {"nation": begun.state.nation_slug, "slack": "connected"}
        return onward(web_app, CONNECTIONS_PATH, parameters)

    def _page(self, web_app: str, message: str, status: int) -> HttpAnswer:
        name = self._brands.at(web_app).name
        return failure_page(
            brand=name, heading=HEADING, message=message, back=f"{web_app}{CONNECTIONS_PATH}", status=status
        )


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
