"""What the audit log says about members: who was invited, joined, got another role, left or owns the nation.

Addresses stay out of it: an entry cannot be deleted, and a person's address can.
"""

from typing import Final

from nat.audit.entry import AuditKind
from nat.audit.log import SYSTEM, Audit
from nat.ids import NationSlug, UserId
from nat.people.invitations import Invitation
from nat.people.members import RoleChange
from nat.people.memberships import Membership
from nat.people.ownership import PassedOn, Settled

NATIONBUILDER: Final = "nationbuilder"


class PeopleLog:
    """Entries about the members of a nation."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def invited(self, by: Membership, invitation: Invitation) -> None:
        """Somebody made an invitation."""
        self._add(
            by.nation_slug,
            by.user_id,
            "",
            f"Invited by {invitation.kind} as {invitation.role}",
            invitation=invitation.id,
            role=invitation.role.value,
            most_uses=invitation.most_uses,
        )

    def withdrew(self, by: Membership, invitation: Invitation) -> None:
        """Somebody withdrew an invitation."""
        self._add(by.nation_slug, by.user_id, "", "Withdrew an invitation", invitation=invitation.id)

    def accepted(self, membership: Membership, invitation: Invitation) -> None:
        """Somebody joined by an invitation."""
        self._add(
            membership.nation_slug,
            membership.user_id,
            membership.user_id,
            f"Joined as {membership.role} by an invitation",
            invitation=invitation.id,
            invited_by=invitation.invited_by,
            role=membership.role.value,
        )

    def proved(self, membership: Membership) -> None:
        """Somebody joined by proving to NationBuilder that they belong to the control panel."""
        self._add(
            membership.nation_slug,
            membership.user_id,
            membership.user_id,
            f"Joined as {membership.role} by NationBuilder",
            role=membership.role.value,
        )

    def changed_role(self, by: Membership, change: RoleChange) -> None:
        """Somebody got another role."""
        member = change.membership
        self._add(
            by.nation_slug,
            by.user_id,
            member.user_id,
            f"{change.before} → {member.role}",
            before=change.before.value,
            after=member.role.value,
        )

    def removed(self, by: Membership, member: Membership) -> None:
        """Somebody was removed, or left."""
        summary = "Left the nation" if by.user_id == member.user_id else "Removed from the nation"
        self._add(by.nation_slug, by.user_id, member.user_id, summary, before=member.role.value)

    def transferred(self, by: Membership, owner: Membership) -> None:
        """The ownership was handed over."""
        self._add(by.nation_slug, by.user_id, owner.user_id, "Transferred the ownership")

    def welcomed(self, nation_slug: NationSlug, user_id: UserId) -> None:
        """The first subscriber owns the nation, provisionally. Noted once, however often it is told."""
        self._audit.append(
            nation_slug,
            AuditKind.ROLE_CHANGED,
            by=SYSTEM,
            about=user_id,
            summary="Owns the nation provisionally: the first to subscribe it",
            once=f"welcomed#{user_id}",
        )

    def settled(self, nation_slug: NationSlug, outcome: Settled) -> None:
        """NationBuilder named somebody as one of its control panel, and they became an admin or the owner by
        it, or claim to be. Nothing is noted where nothing changed."""
        member = outcome.membership
        if member is None:
            return
        if outcome.changed:
            what = "Owns the nation" if outcome.owns else f"Is {member.role} of the nation"
            summary = f"{what}: NationBuilder names them as one of its control panel"
            self._add(nation_slug, NATIONBUILDER, member.user_id, summary)
        if outcome.claims:
            summary = "Claims the ownership: connected a nation whose owner only paid for it"
            self._add(nation_slug, member.user_id, member.user_id, summary)

    def waits(self, nation_slug: NationSlug, user_id: UserId) -> None:
        """Somebody has proven who they are, and an admin has to let them in."""
        self._add(nation_slug, user_id, user_id, "Waits to be let in, proven by NationBuilder")

    def let_in(self, by: Membership, member: Membership) -> None:
        """An admin let somebody in who waited or had been removed."""
        summary = f"Let in as {member.role}"
        self._add(by.nation_slug, by.user_id, member.user_id, summary, role=member.role.value)

    def turned_away(self, by: Membership, user_id: UserId) -> None:
        """An admin turned somebody away who waited."""
        self._add(by.nation_slug, by.user_id, user_id, "Turned away")

    def lifted(self, by: Membership, user_id: UserId, areas: frozenset[str]) -> None:
        """An admin opened areas to a member that NationBuilder refuses them."""
        summary = f"Opened what NationBuilder refuses: {', '.join(sorted(areas))}"
        self._add(by.nation_slug, by.user_id, user_id, summary, areas=sorted(areas))

    def kept(self, owner: Membership) -> None:
        """The owner objected to a claim."""
        self._add(owner.nation_slug, owner.user_id, owner.user_id, "Keeps the ownership")

    def passed_on(self, nation_slug: NationSlug, outcome: PassedOn) -> None:
        """The ownership passed from who paid to who claimed it."""
        summary = "Owns the nation: who paid did not answer for 14 days"
        self._add(nation_slug, SYSTEM, outcome.owner.user_id, summary, former=outcome.former)

    def _add(self, nation_slug: NationSlug, by: str, about: str, summary: str, **details: object) -> None:
        self._audit.append(
            nation_slug, AuditKind.ROLE_CHANGED, by=by, about=about, summary=summary, details=details
        )
