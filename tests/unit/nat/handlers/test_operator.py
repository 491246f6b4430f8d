"""What who runs the service sees: how it stands, its nations, and failed jobs that go back to their queue."""

import json
from datetime import timedelta
from typing import Any

import pytest

from config import load_targets
from nat.aws import clients
from nat.aws.failed_messages import DeadLetterQueue, FailedMessages
from nat.handlers.api import Api
from nat.handlers.endpoints import answering
from nat.handlers.operator import OperatorRoutes
from nat.handlers.services import Services
from nat.ids import UserId
from nat.names import GROUPS_CLAIM, Table
from nat.nations.plans import UNLIMITED
from nat.nations.record import SubscriptionStatus
from nat.nations.usage import day_user
from nat.people.session import person_of
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat import world
from tests.unit.nat.api_event import api_event
from tests.unit.nat.world import PLANS, START, Clock, nation, store_nation

OVERVIEW, NATIONS = "GET /v1/operator/overview", "GET /v1/operator/nations"
JOBS, REPLAY = "GET /v1/operator/jobs", "POST /v1/operator/jobs/{queue}/replay"
MICROS_IN_A_DOLLAR = 1_000_000


class Office:
    """The operator's pages over given tables, and one queue of dead letters."""

    def __init__(self, tables: TableNames) -> None:
        self.tables = tables
        self.clock = Clock()
        self.services = Services(clients.dynamodb(), tables, PLANS, clock=self.clock)
        self.dead, self.queue = world.create_dead_letters()
        queues = [
            DeadLetterQueue("Notices", "Unsent notices", self.dead, self.queue),
            DeadLetterQueue("Turns", "Given up", self.dead),
        ]
        routes = OperatorRoutes(FailedMessages(clients.sqs(), queues), load_targets().model_dump())
        self.api = Api(self.services, answering(routes).get)
        self.people = Api(self.services)

    def call(
        self, route: str, *, groups: Any = "[operators]", user: str = "olive", body: Any = None, **path: str
    ) -> tuple[int, dict[str, Any]]:
        answer = (self.api if "/operator/" in route else self.people)(
            api_event(route, user=user, slug=None, body=body, path=path, claims={GROUPS_CLAIM: groups})
        )
        return answer["statusCode"], json.loads(answer["body"] or "{}")

    def told(self, route: str, **how: Any) -> dict[str, Any]:
        status, body = self.call(route, **how)
        assert status < 300, body
        return body

    def nations(self) -> dict[str, dict[str, Any]]:
        return {each["nation_slug"]: each for each in self.told(NATIONS)["nations"]}

    def asked(self, slug: str, queries: int, *, days_ago: int, cost: int = 0) -> None:
        day = day_user(START - timedelta(days=days_ago), UserId("ann"))
        row = {"nation_slug": slug, "day_user": day, "queries": queries, "cost_micros": cost}
        world.put(self.tables, Table.USAGE, row)

    def arrives(self, user: str, *, days_ago: int = 30) -> None:
        """Somebody who came so many days ago."""
        self.services.users.seen(UserId(user), email=None, now=START - timedelta(days=days_ago))
        world.store_members(self.tables, "demo", [user], Role.MEMBER)


@pytest.fixture
def office(tables: TableNames) -> Office:
    return Office(tables)


@pytest.mark.parametrize("groups", [None, "", "[]", "[operator]", "[members nat-operators]", ["others"]])
@pytest.mark.parametrize("route", [OVERVIEW, NATIONS, JOBS, REPLAY])
def test_who_is_not_in_the_group_is_refused(office: Office, route: str, groups: Any) -> None:
    assert office.call(route, groups=groups, queue="Notices")[0] == 403


@pytest.mark.parametrize("groups", ["[operators]", "[others operators]", ["operators"], "operators"])
def test_a_group_is_known_as_text_and_as_a_list(groups: Any) -> None:
    assert person_of({"sub": "olive", GROUPS_CLAIM: groups}).is_operator


def test_revenue_counts_who_pays_and_customers_who_may_ask(office: Office) -> None:
    store_nation(office.tables, nation("paying", subscription_plan="nat"))
    store_nation(
        office.tables,
        nation("trying", subscription_plan="nat", subscription_status=SubscriptionStatus.TRIALING),
    )
    store_nation(
        office.tables,
        nation("gone", subscription_plan="nat_pro", subscription_status=SubscriptionStatus.CANCELLED),
    )

    told = office.told(OVERVIEW)

    assert (told["customers"], told["trials"], told["mrr_cents"]) == (2, 1, 2_900)
    assert told["targets"]["customers"] == 250


def test_a_margin_is_what_the_model_leaves_of_the_price(office: Office) -> None:
    store_nation(office.tables, nation("dear", subscription_plan="nat", cost_micros_this_period=14_500_000))
    store_nation(office.tables, nation("cheap", subscription_plan="nat", cost_micros_this_period=290_000))

    found = office.nations()

    assert (found["dear"]["margin_percent"], found["cheap"]["margin_percent"]) == (50.0, 99.0)
    assert list(found) == ["dear", "cheap"]
    assert "margin" in found["dear"]["outliers"]
    assert found["cheap"]["outliers"] == []
    assert office.told(OVERVIEW)["margin_percent"] == 74.5


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"subscription_plan": "nat", "queries_limit": 500, "queries_used_this_period": 500}, "limit"),
        ({"cost_ceiling_cents": 100, "cost_micros_this_period": 800_000}, "ceiling"),
        ({"subscription_plan": "nat", "billing_period_start": START - timedelta(days=15)}, "quiet"),
    ],
)
def test_what_an_operator_would_look_at_is_named(office: Office, changes: dict[str, Any], why: str) -> None:
    store_nation(office.tables, nation("odd", **changes))

    assert why in office.nations()["odd"]["outliers"]


