"""`GET /oauth/callback`: where NationBuilder sends people back to. Public: a signed, single-use state and the
cookie of the browser that began say who comes.

Who succeeded goes to `/setup/success` of the web app that they came from, everybody else sees a page that
says what happened and what to do.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from nat import settings
from nat.aws import log
from nat.channels.brands import Brands
from nat.connections.oauth import Arrival, OAuth
from nat.connections.oauth_state import Purpose
from nat.errors import Internal, NatError, StateInvalid
from nat.handlers.consent import OURS, failure_page, onward, secret_of
from nat.handlers.front import behind_front
from nat.handlers.oauth_services import oauth
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda, LambdaEvent

SUCCESS_PATH: Final = "/setup/success"
_HEADINGS: Final = {
    Purpose.CONNECT: "NationBuilder was not connected",
    Purpose.JOIN: "You have not joined the nation",
    None: "This did not work",
}


class Callback:
    """The callback, on a given way."""

    def __init__(self, way: OAuth, brands: Brands) -> None:
        self._way = way
        self._brands = brands
        self._web_apps = tuple(app for brand in brands.known for app in brand.apps)

    def __call__(self, event: Mapping[str, object]) -> Lambda:
        """Answer one visit, always with a page or a way on."""
        request = HttpRequest.read(event)
        log.structured().append_keys(request=request.request_id)
        return self._answer(request).as_lambda()

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        purpose: Purpose | None = None
        nation: str | None = None
        web_app = self._brands.own.app_url
        try:
            text = request.query.get("state")
            if not text:
                raise StateInvalid
            state = self._way.read(text)
            purpose = state.purpose
            nation = state.nation_slug
            begun = self._way.returned(state, secret_of(request.cookies, self._web_apps))
            web_app = begun.web_app
            arrival = self._way.complete(
                begun, code=request.query.get("code"), error=request.query.get("error")
            )
            return self._onwards(arrival)
        except NatError as error:
            log.structured().info("way to NationBuilder ended", extra={"code": error.code, "nation": nation})
            return self._page(web_app, purpose, error.message, error.status)
        except Exception as error:
            log.defect(error, request=request.request_id, nation=nation)
            return self._page(web_app, purpose, OURS, Internal.status)

    def _onwards(self, arrival: Arrival) -> HttpAnswer:
        state = arrival.begun.state
        outcome = {} if arrival.role is not None else {"waits": "1"}
        parameters = {"nation": state.nation_slug, "purpose": state.purpose.value, **outcome}
        return onward(arrival.begun.web_app, SUCCESS_PATH, parameters)

    def _page(self, web_app: str, purpose: Purpose | None, message: str, status: int) -> HttpAnswer:
        brand = self._brands.at(web_app)
        return failure_page(
            brand=brand.name, heading=_HEADINGS[purpose], message=message, back=f"{web_app}/", status=status
        )


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
