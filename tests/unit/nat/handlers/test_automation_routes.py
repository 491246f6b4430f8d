"""Automations over HTTP: members have their own, admins see everybody's, and the schedule follows the row."""

import json
import uuid
from typing import Any

import pytest

from nat.automations.automation import Delivery, DeliveryKind
from nat.automations.runs import Delivered, RunLedger
from nat.automations.scheduler import name_of
from nat.aws import clients
from nat.aws.items import moment
from nat.aws.store import Store
from nat.connections.slack_workspaces import Workspaces
from nat.handlers.api import Api
from nat.handlers.services import Services
from nat.ids import NationSlug
from nat.names import Variable
from nat.nations.record import Nations
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.api_event import api_event
from tests.unit.nat.world import (
    PLANS,
    Clock,
    create_turn_queue,
    nation,
    queued,
    store_members,
    store_nation,
    used,
)

MONDAYS = {"kind": "weekly", "time": "09:00", "zone": "Europe/Berlin", "days": ["MON"]}
WANTED = {
    "name": "Monday figures",
    "prompt": "How many new people?",
    "schedule": MONDAYS,
    "delivery": [{"type": "email", "to": "bob"}],
}
ONE = "/v1/automations/{task}"


class Desk:
    """The API over a nation with two members and an admin."""

    def __init__(self, tables: TableNames, queue_url: str, group: str) -> None:
        self.tables = tables
        self.queue_url = queue_url
        self.group = group
        self.clock = Clock()
        store_nation(tables, nation())
        store_members(tables, "demo", ["bob", "eve"])
        store_members(tables, "demo", ["ada"], Role.ADMIN)
        self.api = Api(Services(clients.dynamodb(), tables, PLANS, clock=self.clock))

    def call(self, route: str, by: str, body: Any = None, **path: str) -> Any:
        answer = self.api(api_event(route, user=by, body=body, path=path))
        told: Any = json.loads(answer["body"]) if answer["body"] else None
        return told["error"]["code"] if answer["statusCode"] >= 400 else told

    def create(self, **changes: Any) -> Any:
        return self.call("POST /v1/automations", "bob", {**WANTED, **changes})

    def enable(self, made: dict[str, Any], enabled: bool = True) -> Any:
        body = {"version": made["version"], "enabled": enabled}
        return self.call(f"PATCH {ONE}", "bob", body, task=made["task_id"])

    def schedules(self) -> list[str]:
        return [
            each["Name"] for each in clients.scheduler().list_schedules(GroupName=self.group)["Schedules"]
        ]


@pytest.fixture
def desk(tables: TableNames, monkeypatch: pytest.MonkeyPatch) -> Desk:
    group, url = f"nat-{uuid.uuid4().hex[:8]}", create_turn_queue()
    clients.scheduler().create_schedule_group(Name=group)
    for variable, value in {
        Variable.TURN_QUEUE_URL: url,
        Variable.SCHEDULE_GROUP: group,
        Variable.SCHEDULE_ROLE_ARN: "arn:aws:iam::000000000000:role/schedules",
        Variable.SCHEDULE_TARGET_ARN: "arn:aws:lambda:us-east-1:000000000000:function:occurrence",
        Variable.SCHEDULE_DEAD_LETTERS_ARN: "arn:aws:sqs:us-east-1:000000000000:dead",
    }.items():
        monkeypatch.setenv(variable, value)
    return Desk(tables, url, group)


def test_a_new_automation_is_not_enabled_and_has_no_schedule(desk: Desk) -> None:
    made = desk.create()

    assert (made["enabled"], made["next_runs"], made["words"]) == (
        False,
        [],
        "Mondays at 9:00, Europe/Berlin",
    )
    assert desk.schedules() == []


def test_enabling_makes_the_schedule_pausing_and_deleting_take_it_away(desk: Desk) -> None:
    made = desk.create()
    name = name_of(NationSlug("demo"), made["task_id"])

    enabled = desk.enable(made)
    assert enabled["next_runs"][0]["local"] == "2026-11-23T09:00+01:00"
    assert desk.schedules() == [name]
    paused = desk.enable(enabled, enabled=False)
    assert desk.schedules() == []
    desk.enable(paused)
    desk.call(f"DELETE {ONE}", "bob", task=made["task_id"])

    assert desk.schedules() == []
    assert desk.call(f"GET {ONE}", "bob", task=made["task_id"]) == "not_found"


def test_an_answer_goes_to_a_linked_channel_and_otherwise_to_a_member_until_that_is_taken_away(
    desk: Desk,
) -> None:
    Workspaces(Store(clients.dynamodb(), desk.tables)).link("T1", "Demo", NationSlug("demo"), by="ada")
    channel, member = {"type": "slack", "to": "T1/C1"}, {"type": "slack", "to": "bob"}

    made = desk.call("POST /v1/automations", "bob", {**WANTED, "delivery": [channel], "otherwise": member})
    assert (made["delivery"], made["otherwise"]) == ([channel], member)

    edit = {"version": made["version"], "name": "Figures"}
    kept = desk.call(f"PATCH {ONE}", "bob", edit, task=made["task_id"])
    assert kept["otherwise"] == member
    edit = {"version": kept["version"], "otherwise": None}
    assert desk.call(f"PATCH {ONE}", "bob", edit, task=made["task_id"])["otherwise"] is None


