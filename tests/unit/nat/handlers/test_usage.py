"""Usage of a nation over the HTTP API: the pool, days and people; and budgets in the settings."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.handlers.api import Api
from nat.handlers.services import Services
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.plans import UNLIMITED
from nat.nations.record import Nations, SubscriptionStatus
from nat.nations.usage import day_user
from nat.people.users import Users
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.api_event import api_event
from tests.unit.nat.world import PLANS, START, Clock, nation, put, store_members, store_nation

TODAY = START.date().isoformat()


class World:
    """The API over a nation of which ann is an admin, bob and cat are members, and some have asked."""

    def __init__(self, tables: TableNames) -> None:
        self.tables = tables
        self.clock = Clock()
        store_nation(tables, nation(queries_used_this_period=12))
        store_members(tables, "demo", ["ann"], Role.ADMIN)
        store_members(tables, "demo", ["bob", "cat"], Role.MEMBER)
        self.users = Users(Store(clients.dynamodb(), tables))
        self.users.seen(UserId("bob"), email="bob@example.org", now=START)
        self.api = Api(Services(clients.dynamodb(), tables, PLANS, clock=self.clock))

    def asked(
        self,
        user: str,
        queries: int,
        *,
        days_ago: int = 0,
        cost: int = 0,
        slug: str = "demo",
        tools: Mapping[str, int] | None = None,
    ) -> None:
        """A day's row, as turns leave it."""
        called = {f"tool.{name}": calls for name, calls in (tools or {}).items()}
        row = {"queries": queries, "input_tokens": 10 * queries, "cost_micros": cost, **called}
        day = day_user(START - timedelta(days=days_ago), UserId(user))
        put(self.tables, Table.USAGE, {"nation_slug": slug, "day_user": day, **row})

    def call(
        self, route: str, *, user: str = "ann", slug: str = "demo", body: Any = None, **query: str
    ) -> dict[str, Any]:
        return self.api(api_event(route, user=user, slug=slug, body=body, query=query))

    def usage(self, user: str = "ann", **query: str) -> dict[str, Any]:
        answer = self.call("GET /v1/usage", user=user, **query)
        assert answer["statusCode"] == 200, answer["body"]
        body: dict[str, Any] = json.loads(answer["body"])
        return body

    def set_budgets(self, **budgets: Any) -> tuple[int, Any]:
        answer = self.call("PATCH /v1/settings", body={"budgets": budgets})
        return answer["statusCode"], json.loads(answer["body"])

    def lines(self, user: str = "ann", **query: str) -> list[dict[str, str]]:
        return list(
            csv.DictReader(
                io.StringIO(
                    self.call("GET /v1/usage/export", user=user, **query)["body"].removeprefix("\ufeff")
                )
            )
        )


@pytest.fixture
def world(tables: TableNames) -> World:
    return World(tables)


def test_everybody_sees_the_pool_of_the_period(world: World) -> None:
    for user in ("ann", "bob"):
        assert (
            world.usage(user).items()
            >= {
                "plan": "nat",
                "cap": "hard",
                "period": {"start": "2026-11-20T09:30:00.000Z", "end": "2026-12-20T09:30:00.000Z"},
                "used": 12,
                "limit": 500,
                "remaining": 488,
                "limit_reached": False,
            }.items()
        )


def test_an_unlimited_plan_has_no_limit_to_show(world: World) -> None:
    Nations(Store(clients.dynamodb(), world.tables)).update(
        NationSlug("demo"), {"queries_limit": UNLIMITED, "subscription_plan": "starter"}
    )

    body = world.usage()

    assert (body["limit"], body["remaining"], body["cap"]) == (None, None, "soft")


def test_a_period_that_is_over_shows_as_the_next_one_before_anybody_asks(world: World) -> None:
    world.clock.advance(days=30)

    body = world.usage()

    assert (body["used"], body["period"]["start"]) == (0, "2026-12-20T09:30:00.000Z")


def test_the_end_of_the_period_is_the_payment_providers_where_it_is_known(world: World) -> None:
    Nations(Store(clients.dynamodb(), world.tables)).update(
        NationSlug("demo"), {"billing_period_end": START + timedelta(days=3)}
    )

    assert world.usage()["period"]["end"] == "2026-11-25T09:30:00.000Z"


