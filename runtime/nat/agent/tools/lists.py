"""Lists of people, and list actions that are under way."""

from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import Limit, RecordId, Text
from nat.agent.tools.people import CONTACT_FIELDS, SUMMARY_FIELDS, ContactDetails, summary
from nat.agent.tools.results import (
    PERSON_NAME,
    Item,
    as_spelt,
    given,
    in_words,
    item,
    listed,
    local,
    long_text,
    panel_link,
    related_person,
    single,
)
from nat.nationbuilder import Included, NationBuilder, Record, spelling
from nat.parallel import both

MemberField = Literal[
    "support_level", "is_volunteer", "is_donor", "is_supporter", "is_prospect", "do_not_contact",
    "donations_amount_in_cents", "donations_count", "last_donated_at", "last_contacted_at", "created_at",
    "signup_type",
]  # fmt: skip

_PEOPLE: Final = {"signups": PERSON_NAME}
_COUNTER: Final = "`people` is each list's own counter, which may lag behind: get_list counts."


@tool(
    group="lists",
    effect=Effect.READ,
    label="Looking at lists",
    endpoints=("GET /lists",),
    finds="lists",
)
def list_lists(
    v2: NationBuilder,
    *,
    query: Annotated[Text | None, Field(description="Part of the name")] = None,
    author_id: RecordId | None = None,
    limit: Limit = 20,
) -> ToolOutcome:
    """Find saved lists with how many people are on each, newest first."""
    page = spelling.matching(
        v2,
        "lists",
        query,
        filters=given(author_id=author_id),
        include=("author",),
        fields=_PEOPLE,
        sort=("-created_at",),
        page_size=limit,
    )
    return listed(
        v2,
        [_list(v2, each, page.included) for each in page.records],
        query=in_words(
            "lists",
            f"name contains “{query}”" if query else None,
            f"author {author_id}" if author_id else None,
        ),
        total=page.total,
        complete=page.complete,
        links=panel_link(v2, "lists", "Lists in the control panel"),
        note=as_spelt(query, page.records) or _COUNTER,
    )


@tool(
    group="lists",
    effect=Effect.READ,
    label="Opening a list",
    endpoints=("GET /lists/{id}", "GET /lists/{id}/signups"),
    finds="lists",
)
def get_list(v2: NationBuilder, *, list_id: RecordId) -> ToolOutcome:
    """One list: how many people are on it, its owner, its parent."""
    found, people = both(
        partial(v2.show, "lists", list_id, include=("author", "parent")),
        partial(v2.count, f"lists/{list_id}/signups"),
    )
    # The list's own counter lags behind: who is on it is counted.
    data = {**_list(v2, found.record, found.included), "people": people}
    parent = found.one("parent")
    data |= item(
        description=long_text(found.record.text("description")),
        updated_at=local(v2, found.record.moment("updated_at")),
        parent=item(id=parent.id, name=parent.text("name")) if parent else None,
    )
    return single(v2, data, query=f"list {list_id}")


@tool(
    group="lists",
    effect=Effect.READ,
    label="Looking who is on a list",
    endpoints=("GET /lists/{id}/signups", "GET /lists/{id}"),
)
def list_list_members(
    v2: NationBuilder,
    *,
    list_id: RecordId,
    fields: Annotated[list[MemberField] | None, Field(description="Default: all of them")] = None,
    limit: Limit = 20,
    include_contact_details: ContactDetails = False,
) -> ToolOutcome:
    """People on a list. To count them, use get_list."""
    attributes = (
        *PERSON_NAME,
        *(fields or SUMMARY_FIELDS),
        *(CONTACT_FIELDS if include_contact_details else ()),
    )
    the_list, page = both(
        partial(v2.show, "lists", list_id),
        partial(
            v2.index,
            f"lists/{list_id}/signups",
            fields={"signups": tuple(dict.fromkeys(attributes))},
            page_size=limit,
            count=True,
        ),
    )
    name = the_list.record.text("name")
    return listed(
        v2,
        [summary(v2, each, contact_details=include_contact_details) for each in page.records],
        query=f"people on the list “{name}”",
        total=page.total,
        complete=page.complete,
        links=panel_link(v2, "list", name, list_id),
        list=item(id=list_id, name=name, people=page.total, panel_url=v2.panel_url("list", list_id)),
    )


@tool(
    group="lists",
    effect=Effect.READ,
    label="Checking a list action",
    endpoints=("GET /async_processes/{id}",),
)
def get_batch_status(
    v2: NationBuilder, *, token: Annotated[Text, Field(description="From the list action")]
) -> ToolOutcome:
    """Whether a list action (add, remove, tag, untag) has finished."""
    state = v2.process(token)
    status = str(state.get("status") or "unknown")
    data = item(
        id=str(state.get("id") or token), name="list action", status=status, message=state.get("message")
    )
    return single(v2, data, query="list action", finished=status == "completed")


def _list(v2: NationBuilder, found: Record, included: Included) -> Item:
    return item(
        id=found.id,
        name=found.text("name") or f"List {found.id}",
        panel_url=v2.panel_url("list", found.id),
        slug=found.text("slug"),
        people=found.integer("signups_count"),
        author=related_person(v2, found, included, "author"),
        created_at=local(v2, found.moment("created_at")),
    )
