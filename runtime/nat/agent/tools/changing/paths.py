"""Putting people on paths, moving them along, and ending their journeys.

Journeys cannot be deleted (API facts, §8). Taking back a new one voids it; whether a voided one can be
reactivated is not known, so that is neither tried nor promised.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.naming import Named, called, one_of
from nat.agent.tools.changing.planning import (
    ALREADY_SO,
    change,
    create,
    existing,
    existing_person,
    patch,
    person_subject,
    restore,
)
from nat.agent.tools.parameters import Amount, Moment, RecordId, Text
from nat.agent.tools.results import PERSON_NAME, person_name
from nat.changes.plan import (
    CREATED_ID,
    Change,
    Operation,
    PlannedRequest,
    Probe,
    Skipped,
    Subject,
)
from nat.changes.record_state import same
from nat.errors import BadRequest
from nat.nationbuilder import Document, NationBuilder, Record
from nat.nationbuilder.periods import read_moment
from nat.wording import Worded

NONE: Final = "none"
"""Clears a date."""

DueDate = Annotated[Moment, Field(description="ISO date or time, period name, or `none`")]

Status = Literal["completed", "abandoned", "active", "voided"]

_ACTIONS: Final[dict[Status, str]] = {
    "completed": "complete",
    "abandoned": "abandon",
    "active": "reactivate",
    "voided": "void",
}
_STORED: Final = {"voided": "deleted"}
"""What V2 calls it: that voiding gives `deleted` is inferred (API facts, §8)."""
_LASTING: Final = ("active", "completed", "abandoned")
"""States in which a journey keeps its person from being put on the path again."""
_WITH_STEP: Final = ("current_step_point_person_id", "current_step_due_date")
"""What NationBuilder may set anew when a journey moves to another step."""


@tool(
    group="paths",
    effect=Effect.WRITE,
    label="Putting a person on a path",
    endpoints=(
        "POST /path_journeys",
        "GET /path_journeys",
        "GET /paths",
        "GET /paths/{id}",
        "GET /signups/{id}",
    ),
    undo="voids the journey",
)
def start_path_journey(
    v2: NationBuilder,
    *,
    person_id: RecordId,
    path_id: Named,
    step_id: Named | None = None,
    point_person_id: RecordId | None = None,
    due_date: Moment | None = None,
    value: Amount | None = None,
    note: Annotated[Text | None, Field(max_length=10_000)] = None,
) -> Change:
    """Put a person on a path, at its first step unless another is named."""
    path = _path(v2, path_id)
    name, steps = path.record.text("name"), _steps(path)
    person = existing_person(v2, person_id)
    subject = person_subject(v2, person)
    step = one_of(steps, step_id, "step of this path") if step_id else steps[0] if steps else None
    asked = _asked(v2, point_person_id=point_person_id, due_date=due_date, value_amount=value)
    if note:
        asked["description"] = note
    values = {"signup_id": person_id, "path_id": path.record.id} | asked
    if step is not None:
        values["current_step_id"] = step.id
    summary = Worded("change.put_on_path", name=subject.name, path=name)
    pair = {"signup_id": person_id, "path_id": path.record.id}
    there = v2.index("path_journeys", filters={**pair, "journey_status": list(_LASTING)}).records
    if there:
        _must_be_so(
            there[0], values if step_id else values | {"current_step_id": there[0]["current_step_id"]}
        )
        return change(summary, [Skipped(subject, Worded("skipped.on_path"))], people=1)
    operation = create(
        "journey",
        subject,
        "path_journeys",
        values,
        # Somebody who was put on the path meanwhile is where they were asked to be only at that step.
        natural_key={
            **pair,
            "journey_status": "active",
            **({"current_step_id": step.id} if step_id and step else {}),
        },
        undo=[PlannedRequest("PATCH", f"path_journeys/{CREATED_ID}/void")],
        shown={**values, "journey_status": "active"},
        by_id=True,
        undone={"journey_status": "deleted"},
    )
    if step is not None:
        summary = Worded("change.put_on_step", name=subject.name, path=name, step=step.text("name"))
    return change(summary, [operation], people=1, warnings=_unused(path.record, asked))


@tool(
    group="paths",
    effect=Effect.WRITE,
    label="Moving a person along a path",
    endpoints=(
        "PATCH /path_journeys/{id}",
        "GET /path_journeys/{id}",
        "GET /paths/{id}",
        "GET /signups/{id}",
    ),
    undo="patches back the old values",
)
def update_path_journey(
    v2: NationBuilder,
    *,
    journey_id: RecordId,
    step_id: Named | None = None,
    point_person_id: RecordId | None = None,
    step_point_person_id: RecordId | None = None,
    due_date: DueDate | None = None,
    step_due_date: DueDate | None = None,
    value: Amount | None = None,
) -> Change:
    """Move a person to another step of their path, reassign them, or change due date or value."""
    found, subject = _journey(v2, journey_id)
    status = found.record["journey_status"]
    if status == "deleted":
        raise BadRequest(Worded("refused.voided"))
    if status in ("completed", "abandoned"):
        raise BadRequest(Worded("refused.journey_over", status=status))
    values = _asked(
        v2,
        point_person_id=point_person_id,
        current_step_point_person_id=step_point_person_id,
        due_date=due_date,
        current_step_due_date=step_due_date,
        value_amount=value,
    )
    where_to: str | None = None
    path = found.one("path")
    if step_id is not None:
        steps = _steps(_path(v2, found.record.text("path_id")))
        step = one_of(steps, step_id, "step of this path")
        values["current_step_id"] = step.id
        where_to = step.text("name")
    if not values:
        raise BadRequest(Worded("refused.nothing_to_change"))
    operation = patch(subject, found.record, values)
    if isinstance(operation, Operation) and "current_step_id" in (operation.after or {}):
        old = {name: found.record[name] for name in _WITH_STEP}
        before = restore(found.record, {**old, **(operation.before or {})})
        operation = replace(operation, undo=(before,))
    on = _on(path)
    summary = (
        Worded("change.update_journey", name=subject.name, path=on)
        if where_to is None
        else Worded("change.move_journey", name=subject.name, step=where_to, path=on)
    )
    return change(summary, [operation], people=1)


@tool(
    group="paths",
    effect=Effect.WRITE,
    label="Ending or reopening a journey",
    endpoints=(
        "PATCH /path_journeys/{id}/complete",
        "PATCH /path_journeys/{id}/abandon",
        "PATCH /path_journeys/{id}/reactivate",
        "PATCH /path_journeys/{id}/void",
        "GET /path_journeys/{id}",
        "GET /paths/{id}",
    ),
    undo="gives it back its status; not after void",
)
def set_path_journey_status(
    v2: NationBuilder,
    *,
    journey_id: RecordId,
    status: Status,
    reason_id: Annotated[Named | None, Field(description="Id or name; completed or abandoned only")] = None,
) -> Change:
    """Complete, abandon or reactivate a person's journey on a path, or void it, which is for good."""
    if reason_id is not None and status not in ("completed", "abandoned"):
        raise BadRequest(Worded("refused.journey_reason"))
    found, subject = _journey(v2, journey_id)
    record, path = found.record, found.one("path")
    wanted = _STORED.get(status, status)
    reason = _reason(v2, record, status, reason_id) if reason_id is not None else None
    after = {"journey_status": wanted}
    if reason is not None:
        after["path_journey_status_change_id"] = reason.id
    why = "" if reason is None else Worded("change.with_reason", reason=reason.text("name"))
    summary = Worded(f"change.{_ACTIONS[status]}_journey", name=subject.name, path=_on(path), reason=why)
    before = {each: record[each] for each in after}
    if before == after:
        return change(summary, [Skipped(subject, ALREADY_SO)], people=1)
    if record["journey_status"] == "deleted":
        raise BadRequest(Worded("refused.voided"))
    operation = Operation(
        key=f"path_journeys-{record.id}",
        subject=subject,
        request=_action(record.id, _ACTIONS[status], reason.id if reason is not None else None),
        before=before,
        after=after,
        probe=Probe.of_record(f"path_journeys/{record.id}", after),
        undo=() if status == "voided" else (_back(record),),
    )
    warning = Worded("warning.void") if status == "voided" else None
    return change(summary, [operation], people=1, warnings=[warning])


