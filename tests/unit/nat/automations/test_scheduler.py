"""Schedules follow rows: one for each enabled automation, whole at every change, and mended where they
differ."""

import json
import uuid
from dataclasses import dataclass, replace
from typing import Any

import pytest

from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind
from nat.automations.comparison import Compared, Comparison
from nat.automations.schedule import AutomationSchedule
from nat.automations.scheduler import LONGEST, ClockSchedules, SchedulePlace, name_of
from nat.aws import clients
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.settings import TableNames
from tests.embedded import EmbeddedAws
from tests.unit.nat.world import Clock

PLACE = SchedulePlace(
    "",
    "arn:aws:iam::000000000000:role/schedules",
    "arn:aws:lambda:us-east-1:000000000000:function:occurrence",
    "arn:aws:sqs:us-east-1:000000000000:dead",
)
MONDAYS = {"kind": "weekly", "time": "09:00", "zone": "Europe/Berlin", "days": ["MON"]}


@dataclass
class Tower:
    """A group of schedules, and the rows that they follow."""

    schedules: ClockSchedules
    store: Store
    place: SchedulePlace

    def automation(self, **changes: Any) -> Automation:
        """A stored and enabled one, whose schedule nobody has made yet."""
        now = self.store.clock()
        made = Automation.new(
            nation_slug=NationSlug("demo"),
            owner_id="ann",
            name="Monday figures",
            prompt="How many?",
            schedule=AutomationSchedule.of({**MONDAYS, **changes}),
            deliveries=(Delivery(DeliveryKind.EMAIL, "ann"),),
            now=now,
        )
        Automations(self.store).create(made)
        return self.edit(made, enabled=True)

    def edit(self, automation: Automation, **changes: Any) -> Automation:
        """Store an edit; the schedule does not hear of it."""
        edited = automation.edited(self.store.clock(), **changes)
        Automations(self.store).replace(automation, edited)
        return edited

    def stored(self, automation: Automation) -> dict[str, Any]:
        """The schedule as Scheduler has it."""
        found = clients.scheduler().get_schedule(
            GroupName=self.place.group, Name=name_of(automation.nation_slug, automation.task_id)
        )
        return dict(found)

    def compare(self) -> Compared:
        return Comparison(self.store, self.schedules).run()


@pytest.fixture
def tower(embedded_aws: EmbeddedAws, tables: TableNames) -> Tower:
    place = replace(PLACE, group=f"nat-{uuid.uuid4().hex[:8]}")
    clients.scheduler().create_schedule_group(Name=place.group)
    store = Store(clients.dynamodb(), tables, Clock())
    return Tower(ClockSchedules(clients.scheduler(), place), store, place)


def test_an_enabled_automation_has_a_schedule_that_says_all(tower: Tower) -> None:
    automation = tower.automation()

    tower.schedules.follow(automation)

    found = tower.stored(automation)
    assert found["ScheduleExpression"] == "cron(0 9 ? * MON *)"
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert (found["State"], found["FlexibleTimeWindow"]) == ("ENABLED", {"Mode": "OFF"})
    target = found["Target"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10}
    assert target["DeadLetterConfig"] == {"Arn": PLACE.dead_letters_arn}
    assert json.loads(target["Input"]) == {
        "nation_slug": "demo",
        "task_id": automation.task_id,
        "scheduled_for": "<aws.scheduler.scheduled-time>",
    }
    assert tower.schedules.agrees(automation)


def test_an_edit_keeps_what_it_does_not_name(tower: Tower) -> None:
    automation = tower.automation()
    tower.schedules.follow(automation)
    before = tower.stored(automation)

    edited = tower.edit(automation, schedule=AutomationSchedule.of({**MONDAYS, "time": "10:30"}))
    tower.schedules.follow(edited)

    after = tower.stored(automation)
    assert after["ScheduleExpression"] == "cron(30 10 ? * MON *)"
    assert after["Target"] == before["Target"]
    assert after["FlexibleTimeWindow"] == before["FlexibleTimeWindow"]


def test_a_paused_automation_has_no_schedule_and_an_edit_does_not_wake_it(tower: Tower) -> None:
    automation = tower.automation()
    tower.schedules.follow(automation)

    paused = tower.edit(automation, enabled=False)
    tower.schedules.follow(paused)
    tower.schedules.follow(tower.edit(paused, name="Another name"))

    assert tower.schedules.names() == set()


def test_the_longest_slug_still_makes_a_name_and_each_task_its_own() -> None:
    names = {name_of(NationSlug("a" * 63), f"01KAZ3V9Q8R7T6S5P4N3M2K1J{each}") for each in range(9)}

    assert len(names) == 9
    assert all(len(each) <= LONGEST for each in names)


def test_the_comparison_makes_what_is_missing_and_removes_what_nobody_wants(tower: Tower) -> None:
    lost, paused, gone = tower.automation(), tower.automation(), tower.automation()
    for each in (paused, gone):
        tower.schedules.follow(each)
    tower.edit(paused, enabled=False)
    Automations(tower.store).delete(NationSlug("demo"), gone.task_id)

    assert tower.compare() == Compared(made=1, removed=2)

    assert tower.schedules.names() == {name_of(NationSlug("demo"), lost.task_id)}
    assert tower.compare() == Compared()


def test_the_comparison_mends_what_differs_before_it_runs(tower: Tower) -> None:
    automation = tower.automation(kind="daily", days=None, time="12:00")  # in ninety minutes
    tower.schedules.follow(replace(automation, schedule=AutomationSchedule.of(MONDAYS)))

    assert tower.compare() == Compared(mended=1)

    assert tower.stored(automation)["ScheduleExpression"] == "cron(0 12 * * ? *)"
