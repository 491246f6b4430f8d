"""Schedules of EventBridge Scheduler take place on the clock of their zone, and say for which moment.

MiniStack 1.5.33 reads every expression in UTC, hands `<aws.scheduler.scheduled-time>` on as it is written,
and looks every ten seconds. Scheduler's own rule: the expression is read in the schedule's zone; in the hour
that a clock skips nothing takes place, in the hour that it repeats only the first time (EventBridge Scheduler
user guide, "Daylight savings time"); the moment stands in the place of the attribute ("Adding context
attributes"). It tells its target within the minute.

Only `cron` is carried out here: Nat has no other schedules. The clock may be walked for one of them:

    POST /_nat/schedules/{group}/{name}   {"after": "2027-03-01T00:00:00Z", "until": "2027-04-10T00:00:00Z"}

tells its target all that takes place after one moment and until another, and answers with the moments.

IAM knows a schedule by its group and name (Service Authorization Reference, EventBridge Scheduler); MiniStack
asks for one of the group `default`, whichever it is in, so that no policy for a group allows anything.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from local.aws.bodies import json_object

SCHEDULED_TIME: Final = "<aws.scheduler.scheduled-time>"
LOOKS_EVERY: Final = 1
"""Seconds."""
WALKING: Final = re.compile(r"/_nat/schedules/([\w.-]+)/([\w.-]+)")
_PATH: Final = re.compile(r"/schedules/([^/]+)")
_MINUTE: Final = timedelta(minutes=1)


def occurrences(expression: str, zone: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """The moments after one and until another, in UTC, at which a schedule takes place; none for an
    expression that is no `cron`."""
    from ministack.services import eventbridge

    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        return
    place = ZoneInfo(zone)
    at = after.replace(second=0, microsecond=0) + _MINUTE
    while at <= until:
        local = at.astimezone(place)
        wall = local.replace(tzinfo=UTC, fold=0)
        # Its function gives the first minute after another one that fits, and knows no zones.
        following = eventbridge._cron_next_fire(fields, wall - _MINUTE)
        if following is None:
            return
        if following == wall:
            if not local.fold:
                yield at
            at += _MINUTE
        else:  # a clock that is changed in between moves by two hours at most
            at += max(_MINUTE, following - wall - timedelta(hours=2))


def filled(target: Mapping[str, Any], scheduled_for: datetime) -> dict[str, Any]:
    """A target with the moment in its input."""
    moment = scheduled_for.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**target, "Input": target.get("Input", "").replace(SCHEDULED_TIME, moment)}


def schedule_arn(
    path: str, query: Mapping[str, Any], body: bytes, region: str, account_id: str
) -> str | None:
    """The schedule that a request is about; `None` for requests about none."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    named = query.get("groupName") or json_object(body).get("GroupName")
    group = (named[0] if isinstance(named, list) else named) or "default"
    return f"arn:aws:scheduler:{region}:{account_id}:schedule/{group}/{unquote(found[1])}"


def install() -> None:
    """Let this process's MiniStack keep schedules as Scheduler does."""
    _keep_time()
    _ask_for_the_group()


def _ask_for_the_group() -> None:
    from ministack.core import iam_actions

    original = iam_actions.extract_resource_arn

    def extract(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, Any],
        region: str,
        account_id: str,
    ) -> Any:
        found = schedule_arn(path, query_params, body, region, account_id) if service == "scheduler" else None
        return found or original(service, method, path, headers, body, query_params, region, account_id)

    iam_actions.extract_resource_arn = extract


def _keep_time() -> None:
    from ministack import app
    from ministack.core.responses import (
        get_account_id,
        get_region,
        set_request_account_id,
        set_request_region,
    )
    from ministack.services import eventbridge, scheduler

    seen: dict[Any, datetime] = {}

    def tell(state_key: tuple[str, str, str], schedule: dict[str, Any], moment: datetime) -> None:
        before = get_account_id(), get_region()
        account, region, _ = state_key
        set_request_account_id(account)
        set_request_region(region)
        try:
            event = {"Source": "aws.scheduler", "Detail": "{}", "Time": time.time(), "Region": region}
            eventbridge._invoke_target(filled(schedule["Target"], moment), event, schedule)
        finally:
            set_request_account_id(before[0])
            set_request_region(before[1])

    def due(schedule: dict[str, Any], after: datetime, until: datetime) -> Iterator[datetime]:
        zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
        return occurrences(schedule["ScheduleExpression"], zone, after, until)

    def tick() -> None:
        now = datetime.now(UTC)
        for state_key, schedule in list(scheduler._schedules._data.items()):
            after = seen.get(state_key, now)
            seen[state_key] = now
            if schedule.get("State") == "ENABLED":
                for moment in due(schedule, after, now):
                    tell(state_key, schedule, moment)

    def walk(group: str, name: str, body: bytes) -> Any:
        wanted = json.loads(body)
        after, until = (datetime.fromisoformat(wanted[each]) for each in ("after", "until"))
        for state_key, schedule in list(scheduler._schedules._data.items()):
            if state_key[2] == f"{group}/{name}" and schedule.get("State") == "ENABLED":
                moments = list(due(schedule, after, until))
                for moment in moments:
                    tell(state_key, schedule, moment)
                told = json.dumps({"told": [each.isoformat() for each in moments]})
                return 200, {"Content-Type": "application/json"}, told.encode()
        return 404, {"Content-Type": "application/json"}, b'{"message": "There is no such enabled schedule."}'

    administered = app._handle_admin_config_request

    async def administer(path: str, method: str, body: bytes) -> Any:
        walking = WALKING.fullmatch(path)
        if walking and method == "POST":
            return walk(walking[1], walking[2], body)
        return await administered(path, method, body)

    app._handle_admin_config_request = administer
    scheduler._tick_schedules = tick
    scheduler._SCHEDULE_TICK_INTERVAL = LOOKS_EVERY
