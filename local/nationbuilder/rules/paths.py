"""Paths, steps, journeys, their status changes and their history."""

from typing import Any, Final

from local.nationbuilder.errors import bad_request, problem
from local.nationbuilder.rules.change import Change, Rules
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation

ENDS: Final = {
    "complete": ("completed", "completion"),
    "abandon": ("abandoned", "abandonment"),
    "void": ("deleted", "voiding"),
    "reactivate": ("active", "reactivation"),
}
"""What the four actions make of a journey: its status (`void` giving deleted is inferred) and the history's
category."""


def steps_of(nation: Nation, path_id: str) -> list[Row]:
    """A path's steps by position."""
    return sorted(
        nation["path_steps"].where("path_id", path_id), key=lambda row: (row["position"] or 0, int(row["id"]))
    )


def _step(change: Change) -> None:
    path_id = change.get("path_id")
    others = [
        row
        for row in (steps_of(change.nation, path_id) if path_id else ())
        if change.before is None or row["id"] != change.before["id"]
    ]
    if change.creating:
        change.set_default("position", max((row["position"] or 0 for row in others), default=0) + 1)
    if change.changes("position") and change.values["position"] in {row["position"] for row in others}:
        for row in others:
            if row["position"] >= change.values["position"]:
                change.nation["path_steps"].update(row["id"], {"position": row["position"] + 1})


def _journey(change: Change) -> None:
    nation, path_id = change.nation, change.get("path_id")
    change.require_unique(
        "signup_id", "path_id", pointer="signup_id", ignoring=lambda row: row["journey_status"] == "deleted"
    )
    path = nation["paths"].get(path_id)
    if path is None:
        return
    if change.creating:
        steps = steps_of(nation, path_id)
        change.set_default("current_step_id", steps[0]["id"] if steps else None)
        change.set_default("point_person_id", path["default_point_person_id"])
        change.set_default("value_amount", path["default_value_amount"])
        change.values |= {"journey_status": "active", "last_moved_at": change.now}
    step = nation["path_steps"].get(change.get("current_step_id"))
    if step is not None and step["path_id"] != path_id:
        change.problems.append(problem("current_step_id", "is not a step of the path", "inclusion"))
    if step is not None and change.changes("current_step_id"):
        change.values["last_moved_at"] = change.now
        if "current_step_point_person_id" not in change.values:
            change.values["current_step_point_person_id"] = step["default_point_person_id"]


def _journey_saved(change: Change, row: Row) -> None:
    watched = {
        "current_step_id": "step_change",
        "point_person_id": "new_point_person",
        "current_step_point_person_id": "new_current_step_point_person",
    }
    for name, category in watched.items():
        if change.changes(name) and (name == "current_step_id" or not change.creating):
            note(change.nation, row, category, change.now, change.author_id)


def note(nation: Nation, journey: Row, category: str, now: Any, author_id: str | None) -> None:
    """Write a line of a journey's history."""
    now = nation.local(now)
    nation["path_histories"].insert(
        {
            "category": category,
            "created_at": now,
            "updated_at": now,
            "path_journey_id": journey["id"],
            "path_step_id": journey["current_step_id"],
            "point_person_id": journey["point_person_id"],
            "current_step_point_person_id": journey["current_step_point_person_id"],
            "path_journey_status_change_id": journey["path_journey_status_change_id"],
            "recruiter_id": author_id,
        }
    )


def end_journey(
    nation: Nation, journey: Row, action: str, reason_id: str | None, now: Any, author_id: str | None
) -> Row:
    """Complete, abandon, void or reactivate. Raises `Flat` 400 for a reason of another path or status."""
    status, category = ENDS[action]
    if reason_id is not None:
        reason = nation["path_journey_status_changes"].get(reason_id)
        if reason is None or reason["path_id"] != journey["path_id"] or reason["target_status"] != status:
            raise bad_request("The path journey status change does not belong to this path and status")
    now = nation.local(now)
    row = nation["path_journeys"].update(
        journey["id"],
        {
            "journey_status": status,
            "ended_at": None if status == "active" else now,
            "path_journey_status_change_id": reason_id,
            "updated_at": now,
        },
    )
    note(nation, row, category, now, author_id)
    return row


RULES: Final[dict[str, Rules]] = {
    "paths": Rules(
        required=("name",),
        deletes=(
            ("path_journeys", "path_id"),
            ("path_steps", "path_id"),
            ("path_journey_status_changes", "path_id"),
        ),
    ),
    "path_steps": Rules(required=("name", "path_id"), prepare=_step),
    "path_journeys": Rules(
        required=("path_id", "signup_id"),
        prepare=_journey,
        saved=_journey_saved,
        deletes=(("path_histories", "path_journey_id"),),
    ),
    "path_journey_status_changes": Rules(required=("name", "path_id", "target_status")),
}
