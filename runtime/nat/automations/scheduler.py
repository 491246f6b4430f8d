"""The schedules of automations at EventBridge Scheduler: one for each that is enabled, and no other.

The row is the truth. Who changes it writes it first and lets the schedule follow; what was lost on the way is
found by comparing (`nat.automations.comparison`). `UpdateSchedule` resets whatever it is not told
(EventBridge Scheduler API reference), so a schedule is always put whole.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import ClientError

from nat import settings
from nat.automations.automation import Automation
from nat.ids import NationSlug
from nat.names import Variable

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

SCHEDULED_TIME: Final = "<aws.scheduler.scheduled-time>"
"""Scheduler puts the moment in its place for which the schedule was set: the same at every try."""
RETRY_SECONDS: Final = 3600
RETRIES: Final = 10
"""Scheduler's own way would be 185 times in a day; after an hour an occurrence was missed and is told."""
LONGEST: Final = 64
"""Characters of a schedule's name."""


@dataclass(frozen=True)
class SchedulePlace:
    """Where schedules stand and what they reach."""

    group: str
    role_arn: str
    target_arn: str
    dead_letters_arn: str

    @classmethod
    def read(cls) -> Self:
        """From this process's environment. Raises `SettingMissing`."""
        return cls(
            settings.read(Variable.SCHEDULE_GROUP),
            settings.read(Variable.SCHEDULE_ROLE_ARN),
            settings.read(Variable.SCHEDULE_TARGET_ARN),
            settings.read(Variable.SCHEDULE_DEAD_LETTERS_ARN),
        )


class ClockSchedules:
    """The schedules of one group."""

    def __init__(self, client: "EventBridgeSchedulerClient", place: SchedulePlace) -> None:
        self._client = client
        self._place = place

    def follow(self, automation: Automation) -> None:
        """Make the schedule what the row says: there for an enabled automation, gone for any other."""
        if not automation.enabled:
            self.remove(automation.nation_slug, automation.task_id)
            return
        wanted = self._wanted(automation)
        try:
            self._client.update_schedule(**wanted)
        except ClientError as error:
            if not _is(error, "ResourceNotFoundException"):
                raise
        else:
            return
        try:
            self._client.create_schedule(**wanted)
        except ClientError as error:  # somebody else made it meanwhile, maybe of an older row
            if not _is(error, "ConflictException"):
                raise
            self._client.update_schedule(**wanted)

    def remove(self, nation_slug: NationSlug, task_id: str) -> None:
        """Delete the schedule of an automation, if there is one."""
        self.remove_named(name_of(nation_slug, task_id))

    def remove_named(self, name: str) -> None:
        """The same, by the schedule's name."""
        try:
            self._client.delete_schedule(GroupName=self._place.group, Name=name)
        except ClientError as error:
            if not _is(error, "ResourceNotFoundException"):
                raise

    def names(self) -> set[str]:
        """The names of all schedules of the group."""
        pages = self._client.get_paginator("list_schedules").paginate(GroupName=self._place.group)
        return {each["Name"] for page in pages for each in page["Schedules"]}

    def belongs_to(self, name: str) -> tuple[str, str] | None:
        """Nation and task of a schedule; `None` where there is none, or it is none of ours."""
        found = self._get(name)
        try:
            said = json.loads(found["Target"]["Input"]) if found else {}
            return str(said["nation_slug"]), str(said["task_id"])
        except (KeyError, ValueError):
            return None

    def agrees(self, automation: Automation) -> bool:
        """Whether the schedule of an enabled automation is what the row says."""
        wanted = self._wanted(automation)
        found = self._get(wanted["Name"])
        return found is not None and all(found.get(each) == value for each, value in wanted.items())

    def _get(self, name: str) -> dict[str, Any] | None:
        try:
            return dict(self._client.get_schedule(GroupName=self._place.group, Name=name))
        except ClientError as error:
            if _is(error, "ResourceNotFoundException"):
                return None
            raise

    def _wanted(self, automation: Automation) -> dict[str, Any]:
        place = self._place
        return {
            "GroupName": place.group,
            "Name": name_of(automation.nation_slug, automation.task_id),
            "ScheduleExpression": automation.schedule.expression,
            "ScheduleExpressionTimezone": automation.schedule.zone,
            "State": "ENABLED",
            # The person named the minute; what is due at once is smoothed by the queue.
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": place.target_arn,
                "RoleArn": place.role_arn,
                "Input": json.dumps(
                    {
                        "nation_slug": automation.nation_slug,
                        "task_id": automation.task_id,
                        "scheduled_for": SCHEDULED_TIME,
                    }
                ),
                "RetryPolicy": {"MaximumEventAgeInSeconds": RETRY_SECONDS, "MaximumRetryAttempts": RETRIES},
                "DeadLetterConfig": {"Arn": place.dead_letters_arn},
            },
        }


def name_of(nation_slug: NationSlug, task_id: str) -> str:
    """The schedule's name: slug and task, hashed where that is too long."""
    name = f"{nation_slug}-{task_id}"
    if len(name) <= LONGEST:
        return name
    return hashlib.sha256(name.encode()).hexdigest()[:LONGEST]


def _is(error: ClientError, code: str) -> bool:
    return error.response["Error"]["Code"] == code
