"""Invitations to the selected nation, and accepting one."""

from functools import cache
from typing import Any, Final

from nat.aws import clients
from nat.aws.items import timestamp
from nat.channels.brands import Brand, Brands
from nat.channels.email import Mail, address
from nat.channels.mail_page import Button
from nat.errors import BadRequest, MailNotSent
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.routes.members import log_of, of_people
from nat.handlers.services import Services
from nat.names import Route
from nat.notices.messages import invitation_mail
from nat.people.invitations import LINK_USES, Invitation, Invitations, Made
from nat.people.members import role_named
from nat.people.session import person_of, select
from nat.people.users import User
from nat.roles import Role

PLACE: Final = "/join#invitation="
"""Page of the web app that accepts an invitation. The token stands behind `#`: browsers do not send that part
to any server, so no log has it."""


def invitations(services: Services, request: HttpRequest) -> HttpAnswer:
    """Invitations that can be accepted, newest first."""
    admin = services.member(request, at_least=Role.ADMIN, active=False)
    found = _invitations(services).of_nation(admin.nation_slug)
    return HttpAnswer({"invitations": [_told(each) for each in found]})


def invite(services: Services, request: HttpRequest) -> HttpAnswer:
    """Invite an address, `{"email", "role"}`, or make a link, `{"role", "uses"}`. The link is told once."""
    admin = services.member(request, at_least=Role.ADMIN)
    body = request.json()
    role = role_named(body.get("role"))
    rows = _invitations(services)
    if body.get("email") is None:
        made = rows.by_link(admin, role, most_uses=_uses(body))
        log_of(services).invited(admin, made.invitation)
        return HttpAnswer({**_told(made.invitation), "url": _url(request, made)}, status=201)
    if not isinstance(body["email"], str):
        raise BadRequest("`email` is the address to invite.")
    made = rows.by_email(admin, address(body["email"]), role)
    try:
        _mail(request, made, inviter=services.users.get(admin.user_id))
    except MailNotSent:
        rows.revoke(admin.nation_slug, made.invitation.id)
        raise
    log_of(services).invited(admin, made.invitation)
    return HttpAnswer(_told(made.invitation), status=201)


def revoke_invitation(services: Services, request: HttpRequest) -> HttpAnswer:
    """Withdraw an invitation."""
    admin = services.member(request, at_least=Role.ADMIN, active=False)
    revoked = _invitations(services).revoke(admin.nation_slug, request.path["invitation"])
    log_of(services).withdrew(admin, revoked)
    return HttpAnswer({"id": revoked.id})


def accept_invitation(services: Services, request: HttpRequest) -> HttpAnswer:
    """Become a member by an invitation's `{"token"}`. No nation is selected: the token names it."""
    person = person_of(request.claims)
    select(person, request.headers)
    token = request.json().get("token")
    if not isinstance(token, str):
        raise BadRequest("`token` is the part of the invitation's address behind the last equals sign.")
    services.users.seen(person.user_id, email=person.email, now=services.clock())
    invitation, joined = _invitations(services).accept(person.user_id, person.email, token)
    if joined.new:
        log_of(services).accepted(joined.membership, invitation)
    membership = joined.membership
    return HttpAnswer(
        {"nation_slug": membership.nation_slug, "role": membership.role.value, "joined": joined.new}
    )


def _invitations(services: Services) -> Invitations:
    return Invitations(of_people(services))


def _uses(body: dict[str, Any]) -> int:
    uses = body.get("uses", LINK_USES)
    if not isinstance(uses, int) or isinstance(uses, bool):
        raise BadRequest("`uses` is how many people the link lets in.")
    return uses


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
    origin = next((value for name, value in request.headers.items() if name.lower() == "origin"), None)
    return _brands().at(origin)


def _told(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "kind": invitation.kind,
        "role": invitation.role.value,
        "email": invitation.email,
        "invited_by": invitation.invited_by,
        "created_at": timestamp(invitation.created_at),
        "expires_at": timestamp(invitation.expires_at),
        "uses": invitation.uses,
        "most_uses": invitation.most_uses,
    }


_brands = cache(Brands.read)
ROUTES: Final[Routes] = {
    Route.INVITATIONS: invitations,
    Route.INVITE: invite,
    Route.REVOKE_INVITATION: revoke_invitation,
    Route.ACCEPT_INVITATION: accept_invitation,
}
