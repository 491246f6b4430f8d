"""Tags: which there are, who carries them, what a person carries."""

from collections import defaultdict
from typing import Annotated, Final

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import CountOnly, Limit, RecordId, Text
from nat.agent.tools.people import CONTACT_FIELDS, SUMMARY_FIELDS, ContactDetails, summary
from nat.agent.tools.results import (
    PERSON_FIELDS,
    Item,
    as_spelt,
    counted,
    given,
    in_words,
    item,
    listed,
    local,
    panel_link,
    person,
    whole_between,
)
from nat.errors import RecordNotFound
from nat.nationbuilder import FieldsQuery, NationBuilder, Record, spelling, where

TAGS_AT_MOST: Final = 5_000
TAGGINGS_AT_MOST: Final = 10_000
_SIMILAR_SHOWN: Final = 10


@tool(
    group="tags",
    effect=Effect.READ,
    label="Looking at tags",
    endpoints=("GET /signup_tags",),
    finds="signup_tags",
)
def list_tags(
    v2: NationBuilder,
    *,
    query: Annotated[Text | None, Field(description="Part of the name")] = None,
    min_people: Annotated[int | None, Field(ge=0)] = None,
    max_people: Annotated[int | None, Field(ge=0, description="0 finds unused tags")] = None,
    look_alikes: Annotated[bool, Field(description="Only groups of tags that differ in spelling")] = False,
    limit: Limit = 20,
) -> ToolOutcome:
    """Find tags with how many people carry each, most used first."""
    filters = given(taggings_count=whole_between(min_people, max_people))
    words = in_words(
        "tags",
        f"name contains “{query}”" if query else None,
        f"at least {min_people} people" if min_people is not None else None,
        f"at most {max_people} people" if max_people is not None else None,
        "spelt alike" if look_alikes else None,
    )
    links = panel_link(v2, "tags", "Tags in the control panel")
    sort = ("-taggings_count",)
    if not look_alikes:
        page = spelling.matching(v2, "signup_tags", query, filters=filters, sort=sort, page_size=limit)
        return listed(
            v2,
            [_tag(each) for each in page.records],
            query=words,
            total=page.total,
            complete=page.complete,
            links=links,
            note=as_spelt(query, page.records),
        )
    if query:
        filters = {**filters, **spelling.containing(query, "name")}
    every = v2.read_all("signup_tags", max_records=TAGS_AT_MOST, filters=filters, sort=sort)
    groups: dict[str, list[Record]] = defaultdict(list)
    for each in every.records:
        if query is None or spelling.holds(each.text("name"), query):
            groups[spelling.skeleton(each.text("name"))].append(each)
    alike = [
        {"id": group[0].id, "name": group[0].text("name"), "tags": [_tag(each) for each in group]}
        for spelling, group in groups.items()
        if spelling and len(group) > 1
    ]
    return listed(
        v2,
        alike[:limit],
        query=words,
        total=len(alike) if every.complete else None,
        complete=every.complete and len(alike) <= limit,
        links=links,
        scanned=len(every.records),
    )


@tool(
    group="tags",
    effect=Effect.READ,
    label="Looking at a person's tags",
    endpoints=("GET /signup_taggings", "GET /signups"),
)
def get_person_tags(
    v2: NationBuilder,
    *,
    person_ids: Annotated[list[RecordId], Field(min_length=1, max_length=50)],
) -> ToolOutcome:
    """All tags of one or more people. An empty `tags` means that the person has none."""
    ids = list(dict.fromkeys(person_ids))
    people = v2.find("signups", ids, fields=PERSON_FIELDS)
    if not people:
        raise RecordNotFound(f"NationBuilder has no person with id {', '.join(ids)}.")
    taggings = v2.read_all(
        "signup_taggings", max_records=TAGGINGS_AT_MOST, filters={"signup_id": list(people)}, include=("tag",)
    )
    tags: dict[str, list[Item]] = defaultdict(list)
    for tagging in taggings.records:
        tag = taggings.included.one(tagging, "tag")
        tag_id = tagging.related_id("tag")
        name = tag.text("name") if tag else f"Tag {tag_id}"
        owner = tagging.related_id("signup")
        if owner is not None:
            tags[owner].append(item(id=tag_id, name=name, tagged_at=local(v2, tagging.moment("created_at"))))
    items = [
        {**(person(v2, people[each]) or {}), "tags": sorted(tags[each], key=lambda tag: str(tag["name"]))}
        for each in ids
        if each in people
    ]
    return listed(
        v2,
        items,
        query=f"tags of {len(ids)} people" if len(ids) > 1 else f"tags of {items[0]['name']}",
        total=len(items),
        complete=taggings.complete,
        links=panel_link(v2, "tags", "Tags in the control panel"),
        not_found=[each for each in ids if each not in people],
    )


