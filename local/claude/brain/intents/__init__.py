"""What the brain understands, and which part of it is asked first."""

from typing import Final

from local.claude.brain.intents import changing, donations, looking, schedules, talk
from local.claude.brain.plan import Intent

IN_ORDER: Final[tuple[Intent, ...]] = (
    *schedules.INTENTS,
    *talk.ABOUT_NAT,
    *changing.INTENTS,
    *talk.GAPS,
    *donations.INTENTS,
    *looking.INTENTS,
)
"""All intents in order of precedence: the first that fits answers."""
