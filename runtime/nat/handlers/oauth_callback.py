"""`GET /oauth/callback`: where NationBuilder sends people back to. Public: a signed, single-use state and the
cookie of the browser that began say who comes.

Who succeeded goes to `/setup/success` of the web app that they came from, everybody else sees a page that
says what happened and what to do.
"""

from functools import cache
from typing import Final

from nat import settings
from nat.aws import log
from nat.channels.brands import Brands
from nat.connections.oauth import OAuth
from nat.connections.oauth_state import Purpose
from nat.handlers.consent import onward
from nat.handlers.consent_return import ConsentAnswer, ConsentReturn, Visit
from nat.handlers.front import behind_front
from nat.handlers.oauth_services import oauth
from nat.handlers.request import HttpAnswer, Lambda, LambdaEvent

SUCCESS_PATH: Final = "/setup/success"
_HEADINGS: Final = {
    Purpose.CONNECT: "NationBuilder was not connected",
    Purpose.JOIN: "You have not joined the nation",
}


class Callback(ConsentReturn):
    """The callback, on a given way."""

    vendor = "NationBuilder"
    heading = "This did not work"

    def __init__(self, way: OAuth, brands: Brands) -> None:
        super().__init__(brands)
        self._way = way

    def _complete(self, answer: ConsentAnswer, browser: str | None, visit: Visit) -> HttpAnswer:
        state = self._way.read(answer.state)
        visit.heading, visit.nation_slug = _HEADINGS[state.purpose], state.nation_slug
        begun = self._way.returned(state, browser)
        visit.web_app = begun.web_app
        arrival = self._way.complete(begun, code=answer.code, error=answer.error)
        outcome = {} if arrival.role is not None else {"waits": "1"}
        parameters = {"nation": state.nation_slug, "purpose": state.purpose.value, **outcome}
        return onward(begun.web_app, SUCCESS_PATH, parameters)


@cache
def callback() -> Callback:
    """The callback of this process, from its environment."""
    return Callback(oauth(), Brands.read())


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return callback()(event)


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    callback()
