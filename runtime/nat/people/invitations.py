"""Invitations to a nation: to one email address, once, or by a link that several people may use.

An invitation is a row of Once, `invitation#<sha256 of its token>`; the token itself is in the email or the
link and nowhere else. The hash names the invitation in lists: whoever knows it cannot accept with it. The row
goes by itself some days after the invitation is over, and the address with it.

What an invitation gives is decided when it is accepted: whoever made it must still be an admin then, with at
least the role that it gives. So nobody comes in by somebody who was removed. Areas of the data that are
closed to who made it are closed to who comes in by it, of whom NationBuilder tells nothing: an admin sees no
more through somebody whom they invite.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.items import Row, epoch_ms, moment
from nat.aws.store import Cancelled
from nat.aws.writes import Check, Entry, Put, Update
from nat.errors import (
    BadRequest,
    InvitationForOther,
    InvitationInvalid,
    NotFound,
    OwnerStays,
    RoleInsufficient,
    Throttled,
)
from nat.ids import NationSlug, UserId
from nat.names import INVITATIONS_BY_NATION, TTL_ATTRIBUTE, Table
from nat.people.members import Joined, Members
from nat.people.memberships import Membership
from nat.roles import Role
from nat.wording import Worded

LIFETIME: Final = timedelta(days=7)
KEPT: Final = timedelta(days=2)
"""How long the row of an invitation that is over stays, for the limit below."""
MOST_A_DAY: Final = 50
"""Invitations of a nation in 24 hours, withdrawn ones counted: nobody mails the world in Nat's name."""
LINK_USES: Final = 25
MOST_LINK_USES: Final = 100
LONGEST_TOKEN: Final = 100


@dataclass(frozen=True)
class Invitation:
    """An invitation. `email` is null for a link, `id` the hash of the token."""

    id: str
    nation_slug: NationSlug
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime
    most_uses: int
    uses: int = 0
    email: str | None = None
    revoked: bool = False

    @property
    def kind(self) -> str:
        """`email` or `link`."""
        return "link" if self.email is None else "email"

    def open_at(self, now: datetime) -> bool:
        """Whether it could be accepted then, as far as it tells itself."""
        return not self.revoked and self.uses < self.most_uses and now < self.expires_at


@dataclass(frozen=True)
class Made:
    """A new invitation and its token, which is told once."""

    invitation: Invitation
    token: str


