"""The routes that lead to NationBuilder or tell of it. Their function may read what others must not.

The web app sends the browser to the `url` that is answered. The answer sets a cookie that the browser has to
bring back (`nat.handlers.consent`), so the call has to be made under the web app's own host name. None
of the routes needs an active subscription.
"""

from functools import cache

from nat import settings
from nat.aws import log
from nat.aws.items import timestamp
from nat.channels.brands import Brands
from nat.connections.oauth import OAuth
from nat.connections.oauth_state import Purpose
from nat.contract.fields import Address, Count, Moment, ResponseBody
from nat.errors import (
    NationBuilderDown,
    NationUnknown,
    NotAMember,
    NotProven,
    RemovedFromNation,
    RoleInsufficient,
)
from nat.handlers.api import Api
from nat.handlers.consent import secret_of, set_cookie
from nat.handlers.endpoints import MemberCall, NationCall, answering, operation
from nat.handlers.front import behind_front
from nat.handlers.oauth_services import oauth, services
from nat.handlers.request import Lambda, LambdaEvent
from nat.ids import UserId
from nat.nationbuilder.areas import titles
from nat.roles import Role


class ConnectedBy(ResponseBody, frozen=True, kw_only=True):
    """Who connected NationBuilder, and when."""

    user_id: UserId
    signup_id: str
    """Of the same person in NationBuilder: calls act there as them."""
    name: str | None
    at: Moment
    will_not_work: list[str]
    """Areas of the data, in words, that NationBuilder refuses this person: there Nat works for nobody."""


class NationBuilderConnection(ResponseBody, frozen=True, kw_only=True):
    """Whether Nat may work in the nation's NationBuilder."""

    connected: bool
    needs_reauth: bool
    """An admin has to connect it again."""
    token_expires_at: Moment | None
    connected_by: ConnectedBy | None


class Connections(ResponseBody, frozen=True, kw_only=True):
    """What the nation is connected to."""

    nationbuilder: NationBuilderConnection


class DepartureBody(ResponseBody, frozen=True, kw_only=True):
    """Where to send the browser. The answer sets a cookie that it has to bring back."""

    url: Address
    expires_in: Count
    """Seconds until it is too late to come back."""


class ConnectRoutes:
    """The routes, on a given way. `brands` say where our web apps are: people come back to one of them."""

    def __init__(self, way: OAuth, brands: Brands) -> None:
        self._way = way
        self._brands = brands

    @operation(
        "GET /v1/connections", tag="NationBuilder", active=False, unproven=True, raises=(NationUnknown,)
    )
    def get_connections(self, call: MemberCall) -> Connections:
        """What the nation is connected to.

        As whom and since when, and whether an admin has to connect it anew.
        """
        return self._told(call)

    @operation(
        "POST /v1/nationbuilder/connect",
        tag="NationBuilder",
        raises=(NationUnknown, NotAMember, NotProven, RoleInsufficient, RemovedFromNation),
    )
    def connect_nation_builder(self, call: NationCall) -> DepartureBody:
        """Where an admin goes to let Nat work in the nation.

        For admins and the owner, or for anybody as long as nobody proven administers the nation: who connects
        it becomes an admin. Call it under the web app's own host name: the way back is bound to this browser
        by a cookie.
        """
        return self._begin(call, Purpose.CONNECT)

    @operation("POST /v1/nationbuilder/join", tag="NationBuilder", raises=(NationUnknown, RemovedFromNation))
    def join_by_control_panel(self, call: NationCall) -> DepartureBody:
        """Where somebody goes to prove that they use the nation's control panel.

        For who is no member of the nation yet, and for who only pays for it. They become a viewer, or what
        the nation has set. Call it under the web app's own host name: the way back is bound to this browser
        by a cookie.
        """
        return self._begin(call, Purpose.JOIN)

    @operation(
        "POST /v1/nationbuilder/disconnect",
        tag="NationBuilder",
        role=Role.ADMIN,
        active=False,
        raises=(NationBuilderDown,),
    )
    def disconnect_nation_builder(self, call: MemberCall) -> Connections:
        """Take NationBuilder away."""
        self._way.disconnect(call.member)
        return self._told(call)

    def _told(self, call: MemberCall) -> Connections:
        nation = call.services.nations.require(call.nation_slug)
        by = self._way.connected.get(call.nation_slug) if nation.nb_connected else None
        expires_at = nation.nb_token_expires_at
        return Connections(
            nationbuilder=NationBuilderConnection(
                connected=nation.nb_connected,
                needs_reauth=nation.nb_needs_reauth,
                token_expires_at=None if expires_at is None else timestamp(expires_at),
                connected_by=None
                if by is None
                else ConnectedBy(
                    user_id=by.user_id,
                    signup_id=by.signup_id,
                    name=by.name,
                    at=timestamp(by.at),
                    will_not_work=titles(by.refused),
                ),
            )
        )

    def _begin(self, call: NationCall, purpose: Purpose) -> DepartureBody:
        origin = call.request.headers.get("origin")
        brand = self._brands.at(origin)
        web_app = origin if origin in brand.apps else brand.app_url
        departure = self._way.begin(
            call.caller.nation_slug,
            call.caller.user_id,
            purpose,
            web_app=web_app,
            customer=brand.customer,
            browser=secret_of(call.request.cookies, [web_app]),
        )
        call.headers["set-cookie"] = set_cookie(web_app, departure.browser)
        return DepartureBody(url=departure.url, expires_in=int(departure.lifetime.total_seconds()))


@cache
def api() -> Api:
    """The routes of this process, from its environment."""
    return Api(services(), answering(ConnectRoutes(oauth(), Brands.read())).get)


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return api()(event)


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    api()
