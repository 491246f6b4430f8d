"""Formal links between people and organisations."""

from functools import partial
from typing import Final, Literal

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import RecordId
from nat.agent.tools.results import (
    PERSON_NAME,
    Item,
    in_words,
    item,
    listed,
    local,
    must_exist,
    panel_link,
    related_person,
)
from nat.nationbuilder import Filters, Included, NationBuilder, Record
from nat.parallel import together

READ_AT_MOST: Final = 500

RelationshipType = Literal[
    "affiliate-affiliate", "alum-school", "assistant-assisted", "board_member-organization",
    "candidate-committee", "chapter-parent", "child-parent", "consultant-organization", "employee-employer",
    "family_partner-family_partner", "friend-friend", "member-organization", "mentee-mentor",
    "partner-partner", "primary_contact-organization", "relative-relative", "representative-constituent",
    "resident-organization", "sibling-sibling", "spouse-spouse", "student-school", "student-teacher",
    "subordinate-manager", "subsidiary-parent", "treasurer-committee",
]  # fmt: skip


@tool(
    group="relationships",
    effect=Effect.READ,
    label="Looking at relationships",
    endpoints=("GET /relationships", "GET /signups/{id}"),
)
def list_relationships(
    v2: NationBuilder, *, person_id: RecordId, type: RelationshipType | None = None
) -> ToolOutcome:
    """Formal links of a person or organisation in both directions, such as employees, board members, family.
    `role` is what this person is to the other."""
    filters: Filters = {"relationship_type": type} if type else {}
    read = partial(
        v2.read_all,
        "relationships",
        max_records=READ_AT_MOST,
        include=("first_signup", "second_signup"),
        fields={"signups": PERSON_NAME},
    )
    readings = together(
        [partial(read, filters={**filters, f"{side}_signup_id": person_id}) for side in ("first", "second")]
    )
    found = {
        each.id: _relationship(v2, each, reading.included, person_id)
        for reading in readings
        for each in reading.records
    }
    if not found:
        must_exist(v2, person_id)
    complete = all(reading.complete for reading in readings)
    return listed(
        v2,
        list(found.values()),
        query=in_words(f"relationships of person {person_id}", type),
        total=len(found) if complete else None,
        complete=complete,
        links=panel_link(v2, "person", "Profile", person_id),
    )


def _relationship(v2: NationBuilder, record: Record, included: Included, person_id: str) -> Item:
    """The first person plays the first role of the type, the second one the second."""
    is_first = record.text("first_signup_id") == person_id
    other = related_person(v2, record, included, "second_signup" if is_first else "first_signup") or {}
    roles = record.text("relationship_type").split("-", 1)
    return item(
        id=record.id,
        name=other.get("name"),
        panel_url=other.get("panel_url"),
        type=record.text("relationship_type"),
        role=roles[0 if is_first else -1].replace("_", " "),
        other_role=roles[-1 if is_first else 0].replace("_", " "),
        other=other,
        title=record.text("title"),
        created_at=local(v2, record.moment("created_at")),
    )
