"""The members of the selected nation. None of it needs a subscription: a nation that may not use Nat now can
still see and settle who belongs to it."""

from functools import cache
from typing import Annotated, Final

from msgspec import Meta

from nat import settings
from nat.audit.log import Audit
from nat.audit.people import PeopleLog
from nat.aws.items import timestamp
from nat.channels.push import Push
from nat.channels.websocket import Sockets
from nat.contract.fields import Moment, RequestBody, ResponseBody
from nat.errors import MembershipChanged, MemberUnknown, NationUnknown, OwnerStays, RoleInsufficient
from nat.handlers.endpoints import MemberCall, operation
from nat.handlers.services import Services
from nat.names import Variable
from nat.people.members import Member, Members
from nat.people.memberships import Membership
from nat.people.ownership import Ownership
from nat.roles import Role


class MemberBody(ResponseBody, frozen=True, kw_only=True):
    """A member as the caller sees them: admins see everybody's address, the others their own."""

    user_id: str
    role: Role
    joined_at: Moment
    email: str | None
    last_active_at: Moment | None


class MembersBody(ResponseBody, frozen=True, kw_only=True):
    """Everybody in the nation, the owner first."""

    members: list[MemberBody]
    owner_provisional: bool
    """Who subscribed first owns the nation until somebody proves to own it in NationBuilder."""


class RoleWanted(RequestBody, frozen=True, kw_only=True):
    """Another role."""

    role: Role


class RoleOfMember(ResponseBody, frozen=True, kw_only=True):
    """A member's role as it is now."""

    user_id: str
    role: Role | None
    """Null for somebody who is no member any more."""


class Heir(RequestBody, frozen=True, kw_only=True):
    """The member who becomes the owner."""

    user_id: Annotated[str, Meta(min_length=1)]


class OwnershipBody(ResponseBody, frozen=True, kw_only=True):
    """The new owner, and the caller's own role from now on."""

    owner_id: str
    role: Role


_CHANGING: Final = (MemberUnknown, OwnerStays, MembershipChanged)


@operation("GET /v1/members", tag="Members", active=False, raises=(NationUnknown,))
def list_members(call: MemberCall) -> MembersBody:
    """The members of the nation."""
    found = of_people(call.services).of_nation(call.nation_slug)
    nation = call.services.nations.require(call.nation_slug)
    return MembersBody(
        members=[_told(each, call.member) for each in found], owner_provisional=nation.owner_provisional
    )


@operation(
    "PATCH /v1/members/{user}",
    tag="Members",
    role=Role.ADMIN,
    active=False,
    example=RoleWanted(role=Role.VIEWER),
    raises=_CHANGING,
)
def change_member(call: MemberCall, body: RoleWanted) -> RoleOfMember:
    """Give a member another role.

    At most one's own and never the owner's.
    """
    change = of_people(call.services).change_role(call.member, call.path["user"], body.role)
    if change.before is not change.membership.role:
        log_of(call.services).changed_role(call.member, change)
    return RoleOfMember(user_id=change.membership.user_id, role=change.membership.role)


@operation("DELETE /v1/members/{user}", tag="Members", active=False, raises=(*_CHANGING, RoleInsufficient))
def remove_member(call: MemberCall) -> RoleOfMember:
    """Remove a member, or leave oneself.

    Others are removed by admins. Their open connections in this nation are closed.
    """
    return _end(call, call.path["user"])


@operation("POST /v1/members/leave", tag="Members", active=False, raises=(*_CHANGING, RoleInsufficient))
def leave_nation(call: MemberCall) -> RoleOfMember:
    """Leave the nation."""
    return _end(call, call.member.user_id)


@operation(
    "POST /v1/ownership/transfer",
    tag="Members",
    role=Role.OWNER,
    active=False,
    example=Heir(user_id="admin"),
    raises=(*_CHANGING, NationUnknown),
)
def transfer_ownership(call: MemberCall, body: Heir) -> OwnershipBody:
    """Hand the ownership to another member.

    Who owned the nation stays as an admin.
    """
    services = call.services
    becoming = Ownership(services.store).transfer(call.member, body.user_id)
    log_of(services).transferred(call.member, becoming)
    return OwnershipBody(owner_id=becoming.user_id, role=Role.ADMIN)


def of_people(services: Services) -> Members:
    """Changes to memberships, on the storage of the routes."""
    return Members(services.store, services.plans)


def log_of(services: Services) -> PeopleLog:
    """The audit log's entries about members."""
    return PeopleLog(Audit(services.store))


def _end(call: MemberCall, user_id: str) -> RoleOfMember:
    services, caller = call.services, call.member
    ended = of_people(services).remove(caller, user_id)
    Sockets(services.store).shut_out(
        user_id, caller.nation_slug, _push(settings.read(Variable.SOCKET_ENDPOINT)).hang_up
    )
    log_of(services).removed(caller, ended)
    return RoleOfMember(user_id=user_id, role=None)


def _told(member: Member, caller: Membership) -> MemberBody:
    membership = member.membership
    user = member.user if caller.sees(membership.user_id) else None
    return MemberBody(
        user_id=membership.user_id,
        role=membership.role,
        joined_at=timestamp(membership.created_at),
        email=None if user is None else user.email,
        last_active_at=None if user is None else timestamp(user.last_active_at),
    )


_push = cache(Push.of_process)
"""Once per endpoint: it holds a connection pool."""
