"""Logging, correcting and deleting contacts: calls, visits, meetings and the like."""

from typing import Annotated, Final

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.planning import (
    change,
    create,
    current_user,
    delete,
    existing,
    existing_person,
    patch,
    person_subject,
)
from nat.agent.tools.contacts import ContactOutcome, Method
from nat.agent.tools.parameters import Parameters, RecordId, Text
from nat.agent.tools.results import PERSON_FIELDS, person_name
from nat.changes.plan import Change, Operation, PlannedRequest, Skipped, Subject
from nat.errors import BadRequest
from nat.nationbuilder import Document, NationBuilder
from nat.nationbuilder.bodies import write_body
from nat.wording import Worded

_ATTRIBUTES: Final = {
    "method": "contact_method",
    "outcome": "contact_status",
    "note": "content",
    "path_id": "path_id",
    "path_step_id": "path_step_id",
}
_LOGGED: Final = (
    "signup_id", "author_id", "broadcaster_id", "contact_method", "contact_status", "content", "path_id",
    "path_step_id",
)  # fmt: skip
"""What a deleted contact is logged anew from."""


class ContactChanges(Parameters):
    method: Method | None = None
    outcome: ContactOutcome | None = None
    note: Annotated[str | None, Field(max_length=10_000)] = None
    path_id: RecordId | None = None
    path_step_id: RecordId | None = None


@tool(
    group="contacts",
    effect=Effect.WRITE,
    label="Logging a contact",
    endpoints=("POST /contacts", "PATCH /signups/{id}", "GET /signups/{id}", "GET /signups/me"),
    undo="deletes the contact",
)
def log_contact(
    v2: NationBuilder,
    *,
    person_id: RecordId,
    method: Method,
    outcome: ContactOutcome | None = None,
    note: Annotated[Text | None, Field(max_length=10_000)] = None,
    path_id: RecordId | None = None,
    path_step_id: RecordId | None = None,
    support_level: Annotated[int | None, Field(ge=1, le=5, description="1 strong support")] = None,
) -> Change:
    """Record a call, visit, meeting, text… with a person, as of now: NationBuilder takes no other date."""
    person = existing_person(v2, person_id, ("support_level",))
    subject = person_subject(v2, person)
    values: dict[str, object] = {
        "signup_id": person_id,
        "author_id": current_user(v2).id,
        "contact_method": method,
        "contact_status": outcome,
        "content": note,
        "path_id": path_id,
        "path_step_id": path_step_id,
    }
    given = {name: value for name, value in values.items() if value is not None}
    parts: list[Operation | Skipped] = [create("contact", subject, "contacts", given)]
    if support_level is not None:
        parts.append(patch(subject, person, {"support_level": support_level}))
    return change(Worded("change.log_contact", method=_words(method), name=subject.name), parts, people=1)


@tool(
    group="contacts",
    effect=Effect.WRITE,
    label="Correcting a contact",
    endpoints=("PATCH /contacts/{id}", "GET /contacts/{id}"),
    undo="patches back the old values",
)
def update_contact(
    v2: NationBuilder,
    *,
    contact_id: RecordId,
    changes: Annotated[ContactChanges, Field(description="null clears all but the method")],
) -> Change:
    """Correct a logged contact."""
    given = changes.model_dump(exclude_unset=True)
    if not given:
        raise BadRequest(Worded("refused.nothing_to_change"))
    if "method" in given and given["method"] is None:
        raise BadRequest(Worded("refused.contact_method"))
    found, subject = _contact(v2, contact_id)
    values = {_ATTRIBUTES[name]: value or None for name, value in given.items()}
    return change(
        Worded("change.correct_contact", method=_words(found.record["contact_method"]), name=subject.name),
        [patch(subject, found.record, values)],
        people=1,
    )


@tool(
    group="contacts",
    effect=Effect.DESTRUCTIVE,
    label="Deleting a contact",
    endpoints=("DELETE /contacts/{id}", "GET /contacts/{id}"),
    undo="logs it anew, with a new time stamp",
)
def delete_contact(v2: NationBuilder, *, contact_id: RecordId) -> Change:
    """Delete a logged contact."""
    found, subject = _contact(v2, contact_id)
    values = {name: found.record[name] for name in _LOGGED if found.record[name] is not None}
    return change(
        Worded("change.delete_contact", method=_words(found.record["contact_method"]), name=subject.name),
        [
            delete(
                subject,
                found.record,
                ("contact_method", "contact_status", "content", "created_at"),
                undo=(PlannedRequest("POST", "contacts", write_body("contacts", values)),),
            )
        ],
        people=1,
        warnings=[Worded("warning.contact_anew")],
    )


def _contact(v2: NationBuilder, contact_id: str) -> tuple[Document, Subject]:
    """A contact, and what it is called: the person it was with."""
    found = existing(v2, "contacts", contact_id, "logged contact", include=("signup",), fields=PERSON_FIELDS)
    person, person_id = found.one("signup"), found.record.related_id("signup")
    name = person_name(person) if person else f"person {person_id}" if person_id else "nobody"
    url = v2.panel_url("person", person_id) if person_id else None
    return found, Subject("contact", contact_id, name, url)


def _words(method: object) -> str:
    return "contact" if method in (None, "other") else str(method).replace("_", " ")
