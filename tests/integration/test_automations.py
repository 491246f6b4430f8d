"""Scenario 9 of the product: a weekly report is set up in chat and arrives on Monday at nine in the person's
time zone, also after a clock was changed, on the embedded Scheduler and the deployed functions."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests

from local.machine import Machine
from local.mail import sent
from nat.automations.scheduler import name_of
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.people.users import Users
from nat.roles import Role
from tests.integration.conftest import NATION, OTHER_NATION, PATIENCE, Person
from tests.integration.mailbox import run
from tests.integration.people import call_api

WISH = "Every Monday at 9 in Europe/Berlin tell me how many people are tagged volunteer"
SPRING = ("2027-03-15T00:00:00+00:00", "2027-04-04T00:00:00+00:00")
OPERATOR = "operator@nat.example"
"""Of `config/environments/local.toml`."""
AUTUMN = ("2027-10-20T00:00:00+00:00", "2027-11-07T00:00:00+00:00")


class Desk:
    """Somebody with an automation."""

    def __init__(self, machine: Machine, person: Person) -> None:
        self.machine = machine
        self.person = person
        self.task = ""

    def call(self, route: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What a route answers that must not refuse."""
        answer = call_api(self.machine, self.person.session, NATION, route, body, task=self.task)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def set_up(self) -> dict[str, Any]:
        """Ask for it in chat, and follow the link of the answer."""
        with self.person.socket() as socket:
            socket.ask(WISH)
            finished = socket.until_end()[-1]
        assert finished["type"] == "turn.finished", finished
        (link,) = finished["links"]
        self.task = urlsplit(link["url"]).path.rpartition("/")[2]
        return finished

    def enable(self) -> dict[str, Any]:
        """Enable it, as the page behind the link does."""
        automation = self.call("GET /v1/automations/{task}")
        assert not automation["enabled"]
        return self.call("PATCH /v1/automations/{task}", {"version": automation["version"], "enabled": True})

    def walk(self, after: str, until: str) -> list[str]:
        """Let the embedded Scheduler's clock go over a stretch of time, for this schedule alone."""
        group, name = self.machine.deployment["ScheduleGroupName"], name_of(NationSlug(NATION), self.task)
        answer = requests.post(
            f"{self.machine.ports.url('aws')}/_nat/schedules/{group}/{name}",
            json={"after": after, "until": until},
            timeout=PATIENCE,
        )
        answer.raise_for_status()
        return [str(each) for each in answer.json()["told"]]

    def runs(self, count: int) -> list[dict[str, Any]]:
        """The runs, the oldest first, once so many have ended."""
        deadline = time.monotonic() + PATIENCE
        while True:
            runs: list[dict[str, Any]] = self.call("GET /v1/automations/{task}/runs")["runs"]
            ended = [each for each in runs if each["state"] not in ("due", "running")]
            if len(ended) >= count:
                return ended[::-1]
            assert time.monotonic() < deadline, runs
            time.sleep(0.2)

    def mails(self, count: int) -> list[dict[str, Any]]:
        """The emails that came of it, once there are so many."""
        root = self.machine.deployment.root
        address = _address(self.machine, self.person)
        deadline = time.monotonic() + PATIENCE
        while True:
            run(self.machine, "RefreshSweepFunctionName")  # what was announced goes on the bus every minute
            found = sent(root, address)
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.5)


@pytest.fixture
def desk(machine: Machine, new_person: Callable[..., Person]) -> Desk:
    """A viewer, who may ask and change nothing."""
    return Desk(machine, new_person(NATION, Role.VIEWER))


