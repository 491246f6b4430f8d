"""Contacts: logged interactions with people."""

from typing import Annotated, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import CountOnly, Limit, Moment, RecordId, since_until
from nat.agent.tools.results import (
    PERSON_FIELDS,
    all_must_exist,
    count_of,
    counted,
    given,
    in_words,
    item,
    listed,
    local,
    long_text,
    panel_link,
    related_person,
    span_words,
)
from nat.nationbuilder import Filters, NationBuilder

Method = Literal[
    "delivery", "door_knock", "email", "email_blast", "face_to_face", "facebook", "meeting", "phone_call",
    "robocall", "snail_mail", "text", "text_1to1", "text_blast", "tweet", "video_call", "webinar", "linkedin",
    "other",
]  # fmt: skip
ContactOutcome = Literal[
    "other", "answered", "bad_info", "left_message", "meaningful_interaction", "send_information",
    "not_interested", "no_answer", "refused", "inaccessible",
]  # fmt: skip


@tool(
    group="contacts",
    effect=Effect.READ,
    label="Looking at logged contacts",
    endpoints=("GET /contacts", "GET /signups/{id}"),
    finds="contacts",
)
def list_contacts(
    v2: NationBuilder,
    *,
    person_id: RecordId | None = None,
    author_id: Annotated[RecordId | None, Field(description="Who made the contact")] = None,
    method: list[Method] | None = None,
    outcome: list[ContactOutcome] | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Limit = 20,
    count_only: CountOnly = False,
) -> ToolOutcome:
    """Logged calls, visits, meetings and the like: of a person, by a colleague, in a period; newest first."""
    span = since_until(v2, since, until)
    filters: Filters = given(
        signup_id=person_id,
        author_id=author_id,
        contact_method=method or None,
        contact_status=outcome or None,
        created_at=span.condition(),
    )
    query = in_words(
        "logged contacts",
        f"with person {person_id}" if person_id else None,
        f"by person {author_id}" if author_id else None,
        " or ".join(method) if method else None,
        f"outcome {' or '.join(outcome)}" if outcome else None,
        span_words(v2, span),
    )
    links = (
        panel_link(v2, "person", "Profile", person_id or author_id)
        if person_id or author_id
        else panel_link(v2, "dashboard", f"Control panel ({query})")
    )
    asked = {"signups": (person_id, author_id)}
    if count_only:
        return counted(v2, count_of(v2, "contacts", filters, asked), query=query, links=links)
    page = v2.index(
        "contacts",
        filters=filters,
        include=("signup", "author"),
        fields=PERSON_FIELDS,
        sort=("-created_at",),
        page_size=limit,
        count=True,
    )
    if not page.records:
        all_must_exist(v2, asked)
    items = [
        item(
            id=each.id,
            at=local(v2, each.moment("created_at")),
            person=related_person(v2, each, page.included, "signup"),
            author=related_person(v2, each, page.included, "author"),
            method=each["contact_method"],
            outcome=each["contact_status"],
            note=long_text(each.text("content")),
        )
        for each in page.records
    ]
    return listed(v2, items, query=query, total=page.total, complete=page.complete, links=links)
