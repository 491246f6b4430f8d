"""Questions that are asked on a schedule: Nat's automations, drafted in a conversation."""

from typing import Annotated, Literal

from pydantic import Field

from nat.agent.ports import DraftedFor
from nat.agent.tool import ToolOutcome, tool
from nat.agent.tool_context import OWN_GROUP, ToolContext
from nat.agent.tools.parameters import Text
from nat.changes.effect import Effect
from nat.errors import BadRequest

Weekday = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]


@tool(group=OWN_GROUP, effect=Effect.READ, label="Drafting an automation", endpoints=())
def schedule_question(
    context: ToolContext,
    *,
    name: Annotated[Text, Field(max_length=100)],
    question: Annotated[
        Text, Field(max_length=4_000, description="As asked each time, without the schedule")
    ],
    kind: Literal["daily", "weekly", "monthly"],
    time: Annotated[str, Field(description="09:00")],
    days: Annotated[list[Weekday] | None, Field(description="If weekly")] = None,
    day: Annotated[int | Literal["last"] | None, Field(description="If monthly, 1 to 28")] = None,
    zone: Annotated[str | None, Field(description="IANA; the nation's if not said")] = None,
    to: Annotated[
        DraftedFor, Field(description="email, slack: to the person. here: this Slack channel, for all in it")
    ] = "email",
) -> ToolOutcome:
    """Draft an automation: a question that is asked again on a schedule, each answer sent where `to` says.
    Nothing runs yet: the person enables it on the page behind the link, where it can be tried first. Say so,
    and say the schedule, its zone and the next run. For what a form cannot say (every second week) nothing is
    drafted: offer the nearest. These are not NationBuilder's automations, which list_automations reads."""
    if context.drafts is None:
        raise BadRequest("Automations cannot be made here. Say so; the web app has a page for them.")
    form = {"kind": kind, "time": time, "zone": zone, "days": days, "day": day}
    drafted = context.drafts.draft(
        name,
        question,
        {key: value for key, value in form.items() if value is not None},
        to=to,
    )
    where = "to this Slack channel" if to == "here" else f"to the person, by {to}"
    offer = {"could_go": "to this Slack channel (here)"} if drafted.in_channel and to != "here" else {}
    return ToolOutcome(
        {
            "state": "drafted; it runs once the person has enabled it",
            "schedule": drafted.words,
            "zone": drafted.zone,
            "zone_was_said": zone is not None,
            "answers_go": where,
            **offer,
            "next_runs": list(drafted.next_runs),
            "warnings": list(drafted.warnings),
        },
        links=(drafted.page,),
    )