def test_9_a_weekly_report_set_up_in_chat_comes_on_mondays_at_nine_over_both_clock_changes(
    desk: Desk,
) -> None:
    finished = desk.set_up()
    assert "does not run yet" in finished["text"]
    enabled = desk.enable()
    assert enabled["words"] == "Mondays at 9:00, Europe/Berlin"
    assert len(enabled["next_runs"]) == 3

    told = [*desk.walk(*SPRING), *desk.walk(*AUTUMN)]

    assert [datetime.fromisoformat(each).astimezone(UTC).strftime("%m-%d %H:%M") for each in told] == [
        "03-15 08:00",
        "03-22 08:00",
        "03-29 07:00",
        "10-25 07:00",
        "11-01 08:00",
    ]
    runs = desk.runs(5)
    assert [each["scheduled_for"] for each in runs] == [
        "2027-03-15T08:00:00.000Z",
        "2027-03-22T08:00:00.000Z",
        "2027-03-29T07:00:00.000Z",
        "2027-10-25T07:00:00.000Z",
        "2027-11-01T08:00:00.000Z",
    ]
    assert {each["state"] for each in runs} == {"done"}
    mails = desk.mails(5)
    assert len(mails) == 5
    assert all("at 09:00 (Europe/Berlin)" in each["Subject"] for each in mails)
    assert all("volunteer" in each["BodyText"] for each in mails)


def test_an_occurrence_that_scheduler_tells_again_asks_nothing_twice(desk: Desk) -> None:
    desk.set_up()
    desk.enable()

    for _ in range(3):
        desk.walk("2027-03-15T00:00:00+00:00", "2027-03-16T00:00:00+00:00")

    assert [each["state"] for each in desk.runs(1)] == ["done"]
    assert len(desk.mails(1)) == 1


def test_a_draft_that_nobody_enabled_has_no_schedule(desk: Desk) -> None:
    desk.set_up()

    with pytest.raises(requests.HTTPError, match="404"):
        desk.walk(*SPRING)
    assert desk.runs(0) == []


def test_weekly_reports_come_once_to_admins_and_the_operator_with_figures_attached(
    machine: Machine, new_person: Callable[..., Person]
) -> None:
    admin, member = new_person(NATION, Role.ADMIN), new_person(NATION, Role.MEMBER)
    with admin.socket() as socket:
        socket.ask("how many people are tagged volunteer?")
        socket.until_end()
    now = datetime.now(UTC)
    monday = (now + timedelta(days=7 - now.weekday())).date()
    settings = _settings(machine, admin, "GET")

    def come(day: date) -> None:
        """The schedule's events of a Monday morning, here and where the operator is, told twice."""
        for zone in (settings["time_zone"], "UTC") * 2:
            at = datetime.combine(day, clock(8, 5), ZoneInfo(zone)).astimezone(UTC)
            run(machine, "WeeklyReportsFunctionName", time=f"{at:%Y-%m-%dT%H:%M:%SZ}")

    come(monday)
    [(name, figures)] = _reports(machine, _address(machine, admin))
    assert name == f"{NATION}-{monday - timedelta(days=7)}.csv"
    assert f"{_address(machine, admin)},1," in figures
    assert _reports(machine, _address(machine, member)) == []
    [(name, figures)] = _reports(machine, OPERATOR)
    assert name == f"nations-{monday - timedelta(days=7)}.csv"
    assert {NATION, OTHER_NATION} <= {line.partition(",")[0] for line in figures.splitlines()}

    try:
        _settings(machine, admin, "PATCH", {"weekly_report": False})
        come(monday + timedelta(days=7))
    finally:
        _settings(machine, admin, "PATCH", {"weekly_report": True})
    assert len(_reports(machine, _address(machine, admin))) == 1
    assert len(_reports(machine, OPERATOR)) == 2


def _settings(
    machine: Machine, person: Person, method: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    answer = call_api(machine, person.session, NATION, f"{method} /v1/settings", body)
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _address(machine: Machine, person: Person) -> str:
    """The proven address of somebody."""
    user = Users(Store(machine.deployment.root.dynamodb, machine.deployment.tables)).get(person.user_id)
    assert user is not None
    assert user.email is not None
    return user.email


def _reports(machine: Machine, to: str) -> list[tuple[str, str]]:
    """Name and text of the file of each weekly report to an address."""
    texts = [each["BodyText"].partition("\n\n--- ")[2] for each in sent(machine.deployment.root, to)]
    return [(name, figures) for name, _, figures in (each.partition(" ---\n") for each in texts) if name]
