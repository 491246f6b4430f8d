"""Making, filling, tagging and deleting lists.

List actions are asynchronous in V2 and take at most 10,000 ids (API facts, §9). Who is on the list, or
carries the tag, is read first, so that the change says whom it touches and the undo takes back just that.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.planning import (
    change,
    create,
    current_user,
    delete,
    existing,
    existing_person,
    free_slug,
    person_subject,
    require_name,
)
from nat.agent.tools.changing.tagging import (
    ALREADY_TAGGED,
    NOT_TAGGED,
    WantedTag,
    tag_again,
    untag_again,
    wanted_tag,
)
from nat.agent.tools.changing.who import (
    MEMBERS_AT_MOST,
    PeopleSearch,
    PersonIds,
    people_by_id,
    people_found,
    people_on_list,
    taggings_of,
)
from nat.agent.tools.parameters import RecordId, Slug, Text
from nat.changes.plan import (
    RECREATED_ID,
    SAMPLE,
    Change,
    Operation,
    PlannedRequest,
    Skipped,
    Subject,
)
from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder, Record, spelling, where
from nat.nationbuilder.bodies import write_body
from nat.nationbuilder.query import speakable
from nat.wording import Worded

IDS_AT_ONCE: Final = 10_000
"""Most ids that V2 takes in one list action."""

TAGGED_AT_MOST: Final = 5_000
"""People on a list that is tagged: each is a request of the undo."""

_KEPT: Final = ("name", "slug", "description", "author_id", "parent_id", "signup_id", "is_sharing_writable")
"""What a deleted list is made anew from, with its people."""


@tool(
    group="lists",
    effect=Effect.WRITE,
    label="Making a list",
    endpoints=("POST /lists", "GET /lists", "GET /signups/me", "GET /signups/{id}"),
    undo="deletes the list",
)
def create_list(
    v2: NationBuilder,
    *,
    name: Annotated[Text, Field(max_length=255)],
    slug: Slug | None = None,
    description: Text | None = None,
    owner_id: Annotated[RecordId | None, Field(description="Default: who connected Nat")] = None,
) -> Change:
    """Make a new, empty list. Fill it with add_people_to_list."""
    same_name = spelling.named(v2, "lists", name)
    if same_name:
        raise BadRequest(Worded("refused.list_there", list=same_name[0].text("name"), id=same_name[0].id))
    owner = existing_person(v2, owner_id) if owner_id else current_user(v2)
    wanted_slug = slug or free_slug(v2, "lists", name)
    values = {"name": name, "slug": wanted_slug, "author_id": owner.id}
    if description:
        values["description"] = description
    if slug and v2.index("lists", filters={"slug": where("eq", slug)}).records:
        raise BadRequest(Worded("refused.list_slug", slug=slug))
    operation = create(
        "list",
        Subject("list", None, name),
        "lists",
        values,
        # Another list may have got the address meanwhile.
        natural_key={
            "slug": where("eq", wanted_slug),
            **({"name": where("eq", name)} if speakable(name) else {}),
        },
    )
    return change(Worded("change.make_list", list=name), [operation], people=0)


@tool(
    group="lists",
    effect=Effect.BULK,
    label="Putting people on a list",
    endpoints=(
        "PATCH /lists/{id}/add_signups",
        "GET /lists/{id}",
        "GET /lists/{id}/signups",
        "GET /signups",
        "GET /custom_fields",
        "GET /signup_tags",
        "GET /async_processes/{id}",
    ),
    undo="takes off those who were not on it before",
)
def add_people_to_list(
    v2: NationBuilder,
    *,
    list_id: RecordId,
    person_ids: PersonIds | None = None,
    search: Annotated[PeopleSearch | None, Field(description="Instead of ids: all whom this finds")] = None,
) -> Change:
    """Put people on a list."""
    if (person_ids is None) == (search is None):
        raise BadRequest("Give either person_ids or search.")
    the_list, members = people_on_list(v2, list_id, limit=MEMBERS_AT_MOST)
    people = people_found(v2, search, limit=MEMBERS_AT_MOST) if search else people_by_id(v2, person_ids or ())
    there = set(members.ids)
    return _moved(
        v2,
        the_list,
        [each for each in people.records if each.id not in there],
        len(there),
        "add",
        query=people.words,
        skipped=[
            *people.missing,
            *(
                Skipped(person_subject(v2, each), Worded("skipped.on_list"))
                for each in people.records
                if each.id in there
            ),
        ],
    )


@tool(
    group="lists",
    effect=Effect.BULK,
    label="Taking people off a list",
    endpoints=(
        "PATCH /lists/{id}/remove_signups",
        "GET /lists/{id}",
        "GET /lists/{id}/signups",
        "GET /signups",
        "GET /async_processes/{id}",
    ),
    undo="puts them back on it",
)
def remove_people_from_list(v2: NationBuilder, *, list_id: RecordId, person_ids: PersonIds) -> Change:
    """Take people off a list. The people themselves stay."""
    the_list, members = people_on_list(v2, list_id, limit=MEMBERS_AT_MOST)
    people = people_by_id(v2, person_ids)
    there = set(members.ids)
    return _moved(
        v2,
        the_list,
        [each for each in people.records if each.id in there],
        len(there),
        "remove",
        query=people.words,
        skipped=[
            *people.missing,
            *(
                Skipped(person_subject(v2, each), Worded("skipped.not_on_list"))
                for each in people.records
                if each.id not in there
            ),
        ],
    )


@tool(
    group="lists",
    effect=Effect.BULK,
    label="Tagging a list",
    endpoints=(
        "PATCH /lists/{id}/tag",
        "GET /lists/{id}",
        "GET /lists/{id}/signups",
        "GET /signup_tags",
        "POST /signup_tags",
        "GET /signup_taggings",
        "GET /async_processes/{id}",
    ),
    undo="untags those who lacked it",
)
def tag_list_members(
    v2: NationBuilder,
    *,
    list_id: RecordId,
    tag: Annotated[Text, Field(description="Name; made if new")],
) -> Change:
    """Tag everyone on a list (at most 5,000 people)."""
    the_list, members = people_on_list(v2, list_id, limit=TAGGED_AT_MOST)
    wanted = wanted_tag(v2, tag, create_missing=True)
    carried = taggings_of(v2, members.ids, wanted.id) if wanted.id else {}
    lacking = [each for each in members.records if each.id not in carried]
    return _tagged(v2, the_list, members.records, lacking, wanted, "tag")


@tool(
    group="lists",
    effect=Effect.BULK,
    label="Untagging a list",
    endpoints=(
        "PATCH /lists/{id}/untag",
        "GET /lists/{id}",
        "GET /lists/{id}/signups",
        "GET /signup_tags",
        "GET /signup_taggings",
        "GET /async_processes/{id}",
    ),
    undo="tags those who had it",
)
def untag_list_members(
    v2: NationBuilder, *, list_id: RecordId, tag: Annotated[Text, Field(description="Name or id")]
) -> Change:
    """Take a tag off everyone on a list (at most 5,000 people)."""
    the_list, members = people_on_list(v2, list_id, limit=TAGGED_AT_MOST)
    wanted = wanted_tag(v2, tag, create_missing=False)
    carried = taggings_of(v2, members.ids, wanted.reference)
    having = [each for each in members.records if each.id in carried]
    return _tagged(v2, the_list, members.records, having, wanted, "untag")


@tool(
    group="lists",
    effect=Effect.DESTRUCTIVE,
    label="Deleting a list",
    endpoints=("DELETE /lists/{id}", "GET /lists/{id}", "GET /lists/{id}/signups"),
    undo="makes it anew, with another id",
)
def delete_list(
    v2: NationBuilder,
    *,
    list_id: RecordId,
    confirm_name: Annotated[Text, Field(description="The list's name, as read")],
) -> Change:
    """Delete a list. The people on it stay."""
    found = existing(v2, "lists", list_id, "list").record
    name = found.text("name")
    require_name(confirm_name, name)
    size = v2.count(f"lists/{list_id}/signups")  # the list's own counter lags behind
    undo: tuple[PlannedRequest, ...] = ()
    sample: tuple[Subject, ...] = ()
    if size <= MEMBERS_AT_MOST:
        _, members = people_on_list(v2, list_id, limit=MEMBERS_AT_MOST)
        values = {each: found[each] for each in _KEPT if found[each] is not None}
        undo = (
            PlannedRequest("POST", "lists", write_body("lists", values)),
            *(_action(RECREATED_ID, "add_signups", ids=part) for part in _parts(members.ids)),
        )
        sample = tuple(person_subject(v2, each) for each in members.records[:SAMPLE])
    operation = replace(
        delete(_subject(v2, found), found, ("name", "slug", "signups_count"), undo=undo),
        awaits=bool(undo),  # filling the list anew is asynchronous
    )
    return change(
        Worded("change.delete_list", list=name, people=size),
        [operation],
        people=size,
        warnings=[
            Worded("warning.list_anew" if undo else "warning.list_lost"),
        ],
        sample=sample,
    )


def _moved(
    v2: NationBuilder,
    the_list: Record,
    people: Sequence[Record],
    size: int,
    action: Literal["add", "remove"],
    *,
    query: str,
    skipped: Sequence[Skipped],
) -> Change:
    subject = _subject(v2, the_list)
    back: Literal["add", "remove"] = "remove" if action == "add" else "add"
    operations = []
    for number, part in enumerate(_parts([each.id for each in people]), start=1):
        now = size + len(part) if action == "add" else size - len(part)
        operations.append(
            Operation(
                key=f"list-{the_list.id}-{action}-{number}",
                subject=subject,
                request=_action(the_list.id, f"{action}_signups", ids=part),
                before={"people": size},
                after={"people": now},
                undo=(_action(the_list.id, f"{back}_signups", ids=part),),
                awaits=True,
            )
        )
        size = now
    key = "change.put_on_list" if action == "add" else "change.take_off_list"
    return change(
        Worded(key, people=len(people), list=subject.name),
        operations,
        people=len(people),
        query=query,
        skipped=skipped,
        sample=[person_subject(v2, each) for each in people[:SAMPLE]],
    )


def _tagged(
    v2: NationBuilder,
    the_list: Record,
    members: Sequence[Record],
    touched: Sequence[Record],
    tag: WantedTag,
    action: Literal["tag", "untag"],
) -> Change:
    subject = _subject(v2, the_list)
    changed = {each.id for each in touched}
    before = len(members) - len(touched) if action == "tag" else len(touched)
    operation = Operation(
        key=f"list-{the_list.id}-{action}",
        subject=subject,
        request=_action(the_list.id, action, tag=tag.name),
        before={"tag": tag.name, "people tagged": before},
        after={"tag": tag.name, "people tagged": len(members) if action == "tag" else 0},
        undo=tuple((untag_again if action == "tag" else tag_again)(each.id, tag) for each in touched),
        awaits=True,
        needs=tag.needs,
    )
    key = "change.tag_list" if action == "tag" else "change.untag_list"
    return change(
        Worded(key, people=len(touched), list=subject.name, tag=tag.name),
        [*tag.made(), operation] if touched else [],
        people=len(touched),
        query=Worded("filter.list", list=subject.name),
        skipped=[
            Skipped(person_subject(v2, each), ALREADY_TAGGED if action == "tag" else NOT_TAGGED)
            for each in members
            if each.id not in changed
        ],
        warnings=[tag.warning],
        sample=[person_subject(v2, each) for each in touched[:SAMPLE]],
    )


def _action(
    list_id: str, name: str, *, ids: Sequence[str] | None = None, tag: str | None = None
) -> PlannedRequest:
    """A list action: its argument lies beside, not inside, `attributes` (API facts, §9)."""
    argument: dict[str, object] = {"tag": tag} if ids is None else {"signup_ids": list(ids)}
    return PlannedRequest(
        "PATCH", f"lists/{list_id}/{name}", {"data": {"id": list_id, "type": "lists", **argument}}
    )


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE)]


def _subject(v2: NationBuilder, the_list: Record) -> Subject:
    name = the_list.text("name") or f"List {the_list.id}"
    return Subject("list", the_list.id, name, v2.panel_url("list", the_list.id))
