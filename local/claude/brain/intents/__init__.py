"""What the brain understands, and which part of it is asked first."""

from typing import Final

from local.claude.brain.intents import (
    by_name,
    changes,
    contacts,
    events,
    gaps,
    journeys,
    lists,
    memberships,
    money,
    moves,
    names,
    outreach,
    people,
    records,
    schedules,
    tagging,
    tags,
    talk,
)
from local.claude.brain.plan import INTENTS, Intent

PRECEDENCE: Final = (
    by_name,
    schedules,
    talk,
    tagging,
    records,
    moves,
    changes,
    gaps,
    outreach,
    journeys,
    memberships,
    contacts,
    lists,
    events,
    money,
    tags,
    people,
    names,
)

IN_ORDER: Final[tuple[Intent, ...]] = tuple(
    each for module in PRECEDENCE for each in INTENTS if each.make.__module__ == module.__name__
)
"""All intents in order of precedence: the first that fits answers."""