def _on(path: Record | None) -> str:
    return "" if path is None else Worded("change.on_path", path=path.text("name"))


def _path(v2: NationBuilder, given: str) -> Document:
    """A path with its steps and close reasons."""
    return called(v2, "paths", given, "path", include=("path_steps", "path_journey_status_changes"))


def _steps(path: Document) -> list[Record]:
    return sorted(path.many("path_steps"), key=lambda each: each.integer("position"))


def _journey(v2: NationBuilder, journey_id: str) -> tuple[Document, Subject]:
    """A journey with its person and path, and what it is called: the person."""
    found = existing(
        v2,
        "path_journeys",
        journey_id,
        "journey",
        include=("signup", "path"),
        fields={"signups": PERSON_NAME, "paths": ("name",)},
    )
    person, person_id = found.one("signup"), found.record.related_id("signup")
    name = person_name(person) if person else f"person {person_id}" if person_id else "nobody"
    url = v2.panel_url("person", person_id) if person_id else None
    return found, Subject("journey", journey_id, name, url)


def _asked(
    v2: NationBuilder,
    *,
    value_amount: str | None,
    **given: str | None,
) -> dict[str, object]:
    """Values as V2 takes them: people must exist, dates are moments on the nation's clock."""
    values: dict[str, object] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name.endswith("_date"):
            values[name] = _due(v2, value)
        else:
            values[name] = existing_person(v2, value).id
    if value_amount is not None:
        values["value_amount"] = f"{Decimal(value_amount):.2f}"
    return values


