"""Questions that are asked on a schedule: members have their own, admins see and settle everybody's. Of
their runs see `automation_runs`."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import UNSET, Meta, UnsetType

from nat.automations.automation import (
    LONGEST_NAME,
    LONGEST_PROMPT,
    MOST_DELIVERIES,
    Automation,
    Automations,
    Delivery,
    DeliveryKind,
)
from nat.automations.schedule import AutomationSchedule, ScheduleKind, Weekday, changes_offset
from nat.automations.scheduler import ClockSchedules, SchedulePlace
from nat.aws import clients, log
from nat.aws.items import optional_timestamp, timestamp
from nat.connections.slack_workspaces import Workspaces
from nat.contract.fields import Moment, ResponseBody, StrictBody
from nat.errors import (
    AutomationChanged,
    BadRequest,
    NotFound,
)
from nat.handlers.endpoints import MemberCall, operation
from nat.handlers.services import Services
from nat.ids import UserId
from nat.wording import Worded

SHOWN: Final = 3
"""Next runs that are shown of a schedule."""

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
Prompt = Annotated[str, Meta(min_length=1, max_length=LONGEST_PROMPT)]
TimeOfDay = Annotated[str, Meta(pattern=r"^[0-9]{1,2}:[0-9]{2}$", examples=["09:00"])]
Zone = Annotated[str, Meta(max_length=64, examples=["Europe/Berlin"])]


class ScheduleWanted(StrictBody, frozen=True, kw_only=True):
    """When it runs: every day, on some weekdays, or on one day of every month."""

    kind: ScheduleKind
    time: TimeOfDay
    """On the clock of the zone."""
    zone: Zone
    """IANA name."""
    days: list[Weekday] | UnsetType = UNSET
    """Of a weekly one."""
    day: Annotated[int, Meta(ge=1, le=31)] | Literal["last"] | UnsetType = UNSET
    """Of a monthly one: 1 to 28, or `last`."""


class DeliveryWanted(StrictBody, frozen=True, kw_only=True):
    """Where the answer goes."""

    type: DeliveryKind
    to: Annotated[str, Meta(min_length=1, max_length=200)]
    """The user id of a member, whose proven address gets it by email, or who gets it in Slack where it is
    known who they are there; or a channel of a linked Slack workspace, `<workspace>/<channel>`."""


Deliveries = Annotated[list[DeliveryWanted], Meta(min_length=1, max_length=MOST_DELIVERIES)]


class AutomationWanted(StrictBody, frozen=True, kw_only=True):
    """A new automation. It is not enabled yet."""

    name: Name
    prompt: Prompt
    """The question, as it would be asked in a chat."""
    schedule: ScheduleWanted
    delivery: Deliveries
    otherwise: DeliveryWanted | None = None
    """Where an answer goes that one of its places did not take."""


class AutomationEdit(StrictBody, frozen=True, kw_only=True):
    """What is to change; the rest stays."""

    version: Annotated[int, Meta(ge=1)]
    """That of the automation as it was shown: of two people who change it at once, one is told."""
    name: Name | UnsetType = UNSET
    prompt: Prompt | UnsetType = UNSET
    schedule: ScheduleWanted | UnsetType = UNSET
    delivery: Deliveries | UnsetType = UNSET
    otherwise: DeliveryWanted | UnsetType | None = UNSET
    """`null` takes it away."""
    enabled: bool | UnsetType = UNSET
    """False pauses it."""


class NextRun(ResponseBody, frozen=True, kw_only=True):
    """A run to come."""

    at: Moment
    local: str
    """On the clock of the schedule's zone, with its offset."""
    clock_changes: bool
    """The offset is another one than that of the run before: clocks were changed in between."""


class SchedulePreview(ResponseBody, frozen=True, kw_only=True):
    """A schedule in words, and when it runs next."""

    words: str
    next_runs: list[NextRun]
    days_without: list[str]
    """Days of the coming year on which it does not run, because clocks are put forward over its time."""


