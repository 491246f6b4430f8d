"""What somebody becomes who proves to NationBuilder that they use the nation's control panel: a setting."""

from enum import StrEnum

from nat.nations.record import Nation
from nat.roles import Role


class Joiners(StrEnum):
    """The setting. NationBuilder does not tell whether a person may change anything, so they begin by
    looking unless the nation says otherwise."""

    VIEWER = "viewer"
    MEMBER = "member"
    ASK = "ask"
    """An admin lets them in."""


def joiners_of(nation: Nation) -> Joiners:
    """What the nation has set."""
    return Joiners(nation.joiners or Joiners.VIEWER)


def role_of_joiners(nation: Nation) -> Role | None:
    """The role in which people join; `None` where an admin lets them in."""
    joiners = joiners_of(nation)
    return None if joiners is Joiners.ASK else Role(joiners.value)
