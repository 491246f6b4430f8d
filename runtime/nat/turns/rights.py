"""What the person of a turn may do at this moment: their role and the nation's policy, read from the store.

A turn may run for minutes, and an approved change longer. So nothing that changes records goes by what was
read when it began: it asks here before each write, and a bulk change before each batch of requests.
"""

from collections.abc import Callable

from nat.changes.executor import Check
from nat.changes.policy import Gated, Rights, RightsNow, check_rights, policy_of
from nat.conversations.turns import Turn
from nat.errors import NotAMember
from nat.ids import NationSlug, UserId
from nat.nations.record import Nations
from nat.roles import Role

RoleNow = Callable[[NationSlug, UserId], Role | None]
"""The role of a person (user id) in a nation (slug) at this moment; `None` for who is no member."""


class PresentRights:
    """Reads rights anew each time."""

    def __init__(self, role_now: RoleNow, nations: Nations) -> None:
        self._role_now = role_now
        self._nations = nations

    def of(self, turn: Turn) -> Rights:
        """The rights of the turn's person. Raises `NotAMember`, `NationUnknown`."""
        role = self._role_now(turn.nation_slug, turn.user_id)
        if role is None:
            raise NotAMember
        return Rights(role, policy_of(self._nations.require(turn.nation_slug).policy))

    def reader(self, turn: Turn) -> RightsNow:
        """What reads the rights of the turn's person."""
        return lambda: self.of(turn)

    def check(self, turn: Turn, tool: Gated) -> Check:
        """What raises `NotAMember` or `RoleInsufficient` once the turn's person may not let this tool run."""
        return lambda: check_rights(self.of(turn), tool)