class ScheduleBody(ResponseBody, frozen=True, kw_only=True):
    """When it runs."""

    kind: ScheduleKind
    time: str
    zone: str
    days: list[Weekday]
    day: int | Literal["last"] | None


class DeliveryBody(ResponseBody, frozen=True, kw_only=True):
    """Where the answer goes."""

    type: DeliveryKind
    to: str


class AutomationBody(ResponseBody, frozen=True, kw_only=True):
    """An automation."""

    task_id: str
    owner_id: str
    name: str
    prompt: str
    schedule: ScheduleBody
    words: str
    next_runs: list[NextRun]
    """Empty while it is not enabled."""
    delivery: list[DeliveryBody]
    otherwise: DeliveryBody | None
    """Where an answer goes that one of its places did not take."""
    enabled: bool
    paused_why: str | None
    """Why it was paused, if nobody wanted it: `owner_left`, `subscription`, `connection`, `failures`."""
    last_run: Moment | None
    created_at: Moment
    version: int


class AutomationsBody(ResponseBody, frozen=True, kw_only=True):
    """Those that the caller may see, the oldest first."""

    automations: list[AutomationBody]


_MONDAYS: Final = ScheduleWanted(kind=ScheduleKind.WEEKLY, time="09:00", zone="Europe/Berlin", days=["MON"])
_EXAMPLE: Final = AutomationWanted(
    name="Monday figures",
    prompt="Summarise last week's new people and donations.",
    schedule=_MONDAYS,
    delivery=[DeliveryWanted(type=DeliveryKind.EMAIL, to="member")],
)


@operation("GET /v1/automations", tag="Automations", active=False)
def list_automations(call: MemberCall) -> AutomationsBody:
    """The automations of the nation.

    One's own; admins see everybody's.
    """
    found = Automations(call.services.store).of_nation(call.nation_slug)
    return AutomationsBody(
        automations=[_told(each, call.services) for each in found if call.member.sees(each.owner_id)]
    )


@operation("POST /v1/automations", tag="Automations", example=_EXAMPLE, status=201)
def create_automation(call: MemberCall, body: AutomationWanted) -> AutomationBody:
    """Make an automation, which is not enabled yet."""
    automation = Automation.new(
        nation_slug=call.nation_slug,
        owner_id=call.member.user_id,
        name=body.name,
        prompt=body.prompt,
        schedule=_schedule(body.schedule),
        deliveries=_deliveries(call, body.delivery),
        otherwise=None if body.otherwise is None else _delivery(call, body.otherwise),
        now=call.services.clock(),
    )
    Automations(call.services.store).create(automation)
    return _told(automation, call.services)


@operation("POST /v1/automations/preview", tag="Automations", active=False, example=_MONDAYS)
def preview_schedule(call: MemberCall, body: ScheduleWanted) -> SchedulePreview:
    """A schedule in words, and its next three runs.

    What a schedule cannot say is refused with the nearest thing that it can.
    """
    schedule = _schedule(body)
    now = call.services.clock()
    return SchedulePreview(
        words=schedule.in_words(),
        next_runs=_next(schedule, now),
        days_without=[each.isoformat() for each in schedule.days_without(now)],
    )


@operation("GET /v1/automations/{task}", tag="Automations", active=False, raises=(NotFound,))
def get_automation(call: MemberCall) -> AutomationBody:
    """One automation."""
    return _told(seen(call), call.services)


@operation(
    "PATCH /v1/automations/{task}",
    tag="Automations",
    active=False,
    example=AutomationEdit(version=1, enabled=True),
    raises=(NotFound, AutomationChanged),
)
def change_automation(call: MemberCall, body: AutomationEdit) -> AutomationBody:
    """Change an automation, enable or pause it."""
    automation = seen(call)
    if automation.version != body.version:
        raise AutomationChanged
    wanted: dict[str, Any] = {
        name: getattr(body, name)
        for name in ("name", "prompt", "enabled")
        if getattr(body, name) is not UNSET
    }
    if body.schedule is not UNSET:
        wanted["schedule"] = _schedule(body.schedule)
    if body.delivery is not UNSET:
        wanted["deliveries"] = _deliveries(call, body.delivery)
    if body.otherwise is not UNSET:
        wanted["otherwise"] = None if body.otherwise is None else _delivery(call, body.otherwise)
    edited = automation.edited(call.services.clock(), **wanted)
    Automations(call.services.store).replace(automation, edited)
    _follow(edited)
    return _told(edited, call.services)


