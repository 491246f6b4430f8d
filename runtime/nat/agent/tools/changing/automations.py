"""Enrolling people in automations, which send them messages."""

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.naming import Named, called
from nat.agent.tools.changing.planning import change, create, existing_person, person_subject
from nat.agent.tools.parameters import RecordId
from nat.changes.plan import Change, Skipped
from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder
from nat.wording import Worded


@tool(
    group="automations",
    effect=Effect.WRITE,
    label="Enrolling a person in an automation",
    endpoints=(
        "POST /automation_enrollments",
        "GET /automation_enrollments",
        "GET /automations",
        "GET /automations/{id}",
        "GET /signups/{id}",
    ),
    sends=True,
    undo="ends the enrolment; what was sent stays sent",
)
def enroll_in_automation(v2: NationBuilder, *, person_id: RecordId, automation_id: Named) -> Change:
    """Enrol one person in an automation. They will get its emails."""
    automation = called(v2, "automations", automation_id, "automation").record
    status = automation["status"]
    if status in ("archived", "ended"):
        raise BadRequest(
            Worded("refused.automation_closed", automation=automation.text("name"), status=status)
        )
    person = existing_person(v2, person_id, ("do_not_contact",))
    subject = person_subject(v2, person)
    summary = Worded("change.enrol", name=subject.name, automation=automation.text("name"))
    pair = {"automation_id": automation.id, "signup_id": person_id}
    if v2.index("automation_enrollments", filters=pair, page_size=1).records:
        return change(summary, [Skipped(subject, Worded("skipped.enrolled"))], people=1)
    return change(
        summary,
        [create("enrolment", subject, "automation_enrollments", pair, natural_key=pair)],
        people=1,
        warnings=[
            Worded("warning.automation_sends"),
            Worded("warning.automation_state", status=str(status).replace("_", " "))
            if status != "running"
            else None,
            Worded("warning.do_not_contact") if person["do_not_contact"] else None,
        ],
    )
