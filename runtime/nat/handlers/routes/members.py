"""The members of the selected nation. None of it needs a subscription: a nation that may not use Nat now can
still see and settle who belongs to it."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Final

from msgspec import Meta

from nat import settings
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.audit.people import PeopleLog
from nat.aws import clients
from nat.aws.items import timestamp
from nat.channels.push import Push
from nat.channels.refused_mail import MailRefusal, RefusedMail
from nat.channels.websocket import Sockets
from nat.contract.fields import Moment, RequestBody, ResponseBody
from nat.errors import (
    MembershipChanged,
    MemberUnknown,
    NationUnknown,
    OwnerStays,
    RoleInsufficient,
    SeatsTaken,
)
from nat.handlers.endpoints import MemberCall, operation
from nat.handlers.services import Services
from nat.ids import UserId
from nat.names import Variable
from nat.people.members import Member, Members
from nat.people.memberships import Membership, Standing
from nat.people.ownership import Ownership
from nat.roles import Role


class MemberBody(ResponseBody, frozen=True, kw_only=True):
    """A member as the caller sees them: admins see everybody's address, the others their own."""

    user_id: UserId
    role: Role
    joined_at: Moment
    email: str | None
    mail_refused: MailRefusal | None
    """Emails to their address come back: none are sent to it any more."""
    last_active_at: Moment | None
    proven: bool
    """False for who only pays for the nation, and sees nothing of it."""
    withheld: list[str]
    """Areas of the data that NationBuilder refuses their own account, so Nat does too. Told to admins, and to
    everybody their own."""


class OutsiderBody(ResponseBody, frozen=True, kw_only=True):
    """Somebody who is no member, on whom an admin decides."""

    user_id: UserId
    standing: Standing
    """`waiting`: proven in NationBuilder, to be let in; `removed`: stays out until an admin lets them in."""
    since: Moment
    email: str | None


class MembersBody(ResponseBody, frozen=True, kw_only=True):
    """Everybody in the nation, the owner first."""

    members: list[MemberBody]
    owner_provisional: bool
    """Who subscribed the nation only paid for it: NationBuilder has not named them yet."""
    outsiders: list[OutsiderBody]
    """Who waits or was removed, for admins; empty for others."""


class RoleWanted(RequestBody, frozen=True, kw_only=True):
    """Another role."""

    role: Role


class RoleOfMember(ResponseBody, frozen=True, kw_only=True):
    """A member's role as it is now."""

    user_id: UserId
    role: Role | None
    """Null for somebody who is no member any more."""


class Heir(RequestBody, frozen=True, kw_only=True):
    """The member who becomes the owner."""

    user_id: Annotated[str, Meta(min_length=1)]


class AreasOfMember(ResponseBody, frozen=True, kw_only=True):
    """What was opened just now."""

    user_id: UserId
    opened: list[str]


class OwnershipBody(ResponseBody, frozen=True, kw_only=True):
    """The owner, and the caller's own role from now on."""

    owner_id: str
    role: Role


_CHANGING: Final = (MemberUnknown, OwnerStays, MembershipChanged)