@operation("DELETE /v1/automations/{task}", tag="Automations", active=False, raises=(NotFound,))
def delete_automation(call: MemberCall) -> None:
    """Delete an automation. What it has answered stays in its conversations."""
    automation = seen(call)
    Automations(call.services.store).delete(call.nation_slug, automation.task_id)
    _follow(replace(automation, enabled=False))


def seen(call: MemberCall) -> Automation:
    """The automation of the path, if the caller may see it. Raises `NotFound`."""
    automation = Automations(call.services.store).get(call.nation_slug, call.path["task"])
    if not call.member.sees(automation.owner_id):
        raise NotFound("There is no such automation.")
    return automation


def _schedule(wanted: ScheduleWanted) -> AutomationSchedule:
    return AutomationSchedule.of(msgspec.to_builtins(wanted))


def _deliveries(call: MemberCall, wanted: list[DeliveryWanted]) -> tuple[Delivery, ...]:
    return tuple(_delivery(call, each) for each in wanted)


def _delivery(call: MemberCall, wanted: DeliveryWanted) -> Delivery:
    """Where an answer goes. Raises `BadRequest` for somebody who is no member and a workspace that is not the
    nation's: a report holds people's data."""
    found = Delivery(wanted.type, wanted.to)
    if found.channel is not None:
        home, _ = found.channel
        if call.nation_slug not in Workspaces(call.services.store).nations(home):
            raise BadRequest(Worded("form.slack_workspace"))
    elif not call.services.memberships.get(call.nation_slug, UserId(found.to)):
        raise BadRequest(Worded("form.members_only"))
    return found


def _follow(automation: Automation) -> None:
    """Let the schedule follow its row, which is the truth: what fails here is mended by the comparison."""
    try:
        ClockSchedules(clients.scheduler(), SchedulePlace.read()).follow(automation)
    except (BotoCoreError, ClientError) as error:
        log.defect(error, nation=automation.nation_slug, task=automation.task_id)


def _next(schedule: AutomationSchedule, now: datetime) -> list[NextRun]:
    found: list[NextRun] = []
    runs = schedule.runs(now)
    before = now.astimezone(schedule.tzinfo)
    for _ in range(SHOWN):
        at = next(runs)
        found.append(
            NextRun(
                at=timestamp(at),
                local=at.isoformat(timespec="minutes"),
                clock_changes=changes_offset(at, before),
            )
        )
        before = at
    return found


def _told(automation: Automation, services: Services) -> AutomationBody:
    form = automation.schedule.as_form()
    return AutomationBody(
        task_id=automation.task_id,
        owner_id=automation.owner_id,
        name=automation.name,
        prompt=automation.prompt,
        schedule=ScheduleBody(
            kind=automation.schedule.kind,
            time=form["time"],
            zone=form["zone"],
            days=list(automation.schedule.days),
            day=form.get("day"),
        ),
        words=automation.schedule.in_words(),
        next_runs=_next(automation.schedule, services.clock()) if automation.enabled else [],
        delivery=[_place(each) for each in automation.deliveries],
        otherwise=None if automation.otherwise is None else _place(automation.otherwise),
        enabled=automation.enabled,
        paused_why=automation.paused_why,
        last_run=optional_timestamp(automation.last_run),
        created_at=timestamp(automation.created_at),
        version=automation.version,
    )


def _place(delivery: Delivery) -> DeliveryBody:
    return DeliveryBody(type=delivery.kind, to=delivery.to)
