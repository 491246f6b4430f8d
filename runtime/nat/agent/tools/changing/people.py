"""Adding, changing and deleting people and organisations."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.given_person import NAMES, namesakes, person_with_email
from nat.agent.tools.changing.person_fields import (
    BULK_FIELDS,
    check_references,
    read_changes,
)
from nat.agent.tools.changing.planning import (
    change,
    create,
    current_user,
    delete,
    existing_person,
    index_probe,
    patch,
    person_subject,
    require_name,
)
from nat.agent.tools.changing.tagging import WantedTag, add_tagging, wanted_tags
from nat.agent.tools.changing.who import PersonIds, people_by_id, people_on_list, taggings_of
from nat.agent.tools.parameters import Parameters, RecordId, Text
from nat.agent.tools.results import person_name
from nat.changes.plan import Change, Operation, PlannedRequest, Skipped, Subject
from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder, Record, Sidepost, where
from nat.nationbuilder.query import speakable
from nat.wording import Worded, enumerated, field_name

_SLOTS: Final = ("email1", "email2", "email3", "email4")
_LOST: Final = (
    "first_name", "last_name", "email", "phone_number", "mobile_number", "support_level", "donations_count",
)  # fmt: skip

Changes = Annotated[
    dict[str, object],
    Field(
        description="Field names of NationBuilder with new values; null clears. E.g. first_name, email, "
        "mobile_number, support_level (1-5), email_opt_in, do_not_contact, is_volunteer, note, employer, "
        "recruiter_id, home_address {address1, city, state, zip}, custom_values {slug: value}"
    ),
]


class PostalAddress(Parameters):
    type: Literal["home", "mailing", "work", "registered", "billing"] = "home"
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country_code: Annotated[str | None, Field(description="Two letters")] = None


@tool(
    group="people",
    effect=Effect.WRITE,
    label="Adding a person",
    endpoints=(
        "PATCH /signups/push",
        "POST /signups",
        "PATCH /signups/{id}",
        "GET /signups",
        "POST /signup_tags",
        "POST /signup_taggings",
        "GET /signups/{id}",
        "GET /signup_tags",
        "GET /signup_taggings",
        "GET /custom_fields",
    ),
    undo="deletes the person if new, else restores the fields",
)
def create_person(
    v2: NationBuilder,
    *,
    first_name: Text | None = None,
    last_name: Annotated[Text | None, Field(description="Or an organisation's name")] = None,
    email: Text | None = None,
    phone_number: Text | None = None,
    mobile_number: Text | None = None,
    kind: Literal["person", "organisation"] | None = None,
    address: PostalAddress | None = None,
    custom_values: Annotated[dict[str, object] | None, Field(description="By slug")] = None,
    tags: Annotated[list[Text] | None, Field(max_length=20)] = None,
    recruiter_id: RecordId | None = None,
    allow_duplicate: Annotated[
        bool, Field(description="Only if the person asked for a second record")
    ] = False,
) -> Change:
    """Add a person or organisation. With an email that someone has already, updates them instead."""
    given: dict[str, object] = {
        "first_name": first_name,
        "last_name": last_name,
        "email": email,
        "phone_number": phone_number,
        "mobile_number": mobile_number,
        "recruiter_id": recruiter_id,
        "custom_values": custom_values or None,
    }
    if address is not None:
        parts = address.model_dump(exclude={"type"}, exclude_none=True)
        given[f"{address.type}_address"] = parts or None
    given = {name: value for name, value in given.items() if value is not None}
    if not given.keys() & {"first_name", "last_name", "email", "phone_number", "mobile_number"}:
        raise BadRequest(Worded("refused.person_needs"))
    values = read_changes(given)
    if kind is not None:
        values["signup_type"] = int(kind == "organisation")
    check_references(v2, values)
    wanted = wanted_tags(v2, tags or (), create_missing=True)
    same_person = _with_email(v2, values) if email and not allow_duplicate else None
    if same_person is not None:
        return _merged(v2, same_person, values, wanted)
    return _added(v2, values, wanted, push=bool(email) and not allow_duplicate, anyway=allow_duplicate)


def _with_email(v2: NationBuilder, values: Mapping[str, object]) -> Record | None:
    """The person who has the address, read with what is to be changed. Raises `BadRequest` for several."""
    found = person_with_email(v2, str(values["email"]))
    return existing_person(v2, found.id, (*values, *_SLOTS)) if found else None


def _merged(
    v2: NationBuilder, person: Record, values: Mapping[str, object], wanted: tuple[WantedTag, ...]
) -> Change:
    """Update the person that a push would find. By id, so that nobody else can be meant; an address that they
    have in any place stays where it is."""
    email = str(values["email"]).casefold()
    held = {person.text(slot).casefold() for slot in ("email", *_SLOTS)}
    changes = {name: value for name, value in values.items() if name != "email" or email not in held}
    subject = person_subject(v2, person)
    parts: list[Operation | Skipped] = [patch(subject, person, changes)] if changes else []
    for tag in wanted:
        carries = tag.id is not None and person.id in taggings_of(v2, [person.id], tag.id)
        parts += [*tag.made(), add_tagging(subject, person.id, tag, carries=carries)]
    return change(
        Worded("change.update_known_person", name=subject.name, tagged=_tagged(wanted)),
        parts,
        people=1,
        query=Worded("filter.email", email=str(values["email"])),
        warnings=[each.warning for each in wanted],
    )


def _added(
    v2: NationBuilder,
    values: Mapping[str, object],
    wanted: tuple[WantedTag, ...],
    *,
    push: bool,
    anyway: bool,
) -> Change:
    name = " ".join(str(values[each]) for each in ("first_name", "last_name") if values.get(each))
    twins = namesakes(v2, values)
    others = ", ".join(f"{person_name(each)} (id {each.id})" for each in twins)
    if twins and not push and not anyway:
        raise BadRequest(
            f"There is a person of this name already: {others}. Ask whether that is who is meant: then use "
            "update_person, else allow_duplicate."
        )
    shown = name or str(values.get("email") or values.get("mobile_number") or values.get("phone_number"))
    operation = create(
        "person",
        Subject("person", None, shown),
        "signups",
        values,
        related={"signup_tags": [Sidepost("signup_tags", "update", id=each.reference) for each in wanted]}
        if wanted
        else None,
        needs=[key for each in wanted for key in each.needs],
    )
    if push:
        named = {each: str(values[each]) for each in NAMES if values.get(each)}
        filters = {
            **{each: where("eq", text) for each, text in named.items() if speakable(text)},
            "email": where("eq", str(values["email"])),
        }
        request = PlannedRequest("PATCH", "signups/push", operation.request.body)
        operation = replace(operation, request=request, probe=index_probe("signups", filters), expects=201)
    return change(
        Worded("change.add_person", name=shown, tagged=_tagged(wanted)),
        [*(made for each in wanted for made in each.made()), operation],
        people=1,
        warnings=[
            Worded("warning.namesakes", people=others) if twins else None,
            *(each.warning for each in wanted),
        ],
    )


def _tagged(wanted: tuple[WantedTag, ...]) -> str:
    names = ", ".join(f"“{each.name}”" for each in wanted)
    return Worded("change.with_tags", tags=names) if wanted else ""


@tool(
    group="people",
    effect=Effect.WRITE,
    label="Changing a person",
    endpoints=(
        "PATCH /signups/{id}",
        "GET /signups/{id}",
        "GET /custom_fields",
        "GET /signups",
    ),
    undo="patches back the old values",
)
def update_person(v2: NationBuilder, *, person_id: RecordId, changes: Changes) -> Change:
    """Change fields of one person: names, contact data, opt-ins, support level, address, custom values,
    recruiter, note."""
    values = read_changes(changes)
    check_references(v2, values)
    person = existing_person(v2, person_id, values)
    subject = person_subject(v2, person)
    summary = Worded("change.update_person", fields=_fields(values), name=subject.name)
    return change(summary, [patch(subject, person, values)], people=1)


@tool(
    group="people",
    effect=Effect.BULK,
    label="Changing many people",
    endpoints=(
        "PATCH /signups/{id}",
        "GET /signups",
        "GET /lists/{id}/signups",
        "GET /custom_fields",
        "GET /signups/{id}",
        "GET /lists/{id}",
    ),
    undo="patches back the old values",
)
def bulk_update_people(
    v2: NationBuilder,
    *,
    person_ids: PersonIds | None = None,
    list_id: RecordId | None = None,
    changes: Annotated[
        dict[str, object],
        Field(
            description="Some of support_level, priority_level, is_volunteer, is_supporter, is_prospect, "
            "email_opt_in, mobile_opt_in, do_not_call, do_not_contact, recruiter_id, custom_values {slug: "
            "value}"
        ),
    ],
) -> Change:
    """Make the same change for many people: those with these ids, or everyone on a list (at most 1,000)."""
    if (person_ids is None) == (list_id is None):
        raise BadRequest("Give either person_ids or list_id.")
    values = read_changes(changes, BULK_FIELDS)
    check_references(v2, values)
    if list_id is not None:
        _, people = people_on_list(v2, list_id, values)
    else:
        people = people_by_id(v2, person_ids or (), values)
    parts = [patch(person_subject(v2, each), each, values) for each in people.records]
    touched = sum(isinstance(each, Operation) for each in parts)
    return change(
        Worded("change.update_people", values=_values(values), people=touched),
        parts,
        people=touched,
        query=people.words,
        skipped=people.missing,
    )


@tool(
    group="people",
    effect=Effect.DESTRUCTIVE,
    label="Deleting a person",
    endpoints=("DELETE /signups/{id}", "GET /signups/{id}", "GET /signups/me"),
)
def delete_person(
    v2: NationBuilder,
    *,
    person_id: RecordId,
    confirm_name: Annotated[Text, Field(description="The full name, as read")],
) -> Change:
    """Permanently delete one person. This cannot be undone."""
    person = existing_person(v2, person_id, _LOST)
    require_name(confirm_name, person_name(person))
    if current_user(v2).id == person.id:
        raise BadRequest(Worded("refused.connected_person"))
    subject = person_subject(v2, person)
    return change(
        Worded("change.delete_person", name=subject.name),
        [delete(subject, person, _LOST)],
        people=1,
        warnings=[Worded("warning.person_lost")],
    )


def _fields(values: Mapping[str, object]) -> str:
    return enumerated(list(dict.fromkeys(map(field_name, values))))


def _values(values: Mapping[str, object]) -> str:
    return enumerated(
        [Worded("field.set", field=field_name(name), value=_shown(value)) for name, value in values.items()]
    )


def _shown(value: object) -> str:
    if value is None:
        return Worded("value.nothing")
    return Worded("value.yes" if value else "value.no") if isinstance(value, bool) else str(value)
