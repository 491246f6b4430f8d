"""Putting tags on people and taking them off; renaming and deleting tags."""

from typing import Annotated, Literal

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.planning import (
    change,
    delete,
    existing_person,
    patch,
    person_subject,
    require_number,
)
from nat.agent.tools.changing.tagging import (
    add_tagging,
    remove_tagging,
    tag_subject,
    wanted_tag,
    wanted_tags,
)
from nat.agent.tools.changing.who import (
    PeopleSearch,
    PersonIds,
    people_by_id,
    people_found,
    taggings_of,
)
from nat.agent.tools.parameters import RecordId, Text
from nat.agent.tools.results import PERSON_NAME
from nat.agent.tools.tags import find_tag
from nat.changes.plan import SAMPLE, Change, Operation, Skipped, Subject
from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder, Record, spelling
from nat.wording import Worded

NewTags = Annotated[list[Text], Field(min_length=1, max_length=20, description="Names")]
Tags = Annotated[list[Text], Field(min_length=1, max_length=20, description="Names or ids")]


@tool(
    group="tags",
    effect=Effect.WRITE,
    label="Tagging a person",
    endpoints=(
        "GET /signup_tags",
        "POST /signup_tags",
        "GET /signup_taggings",
        "POST /signup_taggings",
        "GET /signups/{id}",
    ),
    undo="deletes the new taggings",
)
def add_tags_to_person(
    v2: NationBuilder,
    *,
    person_id: RecordId,
    tags: NewTags,
    create_missing: Annotated[bool, Field(description="Make tags that do not exist")] = True,
) -> Change:
    """Put tags on one person. Makes a tag that does not exist yet."""
    person = existing_person(v2, person_id)
    subject = person_subject(v2, person)
    wanted = wanted_tags(v2, tags, create_missing=create_missing)
    parts: list[Operation | Skipped] = []
    for tag in wanted:
        carries = tag.id is not None and person_id in taggings_of(v2, [person_id], tag.id)
        parts += [*tag.made(), add_tagging(subject, person_id, tag, carries=carries)]
    return change(
        Worded("change.tag_person", name=subject.name, tags=_names([each.name for each in wanted])),
        parts,
        people=1,
        warnings=[each.warning for each in wanted],
    )


@tool(
    group="tags",
    effect=Effect.WRITE,
    label="Taking tags off a person",
    endpoints=(
        "GET /signup_tags",
        "GET /signup_taggings",
        "DELETE /signup_taggings/{id}",
        "GET /signups/{id}",
    ),
    undo="puts the tags back",
)
def remove_tags_from_person(v2: NationBuilder, *, person_id: RecordId, tags: Tags) -> Change:
    """Take tags off one person. The tags themselves stay."""
    person = existing_person(v2, person_id)
    subject = person_subject(v2, person)
    wanted = wanted_tags(v2, tags, create_missing=False)
    return change(
        Worded("change.untag_person", name=subject.name, tags=_names([each.name for each in wanted])),
        [
            remove_tagging(
                subject, person_id, each, taggings_of(v2, [person_id], each.reference).get(person_id)
            )
            for each in wanted
        ],
        people=1,
    )


