"""The roles a person can have in a nation, and their order: nowhere else. What a role may do with a tool is
decided in `nat.changes.policy`."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """A membership's role. Compare by `at_least`, never by text."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    def at_least(self, other: "Role") -> bool:
        """True for the same role or a higher one: viewer < member < admin < owner."""
        return _RANK[self] >= _RANK[other]


_RANK: Final = {role: rank for rank, role in enumerate(Role)}
