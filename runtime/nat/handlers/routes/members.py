"""The members of the selected nation. None of it needs a subscription: a nation that may not use Nat now can
still see and settle who belongs to it."""

from functools import cache
from typing import Any, Final

from nat import settings
from nat.audit.log import Audit
from nat.audit.people import PeopleLog
from nat.aws.items import timestamp
from nat.channels.push import Push
from nat.channels.websocket import Sockets
from nat.errors import BadRequest
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route, Variable
from nat.people.members import Member, Members, role_named
from nat.people.memberships import Membership
from nat.people.ownership import Ownership
from nat.roles import Role


def members(services: Services, request: HttpRequest) -> HttpAnswer:
    """Everybody in the nation, the owner first. Addresses are shown to admins, and to everybody their own."""
    caller = services.member(request, active=False)
    found = of_people(services).of_nation(caller.nation_slug)
    nation = services.nations.require(caller.nation_slug)
    return HttpAnswer(
        {
            "members": [_told(each, caller) for each in found],
            "owner_provisional": nation.owner_provisional,
        }
    )


def change_member(services: Services, request: HttpRequest) -> HttpAnswer:
    """Give somebody another role: `{"role"}`, at most one's own and never the owner's."""
    admin = services.member(request, at_least=Role.ADMIN, active=False)
    role = role_named(request.json().get("role"))
    change = of_people(services).change_role(admin, request.path["user"], role)
    if change.before is not change.membership.role:
        log_of(services).changed_role(admin, change)
    return HttpAnswer({"user_id": change.membership.user_id, "role": change.membership.role.value})


def remove_member(services: Services, request: HttpRequest) -> HttpAnswer:
    """Remove somebody, or leave oneself. Their open connections in this nation are closed."""
    caller = services.member(request, active=False)
    return _end(services, caller, request.path["user"])


def leave(services: Services, request: HttpRequest) -> HttpAnswer:
    """Leave the nation."""
    caller = services.member(request, active=False)
    return _end(services, caller, caller.user_id)


def transfer_ownership(services: Services, request: HttpRequest) -> HttpAnswer:
    """Hand the ownership to another member, `{"user_id"}`; the caller stays as an admin."""
    owner = services.member(request, at_least=Role.OWNER, active=False)
    heir = request.json().get("user_id")
    if not isinstance(heir, str) or not heir:
        raise BadRequest("`user_id` is the member who becomes the owner.")
    ownership = Ownership(services.store)
    becoming = ownership.transfer(owner, heir)
    log_of(services).transferred(owner, becoming)
    return HttpAnswer({"owner_id": becoming.user_id, "role": Role.ADMIN.value})


def of_people(services: Services) -> Members:
    """Changes to memberships, on the storage of the routes."""
    return Members(services.store, services.plans)


def log_of(services: Services) -> PeopleLog:
    """The audit log's entries about members."""
    return PeopleLog(Audit(services.store))


def _end(services: Services, caller: Membership, user_id: str) -> HttpAnswer:
    ended = of_people(services).remove(caller, user_id)
    Sockets(services.client, services.tables).shut_out(
        user_id, caller.nation_slug, _push(settings.read(Variable.SOCKET_ENDPOINT)).hang_up
    )
    log_of(services).removed(caller, ended)
    return HttpAnswer({"user_id": user_id, "role": None})


def _told(member: Member, caller: Membership) -> dict[str, Any]:
    membership, user = member.membership, member.user
    sees = caller.role.at_least(Role.ADMIN) or membership.user_id == caller.user_id
    return {
        "user_id": membership.user_id,
        "role": membership.role.value,
        "joined_at": timestamp(membership.created_at),
        "email": user.email if user is not None and sees else None,
        "last_active_at": timestamp(user.last_active_at) if user is not None and sees else None,
    }


_push = cache(Push.of_process)
"""Once per endpoint: it holds a connection pool."""

ROUTES: Final[Routes] = {
    Route.MEMBERS: members,
    Route.CHANGE_MEMBER: change_member,
    Route.REMOVE_MEMBER: remove_member,
    Route.LEAVE: leave,
    Route.TRANSFER_OWNERSHIP: transfer_ownership,
}