@tool(
    group="tags",
    effect=Effect.BULK,
    label="Tagging many people",
    endpoints=(
        "GET /signups",
        "GET /custom_fields",
        "GET /signup_tags",
        "POST /signup_tags",
        "GET /signup_taggings",
        "POST /signup_taggings",
        "DELETE /signup_taggings/{id}",
    ),
    undo="the inverse, on those who were changed",
)
def bulk_tag_people(
    v2: NationBuilder,
    *,
    person_ids: PersonIds | None = None,
    search: Annotated[PeopleSearch | None, Field(description="Instead of ids: all whom this finds")] = None,
    tag: Annotated[Text, Field(description="Name; made if new")],
    action: Literal["add", "remove"] = "add",
) -> Change:
    """Put one tag on many people, or take it off them (at most 1,000). For everyone on a list use
    tag_list_members."""
    if (person_ids is None) == (search is None):
        raise BadRequest("Give either person_ids or search.")
    people = people_found(v2, search) if search else people_by_id(v2, person_ids or ())
    wanted = wanted_tag(v2, tag, create_missing=action == "add")
    carried = taggings_of(v2, people.ids, wanted.id) if wanted.id else {}
    parts: list[Operation | Skipped] = []
    for each in people.records:
        subject = person_subject(v2, each)
        if action == "add":
            parts.append(add_tagging(subject, each.id, wanted, carries=each.id in carried))
        else:
            parts.append(remove_tagging(subject, each.id, wanted, carried.get(each.id)))
    touched = sum(isinstance(each, Operation) for each in parts)
    key = "change.tag_people" if action == "add" else "change.untag_people"
    return change(
        Worded(key, people=touched, tag=wanted.name),
        [*(wanted.made() if touched else ()), *parts],
        people=touched,
        query=people.words,
        skipped=people.missing,
        warnings=[wanted.warning],
    )


@tool(
    group="tags",
    effect=Effect.BULK,
    label="Renaming a tag",
    endpoints=(
        "PATCH /signup_tags/{id}",
        "GET /signup_tags",
        "GET /signup_taggings",
        "GET /signup_tags/{id}",
    ),
    undo="renames it back",
)
def rename_tag(
    v2: NationBuilder,
    *,
    tag: Annotated[Text, Field(description="Name or id")],
    new_name: Annotated[Text, Field(max_length=255)],
) -> Change:
    """Rename a tag for everyone who carries it."""
    found = find_tag(v2, tag)
    name = found.text("name")
    taken = spelling.named(v2, "signup_tags", new_name)
    other = next((each for each in taken if each.id != found.id), None)
    if other is not None:
        raise BadRequest(Worded("refused.tag_there", tag=other.text("name"), id=other.id))
    people = v2.count("signup_taggings", {"tag_id": found.id})
    return change(
        Worded("change.rename_tag", tag=name, name=new_name, people=people),
        [patch(tag_subject(v2, name, found.id), found, {"name": new_name})],
        people=people,
        query=Worded("filter.tagged", tag=name),
        sample=_carriers(v2, found),
    )


@tool(
    group="tags",
    effect=Effect.DESTRUCTIVE,
    label="Deleting a tag",
    endpoints=(
        "DELETE /signup_tags/{id}",
        "GET /signup_tags",
        "GET /signup_taggings",
        "GET /signup_tags/{id}",
    ),
)
def delete_tag(
    v2: NationBuilder,
    *,
    tag: Annotated[Text, Field(description="Name or id")],
    confirm_count: Annotated[int, Field(ge=0, description="How many people carry it now")],
) -> Change:
    """Delete a tag and take it off everyone. This cannot be undone."""
    found = find_tag(v2, tag)
    name = found.text("name")
    people = v2.count("signup_taggings", {"tag_id": found.id})
    require_number(confirm_count, people, Worded("refused.people_tagged", tag=name))
    return change(
        Worded("change.delete_tag", tag=name, people=people),
        [delete(tag_subject(v2, name, found.id), found, ("name", "taggings_count"))],
        people=people,
        query=Worded("filter.tagged", tag=name),
        warnings=[Worded("warning.tag_forgotten")],
        sample=_carriers(v2, found),
    )


def _carriers(v2: NationBuilder, tag: Record) -> list[Subject]:
    """Some of the people who carry a tag."""
    page = v2.index(
        "signup_taggings",
        filters={"tag_id": tag.id},
        include=("signup",),
        fields={"signups": PERSON_NAME},
        page_size=SAMPLE,
    )
    people = (page.included.one(each, "signup") for each in page.records)
    return [person_subject(v2, each) for each in people if each is not None]


def _names(names: list[str]) -> str:
    return ", ".join(f"“{each}”" for each in names)