def test_figures_of_a_period_that_is_over_do_not_count(office: Office) -> None:
    store_nation(
        office.tables,
        nation(
            "old",
            subscription_plan="nat",
            billing_period_start=START - timedelta(days=40),
            queries_used_this_period=400,
            cost_micros_this_period=9 * MICROS_IN_A_DOLLAR,
        ),
    )

    (told,) = office.nations().values()

    assert (told["queries_used"], told["cost_micros"]) == (0, 0)


def test_questions_a_day_are_the_mean_of_seven_full_days_of_all_nations(office: Office) -> None:
    for slug in ("one", "two"):
        store_nation(office.tables, nation(slug, queries_limit=UNLIMITED))
        office.asked(slug, 35, days_ago=1, cost=700_000)
        office.asked(slug, 1_000, days_ago=0)
        office.asked(slug, 1_000, days_ago=40)

    told = office.told(OVERVIEW)

    assert told["queries_a_day"] == 10.0
    assert [each["queries"] for each in told["days"]][-3:] == [0, 70, 2_000]
    assert len(told["days"]) == 30
    assert told["cost_micros_per_query"] == 1_400_000 // 2_070
    assert {each["queries_limit"] for each in office.nations().values()} == {None}


def test_nations_that_have_to_be_connected_anew_are_counted(office: Office) -> None:
    store_nation(office.tables, nation("lost", nb_needs_reauth=True))
    store_nation(office.tables, nation("fine"))

    assert office.told(OVERVIEW)["needs_reauth"] == 1
    assert [slug for slug, each in office.nations().items() if each["nb_needs_reauth"]] == ["lost"]


def test_failed_jobs_are_shown_without_what_they_say_and_stay(office: Office) -> None:
    clients.sqs().send_message(
        QueueUrl=office.dead,
        MessageBody='{"email": "grace@example.org"}',
        MessageAttributes={"reason": {"DataType": "String", "StringValue": "no_nation"}},
    )

    for _ in range(2):
        told = office.told(JOBS)
        (queue,) = [each for each in told["queues"] if each["queue"] == "Notices"]
        assert (queue["count"], queue["replayable"]) == (1, True)
        assert [each["reason"] for each in queue["jobs"]] == ["no_nation"]
        assert "grace" not in json.dumps(told)


def test_replaying_sends_every_failed_job_back_once(office: Office) -> None:
    for number in range(12):
        clients.sqs().send_message(QueueUrl=office.dead, MessageBody=str(number))

    told = office.told(REPLAY, queue="Notices")

    assert told["moved"] == 12
    assert sorted(each["Body"] for each in received(office.queue)) == sorted(map(str, range(12)))
    assert received(office.dead) == []


def received(url: str) -> list[Any]:
    """Every message that can be received now."""
    found: list[Any] = []
    while messages := clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += messages
    return found


def test_what_has_nowhere_to_go_back_to_stays(office: Office) -> None:
    assert office.call(REPLAY, queue="Turns")[1]["error"]["code"] == "not_replayable"
    assert office.call(REPLAY, queue="Others")[0] == 404


def test_people_are_asked_once_a_quarter_and_not_when_they_have_just_come(office: Office) -> None:
    office.arrives("ann")
    office.arrives("new", days_ago=3)
    me = {user: office.told("GET /v1/me", user=user, groups=None) for user in ("ann", "new")}
    assert {user: each["ask_nps"] for user, each in me.items()} == {"ann": True, "new": False}

    office.told("PUT /v1/me/nps", user="ann", groups=None, body={"score": 9})
    assert not office.told("GET /v1/me", user="ann", groups=None)["ask_nps"]

    office.clock.now = START + timedelta(days=60)
    assert office.told("GET /v1/me", user="ann", groups=None)["ask_nps"]


def test_scores_are_counted_by_quarter_the_first_one_of_each_person(office: Office) -> None:
    for user, score in {"a": 10, "b": 9, "c": 8, "d": 6, "e": None}.items():
        office.arrives(user)
        office.told("PUT /v1/me/nps", user=user, groups=None, body={"score": score})
    office.told("PUT /v1/me/nps", user="d", groups=None, body={"score": 10})

    quarter = office.told(OVERVIEW)["nps"][-1]

    assert quarter == {
        "quarter": "2026-Q4",
        "score": 25,
        "promoters": 2,
        "passives": 1,
        "detractors": 1,
        "unsaid": 1,
    }
    assert [each["score"] for each in office.told(OVERVIEW)["nps"][:-1]] == [None, None, None]


@pytest.mark.parametrize("score", [-1, 11, 4.5, "9", True])
def test_a_score_is_a_whole_number_up_to_ten(office: Office, score: Any) -> None:
    office.arrives("ann")

    assert office.call("PUT /v1/me/nps", user="ann", groups=None, body={"score": score})[0] == 400


def test_who_runs_the_service_is_told_so(office: Office) -> None:
    assert office.told("GET /v1/me")["operator"]
    assert not office.told("GET /v1/me", user="ann", groups=None)["operator"]
