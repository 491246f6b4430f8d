"""Settings and audit log of a nation over the HTTP API."""

import csv
import io
import json
from typing import Any

import pytest

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.conversations.retention import Shortening
from nat.handlers.api import Api
from nat.handlers.services import Services
from nat.ids import NationSlug
from nat.names import Table
from nat.nations.record import Nations, SubscriptionStatus
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.agent.scripted_model import says
from tests.unit.nat.api_event import api_event
from tests.unit.nat.turns.stage import Stage
from tests.unit.nat.world import PLANS, nation, rows, store_members, store_nation


class World:
    """The API over a nation of which ann is an admin and bob a member."""

    def __init__(self, tables: TableNames) -> None:
        self.tables = tables
        self.stage = Stage(tables)
        store_members(tables, "demo", ["ann"], Role.ADMIN)
        store_members(tables, "demo", ["bob"], Role.MEMBER)
        self.api = Api(Services(clients.dynamodb(), tables, PLANS, clock=self.stage.clock))
        self.audit = Audit(Store(clients.dynamodb(), tables, self.stage.clock))

    def call(
        self, route: str, *, user: str = "ann", body: Any = None, slug: str = "demo", **query: str
    ) -> dict[str, Any]:
        return self.api(api_event(route, user=user, slug=slug, body=body, query=query))

    def change(self, user: str = "ann", **settings: Any) -> tuple[int, dict[str, Any]]:
        answer = self.call("PATCH /v1/settings", user=user, body=settings)
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def world(tables: TableNames) -> World:
    return World(tables)


def test_members_see_the_settings_with_their_defaults(world: World) -> None:
    answer = world.call("GET /v1/settings", user="bob")

    assert (
        json.loads(answer["body"]).items()
        >= {
            "time_zone": "UTC",
            "retention_days": 365,
            "policy": {"classes": {}, "tools": {}},
            "approval_minutes": 15,
        }.items()
    )


def test_an_admin_changes_settings_and_leaves_the_others(world: World) -> None:
    world.change(time_zone="America/New_York", approval_minutes=60)
    world.change(policy={"classes": {"bulk": "deny", "sends": "ask"}, "tools": {"delete_person": "deny"}})

    status, body = world.change(retention_days=90)

    assert status == 200
    assert (
        body.items()
        >= {
            "time_zone": "America/New_York",
            "retention_days": 90,
            "policy": {"classes": {"bulk": "deny", "sends": "ask"}, "tools": {"delete_person": "deny"}},
            "approval_minutes": 60,
        }.items()
    )
    assert (
        Nations(Store(clients.dynamodb(), world.tables))
        .require(NationSlug("demo"))
        .policy["approval_minutes"]
        == 60
    )


def test_a_policy_replaces_the_one_before(world: World) -> None:
    world.change(policy={"classes": {"write": "ask"}})

    _, body = world.change(policy={"tools": {"delete_person": "ask"}})

    assert body["policy"] == {"classes": {}, "tools": {"delete_person": "ask"}}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
        {"time_zone": 1},
        {"retention_days": 29},
        {"retention_days": 366},
        {"retention_days": 30.5},
        {"retention_days": True},
        {"approval_minutes": 0},
        {"approval_minutes": 4321},
        {"policy": []},
        {"policy": {"roles": {}}},
        {"policy": {"tools": {"drop_tables": "deny"}}},
        {"policy": {"tools": {"delete_person": "maybe"}}},
        {"policy": {"tools": {"delete_person": ["deny"]}}},
        {"policy": {"classes": {"everything": "deny"}}},
        {"policy": {"classes": []}},
        {"subscription_plan": "nat_pro"},
    ],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(world: World, settings: dict[str, Any]) -> None:
    status, body = world.change(**settings)

    assert (status, body["error"]["code"]) == (400, "bad_request")
    assert Nations(Store(clients.dynamodb(), world.tables)).require(NationSlug("demo")) == world.stage.record


def test_members_change_nothing(world: World) -> None:
    status, body = world.change(user="bob", time_zone="Europe/Berlin")

    assert (status, body["error"]["code"]) == (403, "role_insufficient")


def test_settings_are_there_without_a_subscription(world: World) -> None:
    store_nation(world.tables, nation("late", subscription_status=SubscriptionStatus.CANCELLED))
    store_members(world.tables, "late", ["ann"], Role.ADMIN)

    assert world.call("GET /v1/settings", slug="late")["statusCode"] == 200


def test_each_change_is_an_audit_entry_with_before_and_after(world: World) -> None:
    world.change(time_zone="Europe/Berlin", retention_days=90)
    world.change(time_zone="Europe/Berlin")

    entries = world.audit.page(NationSlug("demo")).entries
    assert {(each.kind, each.by, each.about) for each in entries} == {
        (AuditKind.SETTINGS_CHANGED, "ann", "time_zone"),
        (AuditKind.SETTINGS_CHANGED, "ann", "retention_days"),
    }
    assert {each.about: dict(each.details) for each in entries} == {
        "time_zone": {"before": "UTC", "after": "Europe/Berlin"},
        "retention_days": {"before": 365, "after": 90},
    }


