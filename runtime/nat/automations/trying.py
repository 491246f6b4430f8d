"""Trying an automation out: its question is asked as of its last run, before anybody has enabled it."""

from dataclasses import dataclass
from datetime import datetime

from ulid import ULID

from nat.automations.automation import Automation
from nat.conversations.turns import Turn
from nat.ids import ConversationId, TurnId, UserId
from nat.turns.admission import Admission, Surface
from nat.turns.admit import AdmitRequest, admit


@dataclass(frozen=True)
class TryOut:
    """A question on its way, and as of when it is answered."""

    turn: Turn
    as_of: datetime


def try_out(automation: Automation, user_id: UserId, admission: Admission) -> TryOut:
    """Ask an automation's question in a new conversation of a person. Nothing is delivered, and it changes
    nothing by itself, like a run. Raises what `admit` raises."""
    now = admission.clock()
    as_of = automation.schedule.last_run(now) or now
    request = AdmitRequest(
        user_id=user_id,
        nation_slug=automation.nation_slug,
        conversation_id=ConversationId(str(ULID())),
        turn_id=TurnId(str(ULID())),
        question=(
            f"{automation.prompt}\n\n"
            f"(Answer this as of {as_of:%A} {as_of.day} {as_of:%B %Y}, {as_of:%H:%M} "
            f"{automation.schedule.zone}, as if it had been asked then.)"
        ),
        surface=Surface.AUTOMATION,
    )
    return TryOut(admit(request, admission).turn, as_of)
