"""Automations (email workflows) and who is enrolled."""

from typing import Annotated, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import Limit, RecordId
from nat.agent.tools.results import (
    PERSON_NAME,
    given,
    in_words,
    item,
    listed,
    local,
    long_text,
    must_exist,
    panel_link,
    related_person,
)
from nat.nationbuilder import Filters, NationBuilder

Status = Literal["drafted", "running", "on_hold", "archived", "ended"]


@tool(
    group="automations",
    effect=Effect.READ,
    label="Looking at automations",
    endpoints=(
        "GET /automations",
        "GET /automation_enrollments",
        "GET /signups/{id}",
        "GET /automations/{id}",
    ),
)
def list_automations(
    v2: NationBuilder,
    *,
    status: Status | None = None,
    automation_id: Annotated[RecordId | None, Field(description="Who is enrolled in it")] = None,
    person_id: Annotated[RecordId | None, Field(description="Where this person is enrolled")] = None,
    limit: Limit = 20,
) -> ToolOutcome:
    """NationBuilder's automations with state and numbers of enrolments; or, by automation or person, the
    enrolments."""
    links = panel_link(v2, "dashboard", "Control panel")
    if automation_id is not None or person_id is not None:
        return _enrolments(v2, automation_id, person_id, limit)
    page = v2.index(
        "automations",
        filters=given(status=status),
        extra_fields={
            "automations": (
                "total_enrollments_count",
                "completed_enrollments_count",
                "converted_enrollments_count",
                "removed_enrollments_count",
            )
        },
        sort=("-created_at",),
        page_size=limit,
        count=True,
    )
    items = [
        item(
            id=each.id,
            name=each.text("name") or f"Automation {each.id}",
            status=each["status"],
            description=long_text(each.text("description")),
            created_at=local(v2, each.moment("created_at")),
            paused_at=local(v2, each.moment("paused_at")),
            enrolled=each["total_enrollments_count"],
            completed=each["completed_enrollments_count"],
            converted=each["converted_enrollments_count"],
            removed=each["removed_enrollments_count"],
        )
        for each in page.records
    ]
    return listed(
        v2,
        items,
        query=in_words("automations", f"status {status}" if status else None),
        total=page.total,
        complete=page.complete,
        links=links,
    )


def _enrolments(
    v2: NationBuilder, automation_id: str | None, person_id: str | None, limit: int
) -> ToolOutcome:
    filters: Filters = given(automation_id=automation_id, signup_id=person_id)
    page = v2.index(
        "automation_enrollments",
        filters=filters,
        include=("signup", "automation"),
        fields={"signups": PERSON_NAME, "automations": ("name", "status")},
        sort=("-created_at",),
        page_size=limit,
        count=True,
    )
    if not page.records:
        must_exist(v2, person_id)
        if automation_id is not None:
            v2.show("automations", automation_id)
    items = []
    for each in page.records:
        automation = page.included.one(each, "automation")
        who = related_person(v2, each, page.included, "signup") or {}
        items.append(
            item(
                id=each.id,
                name=who.get("name"),
                person=who,
                automation=item(
                    id=each["automation_id"], name=automation.text("name") if automation else None
                ),
                step_number=each["automation_step_number"],
                enrolled_at=local(v2, each.moment("created_at")),
                next_execution=local(v2, each.moment("next_execution")),
                excluded_at=local(v2, each.moment("excluded_at")),
            )
        )
    return listed(
        v2,
        items,
        query=in_words(
            "enrolments",
            f"automation {automation_id}" if automation_id else None,
            f"person {person_id}" if person_id else None,
        ),
        total=page.total,
        complete=page.complete,
        links=panel_link(v2, "person", "Profile", person_id)
        if person_id
        else panel_link(v2, "dashboard", "Control panel"),
    )