class Invitations:
    """Invitations in the Once table."""

    def __init__(self, members: Members) -> None:
        self._store = members.store
        self._members = members

    def by_email(self, by: Membership, email: str, role: Role) -> Made:
        """Invite one address, which is in the form that it is compared in: lower case.

        Raises `RoleInsufficient`, `OwnerStays`, `SeatsTaken`, `Throttled`.
        """
        return self._make(by, role, most_uses=1, email=email)

    def by_link(self, by: Membership, role: Role, *, most_uses: int = LINK_USES) -> Made:
        """Invite whoever has the link, at most `most_uses` people.

        Raises `BadRequest`, and what `by_email` raises.
        """
        if not 1 <= most_uses <= MOST_LINK_USES:
            raise BadRequest(Worded("form.link_uses", most=MOST_LINK_USES))
        return self._make(by, role, most_uses=most_uses, email=None)

    def of_nation(self, nation_slug: NationSlug) -> list[Invitation]:
        """Invitations that can be accepted, newest first. A moment behind."""
        now = self._store.clock()
        roles = {each.user_id: each.role for each in self._members.memberships.of_nation(nation_slug)}
        return [
            each
            for each in self._made_since(nation_slug, now - LIFETIME)
            if each.open_at(now) and _may_give(roles.get(UserId(each.invited_by)), each.role)
        ]

    def revoke(self, nation_slug: NationSlug, invitation_id: str) -> Invitation:
        """Withdraw an invitation. Raises `NotFound` where the nation has none of this id that is open."""
        is_open = (
            Attr("invites_to").eq(nation_slug)
            & Attr("uses").lt(Attr("most_uses"))
            & Attr("revoked").not_exists()
        )
        key = {"key": _key(invitation_id)}
        row = self._store.updated(Update(Table.ONCE, key, set={"revoked": True}, when=is_open))
        if row is None:
            raise NotFound("There is no such invitation, or it was used or withdrawn already.")
        return _invitation(row)

    def accept(self, user_id: UserId, email: str | None, token: str) -> tuple[Invitation, Joined]:
        """Make the signed-in person a member. `email` is the address that their session proves. Who belongs
        to the nation already stays as they are, and the invitation as it is.

        Raises `InvitationInvalid`, `InvitationForOther`, `SeatsTaken`, `RemovedFromNation`, and
        `Unauthenticated` for who deleted their account.
        """
        invitation = self._find(token)
        if invitation is None:
            raise InvitationInvalid
        if invitation.email is not None and invitation.email != (email or "").strip().lower():
            raise InvitationForOther
        known = self._members.memberships.known(invitation.nation_slug, user_id)
        if known is not None:
            return invitation, Joined(known, new=False)
        if not invitation.open_at(self._store.clock()) or invitation.invited_by == user_id:
            raise InvitationInvalid
        proofs: list[Entry] = [self._using(invitation), self._still_allowed(invitation)]
        try:
            joined = self._members.join(
                invitation.nation_slug,
                user_id,
                invitation.role,
                proofs=proofs,
                refused=self._withheld(invitation),
            )
        except Cancelled:
            raise InvitationInvalid from None
        return invitation, joined

    def _withheld(self, invitation: Invitation) -> frozenset[str]:
        """What is closed to who made it, now."""
        inviter = self._members.memberships.get(invitation.nation_slug, UserId(invitation.invited_by))
        return frozenset() if inviter is None else inviter.withheld

    def _make(self, by: Membership, role: Role, *, most_uses: int, email: str | None) -> Made:
        if role is Role.OWNER:
            raise OwnerStays(Worded("form.owner_invited"))
        if not _may_give(by.role, role):
            raise RoleInsufficient
        self._members.require_seat(by.nation_slug)
        now = self._store.clock()
        if len(self._made_since(by.nation_slug, now - timedelta(days=1))) >= MOST_A_DAY:
            raise Throttled(Worded("form.invitations", most=MOST_A_DAY), retry_after=3600)
        token = secrets.token_urlsafe(32)
        made = Invitation(
            _hash(token), by.nation_slug, role, by.user_id, now, now + LIFETIME, most_uses, email=email
        )
        self._store.write(Put(Table.ONCE, _item(made)))
        return Made(made, token)

    def _find(self, token: str) -> Invitation | None:
        if not 0 < len(token) <= LONGEST_TOKEN:
            return None
        row = self._store.get(Table.ONCE, {"key": _key(_hash(token))})
        return None if row is None else _invitation(row)

    def _made_since(self, nation_slug: NationSlug, since: datetime) -> list[Invitation]:
        where = Key("invites_to").eq(nation_slug) & Key("created_at").gte(since)
        rows = self._store.query(Table.ONCE, where, index=INVITATIONS_BY_NATION, newest_first=True)
        return [_invitation(row) for row in rows]

    def _using(self, invitation: Invitation) -> Update:
        """Entry that takes one use; fails when none is left."""
        usable = (
            Attr("revoked").not_exists()
            & Attr("uses").lt(Attr("most_uses"))
            & Attr("expires_ms").gt(epoch_ms(self._store.clock()))
        )
        return Update(Table.ONCE, {"key": _key(invitation.id)}, add={"uses": 1}, when=usable)

    def _still_allowed(self, invitation: Invitation) -> Check:
        least = invitation.role if invitation.role.at_least(Role.ADMIN) else Role.ADMIN
        return self._members.memberships.having(invitation.nation_slug, UserId(invitation.invited_by), least)


def _may_give(giver: Role | None, role: Role) -> bool:
    return giver is not None and giver.at_least(Role.ADMIN) and giver.at_least(role)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _key(invitation_id: str) -> str:
    return f"invitation#{invitation_id}"


def _item(invitation: Invitation) -> dict[str, object]:
    return {
        "key": _key(invitation.id),
        "invites_to": invitation.nation_slug,
        "role": invitation.role.value,
        "invited_by": invitation.invited_by,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "expires_ms": epoch_ms(invitation.expires_at),
        "most_uses": invitation.most_uses,
        "uses": invitation.uses,
        "email": invitation.email,
        TTL_ATTRIBUTE: int((invitation.expires_at + KEPT).timestamp()),
    }


def _invitation(item: Row) -> Invitation:
    return Invitation(
        id=item["key"].partition("#")[2],
        nation_slug=item["invites_to"],
        role=Role(item["role"]),
        invited_by=item["invited_by"],
        created_at=moment(item["created_at"]),
        expires_at=moment(item["expires_at"]),
        most_uses=item["most_uses"],
        uses=item["uses"],
        email=item.get("email"),
        revoked=item.get("revoked", False),
    )