def test_an_admin_sees_every_day_and_everybody_with_tokens_and_cost(world: World) -> None:
    world.asked("bob", 3, days_ago=2, cost=900)
    world.asked("bob", 4, cost=100)
    world.asked("ann", 5, cost=50)

    body = world.usage()

    assert body["scope"] == "nation"
    assert [(each["day"], each["queries"], each["cost_micros"]) for each in body["days"]] == [
        ("2026-11-20", 3, 900),
        ("2026-11-21", 0, 0),
        ("2026-11-22", 9, 150),
    ]
    people = [(each["user_id"], each["email"], each["queries"]) for each in body["people"]]
    assert people == [("bob", "bob@example.org", 7), ("ann", None, 5)]
    assert (body["total"]["queries"], body["total"]["input_tokens"]) == (12, 120)


def test_a_member_sees_their_own_questions_and_no_money(world: World) -> None:
    world.asked("bob", 3, cost=900)
    world.asked("ann", 5, cost=50)

    body = world.usage("bob")

    assert (body["scope"], body["total"]) == ("own", {"queries": 3})
    assert body["people"] == [{"user_id": "bob", "queries": 3, "role": "member"}]
    assert "cost" not in json.dumps(body)
    assert "ann" not in json.dumps(body)


def test_usage_by_tool_is_the_nations_for_admins_and_ones_own_for_others(world: World) -> None:
    world.asked("bob", 3, days_ago=1, tools={"list_tags": 2})
    world.asked("bob", 1, tools={"list_tags": 1, "search_people": 1})
    world.asked("ann", 5, tools={"search_people": 7})

    assert world.usage()["tools"] == [
        {"tool": "search_people", "calls": 8},
        {"tool": "list_tags", "calls": 3},
    ]
    assert world.usage("bob")["tools"] == [
        {"tool": "list_tags", "calls": 3},
        {"tool": "search_people", "calls": 1},
    ]


def test_a_member_sees_the_whole_year_by_day(world: World) -> None:
    for days_ago in (0, 120, 300):
        world.asked("bob", 2, days_ago=days_ago)
    world.asked("ann", 5, days_ago=120)

    body = world.usage("bob", first="2025-12-01")

    assert (body["total"]["queries"], len(body["days"])) == (6, 357)
    assert [line["day"] for line in world.lines("bob", first="2025-12-01")] == [
        "2026-01-26",
        "2026-07-25",
        TODAY,
    ]


def test_other_days_can_be_asked_for(world: World) -> None:
    world.asked("bob", 3, days_ago=40)

    body = world.usage(first="2026-10-01", last="2026-10-31")

    assert (len(body["days"]), body["total"]["queries"], body["used"]) == (31, 3, 12)


@pytest.mark.parametrize(
    "query",
    [
        {"first": "yesterday"},
        {"last": "2026-13-01"},
        {"last": ""},
        {"last": "20261121"},
        {"first": "2026-W40-1"},
        {"first": "2026-11-22", "last": "2026-11-21"},
        {"first": "2024-01-01", "last": "2026-11-21"},
    ],
)
def test_days_that_are_none_are_refused(world: World, query: dict[str, str]) -> None:
    assert world.call("GET /v1/usage", **query)["statusCode"] == 400
    assert world.call("GET /v1/usage/export", **query)["statusCode"] == 400


def test_a_stranger_sees_nothing(world: World) -> None:
    assert world.call("GET /v1/usage", user="eve")["statusCode"] == 403
    assert world.call("GET /v1/usage/export", user="eve")["statusCode"] == 403


def test_without_a_subscription_usage_can_only_be_exported(world: World) -> None:
    Nations(Store(clients.dynamodb(), world.tables)).update(
        NationSlug("demo"), {"subscription_status": SubscriptionStatus.CANCELLED}
    )

    assert world.call("GET /v1/usage")["statusCode"] == 402
    assert world.call("GET /v1/usage/export")["statusCode"] == 200


def test_an_export_has_a_line_for_each_day_and_person(world: World) -> None:
    world.asked("bob", 3, days_ago=2, cost=900)
    world.asked("ann", 5, cost=50)

    found = [
        (each["day"], each["user_id"], each["email"], each["queries"], each["cost_micros"])
        for each in world.lines()
    ]

    assert found == [
        ("2026-11-20", "bob", "bob@example.org", "3", "900"),
        (TODAY, "ann", "", "5", "50"),
    ]


def test_a_members_export_has_their_own_lines_without_cost(world: World) -> None:
    world.asked("bob", 3, cost=900)
    world.asked("ann", 5)

    assert world.lines("bob") == [
        {"day": TODAY, "user_id": "bob", "email": "bob@example.org", "queries": "3"}
    ]


