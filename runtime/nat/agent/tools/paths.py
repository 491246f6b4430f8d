"""Paths, and the journeys of people on them."""

from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import CountOnly, Limit, Moment, RecordId, Text
from nat.agent.tools.results import (
    PERSON_NAME,
    Item,
    all_must_exist,
    as_spelt,
    count_of,
    counted,
    given,
    in_words,
    item,
    listed,
    local,
    panel_link,
    related_person,
    single,
)
from nat.nationbuilder import Document, Filters, NationBuilder, Record, spelling, where
from nat.nationbuilder.periods import read_moment

PATHS_AT_MOST: Final = 300
JourneyStatus = Literal["active", "completed", "abandoned", "deleted", "any"]


@tool(
    group="paths",
    effect=Effect.READ,
    label="Looking at paths",
    endpoints=("GET /paths", "GET /paths/{id}"),
)
def list_paths(
    v2: NationBuilder,
    *,
    query: Annotated[Text | None, Field(description="Part of the name")] = None,
    path_id: Annotated[RecordId | None, Field(description="One path, with its close reasons")] = None,
) -> ToolOutcome:
    """Paths with their steps in order. Give `path_id` for the reasons to complete or abandon it, too."""
    links = panel_link(v2, "dashboard", "Control panel")
    if path_id is not None:
        found = v2.show("paths", path_id, include=("path_steps", "path_journey_status_changes"))
        data = _path(found.record, found.many("path_steps")) | _reasons(found)
        return single(v2, data, query=f"path {path_id}", links=links)
    reading = v2.read_all(
        "paths",
        max_records=PATHS_AT_MOST,
        filters=spelling.containing(query, "name") if query else None,
        include=("path_steps",),
        sort=("name",),
    )
    fitting = [each for each in reading.records if query is None or spelling.holds(each.text("name"), query)]
    return listed(
        v2,
        [_path(each, reading.included.many(each, "path_steps")) for each in fitting],
        query=in_words("paths", f"name contains “{query}”" if query else None),
        total=len(fitting) if reading.complete else None,
        complete=reading.complete,
        links=links,
        note=as_spelt(query, fitting),
    )


@tool(
    group="paths",
    effect=Effect.READ,
    label="Looking who is on a path",
    endpoints=("GET /path_journeys", "GET /signups/{id}", "GET /paths/{id}", "GET /path_steps/{id}"),
    finds="path_journeys",
)
def list_path_journeys(
    v2: NationBuilder,
    *,
    path_id: RecordId | None = None,
    step_id: Annotated[RecordId | None, Field(description="Where they stand")] = None,
    person_id: RecordId | None = None,
    point_person_id: RecordId | None = None,
    status: JourneyStatus = "active",
    due_before: Moment | None = None,
    not_moved_since: Moment | None = None,
    limit: Limit = 20,
    count_only: CountOnly = False,
) -> ToolOutcome:
    """Who is on a path: by step, point person, due date; who has not moved for long. Active journeys unless
    `status` says otherwise."""
    now, zone = v2.now(), v2.zone
    due = read_moment(due_before, now, zone) if due_before else None
    moved = read_moment(not_moved_since, now, zone) if not_moved_since else None
    filters: Filters = given(
        path_id=path_id,
        current_step_id=step_id,
        signup_id=person_id,
        point_person_id=point_person_id,
        journey_status=None if status == "any" else status,
        due_date=where("lt", due) if due else None,
        last_moved_at=where("lte", moved) if moved else None,
    )
    query = in_words(
        "journeys of any status" if status == "any" else f"{status} journeys",
        f"path {path_id}" if path_id else None,
        f"step {step_id}" if step_id else None,
        f"person {person_id}" if person_id else None,
        f"point person {point_person_id}" if point_person_id else None,
        f"due before {local(v2, due)}" if due else None,
        f"not moved since {local(v2, moved)}" if moved else None,
    )
    links = (
        panel_link(v2, "person", "Profile", person_id)
        if person_id
        else panel_link(v2, "dashboard", f"Control panel ({query})")
    )
    asked = {"signups": (person_id, point_person_id), "paths": (path_id,), "path_steps": (step_id,)}
    if count_only:
        return counted(v2, count_of(v2, "path_journeys", filters, asked), query=query, links=links)
    page = v2.index(
        "path_journeys",
        filters=filters,
        include=("signup", "current_step", "point_person", "path"),
        fields={"signups": PERSON_NAME, "path_steps": ("name", "position"), "paths": ("name",)},
        sort=("due_date",) if due else ("last_moved_at",) if moved else ("-created_at",),
        page_size=limit,
        count=True,
    )
    if not page.records:
        all_must_exist(v2, asked)
    items = []
    for each in page.records:
        path, step = page.included.one(each, "path"), page.included.one(each, "current_step")
        who = related_person(v2, each, page.included, "signup") or {}
        items.append(
            item(
                id=each.id,
                name=who.get("name"),
                person=who,
                path=item(id=each["path_id"], name=path.text("name") if path else None),
                current_step=item(id=each["current_step_id"], name=step.text("name") if step else None),
                point_person=related_person(v2, each, page.included, "point_person"),
                status=each["journey_status"],
                due_date=local(v2, each.moment("due_date")),
                step_due_date=local(v2, each.moment("current_step_due_date")),
                last_moved_at=local(v2, each.moment("last_moved_at")),
                started_at=local(v2, each.moment("created_at")),
                value_amount=each["value_amount"],
            )
        )
    return listed(v2, items, query=query, total=page.total, complete=page.complete, links=links)


def _path(path: Record, steps: tuple[Record, ...]) -> Item:
    ordered = sorted(steps, key=lambda step: step.integer("position"))
    return item(
        id=path.id,
        name=path.text("name") or f"Path {path.id}",
        steps=[item(id=step.id, name=step.text("name")) for step in ordered],
        default_point_person_id=path["default_point_person_id"],
    )


def _reasons(found: Document) -> Item:
    return item(
        close_reasons=[
            item(id=each.id, name=each.text("name"), status=each["target_status"])
            for each in found.many("path_journey_status_changes")
        ]
    )
