"""The person who calls, the members of a nation, and invitations to it."""

from typing import Annotated, Final

from pydantic import Field

from local.openapi.routes.nation import Subscription
from local.openapi.vocabulary import (
    ABSENT,
    ACTIVE,
    ADMIN,
    FOUND,
    MEMBER,
    Address,
    Answered,
    Count,
    Moment,
    Operation,
    Sent,
    Slug,
    one_of,
)
from nat.errors import (
    InvitationForOther,
    InvitationInvalid,
    MailNotSent,
    MembershipChanged,
    MemberUnknown,
    NationUnknown,
    NotAMember,
    OwnerStays,
    RoleInsufficient,
    SeatsTaken,
)
from nat.names import Route
from nat.people.invitations import LINK_USES, MOST_LINK_USES
from nat.roles import Role


class MembershipOfMine(Answered):
    """One of the person's nations."""

    nation_slug: Slug
    role: Role
    subscription: Subscription | None
    """Null for a nation that was never subscribed."""


class Me(Answered):
    """The person, and the nations they belong to."""

    user_id: str
    email: str | None
    nation_slug: Slug | None
    """The primary nation: the one that is selected when they sign in."""
    memberships: list[MembershipOfMine]


class PrimaryNation(Answered):
    """The nation that is selected when the person signs in."""

    nation_slug: Slug


class PrimaryNationWanted(Sent):
    """One of the person's nations."""

    nation_slug: Slug


class Member(Answered):
    """A member as the caller sees them: admins see everybody's address, the others their own."""

    user_id: str
    role: Role
    joined_at: Moment
    email: str | None
    last_active_at: Moment | None


class Members(Answered):
    """Everybody in the nation, the owner first."""

    members: list[Member]
    owner_provisional: bool
    """Who subscribed first owns the nation until somebody proves to own it in NationBuilder."""


class RoleWanted(Sent):
    """Another role."""

    role: Role


class RoleOfMember(Answered):
    """A member's role as it is now."""

    user_id: str
    role: Role | None
    """Null for somebody who is no member any more."""


class Heir(Sent):
    """The member who becomes the owner."""

    user_id: Annotated[str, Field(min_length=1)]


class Ownership(Answered):
    """The new owner, and the caller's own role from now on."""

    owner_id: str
    role: Role


class Invitation(Answered):
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


class NewInvitation(Invitation):
    """The invitation that was made."""

    url: Address = ABSENT
    """Of a link, told this once. An address gets its own by email."""


class Invitations(Answered):
    """Invitations that can be accepted, newest first."""

    invitations: list[Invitation]


class InvitationWanted(Sent):
    """Whom to invite. With `email` one person by email, without it a link for several."""

    role: Role
    """Viewer, member or admin; at most one's own."""
    email: str | None = None
    uses: Annotated[int, Field(ge=1, le=MOST_LINK_USES)] = LINK_USES
    """How many people the link lets in."""


class InvitationWithdrawn(Answered):
    """The invitation that is no more."""

    id: str


class InvitationToken(Sent):
    """The part of the invitation's address behind the last equals sign."""

    token: str


class Joined(Answered):
    """The membership."""

    nation_slug: Slug
    role: Role
    joined: bool
    """False for somebody who was a member already."""


_TAG: Final = "Members"

OPERATIONS: Final = (
    Operation(
        Route.ME,
        "getMe",
        "Person",
        "The person, and their nations",
        Me,
        nation=False,
    ),
    Operation(
        Route.PRIMARY_NATION,
        "setPrimaryNation",
        "Person",
        "Choose the nation that is selected at sign-in",
        PrimaryNation,
        body=PrimaryNationWanted,
        example={"nation_slug": "demo"},
        errors=(NotAMember,),
        nation=False,
    ),
    Operation(
        Route.MEMBERS,
        "listMembers",
        _TAG,
        "The members of the nation",
        Members,
        errors=(*MEMBER, NationUnknown),
    ),
    Operation(
        Route.CHANGE_MEMBER,
        "changeMember",
        _TAG,
        "Give a member another role",
        RoleOfMember,
        description="For admins, at most their own role and never the owner's.",
        body=RoleWanted,
        example={"role": "viewer"},
        errors=(*ADMIN, MemberUnknown, OwnerStays, MembershipChanged),
    ),
    Operation(
        Route.REMOVE_MEMBER,
        "removeMember",
        _TAG,
        "Remove a member, or leave oneself",
        RoleOfMember,
        description="Their open connections in this nation are closed.",
        errors=(*ADMIN, MemberUnknown, OwnerStays, MembershipChanged),
    ),
    Operation(
        Route.LEAVE,
        "leaveNation",
        _TAG,
        "Leave the nation",
        RoleOfMember,
        errors=(*ADMIN, MemberUnknown, OwnerStays, MembershipChanged),
    ),
    Operation(
        Route.TRANSFER_OWNERSHIP,
        "transferOwnership",
        _TAG,
        "Hand the ownership to another member",
        Ownership,
        description="For the owner, who stays as an admin.",
        body=Heir,
        example={"user_id": "admin"},
        errors=(*ADMIN, MemberUnknown, NationUnknown, OwnerStays, MembershipChanged),
    ),
    Operation(
        Route.INVITATIONS,
        "listInvitations",
        _TAG,
        "Invitations that can be accepted",
        Invitations,
        errors=ADMIN,
    ),
    Operation(
        Route.INVITE,
        "invite",
        _TAG,
        "Invite one person by email, or several by a link",
        NewInvitation,
        status=201,
        description="For admins; 50 a day. An invitation is good for seven days.",
        body=InvitationWanted,
        example={"role": "member", "uses": 5},
        errors=(*ACTIVE, RoleInsufficient, OwnerStays, SeatsTaken, MailNotSent),
    ),
    Operation(
        Route.REVOKE_INVITATION,
        "withdrawInvitation",
        _TAG,
        "Withdraw an invitation",
        InvitationWithdrawn,
        errors=(*ADMIN, *FOUND),
    ),
    Operation(
        Route.ACCEPT_INVITATION,
        "acceptInvitation",
        _TAG,
        "Become a member by an invitation",
        Joined,
        body=InvitationToken,
        errors=(InvitationInvalid, InvitationForOther, SeatsTaken, NationUnknown),
        nation=False,
    ),
)
