"""Invitations to the selected nation, and accepting one."""

from functools import cache
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from nat.aws import clients
from nat.aws.items import timestamp
from nat.channels.brands import Brand, Brands
from nat.channels.email import Mail, address
from nat.channels.mail_page import Button
from nat.contract.fields import Address, Count, Moment, RequestBody, ResponseBody, Slug, extended, one_of
from nat.errors import (
    InvitationForOther,
    InvitationInvalid,
    MailNotSent,
    NationUnknown,
    NotFound,
    OwnerStays,
    RemovedFromNation,
    SeatsTaken,
)
from nat.handlers.endpoints import Call, MemberCall, operation
from nat.handlers.request import HttpRequest
from nat.handlers.routes.members import log_of, of_people
from nat.handlers.services import Services
from nat.notices.messages import invitation_mail
from nat.people.invitations import LINK_USES, MOST_LINK_USES, Invitation, Invitations, Made
from nat.people.users import User
from nat.roles import Role

PLACE: Final = "/join#invitation="
"""Page of the web app that accepts an invitation. The token stands behind `#`: browsers do not send that part
to any server, so no log has it."""


class InvitationBody(ResponseBody, frozen=True, kw_only=True):
    """An invitation that can be accepted."""

    id: str
    kind: Annotated[str, one_of(["email", "link"])]
    role: Role
    email: str | None
    """Null for a link."""
    invited_by: str
    """A user id."""
    created_at: Moment
    expires_at: Moment
    uses: Count
    most_uses: Count


class NewInvitation(InvitationBody, frozen=True, kw_only=True):
    """The invitation that was made."""

    url: Address | UnsetType = UNSET
    """Of a link, told this once. An address gets its own by email."""


class InvitationsBody(ResponseBody, frozen=True, kw_only=True):
    """Invitations that can be accepted, newest first."""

    invitations: list[InvitationBody]


class InvitationWanted(RequestBody, frozen=True, kw_only=True):
    """Whom to invite. With `email` one person by email, without it a link for several."""

    role: Role
    """Viewer, member or admin; at most one's own."""
    email: str | None = None
    uses: Annotated[int, Meta(ge=1, le=MOST_LINK_USES)] = LINK_USES
    """How many people the link lets in."""


class InvitationWithdrawn(ResponseBody, frozen=True, kw_only=True):
    """The invitation that is no more."""

    id: str


class InvitationToken(RequestBody, frozen=True, kw_only=True):
    """The part of the invitation's address behind the last equals sign."""

    token: str


class JoinedBody(ResponseBody, frozen=True, kw_only=True):
    """The membership."""

    nation_slug: Slug
    role: Role
    joined: bool
    """False for somebody who was a member already."""


@operation("GET /v1/invitations", tag="Members", role=Role.ADMIN, active=False)
def list_invitations(call: MemberCall) -> InvitationsBody:
    """Invitations that can be accepted."""
    found = _invitations(call.services).of_nation(call.nation_slug)
    return InvitationsBody(invitations=[_told(each) for each in found])


@operation(
    "POST /v1/invitations",
    tag="Members",
    role=Role.ADMIN,
    status=201,
    example=InvitationWanted(role=Role.MEMBER, uses=5),
    raises=(OwnerStays, SeatsTaken, MailNotSent),
)
def invite(call: MemberCall, body: InvitationWanted) -> NewInvitation:
    """Invite one person by email, or several by a link.

    50 a day. An invitation is good for seven days.
    """
    services, admin = call.services, call.member
    rows = _invitations(services)
    if body.email is None:
        made = rows.by_link(admin, body.role, most_uses=body.uses)
        log_of(services).invited(admin, made.invitation)
        return extended(_told(made.invitation), NewInvitation, url=_url(call.request, made))
    made = rows.by_email(admin, address(body.email), body.role)
    try:
        _mail(call.request, made, inviter=services.users.get(admin.user_id))
    except MailNotSent:
        rows.revoke(admin.nation_slug, made.invitation.id)
        raise
    log_of(services).invited(admin, made.invitation)
    return extended(_told(made.invitation), NewInvitation)


@operation(
    "DELETE /v1/invitations/{invitation}", tag="Members", role=Role.ADMIN, active=False, raises=(NotFound,)
)
def withdraw_invitation(call: MemberCall) -> InvitationWithdrawn:
    """Withdraw an invitation."""
    revoked = _invitations(call.services).revoke(call.nation_slug, call.path["invitation"])
    log_of(call.services).withdrew(call.member, revoked)
    return InvitationWithdrawn(id=revoked.id)


@operation(
    "POST /v1/invitations/accept",
    tag="Members",
    raises=(InvitationInvalid, InvitationForOther, RemovedFromNation, SeatsTaken, NationUnknown),
)
def accept_invitation(call: Call, body: InvitationToken) -> JoinedBody:
    """Become a member by an invitation.

    No nation is selected: the token names it.
    """
    services, person = call.services, call.person
    services.memberships.require_living(person.user_id)
    services.users.seen(person.user_id, email=person.email, now=services.clock())
    invitation, joined = _invitations(services).accept(person.user_id, person.email, body.token)
    if joined.new:
        log_of(services).accepted(joined.membership, invitation)
    membership = joined.membership
    return JoinedBody(nation_slug=membership.nation_slug, role=membership.role, joined=joined.new)


def _invitations(services: Services) -> Invitations:
    return Invitations(of_people(services))


def _mail(request: HttpRequest, made: Made, *, inviter: User | None) -> None:
    """Send an invitation to its address. Raises `MailNotSent`."""
    brand, button = _brand(request), Button("Accept the invitation", _url(request, made))
    by = None if inviter is None else inviter.email
    content = invitation_mail(made.invitation, brand, button, inviter=by)
    Mail(clients.mail(), brand).send(made.invitation.email or "", content)


def _url(request: HttpRequest, made: Made) -> str:
    return f"{_brand(request).app_url}{PLACE}{made.token}"


def _brand(request: HttpRequest) -> Brand:
    """The brand whose web app the caller uses."""
    return _brands().at(request.headers.get("origin"))


def _told(invitation: Invitation) -> InvitationBody:
    return InvitationBody(
        id=invitation.id,
        kind=invitation.kind,
        role=invitation.role,
        email=invitation.email,
        invited_by=invitation.invited_by,
        created_at=timestamp(invitation.created_at),
        expires_at=timestamp(invitation.expires_at),
        uses=invitation.uses,
        most_uses=invitation.most_uses,
    )


_brands = cache(Brands.read)
