"""Giving people memberships, extending and ending them.

A membership that was given by mistake is canceled, not deleted: its history stays. NationBuilder writes to a
member only when a status becomes expired or grace period, and only if told to (`trigger_autoresponses`, API
facts, §8).
"""

from typing import Annotated, Final

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.naming import Named, called
from nat.agent.tools.changing.planning import (
    change,
    create,
    current_user,
    existing,
    existing_person,
    patch,
    person_subject,
)
from nat.agent.tools.memberships import Status
from nat.agent.tools.parameters import Day, Moment, RecordId, Text
from nat.agent.tools.results import PERSON_NAME, person_name
from nat.changes.plan import CREATED_ID, Change, PlannedRequest, Subject
from nat.errors import BadRequest
from nat.nationbuilder import Document, NationBuilder
from nat.nationbuilder.bodies import write_body
from nat.nationbuilder.periods import read_moment
from nat.wording import Worded

_CURRENT: Final[tuple[Status, ...]] = ("active", "grace period")
_TOLD: Final[tuple[Status, ...]] = ("expired", "grace period")
"""Statuses that NationBuilder writes to the member about."""


@tool(
    group="memberships",
    effect=Effect.WRITE,
    label="Giving a membership",
    endpoints=(
        "POST /memberships",
        "PATCH /memberships/{id}",
        "GET /memberships",
        "GET /membership_types",
        "GET /membership_types/{id}",
        "GET /signups/{id}",
        "GET /signups/me",
    ),
    sends=True,
    undo="cancels the membership",
)
def create_membership(
    v2: NationBuilder,
    *,
    person_id: RecordId,
    type_id: Named,
    started_at: Annotated[Moment | None, Field(description="Default: now")] = None,
    expires_on: Annotated[Day | None, Field(description="ISO date; default: never")] = None,
    status: Status = "active",
) -> Change:
    """Give a person a membership. For one that they have, use update_membership."""
    kind = called(v2, "membership_types", type_id, "membership type", attributes=("name",)).record
    person = existing_person(v2, person_id)
    subject = person_subject(v2, person)
    values: dict[str, object] = {"signup_id": person_id, "membership_type_id": kind.id, "status": status}
    if started_at is not None:
        moment = read_moment(started_at, v2.now(), v2.zone)
        values["started_at"] = moment.astimezone(v2.zone).isoformat(timespec="seconds")
    if expires_on is not None:
        values["expires_on"] = expires_on
    _in_order(values)
    same_kind = {"signup_id": person_id, "membership_type_id": kind.id}
    there = v2.index("memberships", filters=same_kind).records
    current = next((each for each in there if each["status"] in _CURRENT), None)
    if current is not None and status in _CURRENT:
        raise BadRequest(Worded("refused.membership_there", id=current.id))
    # A person may have had the same membership before: then no filter finds just the new one.
    known = any(each["status"] == status for each in there)
    operation = create(
        "membership",
        subject,
        "memberships",
        values,
        natural_key=None
        if known
        else {
            **same_kind,
            "status": status,
            **({"expires_on": expires_on} if expires_on else {}),
        },
        undo=[_cancel(current_user(v2).id)] if status != "canceled" else [],
        by_id=True,
        undone={"status": "canceled"} if status != "canceled" else None,
    )
    given = {"name": subject.name, "kind": kind.text("name")}
    return change(
        Worded("change.give_membership_until", **given, day=expires_on)
        if expires_on
        else Worded("change.give_membership", **given),
        [operation],
        people=1,
        warnings=[Worded("warning.membership_stays" if status != "canceled" else "warning.membership_kept")],
    )


@tool(
    group="memberships",
    effect=Effect.WRITE,
    label="Changing a membership",
    endpoints=("PATCH /memberships/{id}", "GET /memberships/{id}", "GET /signups/me"),
    sends=True,
    undo="patches back the old values",
)
def update_membership(
    v2: NationBuilder,
    *,
    membership_id: RecordId,
    expires_on: Day | None = None,
    status: Status | None = None,
    status_reason: Annotated[Text | None, Field(max_length=255)] = None,
    notify_member: Annotated[
        bool, Field(description="Only if asked: NationBuilder emails them (expired, grace period)")
    ] = False,
) -> Change:
    """Extend or cancel a membership, or change its status."""
    asked = {"expires_on": expires_on, "status": status, "status_reason": status_reason}
    values = {name: value for name, value in asked.items() if value is not None}
    if not values:
        raise BadRequest(Worded("refused.nothing_to_change"))
    if notify_member and status not in _TOLD:
        raise BadRequest(Worded("refused.membership_tells"))
    found, subject = _membership(v2, membership_id)
    _in_order({"started_at": found.record["started_at"], "expires_on": expires_on})
    author = current_user(v2).id
    operation = patch(
        subject,
        found.record,
        values,
        switches={"activity_author_id": author, "trigger_autoresponses": notify_member},
        undo_switches={"activity_author_id": author, "trigger_autoresponses": False},
    )
    kind = found.one("membership_type")
    name = f"“{kind.text('name')}”" if kind is not None else ""
    return change(
        _summary(status, expires_on, name, subject.name),
        [operation],
        people=1,
        warnings=[Worded("warning.member_told") if notify_member else None],
    )


def _cancel(author_id: str) -> PlannedRequest:
    """The request that takes a new membership back, without a message to the member."""
    values = {"status": "canceled", "activity_author_id": author_id, "trigger_autoresponses": False}
    return PlannedRequest(
        "PATCH", f"memberships/{CREATED_ID}", write_body("memberships", values, record_id=CREATED_ID)
    )


def _in_order(values: dict[str, object]) -> None:
    """Raises `BadRequest` for a membership that would end before it begins."""
    started, expires = values.get("started_at"), values.get("expires_on")
    if started and expires and str(expires) < str(started)[:10]:
        raise BadRequest(Worded("refused.membership_ends", started=str(started)[:10], expires=str(expires)))


def _membership(v2: NationBuilder, membership_id: str) -> tuple[Document, Subject]:
    """A membership, and what it is called: the member."""
    found = existing(
        v2,
        "memberships",
        membership_id,
        "membership",
        include=("signup", "membership_type"),
        fields={"signups": PERSON_NAME, "membership_types": ("name",)},
    )
    person, person_id = found.one("signup"), found.record.related_id("signup")
    name = person_name(person) if person else f"person {person_id}" if person_id else "nobody"
    url = v2.panel_url("person", person_id) if person_id else None
    return found, Subject("membership", membership_id, name, url)


def _summary(status: Status | None, expires_on: str | None, kind: str, name: str) -> Worded:
    if status == "canceled":
        return Worded("change.cancel_membership", kind=kind, name=name)
    if status is not None:
        return Worded("change.set_membership", status=status, kind=kind, name=name)
    if expires_on:
        return Worded("change.extend_membership", day=expires_on, kind=kind, name=name)
    return Worded("change.update_membership", kind=kind, name=name)
