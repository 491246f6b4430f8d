"""Roles in a nation and what each may do: the matrix of the product, as code.

| Role | May |
| --- | --- |
| viewer | read |
| member | and write single records; what sends a message, after approval |
| admin | and bulk and destructive work, after approval |
| owner | the same; billing and the nation itself besides |

NationBuilder does not tell a person's permission set, so this alone governs inside Nat.
"""

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


class Verdict(StrEnum):
    """What happens to a tool call."""

    RUN = "run"
    ASK = "ask"
    REFUSE = "refuse"


_RANK: Final = {role: rank for rank, role in enumerate(Role)}

_NEEDED: Final = {"read": Role.VIEWER, "write": Role.MEMBER, "bulk": Role.ADMIN, "destructive": Role.ADMIN}
"""The lowest role for each effect (`nat.agent.tool.Effect`)."""

_ASKED_FIRST: Final = frozenset({"bulk", "destructive"})


def may(role: Role, effect: str, *, sends: bool) -> Verdict:
    """Whether a role runs a call of this effect, is asked first, or is refused.

    `effect` is a value of `nat.agent.tool.Effect`, `sends` says that supporters may get a message. A nation's
    policy can only be stricter than this. Raises `KeyError` for an unknown effect.
    """
    if not role.at_least(_NEEDED[effect]):
        return Verdict.REFUSE
    if effect in _ASKED_FIRST or sends:
        return Verdict.ASK
    return Verdict.RUN