def test_an_export_runs_no_formulas(world: World) -> None:
    world.users.seen(UserId("cat"), email="=cmd()@example.org", now=START)
    world.asked("cat", 1)

    assert world.lines()[0]["email"] == "'=cmd()@example.org"


def test_an_export_is_a_file_and_an_entry_of_the_audit_log(world: World) -> None:
    answer = world.call("GET /v1/usage/export", user="bob")

    assert answer["headers"]["content-disposition"] == 'attachment; filename="nat-usage-demo-2026-11-22.csv"'
    last = Audit(Store(clients.dynamodb(), world.tables)).last(NationSlug("demo"))
    assert last is not None
    assert (last.kind, last.by, last.about) == (AuditKind.DATA_EXPORTED, "bob", "usage")


def test_budgets_are_set_in_the_settings_and_shown_with_the_usage(world: World) -> None:
    world.asked("bob", 3)

    status, settings = world.set_budgets(roles={"member": 20}, people={"bob": 50})

    assert (status, settings["budgets"]) == (200, {"roles": {"member": 20}, "people": {"bob": 50}})
    assert {each["user_id"]: each["budget"] for each in world.usage()["people"]} == {
        "bob": {"limit": 50, "used": 3},
        "cat": {"limit": 20, "used": 0},
    }
    assert world.usage("bob")["budget"] == {"limit": 50, "used": 3}
    assert world.usage("ann")["budget"] is None


def test_a_budget_begins_with_what_was_asked_in_the_period(world: World) -> None:
    world.asked("bob", 3)
    world.asked("bob", 100, days_ago=30)
    world.asked("bob", 9, slug="other")
    world.set_budgets(roles={"member": 20})
    world.set_budgets()
    world.asked("bob", 8)

    world.set_budgets(people={"bob": 10})

    assert world.usage("bob")["budget"] == {"limit": 10, "used": 8}


def test_setting_a_budget_anew_does_not_take_back_what_is_counted(world: World) -> None:
    world.asked("bob", 3)
    world.set_budgets(roles={"member": 20})
    put(
        world.tables,
        Table.USAGE,
        {"nation_slug": "demo", "day_user": "budget@2026-11-20T09:30:00.000Z#bob", "queries": 7},
    )

    world.set_budgets(people={"bob": 30})

    assert world.usage("bob")["budget"] == {"limit": 30, "used": 7}


def test_budgets_are_taken_away_by_setting_none(world: World) -> None:
    world.set_budgets(roles={"member": 20})

    _, settings = world.set_budgets()

    assert settings["budgets"] == {"roles": {}, "people": {}}
    assert world.usage("bob")["budget"] is None


@pytest.mark.parametrize(
    "budgets",
    [
        [],
        {"teams": {}},
        {"roles": {"king": 1}},
        {"roles": {"member": -1}},
        {"roles": {"member": 1.5}},
        {"roles": {"member": True}},
        {"roles": {"member": UNLIMITED}},
        {"roles": []},
        {"people": {"eve": 1}},
        {"people": {"": 1}},
        {"people": {f"p{number}": 1 for number in range(201)}},
    ],
)
def test_budgets_that_are_none_change_nothing(world: World, budgets: Any) -> None:
    before = Nations(Store(clients.dynamodb(), world.tables)).require(NationSlug("demo"))

    answer = world.call("PATCH /v1/settings", body={"budgets": budgets})

    assert answer["statusCode"] == 400
    assert Nations(Store(clients.dynamodb(), world.tables)).require(NationSlug("demo")) == before


def test_who_has_left_may_stay_listed_with_a_budget(world: World) -> None:
    world.set_budgets(people={"bob": 5})
    clients.dynamodb().delete_item(
        TableName=world.tables[Table.MEMBERSHIPS], Key={"user_id": {"S": "bob"}, "nation_slug": {"S": "demo"}}
    )

    status, _ = world.set_budgets(people={"bob": 5, "cat": 6})

    assert status == 200


def test_a_change_of_budgets_is_an_entry_of_the_audit_log(world: World) -> None:
    world.set_budgets(roles={"member": 20})

    last = Audit(Store(clients.dynamodb(), world.tables)).last(NationSlug("demo"))
    assert last is not None
    assert (last.kind, last.about, last.details["after"]) == (
        AuditKind.SETTINGS_CHANGED,
        "budgets",
        {"roles": {"member": 20}, "people": {}},
    )
