"""Linking people and organisations."""

from typing import Annotated

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.planning import change, create, existing_person, person_subject
from nat.agent.tools.parameters import RecordId, Text
from nat.agent.tools.relationships import RelationshipType
from nat.agent.tools.results import person_name
from nat.changes.plan import Change, Skipped
from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder
from nat.wording import Worded


@tool(
    group="relationships",
    effect=Effect.WRITE,
    label="Linking two people",
    endpoints=("POST /relationships", "GET /relationships", "GET /signups/{id}"),
    undo="deletes the relationship",
)
def create_relationship(
    v2: NationBuilder,
    *,
    first_person_id: RecordId,
    second_person_id: RecordId,
    type: Annotated[RelationshipType, Field(description="What the first is to the second, then back")],
    title: Annotated[Text | None, Field(max_length=255)] = None,
) -> Change:
    """Link two people or organisations, such as an employee with their employer."""
    if first_person_id == second_person_id:
        raise BadRequest(Worded("refused.same_record"))
    first, second = (existing_person(v2, each) for each in (first_person_id, second_person_id))
    subject = person_subject(v2, first)
    role, other_role = (each.replace("_", " ") for each in type.split("-", 1))
    summary = Worded(
        "change.link", name=subject.name, role=role, other=person_name(second), other_role=other_role
    )
    ends = [(first_person_id, second_person_id)]
    if role == other_role:
        ends.append((second_person_id, first_person_id))
    for one, other in ends:
        key = _key(one, other, type)
        if v2.index("relationships", filters=key, page_size=1).records:
            return change(summary, [Skipped(subject, Worded("skipped.linked"))], people=2)
    values = _key(first_person_id, second_person_id, type)
    operation = create(
        "relationship",
        subject,
        "relationships",
        {**values, "title": title} if title else values,
        natural_key=values,
        by_id=True,
    )
    return change(summary, [operation], people=2)


def _key(first: str, second: str, kind: str) -> dict[str, str]:
    return {"first_signup_id": first, "second_signup_id": second, "relationship_type": kind}