def asked(world: World, question: str, talk: str, days_ago: int) -> None:
    """A question that was asked and answered some days ago."""
    now = world.stage.clock.now
    world.stage.clock.advance(days=-days_ago)
    turn = world.stage.admitted(question, conversation_id=talk)
    world.stage.run(turn, says(f"Answer to {question}"))
    world.stage.clock.now = now


def test_a_shorter_retention_deletes_what_is_older(world: World) -> None:
    asked(world, "old", "T1", 200)
    asked(world, "new", "T1", 20)
    asked(world, "gone", "T2", 100)
    world.change(retention_days=60)

    done = Shortening(Store(clients.dynamodb(), world.tables, world.stage.clock)).run()

    left = rows(world.tables, Table.CONVERSATIONS)
    questions = [(row["item"]["S"].split("#")[0], row["question"]["S"]) for row in left if "question" in row]
    assert done.nations == 1
    assert sorted(questions) == [("answer", "new"), ("turn", "new")]
    assert [row["conversation"]["S"] for row in left if row["item"]["S"] == "meta"] == ["demo#T1"]


def test_what_is_kept_ends_earlier_under_a_shorter_retention(world: World) -> None:
    asked(world, "new", "T1", 20)
    world.change(retention_days=60)

    Shortening(Store(clients.dynamodb(), world.tables, world.stage.clock)).run()

    ends = [
        int(row["ttl"]["N"]) - world.stage.clock.now.timestamp()
        for row in rows(world.tables, Table.CONVERSATIONS)
    ]
    assert max(ends) <= 40 * 86_400


def test_a_run_that_is_cut_off_is_gone_on_with(world: World) -> None:
    asked(world, "old", "T1", 200)
    asked(world, "older", "T2", 300)
    world.change(retention_days=60)
    cut = Shortening(Store(clients.dynamodb(), world.tables, world.stage.clock)).run(seconds=0)

    done = Shortening(Store(clients.dynamodb(), world.tables, world.stage.clock)).run()

    assert (cut.nations, done.nations) == (0, 1)
    assert [row for row in rows(world.tables, Table.CONVERSATIONS) if row["item"]["S"] == "meta"] == []


def test_a_nation_is_done_once(world: World) -> None:
    world.change(retention_days=60)
    Shortening(Store(clients.dynamodb(), world.tables)).run()

    assert Shortening(Store(clients.dynamodb(), world.tables)).run().nations == 0


def test_a_longer_retention_leaves_what_is_stored(world: World) -> None:
    world.change(retention_days=60)
    Shortening(Store(clients.dynamodb(), world.tables)).run()

    world.change(retention_days=365)

    assert Shortening(Store(clients.dynamodb(), world.tables)).run().nations == 0


def test_admins_read_the_audit_log_filtered_and_in_pages(world: World) -> None:
    for number in range(3):
        world.audit.append(NationSlug("demo"), AuditKind.ROLE_CHANGED, by="ann", about=f"u{number}")
    world.audit.append(NationSlug("demo"), AuditKind.CONNECTED, by="bob")

    first = json.loads(world.call("GET /v1/audit", kind="role.changed", limit="2")["body"])
    second = json.loads(
        world.call("GET /v1/audit", kind="role.changed", limit="2", after=first["next"])["body"]
    )

    assert [each["about"] for page in (first, second) for each in page["entries"]] == ["u2", "u1", "u0"]
    assert second["next"] is None


def test_the_audit_log_is_read_by_time(world: World) -> None:
    world.audit.append(NationSlug("demo"), AuditKind.CONNECTED, by="ann", about="before")
    world.stage.clock.advance(hours=1)
    world.audit.append(NationSlug("demo"), AuditKind.REVOKED, by="ann", about="after")

    body = json.loads(world.call("GET /v1/audit", since="2026-11-22T10:00:00Z")["body"])

    assert [each["about"] for each in body["entries"]] == ["after"]


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"until": "2026-11-22"}, {"kind": "x"}, {"after": "x"}, {"limit": "0"}]
)
def test_a_filter_that_is_none_is_refused(world: World, query: dict[str, str]) -> None:
    assert world.call("GET /v1/audit", **query)["statusCode"] == 400


@pytest.mark.parametrize("route", ["GET /v1/audit", "GET /v1/audit/export"])
def test_members_do_not_read_the_audit_log(world: World, route: str) -> None:
    assert world.call(route, user="bob")["statusCode"] == 403


def test_an_export_is_a_file_and_an_entry_itself(world: World) -> None:
    world.audit.append(NationSlug("demo"), AuditKind.CONNECTED, by="ann", summary="=cmd")

    answer = world.call("GET /v1/audit/export", format="csv")

    assert answer["headers"]["content-disposition"] == 'attachment; filename="nat-audit-demo-2026-11-22.csv"'
    assert [row["summary"] for row in csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff")))] == [
        "'=cmd"
    ]
    last = world.audit.last(NationSlug("demo"))
    assert last is not None
    assert (last.kind, last.about) == (AuditKind.DATA_EXPORTED, "audit")


def test_an_export_has_no_other_formats(world: World) -> None:
    assert world.call("GET /v1/audit/export", format="xml")["statusCode"] == 400
