"""The routes that lead to NationBuilder or tell of it. Their function may read what others must not.

    GET  /v1/connections                → {"nationbuilder": {…}}, for members
    POST /v1/nationbuilder/connect      → {"url", "expires_in"}, for admins and the owner
    POST /v1/nationbuilder/join         → {"url", "expires_in"}, for who is no member of the nation yet
    POST /v1/nationbuilder/disconnect   → as `GET /v1/connections`, for admins and the owner

The web app sends the browser to `url`. The answer sets a cookie that the browser has to bring back
(`nat.handlers.oauth_cookie`), so the call has to be made under the web app's own host name. None of the
routes needs an active subscription.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from nat import settings
from nat.aws import log
from nat.aws.items import timestamp
from nat.channels.brands import Brands
from nat.connections.oauth import OAuth
from nat.connections.oauth_state import Purpose
from nat.handlers.api import Api
from nat.handlers.oauth_cookie import secret_of, set_cookie
from nat.handlers.oauth_services import oauth, services
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda
from nat.handlers.services import Services
from nat.names import ConnectRoute
from nat.roles import Role

Answering = Callable[[Services, HttpRequest], HttpAnswer]


class ConnectRoutes:
    """The routes, on a given way. `brands` say where our web apps are: people come back to one of them."""

    def __init__(self, way: OAuth, brands: Brands) -> None:
        self._way = way
        self._brands = brands
        self._routes: Mapping[str, Answering] = {
            ConnectRoute.CONNECTIONS: self.connections,
            ConnectRoute.CONNECT: self.connect,
            ConnectRoute.JOIN: self.join,
            ConnectRoute.DISCONNECT: self.disconnect,
        }

    def answering(self, route: str) -> Answering | None:
        """The function behind a route key."""
        return self._routes.get(route)

    def connections(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Whether NationBuilder is connected, as whom and since when, and whether an admin has to connect it
        anew."""
        member = services.member(request, active=False)
        return self._told(services, member.nation_slug)

    def connect(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Where an admin goes to let the product work in the nation."""
        services.member(request, at_least=Role.ADMIN, active=False)
        return self._begin(services, request, Purpose.CONNECT)

    def join(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Where somebody goes to prove that they use the nation's control panel."""
        return self._begin(services, request, Purpose.JOIN)

    def disconnect(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Take NationBuilder away again."""
        admin = services.member(request, at_least=Role.ADMIN, active=False)
        self._way.disconnect(admin)
        return self._told(services, admin.nation_slug)

    def _told(self, services: Services, nation_slug: str) -> HttpAnswer:
        nation = services.nations.require(nation_slug)
        by = self._way.connected.get(nation_slug) if nation.nb_connected else None
        expires_at = nation.nb_token_expires_at
        return HttpAnswer(
            {
                "nationbuilder": {
                    "connected": nation.nb_connected,
                    "needs_reauth": nation.nb_needs_reauth,
                    "token_expires_at": None if expires_at is None else timestamp(expires_at),
                    "connected_by": None if by is None else by.as_body(),
                }
            }
        )

    def _begin(self, services: Services, request: HttpRequest, purpose: Purpose) -> HttpAnswer:
        caller = services.caller(request)
        origin = {name.lower(): value for name, value in request.headers.items()}.get("origin")
        brand = self._brands.at(origin)
        web_app = origin if origin in brand.apps else brand.app_url
        departure = self._way.begin(
            caller.user_id,
            caller.nation_slug,
            purpose,
            web_app=web_app,
            customer=brand.customer,
            browser=secret_of(request.cookies, [web_app]),
        )
        return HttpAnswer(
            {"url": departure.url, "expires_in": int(departure.lifetime.total_seconds())},
            headers={"set-cookie": set_cookie(web_app, departure.browser)},
        )


@cache
def api() -> Api:
    """The routes of this process, from its environment."""
    return Api(services(), ConnectRoutes(oauth(), Brands.read()).answering)


def handler(event: dict[str, Any], context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return api()(event)


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    api()