@operation("GET /v1/members", tag="Members", active=False, raises=(NationUnknown,))
def list_members(call: MemberCall) -> MembersBody:
    """The members of the nation."""
    people = of_people(call.services)
    found = people.of_nation(call.nation_slug)
    outside = people.outsiders(call.nation_slug) if call.member.role.at_least(Role.ADMIN) else []
    nation = call.services.nations.require(call.nation_slug)
    refused = RefusedMail(call.services.store).of(
        (each.membership.user_id, each.user.email) for each in found if each.user is not None
    )
    return MembersBody(
        members=[_told(each, call.member, refused) for each in found],
        owner_provisional=nation.owner_provisional,
        outsiders=[
            OutsiderBody(
                user_id=each.user_id,
                standing=each.standing,
                since=timestamp(each.since),
                email=None if user is None else user.email,
            )
            for each, user in outside
        ],
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
    change = of_people(call.services).change_role(call.member, UserId(call.path["user"]), body.role)
    if change.before is not change.membership.role:
        log_of(call.services).changed_role(call.member, change)
    return RoleOfMember(user_id=change.membership.user_id, role=change.membership.role)


@operation("DELETE /v1/members/{user}", tag="Members", active=False, raises=(*_CHANGING, RoleInsufficient))
def remove_member(call: MemberCall) -> RoleOfMember:
    """Remove a member, or leave oneself.

    Others are removed by admins. Their open connections in this nation are closed.
    """
    return _end(call, UserId(call.path["user"]))


@operation(
    "POST /v1/members/{user}/admission",
    tag="Members",
    role=Role.ADMIN,
    active=False,
    example=RoleWanted(role=Role.VIEWER),
    raises=(*_CHANGING, SeatsTaken, NationUnknown),
)
def let_in(call: MemberCall, body: RoleWanted) -> RoleOfMember:
    """Let somebody in who waits or was removed.

    At most in one's own role and never as the owner.
    """
    member = of_people(call.services).let_in(call.member, UserId(call.path["user"]), body.role)
    log_of(call.services).let_in(call.member, member)
    return RoleOfMember(user_id=member.user_id, role=member.role)


@operation(
    "DELETE /v1/members/{user}/admission",
    tag="Members",
    role=Role.ADMIN,
    active=False,
    raises=(MemberUnknown, MembershipChanged),
)
def turn_away(call: MemberCall) -> RoleOfMember:
    """Turn somebody away who waits.

    They stay out until an admin lets them in.
    """
    user_id = call.path["user"]
    of_people(call.services).turn_away(call.member, UserId(user_id))
    log_of(call.services).turned_away(call.member, UserId(user_id))
    return RoleOfMember(user_id=UserId(user_id), role=None)


@operation(
    "POST /v1/members/{user}/areas",
    tag="Members",
    role=Role.ADMIN,
    active=False,
    raises=(MemberUnknown, MembershipChanged),
)
def open_areas(call: MemberCall) -> AreasOfMember:
    """Open to a member what NationBuilder refuses them.

    Not for oneself, and as far as it is open to the admin who does it.
    """
    user_id = call.path["user"]
    opened = of_people(call.services).lift(call.member, UserId(user_id))
    if opened:
        log_of(call.services).lifted(call.member, UserId(user_id), opened)
    return AreasOfMember(user_id=UserId(user_id), opened=sorted(opened))


@operation("POST /v1/members/leave", tag="Members", active=False, raises=(*_CHANGING, RoleInsufficient))
def leave_nation(call: MemberCall) -> RoleOfMember:
    """Leave the nation."""
    return _end(call, call.member.user_id)


@operation(
    "POST /v1/ownership/keep",
    tag="Members",
    role=Role.OWNER,
    active=False,
    unproven=True,
    raises=(MembershipChanged, NationUnknown),
)
def keep_ownership(call: MemberCall) -> OwnershipBody:
    """Say that one keeps the nation.

    For the owner who only paid, and was told that somebody else connected it: the ownership does not pass on
    then.
    """
    services = call.services
    if not Ownership(services.store).keep(call.member):
        raise MembershipChanged
    log_of(services).kept(call.member)
    return OwnershipBody(owner_id=call.member.user_id, role=call.member.role)


@operation(
    "POST /v1/ownership/transfer",
    tag="Members",
    role=Role.OWNER,
    active=False,
    unproven=True,
    example=Heir(user_id="admin"),
    raises=(*_CHANGING, NationUnknown),
)
def transfer_ownership(call: MemberCall, body: Heir) -> OwnershipBody:
    """Hand the ownership to another member.

    Who owned the nation stays as an admin, or as a viewer who has yet to prove themself if they only
    paid for it.
    """
    services = call.services
    becoming = Ownership(services.store).transfer(call.member, UserId(body.user_id))
    log_of(services).transferred(call.member, becoming)
    return OwnershipBody(owner_id=becoming.user_id, role=Role.VIEWER if call.member.unproven else Role.ADMIN)


def of_people(services: Services) -> Members:
    """Changes to memberships, on the storage of the routes."""
    return Members(services.store, services.plans)


def log_of(services: Services) -> PeopleLog:
    """The audit log's entries about members."""
    return PeopleLog(Audit(services.store))


@operation(
    "DELETE /v1/members/{user}/mail-refusal",
    tag="Members",
    role=Role.ADMIN,
    active=False,
    raises=(MemberUnknown,),
)
def allow_mail(call: MemberCall) -> None:
    """Send emails to a member again whose address took none.

    It is taken off the list of addresses that bounced or complained.
    """
    services, user_id = call.services, UserId(call.path["user"])
    if services.memberships.get(call.nation_slug, user_id) is None:
        raise MemberUnknown
    user = services.users.get(user_id)
    if user is not None and user.email is not None:
        RefusedMail(services.store).lift(clients.mail(), user.email)
        Audit(services.store).append(
            call.nation_slug,
            AuditKind.SETTINGS_CHANGED,
            by=call.member.user_id,
            about=user_id,
            summary="Let emails go to a member's address again",
        )


def _end(call: MemberCall, user_id: UserId) -> RoleOfMember:
    services, caller = call.services, call.member
    ended = of_people(services).remove(caller, user_id)
    Sockets(services.store).shut_out(
        caller.nation_slug, user_id, _push(settings.read(Variable.SOCKET_ENDPOINT)).hang_up
    )
    log_of(services).removed(caller, ended)
    return RoleOfMember(user_id=user_id, role=None)


def _told(member: Member, caller: Membership, refused: Mapping[UserId, MailRefusal]) -> MemberBody:
    membership = member.membership
    user = member.user if caller.sees(membership.user_id) else None
    return MemberBody(
        user_id=membership.user_id,
        role=membership.role,
        joined_at=timestamp(membership.created_at),
        email=None if user is None else user.email,
        mail_refused=None if user is None else refused.get(membership.user_id),
        last_active_at=None if user is None else timestamp(user.last_active_at),
        proven=not membership.unproven,
        withheld=sorted(membership.withheld) if caller.sees(membership.user_id) else [],
    )


_push = cache(Push.of_process)
"""Once per endpoint: it holds a connection pool."""