def test_of_two_edits_of_the_same_version_one_is_refused(desk: Desk) -> None:
    made = desk.create()
    desk.enable(made)

    assert desk.enable(made) == "automation_changed"


def test_others_do_not_see_it_and_admins_settle_it(desk: Desk) -> None:
    task = desk.create()["task_id"]

    assert desk.call("GET /v1/automations", "eve")["automations"] == []
    for route in (f"GET {ONE}", f"DELETE {ONE}", f"POST {ONE}/runs", f"GET {ONE}/runs"):
        assert desk.call(route, "eve", task=task) == "not_found"
    assert [each["task_id"] for each in desk.call("GET /v1/automations", "ada")["automations"]] == [task]
    assert desk.call(f"DELETE {ONE}", "ada", task=task) is None


def test_a_preview_marks_the_run_after_clocks_were_changed(desk: Desk) -> None:
    desk.clock.advance(days=111)  # 13 March 2027; clocks change on the 28th

    preview = desk.call("POST /v1/automations/preview", "eve", MONDAYS)

    assert [(each["local"], each["clock_changes"]) for each in preview["next_runs"]] == [
        ("2027-03-15T09:00+01:00", False),
        ("2027-03-22T09:00+01:00", False),
        ("2027-03-29T09:00+02:00", True),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": {**MONDAYS, "kind": "fortnightly"}},
        {"schedule": {**MONDAYS, "zone": "Europe/Atlantis"}},
        {"schedule": {"kind": "monthly", "time": "09:00", "zone": "UTC", "day": 31}},
        {"delivery": [{"type": "email", "to": "stranger"}]},
        {"delivery": [{"type": "slack", "to": "stranger"}]},
        {"delivery": [{"type": "slack", "to": "T0OTHER/C1"}]},
        {"otherwise": {"type": "email", "to": "stranger"}},
        {"delivery": []},
        {"prompt": ""},
    ],
)
def test_what_cannot_be_meant_is_refused(desk: Desk, changes: dict[str, Any]) -> None:
    assert desk.create(**changes) == "bad_request"


def test_run_now_asks_once_and_stands_in_the_history(desk: Desk) -> None:
    task = desk.create()["task_id"]

    run = desk.call(f"POST {ONE}/runs", "bob", task=task)

    assert (run["state"], run["by"]) == ("running", "bob")
    (message,) = queued(desk.queue_url)
    assert message["turn_id"] == run["turn"]
    assert used(desk.tables) == 1
    history = desk.call(f"GET {ONE}/runs", "bob", task=task)
    assert [each["state"] for each in history["runs"]] == ["running"]
    assert history["next"] is None


def test_why_an_answer_did_not_arrive_is_told_with_its_key(desk: Desk) -> None:
    task = desk.create()["task_id"]
    due = moment(desk.call(f"POST {ONE}/runs", "bob", task=task)["scheduled_for"])
    runs = RunLedger(Store(clients.dynamodb(), desk.tables))

    runs.note(
        runs.get(NationSlug("demo"), task, due),
        Delivered(Delivery(DeliveryKind.EMAIL, "bob"), "Slack does not answer."),
    )

    ((told,),) = [each["delivered"] for each in desk.call(f"GET {ONE}/runs", "bob", task=task)["runs"]]
    assert (told["problem"], told["wording"]["key"]) == ("Slack does not answer.", "delivery.silent")


def test_a_try_is_answered_as_of_the_last_run_and_stands_in_the_history_as_that(desk: Desk) -> None:
    task = desk.create()["task_id"]

    tried = desk.call(f"POST {ONE}/try", "bob", task=task)

    assert tried["as_of"] == "2026-11-16T08:00:00.000Z"
    assert [each["turn_id"] for each in queued(desk.queue_url)] == [tried["turn"]]
    run = desk.call(f"GET {ONE}/runs/{{run}}", "bob", task=task, run=tried["run"])
    assert (run["tryout"], run["as_of"], run["state"], run["answer"]) == (
        True,
        tried["as_of"],
        "running",
        None,
    )
    assert desk.call(f"GET {ONE}", "bob", task=task)["last_run"] is None


def test_a_try_that_may_not_ask_says_why(desk: Desk) -> None:
    task = desk.create()["task_id"]
    Nations(Store(clients.dynamodb(), desk.tables)).update(
        NationSlug("demo"), {"queries_used_this_period": 500}
    )

    assert desk.call(f"POST {ONE}/try", "bob", task=task) == "bad_request"


@pytest.mark.parametrize("run", ["2026-11-16T08:00:00.000Z", "yesterday", "run#1"])
def test_a_run_that_there_is_not_is_not_found(desk: Desk, run: str) -> None:
    task = desk.create()["task_id"]

    assert desk.call(f"GET {ONE}/runs/{{run}}", "bob", task=task, run=run) == "not_found"
    assert desk.call(f"POST {ONE}/runs/{{run}}/catch-up", "bob", task=task, run=run) == "not_found"


def test_a_run_that_took_place_is_not_caught_up_with(desk: Desk) -> None:
    task = desk.create()["task_id"]
    run = desk.call(f"POST {ONE}/runs", "bob", task=task)["scheduled_for"]

    assert desk.call(f"POST {ONE}/runs/{{run}}/catch-up", "bob", task=task, run=run) == "run_took_place"
    assert len(queued(desk.queue_url)) == 1
