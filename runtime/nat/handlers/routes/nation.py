"""The selected nation."""

from typing import Final

from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route
from nat.nations.subscription import get_nation_subscription
from nat.roles import Role


def nation(services: Services, request: HttpRequest) -> HttpAnswer:
    """The subscription state of the selected nation, for its members; needs no subscription itself."""
    caller = services.caller(request)
    state = get_nation_subscription(caller.nation_slug, services.check)
    if state.known:
        role: Role | None = services.memberships.require(caller.user_id, caller.nation_slug).role
    else:
        role = None
    return HttpAnswer({**state.as_body(), "role": None if role is None else role.value})


ROUTES: Final[Routes] = {Route.NATION: nation}