@tool(
    group="tags",
    effect=Effect.READ,
    label="Looking who carries a tag",
    endpoints=("GET /signup_tags", "GET /signup_taggings"),
)
def list_people_with_tag(
    v2: NationBuilder,
    *,
    tag: Annotated[Text, Field(description="Name or id")],
    limit: Limit = 20,
    count_only: CountOnly = False,
    include_contact_details: ContactDetails = False,
) -> ToolOutcome:
    """People who carry a tag, newest first, or how many they are."""
    found = find_tag(v2, tag)
    name = found.text("name")
    query = f"people tagged “{name}” (tag {found.id})"
    links = panel_link(v2, "tags", "Tags in the control panel")
    filters = {"tag_id": found.id}
    if count_only:
        return counted(v2, v2.count("signup_taggings", filters), query=query, links=links)
    wanted: FieldsQuery = {"fields": {"signups": SUMMARY_FIELDS}}
    if include_contact_details:
        wanted = {
            "fields": {"signups": (*SUMMARY_FIELDS, *CONTACT_FIELDS)},
            "extra_fields": {"signups": ("primary_address",)},
        }
    page = v2.index(
        "signup_taggings",
        filters=filters,
        include=("signup",),
        sort=("-created_at",),
        page_size=limit,
        count=True,
        **wanted,
    )
    items = []
    for tagging in page.records:
        carrier = page.included.one(tagging, "signup")
        shown = (
            summary(v2, carrier, contact_details=include_contact_details)
            if carrier
            else person(v2, None, tagging.related_id("signup")) or {}
        )
        items.append({**shown, **item(tagged_at=local(v2, tagging.moment("created_at")))})
    return listed(
        v2,
        items,
        query=query,
        total=page.total,
        complete=page.complete,
        links=links,
        tag=item(id=found.id, name=name),
    )


def find_tag(v2: NationBuilder, tag: str, *, names_only: bool = False) -> Record:
    """The one tag that a name (in any case) or, unless `names_only`, an id means. Raises `RecordNotFound`,
    naming similar tags."""
    matches = spelling.named(v2, "signup_tags", tag)
    if not matches and not names_only:
        matches = tag_with_id(v2, tag)
    exact = [each for each in matches if each.text("name") == tag] or list(matches)
    if exact:
        return exact[0]
    # A live nation had stored tags that the exact look-up missed and a search found.
    similar = _similar(v2, tag)
    same = [each for each in similar if spelling.folded(each.text("name")) == spelling.folded(tag)]
    if same:
        return same[0]
    names = ", ".join(f"“{each.text('name')}” (id {each.id})" for each in similar[:_SIMILAR_SHOWN])
    hint = f" Similar tags: {names}. Ask which one is meant." if names else ""
    raise RecordNotFound(f"There is no tag called “{tag}”.{hint}")


def tag_with_id(v2: NationBuilder, text: str) -> tuple[Record, ...]:
    """The tag whose id this text is, if any."""
    if not (text.isascii() and text.isdecimal()):
        return ()
    found = v2.index("signup_tags", filters={"id": text}).records
    return tuple(each for each in found if each.id == text)  # 007 is no id, though V2 finds 7


def _tag(found: Record) -> Item:
    return {"id": found.id, "name": found.text("name"), "people": found.integer("taggings_count")}


def _similar(v2: NationBuilder, tag: str) -> tuple[Record, ...]:
    """Tags whose name holds this one, or the part of it that V2 can be asked for."""
    part = tag if spelling.is_plain(tag) else spelling.needle(tag)
    if part is None:
        return ()
    filters = {"name": where("match", part)}
    return v2.index("signup_tags", filters=filters, sort=("-taggings_count",)).records