def _due(v2: NationBuilder, value: str) -> str | None:
    if value.strip().casefold() == NONE:
        return None
    moment = read_moment(value, v2.now(), v2.zone)
    return moment.astimezone(v2.zone).isoformat(timespec="seconds")


def _must_be_so(journey: Record, values: dict[str, object]) -> None:
    """Raises `BadRequest` when the person is on the path, but not as was asked for."""
    status = journey["journey_status"]
    if status != "active":
        raise BadRequest(Worded("refused.on_path_before", journey=journey.id, status=status))
    if not all(same(name, journey[name], value) for name, value in values.items()):
        raise BadRequest(Worded("refused.on_path", journey=journey.id))


def _unused(path: Record, values: dict[str, object]) -> list[str]:
    """Warnings on values that the path is not set up to show."""
    switches = {"due_date": "due_date_is_enabled", "value_amount": "value_amount_is_enabled"}
    words = {"due_date": "warning.path_dates", "value_amount": "warning.path_values"}
    return [
        Worded(words[name], path=path.text("name"))
        for name, switch in switches.items()
        if values.get(name) is not None and path[switch] is False
    ]


def _reason(v2: NationBuilder, journey: Record, status: str, given: str) -> Record:
    """A close reason of the journey's path that leads to this status."""
    path = _path(v2, journey.text("path_id"))
    reasons = [each for each in path.many("path_journey_status_changes") if each["target_status"] == status]
    return one_of(reasons, given, f"reason for {status} journeys of this path")


def _action(journey_id: str, action: str, reason_id: str | None = None) -> PlannedRequest:
    params = {"path_journey_status_change_id": reason_id} if reason_id is not None else None
    return PlannedRequest("PATCH", f"path_journeys/{journey_id}/{action}", None, params)


def _back(journey: Record) -> PlannedRequest:
    """The request that gives a journey the status back that it has now."""
    status: Status = journey["journey_status"] or "active"
    reason = journey["path_journey_status_change_id"] if status != "active" else None
    return _action(journey.id, _ACTIONS[status], reason)
